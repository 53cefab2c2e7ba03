"""What a person does about rows that the national portal did not take: push them again, or leave one out."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked
from applications.actions.tell_national import set_sync_state
from applications.enums_national import ItemState
from applications.models import SyncItem
from applications.national.outbox import TASK
from applications.permissions import NATIONAL_KEEPERS, check
from centres.permissions import has_role
from citizens.models import User
from portal import jobs
from portal.errors import BadInput, RuleBroken

MOST_AT_ONCE = 500


@transaction.atomic
def push_again(*, item: SyncItem, at: datetime, acting_user: User) -> SyncItem:
    """Let the row be sent anew, with as many tries as a fresh one; those behind it follow."""
    row = _dead(item, acting_user)
    row.state, row.attempts, row.not_before = ItemState.WAITING, 0, at
    row.save(update_fields=["state", "attempts", "not_before"])
    set_sync_state(row.application)
    jobs.wake(TASK, row.application_id)
    return row


def push_all(*, at: datetime, acting_user: User) -> int:
    """Push every row again that is not accepted, five hundred at once; how many."""
    check(has_role(acting_user, NATIONAL_KEEPERS))
    rows = list(
        SyncItem.objects.filter(state=ItemState.DEAD).select_related("application").order_by("pk")[:MOST_AT_ONCE]
    )
    pushed = 0
    for row in rows:
        try:
            push_again(item=row, at=at, acting_user=acting_user)
        except RuleBroken:  # somebody else was quicker
            continue
        pushed += 1
    return pushed


@transaction.atomic
def skip(*, item: SyncItem, reason: str, at: datetime, acting_user: User) -> SyncItem:
    """Leave the row out, with a reason; those behind it follow."""
    row = _dead(item, acting_user)
    if not reason.strip():
        raise BadInput(_("Say why the national portal need not be told of this."), code="reason_empty", field="reason")
    row.state, row.settled_at, row.skipped_by, row.reason = ItemState.SKIPPED, at, acting_user, reason.strip()[:200]
    row.save(update_fields=["state", "settled_at", "skipped_by", "reason"])
    set_sync_state(row.application)
    jobs.wake(TASK, row.application_id)
    return row


def _dead(item: SyncItem, user: User) -> SyncItem:
    """The row under its dossier's lock. Raises ``RuleBroken`` where it is not among those given up any more."""
    check(has_role(user, NATIONAL_KEEPERS))
    dossier = locked(item.application)
    row = SyncItem.objects.select_for_update().get(pk=item.pk)
    row.application = dossier
    if row.state != ItemState.DEAD:
        raise RuleBroken(_("Somebody else has just dealt with this. Look at it again."), code="not_dead")
    return row
