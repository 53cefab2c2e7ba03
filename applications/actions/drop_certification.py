"""Taking a scan back before it is approved: the wrong paper, an unreadable page."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.add_to_scan import add_to_scan
from applications.actions.documents_wanted import follow_documents
from applications.actions.end_certification import end_if_over
from applications.actions.fees import let_fall
from applications.actions.locking import locked
from applications.enums import PaperState, State
from applications.ledger import lines_owed
from applications.models import CertificationItem
from applications.notarisation.enums import JobState
from applications.permissions import check_receiver
from applications.scanning import ADDED, open_scan, slot_of
from citizens.models import User
from portal import files, live
from portal.errors import RuleBroken
from portal.uploads import Inspected

# Kept with its fee, and in Vietnamese like every reason that is.
TAKEN_BACK = "Giấy tờ đã được rút lại trước khi chứng thực."
log = structlog.get_logger(__name__)


def drop_certification(*, item: CertificationItem, at: datetime, acting_user: User) -> CertificationItem:
    """Take one document out without a register number; the line of the checklist is missing again. A request that was
    received is withdrawn with its last one.

    Its scan lies ready again where another document can be made of it.
    """
    dropped, is_new = _drop(item, at, acting_user)
    if is_new:
        _lay_ready_again(dropped, at, acting_user)
    return dropped


@transaction.atomic
def _drop(item: CertificationItem, at: datetime, acting_user: User) -> tuple[CertificationItem, bool]:
    """The document as it is then, and whether it was taken out only now."""
    application = item.certification.application
    if application.for_application is not None:
        locked(application.for_application)
    copy = locked(application)
    check_receiver(acting_user, copy)
    rows = CertificationItem.objects.select_for_update(of=("self",))
    item = rows.select_related("for_paper__application", "scan", "certification__application").get(pk=item.pk)
    if item.state == JobState.DROPPED:
        return item, False
    if item.state == JobState.SUBMITTED:
        raise RuleBroken(
            _("This document lies before the signer. Ask the signer to send it back first."), code="at_the_signer"
        )
    if item.state != JobState.WAITING:
        raise RuleBroken(_("This copy has its number in the register; it cannot be taken back."), code="has_number")
    let_fall([line for line in lines_owed(copy) if line.item_id == item.pk], TAKEN_BACK, at, acting_user)
    item.drop()
    item.save(update_fields=["state"])
    if item.for_paper is not None and item.for_paper.state == PaperState.CERTIFYING:
        item.for_paper.state = PaperState.MISSING
        item.for_paper.save(update_fields=["state"])
    follow_documents(copy, at)
    end_if_over(copy, at, acting_user)
    live.bump(f"dossier:{copy.pk}", f"dossier:{copy.for_application_id}", f"dossiers:{copy.competent_id}")
    return item, True


def _lay_ready_again(item: CertificationItem, at: datetime, user: User) -> None:
    """As one file, since its pages are one by now; not among pages that lie there already. It is a convenience: what keeps
    it from being laid ready keeps nothing else."""
    paper = item.for_paper
    application, slot = (paper.application, slot_of(paper)) if paper else (item.certification.application, ADDED)
    lying = open_scan(application.pk, slot)
    if (paper is None and application.state != State.DRAFT) or (lying is not None and lying.pages.exists()):
        return
    scan = item.scan
    try:
        with files.open_stored(scan.sha256) as content:
            upload = Inspected(scan.media_type, scan.pages, scan.size, scan.name, content)
            add_to_scan(application=application, slot=slot, uploads=[upload], paper=paper, at=at, acting_user=user)
    except (OSError, RuleBroken) as error:
        log.warning("scan_not_laid_again", item=item.pk, error=type(error).__name__)
