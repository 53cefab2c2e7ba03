"""What can be booked: the rules in force, the slots of the coming days, and how many places each still has."""

from __future__ import annotations

from collections import Counter as Tally
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from django.db.models import Exists, OuterRef, Q, QuerySet

from centres import hours
from centres.enums import HOLDING
from centres.last_numbers import full_now
from centres.models import Appointment, BookingRules, Centre, Counter, Service
from centres.slots import Slot, counters_for, free_places, slots_of_day
from portal import clock

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DayOffer:
    """One day of a service: its slots that have not begun, each with its free places."""

    day: date
    hours: hours.Hours
    rules: BookingRules | None
    slots: list[tuple[Slot, int]]

    @property
    def free(self) -> int:
        return sum(free for _slot, free in self.slots)

    @property
    def free_slots(self) -> list[Slot]:
        return [slot for slot, free in self.slots if free]

    def slot_at(self, starts_at: datetime) -> Slot | None:
        """The slot that begins at this moment, full or not."""
        return next((slot for slot, _free in self.slots if slot.starts_at == starts_at), None)


def centres_with_booking() -> QuerySet[Centre]:
    """Active centres that have a counter for an open service."""
    served = Counter.objects.filter(centre=OuterRef("pk"), services__is_open=True)
    return Centre.objects.filter(Exists(served), is_active=True, in_preparation=False).order_by("code")


def services_with_booking(centre: Centre) -> QuerySet[Service]:
    """Open services of the centre that a counter can give."""
    return Service.objects.filter(
        Exists(Counter.objects.filter(services=OuterRef("pk"))),
        centre=centre,
        is_open=True,
        centre__is_active=True,
        centre__in_preparation=False,
    ).select_related("centre", "field")


def offers(service: Service, at: datetime) -> list[DayOffer]:
    """Today, from now on, and the days after it that can be booked. Nothing when no rules are in force today.

    The same number of statements however many days.
    """
    today = clock.local_day(at)
    known = _rules_touching(service, today)
    last = _last_day(service, known, today)
    return [] if last is None else _between(service, today, last, known, at)


def offer_on(service: Service, day: date, at: datetime) -> DayOffer | None:
    """One day's offer, or ``None`` when that day cannot be booked now."""
    today = clock.local_day(at)
    known = _rules_touching(service, today)
    last = _last_day(service, known, today)
    if last is None or not today <= day <= last:
        return None
    return _between(service, day, day, known, at)[0]


def last_day(service: Service, at: datetime) -> date | None:
    """The furthest day that can be booked now, or ``None`` when nothing can."""
    today = clock.local_day(at)
    return _last_day(service, _rules_touching(service, today), today)


def rules_on(service: Service, day: date) -> BookingRules | None:
    """The rules for this service in force on this day."""
    return _nearest(_rules_touching(service, day), day)


def next_free(service: Service, at: datetime) -> Slot | None:
    """The first slot with a free place, or ``None`` when nothing is free in the days that can be booked."""
    return next((slot for offer in offers(service, at) for slot in offer.free_slots), None)


def stands(appointment: Appointment, open_hours: hours.Hours) -> bool:
    """Whether the centre is open during the whole slot, given the hours of that day."""
    begins, ends = clock.local(appointment.starts_at), clock.local(appointment.ends_at)
    return any(start <= begins.time() and ends.time() <= end for start, end in open_hours)


def _last_day(service: Service, known: list[BookingRules], today: date) -> date | None:
    ruling = _nearest(known, today)
    return today + timedelta(days=ruling.days_ahead) if ruling is not None and service.is_open else None


def _between(service: Service, first: date, last: date, known: list[BookingRules], at: datetime) -> list[DayOffer]:
    by_day = hours.hours_between(service.centre, first, last)
    counters = _counters(service)
    taken = _taken(service, first, last)
    today = clock.local_day(at)
    found = []
    for day, opening in by_day.items():
        rules = _nearest(known, day)
        # When the rest of today is needed for those waiting, nobody books themselves in before them.
        is_full = day == today and full_now(service, at) is not None
        slots = _slots(day, opening, counters, rules) if rules and not is_full else []
        found.append(DayOffer(day, opening, rules, free_places(slots, taken, at)))
    return found


def _slots(day: date, opening: hours.Hours, counters: Fraction, rules: BookingRules) -> list[Slot]:
    return slots_of_day(
        day,
        opening,
        counters=counters,
        slot_minutes=rules.slot_minutes,
        visit_minutes=rules.visit_minutes,
        share_percent=rules.share_percent,
    )


def _counters(service: Service) -> Fraction:
    # Whether a counter is open at this minute says nothing about next Tuesday: all that the centre has are counted.
    skills: dict[int, list[int]] = {}
    links = Counter.services.through.objects.filter(counter__centre=service.centre_id, service__is_open=True)
    for counter_id, service_id in links.values_list("counter", "service"):
        skills.setdefault(counter_id, []).append(service_id)
    bookable = {service_id for each in skills.values() for service_id in each}
    return counters_for(service.pk, list(skills.values()), bookable)


def _taken(service: Service, first: date, last: date) -> dict[datetime, int]:
    moments = Appointment.objects.filter(service=service, day__gte=first, day__lte=last, state__in=HOLDING)
    return dict(Tally(moments.values_list("starts_at", flat=True)))


def _rules_touching(service: Service, first: date) -> list[BookingRules]:
    """Rules for this service that are in force on this day or later, the nearest to the service last."""
    rows = BookingRules.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=first),
        Q(centre__isnull=True) | Q(centre=service.centre_id),
        Q(service__isnull=True) | Q(service=service.pk),
    )
    return sorted(rows, key=lambda row: (row.service_id is not None, row.centre_id is not None, row.valid_from))


def _nearest(known: list[BookingRules], day: date) -> BookingRules | None:
    in_force = [row for row in known if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)]
    return in_force[-1] if in_force else None
