"""Taking a scan back before it is approved: the wrong paper, an unreadable page."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked
from applications.enums import EventKind, PaperState
from applications.history import record
from applications.models import CertificationItem
from applications.notarisation.enums import JobState
from applications.permissions import check_receiver
from citizens.models import User
from portal import live
from portal.errors import RuleBroken


@transaction.atomic
def drop_certification(*, item: CertificationItem, at: datetime, acting_user: User) -> CertificationItem:
    """End the request without a register number; the line of the checklist is missing again."""
    application = item.certification.application
    if application.for_application is not None:
        locked(application.for_application)
    copy = locked(application)
    check_receiver(acting_user, copy)
    item = CertificationItem.objects.select_for_update(of=("self",)).select_related("for_paper").get(pk=item.pk)
    if item.state == JobState.DROPPED:
        return item
    if item.state != JobState.WAITING:
        raise RuleBroken(_("This copy has its number in the register; it cannot be taken back."), code="has_number")
    item.drop()
    item.save(update_fields=["state"])
    if item.for_paper is not None and item.for_paper.state == PaperState.CERTIFYING:
        item.for_paper.state = PaperState.MISSING
        item.for_paper.save(update_fields=["state"])
    from_state = copy.state
    copy.withdraw(at)
    copy.changed_at = at
    copy.save(update_fields=["state", "ended_at", "changed_at"])
    copy.steps.filter(to_at__isnull=True).update(to_at=at)
    record(
        application=copy,
        kind=EventKind.WITHDRAWN,
        at=at,
        actor=acting_user,
        centre=copy.helped_at,
        from_state=from_state,
        details={"why": "scan_taken_back"},
    )
    live.bump(f"dossier:{copy.pk}", f"dossier:{copy.for_application_id}", f"dossiers:{copy.competent_id}")
    return item
