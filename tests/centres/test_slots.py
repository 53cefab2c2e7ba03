"""The arithmetic of booking, whatever the hours, the counters and the rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from centres.slots import Slot, counters_for, free_places, free_seat, slots_of_day
from portal.clock import HANOI

DAY = date(2026, 11, 23)
MORNING = [(time(8), time(11, 30)), (time(13, 30), time(17))]


def slots(hours=MORNING, counters=1, length=15, visit=15, share=50, day=DAY) -> list[Slot]:
    return slots_of_day(
        day, hours, counters=Fraction(counters), slot_minutes=length, visit_minutes=visit, share_percent=share
    )


def test_half_of_one_counter_gives_a_place_in_every_second_slot():
    assert [slot.seats for slot in slots()][:6] == [0, 1, 0, 1, 0, 1]


def test_two_and_a_half_counters_give_what_they_are_worth():
    assert [slot.seats for slot in slots(counters=Fraction(5, 2), length=30)][:4] == [2, 3, 2, 3]


def test_a_closed_day_has_no_slots_and_the_noon_pause_none_either():
    assert slots(hours=[]) == []
    begins = [slot.starts_at.astimezone(HANOI).time() for slot in slots(length=30)]
    assert time(11, 0) in begins and time(11, 30) not in begins and time(13, 30) in begins


def test_a_rest_shorter_than_a_slot_is_left_to_walk_ins():
    assert [slot.ends_at.astimezone(HANOI).time() for slot in slots(hours=[(time(8), time(8, 50))], length=30)] == [
        time(8, 30)
    ]


def test_the_first_slot_of_the_morning_lies_on_the_same_day_in_utc_and_an_early_one_on_the_day_before():
    early = slots(hours=[(time(6, 30), time(7, 30))], length=30)
    assert [slot.starts_at.astimezone(UTC) for slot in early] == [
        datetime(2026, 11, 22, 23, 30, tzinfo=UTC),
        datetime(2026, 11, 23, 0, 0, tzinfo=UTC),
    ]


def test_a_counter_gives_its_time_evenly_to_what_can_be_booked():
    skills = [[1, 2], [1], [2, 3]]
    assert counters_for(1, skills, {1, 2, 3}) == Fraction(3, 2)
    assert counters_for(1, skills, {1}) == 2
    assert counters_for(4, skills, {1, 2, 3}) == 0


def test_the_lowest_free_place_is_given_and_none_when_full():
    assert free_seat(3, {1, 3}) == 2
    assert free_seat(3, {1, 2, 3}) is None
    assert free_seat(0, set()) is None


spans = st.lists(st.integers(0, 24 * 12 - 1), min_size=0, max_size=6, unique=True).map(
    lambda marks: [
        (time(a * 5 // 60, a * 5 % 60), time(b * 5 // 60, b * 5 % 60))
        for a, b in zip(sorted(marks)[::2], sorted(marks)[1::2], strict=False)
    ]
)
worlds = {
    "hours": spans,
    "counters": st.fractions(0, 12, max_denominator=6),
    "length": st.integers(5, 120),
    "visit": st.integers(1, 90),
    "share": st.integers(0, 100),
    "day": st.dates(date(2026, 1, 1), date(2027, 12, 31)),
}


@given(**worlds)
def test_no_slot_lies_outside_the_hours_and_none_overlap(hours, counters, length, visit, share, day):
    found = slots(hours, counters, length, visit, share, day)
    for slot in found:
        begins, ends = slot.starts_at.astimezone(HANOI), slot.ends_at.astimezone(HANOI)
        assert begins.date() == ends.date() == day
        assert any(start <= begins.time() and ends.time() <= end for start, end in hours)
    assert all(one.ends_at <= other.starts_at for one, other in zip(found, found[1:], strict=False))


@given(**worlds)
def test_never_more_than_the_share_of_the_time_up_to_any_slot(hours, counters, length, visit, share, day):
    booked, minutes = 0, 0
    for slot in slots(hours, counters, length, visit, share, day):
        assert slot.seats >= 0
        booked += slot.seats * visit
        minutes += length
        assert booked <= counters * minutes * Fraction(share, 100)


@given(**worlds)
def test_less_than_one_visit_of_the_share_is_lost_in_a_day(hours, counters, length, visit, share, day):
    found = slots(hours, counters, length, visit, share, day)
    worth = counters * Fraction(share, 100) * length * len(found) / visit
    assert worth - sum(slot.seats for slot in found) < 1


@given(taken=st.integers(0, 9), minutes=st.integers(-600, 900))
def test_what_has_begun_is_not_offered_and_free_is_never_below_none(taken, minutes):
    found = slots(length=30, counters=4)
    at = found[0].starts_at + timedelta(minutes=minutes)
    offered = free_places(found, {slot.starts_at: taken for slot in found}, at)
    assert all(slot.starts_at > at and 0 <= free <= slot.seats for slot, free in offered)
    assert len(offered) == sum(slot.starts_at > at for slot in found)
