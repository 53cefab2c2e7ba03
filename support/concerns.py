"""What a member of staff should know now, whatever page they are on: the banner."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from centres.models import Outage
from centres.permissions import roles_of
from citizens.models import User
from portal import clock
from procedures.models import ProcedureVersion
from support import law_lessons
from support.announcing import unread
from support.models import Announcement, Incident
from support.permissions import RESPONDERS
from support.querysets import IncidentQuerySet

# Every page of staff asks, so these are no rows: how early and how much a banner says is a matter of the screen.
OUTAGE_AHEAD = timedelta(days=2)
MOST = 3


@dataclass(frozen=True)
class Concerns:
    incidents: list[Incident] = field(default_factory=list)
    unanswered: int = 0
    outages: list[Outage] = field(default_factory=list)
    unread: list[Announcement] = field(default_factory=list)
    law: list[ProcedureVersion] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.incidents or self.unanswered or self.outages or self.unread or self.law)


def concerns(user: User, at: datetime) -> Concerns:
    """What is open where the user works and is told to people there, what will stand still, what is unread, new law among it.

    Whoever looks after incidents hears of those that nobody has answered, too.
    """
    roles = roles_of(user)
    if not roles:
        return Concerns()
    places = {centre_id for centre_id, _role in roles}
    here = Q() if None in places else Q(centre__isnull=True) | Q(centre__in=places)
    severe = Q(severity__lte=2) | ~Q(public_words=None)
    open_here: IncidentQuerySet = Incident.objects.open().filter(here)
    responds = any(role in RESPONDERS for _centre, role in roles)
    outages = Outage.objects.select_related("centre").filter(
        here, cancelled_at__isnull=True, from_at__lte=at + OUTAGE_AHEAD, until_at__gt=at
    )
    return Concerns(
        incidents=list(open_here.filter(severe).select_related("centre").order_by("severity", "reported_at")[:MOST]),
        unanswered=open_here.filter(acknowledged_at__isnull=True).count() if responds else 0,
        outages=[row for row in outages.order_by("from_at")[:MOST] if row.over_at > at],
        unread=unread(user, at)[:MOST],
        law=_unread_law(user, clock.local_day(at)),
    )


def _unread_law(user: User, day: date) -> list[ProcedureVersion]:
    """New law that holds soon or already, and that they have not read."""
    found: list[Any] = [row for row in law_lessons.for_user(user, day) if law_lessons.is_near(row, day)]
    return [row for row in found if row.read_at is None][:MOST]
