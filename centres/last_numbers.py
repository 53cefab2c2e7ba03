"""When to stop giving numbers: those waiting must be served before the doors close.

Those who wait, are set aside or are on their way to a counter, and those who have booked for later today, times the mean
time of a visit, against what is left of the opening hours at the counters that can serve them, less the time the policy
keeps before closing, in which the visits end that are under way. Where the hours are not
confirmed, or no visit of recent days says how long one takes, nobody is sent away.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from django.db.models import Avg

from centres import hours
from centres.enums import AppointmentState, CounterState, TicketState
from centres.models import Appointment, Centre, Counter, Service, Ticket
from centres.policy import policy_on
from portal import clock, shared

# A bound of the estimate, not of the service: enough visits for a mean, and recent enough to be today's.
RECENT_DAYS = 14
KNOWN_SECONDS = 60
# Work at other services that is looked at: with n of them there are two to the power of n groups of services.
MOST_OTHERS = 9
STILL_TO_SERVE = (TicketState.WAITING, TicketState.PARKED, TicketState.CALLED)
Skills = Collection[Collection[int]]


@dataclass(frozen=True)
class DayIsFull:
    """What the sentence needs: how many need the time that is left, and until when the counters can serve."""

    people: int
    closes_at: datetime


def full_now(service: Service, at: datetime) -> DayIsFull | None:
    """Whether no more numbers can be given for this service today, and what to say; ``None`` while they can.

    Asked with every number drawn, so the answer is kept for the rest of the minute.
    """
    if not service.centre.keeps_hours:
        return None
    key = f"full:{service.pk}:{clock.local(at):%d%H%M}"
    known: tuple[DayIsFull | None] | None = shared.recall(key)
    if known is None:
        known = (_look(service, at),)
        shared.keep(key, known, KNOWN_SECONDS)
    return known[0]


def who_needs_the_time(
    service: int, *, people: Mapping[int, int], visits: Mapping[int, timedelta], skills: Skills, time: timedelta
) -> int | None:
    """How many people need the time that one more for this service would take; ``None`` where there is room for one more.

    ``people`` and ``visits`` are by service, ``skills`` the services of each counter, ``time`` what each counter has left.
    What counters can do at most is the least, over all groups of services, of the time of the counters that can give any
    of a group and the work outside it (the smallest cut of the network of work and counters). There is room if one more
    visit adds its whole time to that: services that are overrun at counters of their own keep nobody else away.
    """
    visit = visits[service]
    work = {each: people.get(each, 0) * visits[each] for each in visits}
    others = sorted((each for each in work if each != service and work[each]), key=lambda each: -work[each])
    considered = [service, *others[:MOST_OTHERS]]
    whole = sum((work[each] for each in considered), timedelta())

    def at_most(group: frozenset[int]) -> timedelta:
        able = sum(not group.isdisjoint(each) for each in skills)
        return able * time + whole - sum((work[each] for each in group), timedelta())

    cuts = {group: at_most(group) for group in _groups(considered)}
    done = min(cuts.values())
    # The smaller group first, where two leave as little: its people are those whom it is about.
    tight = min((group for group in cuts if service in group), key=lambda group: (cuts[group], len(group)))
    return sum(people.get(each, 0) for each in tight) if cuts[tight] < done + visit else None


def mean_visits(centre: Centre, at: datetime) -> dict[int, timedelta]:
    """How long a visit took on average by service, from those of recent days; services without any are missing."""
    key = f"visits:{centre.pk}"
    known: dict[int, timedelta] | None = shared.recall(key)
    if known is None:
        today = clock.local_day(at)
        recent = Ticket.objects.filter(
            centre=centre, day__gte=today - timedelta(days=RECENT_DAYS), day__lte=today, state=TicketState.DONE
        )
        rows = recent.filter(served_s__gt=0).values_list("service").annotate(mean=Avg("served_s")).order_by()
        known = {service: timedelta(seconds=mean) for service, mean in rows}
        shared.keep(key, known, KNOWN_SECONDS)
    return known


def _groups(services: Collection[int]) -> Iterator[frozenset[int]]:
    """Every group of these services, none of them too."""
    for size in range(len(services) + 1):
        yield from map(frozenset, combinations(services, size))


def _look(service: Service, at: datetime) -> DayIsFull | None:
    centre, today = service.centre, clock.local_day(at)
    if not hours.is_open(centre, at):
        return None
    visits = mean_visits(centre, at)
    skills = _skills(service)
    if service.pk not in visits or not skills:
        return None
    people = who_needs_the_time(
        service.pk,
        people=_people(centre, at),
        visits=visits,
        skills=skills,
        time=max(timedelta(), hours.opening_left(centre, at) - policy_on(centre.pk, today).closing),
    )
    if people is None:
        return None
    closes = hours.hours_on(centre, today)[-1][1]
    return DayIsFull(people, datetime.combine(today, closes, tzinfo=clock.HANOI))


def _people(centre: Centre, at: datetime) -> Tally[int]:
    """By service: who is still to be served, and who has booked for later today and has a right to be expected."""
    today = clock.local_day(at)
    waiting = Ticket.objects.filter(state__in=STILL_TO_SERVE).of_day(centre, today).values_list("service", flat=True)
    booked = Appointment.objects.filter(
        centre=centre, day=today, state=AppointmentState.BOOKED, on_time_until__gte=at
    ).values_list("service", flat=True)
    return Tally(waiting) + Tally(booked)


def _skills(service: Service) -> list[set[int]]:
    """What each counter with somebody at it can give; before any that can give this has opened, what all can."""
    links = Counter.services.through.objects.filter(counter__centre=service.centre_id)
    every: dict[int, set[int]] = {}
    staffed: dict[int, set[int]] = {}
    for counter, state, each in links.values_list("counter", "counter__state", "service"):
        every.setdefault(counter, set()).add(each)
        if state != CounterState.CLOSED:
            staffed.setdefault(counter, set()).add(each)
    open_now = list(staffed.values())
    if any(service.pk in each for each in open_now):
        return open_now
    known = list(every.values())
    return known if any(service.pk in each for each in known) else []
