"""What a request for certification holds: documents are added, changed and taken out while the request is a draft, and
changed once more when the signer has sent them back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.fees import let_fall, settle
from applications.actions.locking import locked, wrong_state
from applications.actions.mark_paper import ACCEPTED
from applications.actions.use_scan import use_scan
from applications.catalogue import COUNTED, facts_of, fee_rows_of, version_of
from applications.enums import RUNNING, DocumentSource, EventKind, PaperState, State
from applications.history import record
from applications.ledger import lines_owed, surplus
from applications.models import Application, Certification, CertificationItem, Document, FeeLine, Scan, Signatory
from applications.notarisation.enums import JobState, RegisterKind
from applications.notarisation.identity_papers import check_issued, paper_number
from applications.notarisation.requests import KINDS, MOST_DOCUMENTS, is_request, items_of, lines_for, paid_for
from applications.permissions import check_receiver
from citizens.models import User
from portal import clock, files, live
from portal.errors import BadInput, RuleBroken
from portal.files import Stored
from portal.uploads import Inspected
from portal.vn.problems import InvalidValue
from portal.vn.text import fold
from procedures.enums import CopyForm
from procedures.models import DocumentKind

MOST_PAGES = 500
MOST_COPIES = 100
MOST_SIGNATORIES = 8
# Lines of the checklist that the documents themselves stand for.
LAID_OUT = ("original_document", "copy_to_certify", "document_to_sign", "identity_document")
# Fields of the form that they fill in.
FROM_DOCUMENTS = ("document_name", *COUNTED)
TITLES_LENGTH = 200
# Kept with the lines that fall away, and in Vietnamese like every reason that is.
CHANGED = "Giấy tờ được sửa sau khi người ký trả lại."


@dataclass(frozen=True)
class Signs:
    """Somebody who signs before the officer; with languages, a translator."""

    full_name: str
    identity_number: str
    identity_paper: str = "card"
    issued_on: date | None = None
    issued_by: str = ""
    by_fingerprint: bool = False
    from_language: str = ""
    to_language: str = ""


@dataclass(frozen=True)
class Wanted:
    """One document as it is asked for. ``copies`` are those on paper, beside the electronic one."""

    title: str
    pages: int | None = None
    copies: int = 1
    electronic: bool = False
    several_on_a_sheet: bool = False
    signatories: Sequence[Signs] = field(default_factory=tuple)

    @property
    def all_copies(self) -> int:
        return self.copies + self.electronic


def add_document(
    *,
    application: Application,
    wanted: Wanted,
    upload: Inspected,
    client_key: str,
    register: str = "",
    scan: Scan | None = None,
    at: datetime,
    acting_user: User,
) -> CertificationItem:
    """Add a document with its scan to a request that is still a draft; ``scan`` is what the upload was made of, where it
    lay ready at the desk.

    ``register`` is a ``RegisterKind`` where the procedure leaves a choice, asked with the first document. The same
    ``client_key`` again gives the same document. Raises ``NotAllowed``, ``BadInput``, ``RuleBroken`` and, when the
    store is full, ``Unavailable``; nothing is changed then.
    """
    check_receiver(acting_user, application)
    check_quantity(wanted, upload.pages)
    known = _sent_before(client_key, application)
    if known is not None:
        return known
    # Outside the transaction: writing forty megabytes must not hold a lock. Files without a row harm nobody.
    kept = files.store(upload.chunks())
    with transaction.atomic():
        draft = _draft(application, acting_user)
        known = _sent_before(client_key, draft)
        if known is not None:
            return known
        request = _request_in(draft, register, at, acting_user)
        if len(paid_for(items_of(request))) >= MOST_DOCUMENTS:
            raise RuleBroken(
                _("A request holds at most %(most)s documents. Receive this one and begin another.")
                % {"most": MOST_DOCUMENTS},
                code="too_many_documents",
            )
        item = new_item(request, wanted, note_scan(draft, upload, kept, at, acting_user), client_key)
        price(draft, item, at)
        item.save()
        _write_signatories(item, request, wanted.signatories, at)
        follow_documents(draft, at)
        if scan is not None:
            use_scan(scan=scan, at=at)
        live.bump(f"dossier:{draft.pk}")
        return item


def change_document(
    *,
    item: CertificationItem,
    wanted: Wanted,
    upload: Inspected | None,
    scan: Scan | None = None,
    at: datetime,
    acting_user: User,
) -> CertificationItem:
    """Put right what was typed, or the scan. What was answered about the old scan is asked anew for another one, and its
    pages are counted anew.

    A document that was received with its request is changed once the signer has sent it back: what it costs more is due
    then, and what was paid too much is to be given back. Raises as ``add_document``.
    """
    check_receiver(acting_user, item.certification.application)
    if upload is not None and wanted.pages == item.pages:  # of the old scan
        wanted = replace(wanted, pages=None)
    check_quantity(wanted, upload.pages if upload else item.scan.pages)
    kept = files.store(upload.chunks()) if upload else None
    with transaction.atomic():
        copy = locked(item.certification.application)
        check_receiver(acting_user, copy)
        item = CertificationItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
        if not may_change(copy, item):
            raise not_changeable(copy, item)
        if upload is not None and kept is not None:
            item.scan = note_scan(copy, upload, kept, at, acting_user)
            item.checks = {}
            item.signatories.update(attested_at=None, attested_by=None)
        request = Certification.objects.get(pk=item.certification_id)
        item.title, item.copies, item.electronic = wanted.title.strip(), wanted.all_copies, wanted.electronic
        item.pages = wanted.pages or item.scan.pages
        item.document_kind = kind_called(item.title)
        fee_before = item.fee
        price(copy, item, at)
        item.save(update_fields=["scan", "checks", "title", "pages", "copies", "electronic", "fee", "document_kind"])
        _write_signatories(item, request, wanted.signatories, at)
        follow_documents(copy, at)
        if copy.state != State.DRAFT:
            _change_received(copy, item, fee_before, at, acting_user)
        if scan is not None:
            use_scan(scan=scan, at=at)
        live.bump(f"dossier:{copy.pk}", f"dossier:{copy.for_application_id}")
        return item


def not_changeable(copy: Application, item: CertificationItem) -> RuleBroken:
    """The refusal when it went on meanwhile, or the page was old."""
    if item.state != JobState.SUBMITTED:
        return wrong_state(copy)
    return RuleBroken(
        _("This document lies before the signer now. It can be changed once the signer sends it back."),
        code="at_the_signer",
    )


def may_change(copy: Application, item: CertificationItem) -> bool:
    """While the request is a draft, and once more when the signer has sent the document back."""
    if not is_request(version_of(copy)):
        return False
    if copy.state == State.DRAFT:
        return bool(item.state == JobState.WAITING)
    return copy.state in RUNNING and item.is_sent_back


def _change_received(copy: Application, item: CertificationItem, fee_before: int, at: datetime, user: User) -> None:
    """The fee lines and the history of a change after the receipt; the caller holds the lock of ``copy``."""
    too_much = _charge_anew(copy, item, at, user)
    lowered = min(item.fee, _lowered_for(item))
    record(
        application=copy,
        kind=EventKind.DOCUMENT_CHANGED,
        at=at,
        actor=user,
        centre=copy.helped_at,
        details={
            "file": item.scan.sha256,
            "pages": item.pages,
            "copies": item.copies,
            "fee": item.fee,
            "fee_before": fee_before,
            "surplus": too_much,
            **({"lowered": lowered} if lowered else {}),
        },
    )


def _charge_anew(copy: Application, item: CertificationItem, at: datetime, user: User) -> int:
    """Let the fee lines say what the document costs now. Returns what was paid beyond what is owed then."""
    rows = _lowered_by(_lowered_for(item), fee_rows_of(copy, item, at))
    old = [line for line in lines_owed(copy) if line.item_id == item.pk]
    if [(line.name, line.amount) for line in old] != [(row.name, row.amount) for row in rows]:
        let_fall(old, CHANGED, at, user)
        for line, row in zip(old, rows, strict=False):
            row.replaces = line
        FeeLine.objects.bulk_create(rows)
    settle(copy, at)
    return surplus(copy)


def _lowered_for(item: CertificationItem) -> int:
    """What leaders took off this document's fees: their decision holds, whatever it costs by the rules now."""
    lines = item.fee_lines.all().select_related("replaced_by")
    decided = [line for line in lines if line.fell_at is not None and line.fell_why != CHANGED]
    return sum(line.amount - _amount_after(line) for line in decided)


def _amount_after(line: FeeLine) -> int:
    after: FeeLine | None = getattr(line, "replaced_by", None)
    return after.amount if after is not None else 0


def _lowered_by(reduction: int, rows: Sequence[FeeLine]) -> list[FeeLine]:
    """The lines that are left when so much is taken off, from the first on."""
    left = []
    for row in rows:
        taken = min(reduction, row.amount)
        reduction -= taken
        row.amount -= taken
        if row.amount or not taken:
            left.append(row)
    return left


def new_item(request: Certification, wanted: Wanted, scan: Document, client_key: str) -> CertificationItem:
    """The row of a document that waits at the desk, unsaved and without its price."""
    title = wanted.title.strip()
    return CertificationItem(
        certification=request,
        client_key=client_key,
        title=title,
        scan=scan,
        pages=wanted.pages or scan.pages,
        copies=wanted.all_copies,
        electronic=wanted.electronic,
        fee=0,
        document_kind=kind_called(title),
    )


def price(application: Application, item: CertificationItem, at: datetime) -> None:
    """Set what the document costs (Circular 226/2016: by page of the original, capped a copy; a signature by the case)."""
    lines = lines_for(version_of(application), facts_of(application, at), at, item)
    item.fee = sum(line.amount for line in lines)


def join_received(copy: Application, item: CertificationItem, at: datetime, user: User) -> None:
    """One more document in a request that was received for another dossier, with its fee; the caller holds the lock."""
    FeeLine.objects.bulk_create(fee_rows_of(copy, item, at))
    settle(copy, at)
    follow_documents(copy, at)
    record(
        application=copy,
        kind=EventKind.PAPER_ADDED,
        at=at,
        actor=user,
        centre=copy.helped_at,
        details={"file": item.scan.sha256, "fee": item.fee},
    )


def note_scan(application: Application, upload: Inspected, kept: Stored, at: datetime, user: User) -> Document:
    return Document.objects.create(
        sha256=kept.sha256,
        size=kept.size,
        media_type=upload.media_type,
        name=upload.name,
        pages=upload.pages,
        source=DocumentSource.UPLOAD,
        application=application,
        created_at=at,
        created_by=user,
    )


def kind_called(title: str) -> DocumentKind | None:
    """The catalogue's kind of paper with this name, typed with or without its tone marks."""
    meant = fold(title)
    return next((kind for kind in DocumentKind.objects.filter(is_form=False) if fold(kind.name["vi"]) == meant), None)


def follow_documents(application: Application, at: datetime) -> None:
    """Let the dossier's own pages, copies, form and checklist say what its documents say, in the caller's transaction."""
    items = paid_for(items_of(getattr(application, "certification", None)))
    titles = "; ".join(item.title for item in items)
    application.pages = sum(item.pages for item in items) or None
    application.copies = sum(item.copies for item in items) or 1
    said: dict[str, Any] = {"document_name": _shortened(titles)}
    if application.state != State.DRAFT:  # a draft's are read from its own pages and copies
        said |= {"page_count": application.pages, "copy_count": application.copies}
    application.form_data = {**application.form_data, **said}
    application.changed_at = at
    application.save(update_fields=["pages", "copies", "form_data", "changed_at"])
    for paper in application.papers.filter(kind__key__in=LAID_OUT).exclude(state=PaperState.LOOKED_UP):
        is_shown = paper.form_of_copy == CopyForm.SHOWN
        paper.state = ACCEPTED[CopyForm(paper.form_of_copy)][0] if items else PaperState.MISSING
        paper.document = items[0].scan if items and not is_shown else None
        paper.save(update_fields=["state", "document"])


def _shortened(titles: str) -> str:
    return titles if len(titles) <= TITLES_LENGTH else titles[: TITLES_LENGTH - 1] + "…"


class WrongQuantity(BadInput):
    """The first thing that is wrong with what is wanted; ``problems`` are all of them."""

    def __init__(self, problems: list[BadInput]) -> None:
        first = problems[0]
        super().__init__(first.message, code=first.code, field=first.field)
        self.problems = problems


def check_quantity(wanted: Wanted, there: int) -> None:
    """Raises ``WrongQuantity``: nobody certifies what is not there, or writes a document without a name."""
    problems = list(_wrong_with(wanted, there))
    if problems:
        raise WrongQuantity(problems)


def _wrong_with(wanted: Wanted, there: int) -> Iterator[BadInput]:
    pages = there if wanted.pages is None else wanted.pages
    if not 1 <= pages <= MOST_PAGES:
        yield BadInput(
            _("Give the pages of the original, from 1 to %(most)s.") % {"most": MOST_PAGES},
            code="pages_wrong",
            field="pages",
        )
    elif pages > there and not wanted.several_on_a_sheet:
        yield BadInput(
            _(
                "The scan has fewer pages (%(there)s) than are to be certified (%(pages)s). Scan all of them, or say that"
                " several are on one sheet."
            )
            % {"there": there, "pages": pages},
            code="pages_not_there",
            field="pages",
        )
    if not (0 <= wanted.copies <= MOST_COPIES and wanted.all_copies):
        yield BadInput(
            _("Give the number of copies, from 1 to %(most)s.") % {"most": MOST_COPIES},
            code="copies_wrong",
            field="copies",
        )
    if not wanted.title.strip():
        yield BadInput(_("Write the name of the paper as it stands on it."), code="title_empty", field="title")


def _draft(application: Application, user: User) -> Application:
    draft = locked(application)
    check_receiver(user, draft)
    if draft.state != State.DRAFT or not is_request(version_of(draft)):
        raise wrong_state(draft)
    return draft


def _request_in(draft: Application, register: str, at: datetime, user: User) -> Certification:
    kinds = KINDS[version_of(draft).procedure.code]
    kind = RegisterKind(register) if register in kinds else kinds[0]
    request = getattr(draft, "certification", None)
    if request is None:
        return Certification.objects.create(application=draft, kind=kind, requested_at=at, requested_by=user)
    if register in kinds and request.kind != kind and not paid_for(items_of(request)):
        request.kind = kind
        request.save(update_fields=["kind"])
    return request


def _sent_before(client_key: str, application: Application) -> CertificationItem | None:
    item = CertificationItem.objects.filter(client_key=client_key).select_related("certification").first()
    if item is not None and item.certification.application_id != application.pk:
        raise RuleBroken(
            _("This form was sent already for another request. Open it again from the list."), code="key_used"
        )
    return item


def _write_signatories(item: CertificationItem, request: Certification, signs: Sequence[Signs], at: datetime) -> None:
    """The people as they were typed; who stays the same keeps the officer's tick."""
    if request.is_of_copies:
        return
    signs = [_as_kept(one, clock.local_day(at)) for one in signs]
    if not 1 <= len(signs) <= MOST_SIGNATORIES:
        raise BadInput(
            _("Name who signs, at most %(most)s people.") % {"most": MOST_SIGNATORIES}, code="signatories_wrong"
        )
    if len({one.identity_number for one in signs}) < len(signs):
        raise BadInput(_("The same identity number stands there twice."), code="signatory_twice")
    if request.kind == RegisterKind.TRANSLATORS and not all(one.from_language and one.to_language for one in signs):
        raise BadInput(_("Say from which language into which one it was translated."), code="languages_empty")
    # Seen to sign as this person, by this paper and in this way; anything else is seen anew.
    before = {_seen_as(row): row for row in item.signatories.all()}
    item.signatories.all().delete()
    for order, one in enumerate(signs):
        seen = before.get(_seen_as(one))
        Signatory.objects.create(
            item=item,
            order=order,
            full_name=one.full_name,
            identity_paper=one.identity_paper,
            identity_number=one.identity_number,
            issued_on=one.issued_on,
            issued_by=one.issued_by,
            by_fingerprint=one.by_fingerprint,
            from_language=one.from_language,
            to_language=one.to_language,
            attested_at=seen.attested_at if seen else None,
            attested_by=seen.attested_by if seen else None,
        )


def _seen_as(one: Signs | Signatory) -> tuple[object, ...]:
    return (
        one.full_name,
        one.identity_paper,
        one.identity_number,
        one.by_fingerprint,
        one.from_language,
        one.to_language,
    )


def _as_kept(one: Signs, today: date) -> Signs:
    """With the number in its one form. Raises ``BadInput`` for what cannot stand on the paper that was named."""
    try:
        number = paper_number(one.identity_paper, one.identity_number)
        check_issued(one.issued_on, today)
    except InvalidValue as error:
        raise BadInput(f"{one.full_name}: {error}", code=str(error.code)) from error
    return replace(one, identity_number=number)
