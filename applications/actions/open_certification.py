"""Certifying a copy for a paper that is missing: the request, with an application of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked, wrong_state
from applications.actions.mark_paper import ACCEPTED
from applications.actions.papers_asked import refresh_papers
from applications.actions.receive import receive
from applications.actions.use_scan import use_scan
from applications.catalogue import quote_for
from applications.enums import PAPER_THERE, DocumentSource, PaperState, State
from applications.models import Application, Certification, CertificationItem, Document, Paper, Scan
from applications.permissions import check_receiver
from citizens.models import User
from portal import clock, files, live
from portal.errors import BadInput, RuleBroken
from portal.uploads import Inspected
from procedures.catalogue_cache import version_in_force
from procedures.enums import CopyForm

# The national code of "Chứng thực bản sao từ bản chính".
CERTIFIED_COPY = "2.000815"
MOST_PAGES = 500
MOST_COPIES = 100
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
    several_on_a_sheet: bool = False,
    scan: Scan | None = None,
    at: datetime,
    acting_user: User,
) -> CertificationItem:
    """Keep the scan and open a certification for the paper it is missing for; the line then waits for it.

    ``pages`` are those of the original as the officer counted them; more than the scan has only where the officer says
    that several are on a sheet of it (``several_on_a_sheet``): nobody certifies what is not there. The same ``client_key`` again gives the same
    item. ``scan`` is what the upload was made of, where it lay ready at the desk: with the item it is used. The fee is the catalogue's (Circular 226/2016: by page of the original, capped a copy). Raises ``BadInput``,
    ``RuleBroken`` and, when the store is full, ``Unavailable``; nothing is changed then.
    """
    check_receiver(acting_user, for_paper.application)
    _check_quantity(pages, copies)
    if pages > upload.pages and not several_on_a_sheet:
        raise BadInput(
            _(
                "The scan has fewer pages (%(there)s) than are to be certified (%(pages)s). Scan all of them, or say that"
                " several are on one sheet."
            )
            % {"there": upload.pages, "pages": pages},
            code="pages_not_there",
            field="pages",
        )
    if not title.strip():
        raise BadInput(_("Write the name of the paper as it stands on it."), code="title_empty", field="title")
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
        copy = _application_for(first, title.strip(), pages, copies, at, acting_user)
        document = Document.objects.create(
            sha256=kept.sha256,
            size=kept.size,
            media_type=upload.media_type,
            name=upload.name,
            pages=upload.pages,
            source=DocumentSource.UPLOAD,
            application=copy,
            created_at=at,
            created_by=acting_user,
        )
        _lay_out_papers(copy, document, at)
        fee = quote_for(copy, at).total
        copy = receive(application=copy, at=at, acting_user=acting_user)
        item = CertificationItem.objects.create(
            certification=Certification.objects.create(application=copy, requested_at=at, requested_by=acting_user),
            client_key=client_key,
            title=title.strip(),
            scan=document,
            pages=pages,
            copies=copies,
            fee=fee,
            for_paper=paper,
        )
        paper.state = PaperState.CERTIFYING
        paper.save(update_fields=["state"])
        if scan is not None:
            use_scan(scan=scan, at=at)
        live.bump(f"dossier:{first.pk}", f"dossier:{copy.pk}")
        return item


def _check_quantity(pages: int, copies: int) -> None:
    if not 1 <= pages <= MOST_PAGES:
        raise BadInput(
            _("Give the pages of the original, from 1 to %(most)s.") % {"most": MOST_PAGES},
            code="pages_wrong",
            field="pages",
        )
    if not 1 <= copies <= MOST_COPIES:
        raise BadInput(
            _("Give the number of copies, from 1 to %(most)s.") % {"most": MOST_COPIES},
            code="copies_wrong",
            field="copies",
        )


def _sent_before(client_key: str, paper: Paper) -> CertificationItem | None:
    item = CertificationItem.objects.filter(client_key=client_key).first()
    if item is not None and item.for_paper_id != paper.pk:
        raise RuleBroken(
            _("This form was sent already for another paper. Open it again from the checklist."), code="key_used"
        )
    return item


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


def _application_for(first: Application, title: str, pages: int, copies: int, at: datetime, user: User) -> Application:
    version = version_in_force(CERTIFIED_COPY, clock.local_day(at))
    if version is None:
        raise RuleBroken(
            _("No version of this procedure is in force today. Tell the city administrator."), code="no_version"
        )
    typed: dict[str, Any] = {"document_name": title, "page_count": pages, "copy_count": copies}
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
