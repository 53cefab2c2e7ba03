"""Certifying a copy for a paper that is missing: the request, with an application of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.documents_wanted import Wanted, check_quantity, join_received, new_item, note_scan, price
from applications.actions.locking import locked, wrong_state
from applications.actions.mark_paper import ACCEPTED
from applications.actions.papers_asked import refresh_papers
from applications.actions.receive import RECEIPT, receive
from applications.actions.use_scan import use_scan
from applications.enums import PAPER_THERE, PaperState, State
from applications.models import Application, Certification, CertificationItem, Document, Paper, Scan
from applications.notarisation.enums import JobState, RegisterKind
from applications.notarisation.requests import CERTIFIED_COPY
from applications.permissions import check_receiver
from citizens.models import User
from portal import clock, files, live
from portal.errors import RuleBroken
from portal.uploads import Inspected
from procedures.catalogue_cache import version_in_force
from procedures.enums import CopyForm

# Where a paper can still be added.
_OPEN_TO_PAPERS = (State.DRAFT, State.SUBMITTED, State.SUPPLEMENT)


def open_certification(
    *,
    for_paper: Paper,
    upload: Inspected,
    pages: int,
    copies: int,
    client_key: str,
    title: str,
    electronic: bool = False,
    several_on_a_sheet: bool = False,
    scan: Scan | None = None,
    at: datetime,
    acting_user: User,
) -> CertificationItem:
    """Keep the scan and open a certification for the paper it is missing for; the line then waits for it. What is opened
    for several papers of one dossier before anything goes to the signer is one request.

    ``pages`` are those of the original as the officer counted them; more than the scan has only where the officer says
    that several are on a sheet of it (``several_on_a_sheet``): nobody certifies what is not there. The same ``client_key``
    again gives the same item. ``scan`` is what the upload was made of, where it lay ready at the desk: with the item it is
    used. The fee is the catalogue's (Circular 226/2016: by page of the original, capped a copy). Raises ``BadInput``,
    ``RuleBroken`` and, when the store is full, ``Unavailable``; nothing is changed then.
    """
    check_receiver(acting_user, for_paper.application)
    wanted = Wanted(
        title=title, pages=pages, copies=copies, electronic=electronic, several_on_a_sheet=several_on_a_sheet
    )
    check_quantity(wanted, upload.pages)
    known = _sent_before(client_key, for_paper)
    if known is not None:
        return known
    # Outside the transaction: writing forty megabytes must not hold a lock. Files without a row harm nobody.
    kept = files.store(upload.chunks())
    with transaction.atomic():
        first = locked(for_paper.application)
        paper = Paper.objects.select_for_update(of=("self",)).select_related("kind").get(pk=for_paper.pk)
        known = _sent_before(client_key, paper)
        if known is not None:
            return known
        _check_can_open(first, paper)
        request = _request_to_join(first, at)
        if request is not None:
            locked(request.application)
            request = _request_to_join(first, at)  # it may have gone to the signer while this waited for it
        copy = locked(request.application) if request else _application_for(first, wanted, at, acting_user)
        document = note_scan(copy, upload, kept, at, acting_user)
        if request is None:
            _lay_out_papers(copy, document, at)
            request = Certification.objects.create(application=copy, requested_at=at, requested_by=acting_user)
        item = new_item(request, wanted, document, client_key)
        item.for_paper, item.document_kind = paper, paper.kind
        price(copy, item, at)
        item.save()
        if copy.state == State.DRAFT:
            copy = receive(application=copy, at=at, acting_user=acting_user)
        else:
            join_received(copy, item, at, acting_user)
        request.application = copy
        paper.state = PaperState.CERTIFYING
        paper.save(update_fields=["state"])
        if scan is not None:
            use_scan(scan=scan, at=at)
        live.bump(f"dossier:{first.pk}", f"dossier:{copy.pk}")
        return item


def _sent_before(client_key: str, paper: Paper) -> CertificationItem | None:
    item = CertificationItem.objects.filter(client_key=client_key).first()
    if item is not None and item.for_paper_id != paper.pk:
        raise RuleBroken(
            _("This form was sent already for another paper. Open it again from the checklist."), code="key_used"
        )
    return item


def _request_to_join(first: Application, at: datetime) -> Certification | None:
    """A request for the same dossier that can take one more document: nothing of it has gone to the signer, and its
    receipt has not been drawn. Documents of one type in one request share their number (Circular 01/2020/TT-BTP)."""
    version = version_in_force(CERTIFIED_COPY, clock.local_day(at))
    rows = Certification.objects.select_for_update(of=("self",)).select_related("application")
    open_ones = rows.filter(
        kind=RegisterKind.COPIES,
        application__for_application=first,
        application__state=State.ACCEPTED,
        application__version=version.pk if version else None,
        application__applicant=first.applicant,
        application__issued_forms__number=RECEIPT,
        application__issued_forms__document__isnull=True,
        pk__in=CertificationItem.objects.filter(state=JobState.WAITING).values("certification"),
    )
    gone = CertificationItem.objects.exclude(state__in=[JobState.WAITING, JobState.DROPPED, JobState.REFUSED])
    found: Certification | None = open_ones.exclude(pk__in=gone.values("certification")).order_by("pk").first()
    return found


def _check_can_open(first: Application, paper: Paper) -> None:
    if first.state not in _OPEN_TO_PAPERS:
        raise wrong_state(first)
    if first.applicant_id is None:
        raise RuleBroken(
            _("Scan the person's ID card first: the register names who asks for the copy."), code="nobody_named"
        )
    if paper.state == PaperState.CERTIFYING:
        raise RuleBroken(_("This paper is being certified already."), code="already_certifying")
    if paper.state in PAPER_THERE:
        raise RuleBroken(_("This paper is there already."), code="paper_there")


def _application_for(first: Application, wanted: Wanted, at: datetime, user: User) -> Application:
    version = version_in_force(CERTIFIED_COPY, clock.local_day(at))
    if version is None:
        raise RuleBroken(
            _("No version of this procedure is in force today. Tell the city administrator."), code="no_version"
        )
    pages, copies = wanted.pages, wanted.all_copies
    typed: dict[str, Any] = {"document_name": wanted.title.strip(), "page_count": pages, "copy_count": copies}
    return Application.objects.create(
        version_id=version.pk,
        for_application=first,
        helped_at=first.helped_at,
        competent=first.helped_at,
        applicant=first.applicant,
        contact_phone=first.contact_phone,
        contact_email=first.contact_email,
        language=first.language,
        form_data=typed,
        pages=pages,
        copies=copies,
        started_at=at,
        changed_at=at,
        opened_by=user,
    )


def _lay_out_papers(copy: Application, scan: Document, at: datetime) -> None:
    """The original was shown and its copy is the scan: both lines are there from the start."""
    refresh_papers(copy, at, new=True)
    for paper in copy.papers.all():
        paper.state = ACCEPTED[CopyForm(paper.form_of_copy)][0]
        paper.document = scan if paper.form_of_copy in (CopyForm.ORIGINAL, CopyForm.COMPARED_COPY) else None
        paper.save(update_fields=["state", "document"])
