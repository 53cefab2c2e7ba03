"""The arithmetic of booking, without a database: which slots a day has, and how many places each of them.

A slot has as many places as its share of the counters' time is worth in visits. That is seldom a whole number, so it is
counted from the morning on: the places of the day up to any slot are what its time up to there is worth, rounded down.
Half of one counter with 15 minutes a visit gives a place in every second slot of 15 minutes, and never more than half.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from portal.clock import HANOI


@dataclass(frozen=True)
class Slot:
    """A span of time that can be booked; ``seats`` is how many visits may begin in it by booking."""

    starts_at: datetime
    ends_at: datetime
    seats: int


def counters_for(service_id: int, skills: Collection[Collection[int]], bookable: Collection[int]) -> Fraction:
    """How many counters a service has, if each counter gives its time evenly to those of its services that can be booked.

    ``skills`` holds the services of each counter.
    """
    shares = (len(set(each) & set(bookable)) for each in skills if service_id in each)
    return sum((Fraction(1, count) for count in shares if count), Fraction(0))


def slots_of_day(
    day: date,
    hours: Collection[tuple[time, time]],
    *,
    counters: Fraction,
    slot_minutes: int,
    visit_minutes: int,
    share_percent: int,
) -> list[Slot]:
    """The slots of one local day in order, those without a place too; none on a day that is closed.

    Slots begin with each span of opening and lie wholly inside it.
    """
    length = timedelta(minutes=slot_minutes)
    worth = counters * Fraction(slot_minutes * share_percent, visit_minutes * 100)
    slots: list[Slot] = []
    given = Fraction(0)
    for start, end in sorted(hours):
        begins, closes = (datetime.combine(day, each, tzinfo=HANOI) for each in (start, end))
        while begins + length <= closes:
            seats = int(given + worth) - int(given)
            given += worth
            slots.append(Slot(begins, begins + length, seats))
            begins += length
    return slots


def free_places(slots: Collection[Slot], taken: Mapping[datetime, int], at: datetime) -> list[tuple[Slot, int]]:
    """Slots that have not begun at this moment, with how many of their places are free."""
    return [(slot, max(0, slot.seats - taken.get(slot.starts_at, 0))) for slot in slots if slot.starts_at > at]


def free_seat(seats: int, taken: Collection[int]) -> int | None:
    """The lowest place that nobody has, or ``None`` when the slot is full."""
    return next((seat for seat in range(1, seats + 1) if seat not in taken), None)
