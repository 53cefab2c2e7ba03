"""Taking a scan back before it is approved: the wrong paper, an unreadable page."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.documents_wanted import follow_documents
from applications.actions.end_certification import end_if_over
from applications.actions.locking import locked
from applications.enums import PaperState, State
from applications.models import CertificationItem
from applications.notarisation.enums import JobState
from applications.permissions import check_receiver
from citizens.models import User
from portal import live
from portal.errors import RuleBroken


@transaction.atomic
def drop_certification(*, item: CertificationItem, at: datetime, acting_user: User) -> CertificationItem:
    """Take one document out without a register number; the line of the checklist is missing again. A request that was
    received is withdrawn with its last one."""
    application = item.certification.application
    if application.for_application is not None:
        locked(application.for_application)
    copy = locked(application)
    check_receiver(acting_user, copy)
    item = CertificationItem.objects.select_for_update(of=("self",)).select_related("for_paper").get(pk=item.pk)
    if item.state == JobState.DROPPED:
        return item
    if item.state == JobState.SUBMITTED:
        raise RuleBroken(
            _("This document lies before the signer. Ask the signer to send it back first."), code="at_the_signer"
        )
    if item.state != JobState.WAITING:
        raise RuleBroken(_("This copy has its number in the register; it cannot be taken back."), code="has_number")
    item.drop()
    item.save(update_fields=["state"])
    if item.for_paper is not None and item.for_paper.state == PaperState.CERTIFYING:
        item.for_paper.state = PaperState.MISSING
        item.for_paper.save(update_fields=["state"])
    if copy.state == State.DRAFT:
        follow_documents(copy, at)
    end_if_over(copy, at, acting_user)
    live.bump(f"dossier:{copy.pk}", f"dossier:{copy.for_application_id}", f"dossiers:{copy.competent_id}")
    return item
