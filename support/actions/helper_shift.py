"""A helper begins in a hall, and goes home."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from centres.permissions import has_role
from citizens.models import User
from portal import clock, live
from portal.errors import BadInput, NotAllowed, RuleBroken
from support.helpers import out_for, topic
from support.models import HelperShift
from support.permissions import HELPERS


@transaction.atomic
def begin_shift(*, centre: Centre, badge: str, at: datetime, acting_user: User) -> HelperShift:
    """I am in this hall; a shift in another one ends. Raises ``NotAllowed``, ``BadInput``, ``RuleBroken``."""
    if not has_role(acting_user, HELPERS, centre.pk):
        raise NotAllowed(_("This page is for helpers in the hall."), code="not_helper")
    words = " ".join(badge.split())
    if not words:
        raise BadInput(_("Say what people know you by, such as “blue vest, badge 12”."), code="no_badge", field="badge")
    _end_running(acting_user, at)
    row = HelperShift.objects.create(
        user=acting_user, centre=centre, day=clock.local_day(at), badge=words[:60], began_at=at
    )
    live.bump(topic(centre.pk))
    return row


@transaction.atomic
def end_shift(*, at: datetime, acting_user: User) -> None:
    """I go home, or take a pause. Raises ``RuleBroken`` while I am out for somebody."""
    _end_running(acting_user, at)


def _end_running(user: User, at: datetime) -> None:
    if out_for(user) is not None:
        raise RuleBroken(_("You are with somebody already. End that first."), code="already_out")
    day = clock.local_day(at)
    for row in HelperShift.objects.select_for_update().filter(user=user, day=day, ended_at__isnull=True):
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        live.bump(topic(row.centre_id))
