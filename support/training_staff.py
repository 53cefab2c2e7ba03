"""A centre's people at counters, and what each lacks for what they give today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from centres.enums import CounterState
from centres.models import Centre, Counter, Membership
from centres.permissions import DESK
from citizens.models import User
from support.law_lessons import Reach, reach_of
from support.models import TrainingException
from support.training import Asked, Lack


@dataclass(frozen=True)
class Person:
    """One of them; ``counter`` is where they sit now."""

    user: User
    counter: Counter | None
    lacks: list[Lack]
    exception: TrainingException | None

    @property
    def is_blocked(self) -> bool:
        return any(lack.blocks for lack in self.lacks)


def people_at(centre: Centre, day: date) -> list[Person]:
    """Everybody who may open a counter here, whom something keeps from it first, then by name. Whoever sits at a counter is
    asked about what that gives, everybody else about all that is given here."""
    counters = list(Counter.objects.filter(centre=centre).prefetch_related("services__procedure").order_by("number"))
    seats = {counter.officer_id: counter for counter in counters if counter.state != CounterState.CLOSED}
    reaches = {counter.pk: reach_of(counter.services.all()) for counter in counters}
    everything = Reach()
    for reach in reaches.values():
        everything = everything | reach
    held = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day), centre=centre, role__in=DESK, valid_from__lte=day,
        blocked_reason="",
    )  # fmt: skip
    users = list(User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("full_name", "pk"))
    asked = Asked(centre, [user.pk for user in users], everything, day)
    found = []
    for user in users:
        seat = seats.get(user.pk)
        lacks = asked.lacks(user.pk, reaches[seat.pk] if seat else everything)
        found.append(Person(user, seat, lacks, asked.exception(user.pk)))
    return sorted(found, key=lambda person: (not person.is_blocked, not person.lacks))
