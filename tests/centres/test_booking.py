"""What a service offers in the coming days: the calendar, the counters, the rules in force."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from centres import booking
from centres.models import BookingRules, CalendarDay
from procedures.models import NationalDay
from tests.factories import centres as make
from tests.factories.centres import MORNING
from tests.moments import hanoi

pytestmark = pytest.mark.usefixtures("counter", "rules")


def by_day(service, at=MORNING):
    return {offer.day: offer for offer in booking.offers(service, at)}


def national(day: date, kind: str) -> None:
    NationalDay.objects.create(date=day, day=kind, kind="statutory", name="x", confidence="S")


def test_today_from_now_on_and_the_next_six_days(service):
    offers = booking.offers(service, MORNING)
    assert [offer.day for offer in offers] == [date(2026, 11, 23) + timedelta(days=n) for n in range(7)]
    assert offers[0].slots[0][0].starts_at == hanoi("2026-11-23 10:30")
    assert offers[6].slots == []  # Sunday


def test_a_day_off_has_no_slots_and_a_make_up_saturday_has_an_afternoon(service):
    national(date(2026, 11, 24), "off")
    national(date(2026, 11, 28), "work")
    offers = by_day(service)
    assert offers[date(2026, 11, 24)].slots == []
    assert offers[date(2026, 11, 28)].slot_at(hanoi("2026-11-28 14:00"))


def test_an_exception_of_the_centre_counts_at_once(service, centre):
    CalendarDay.objects.create(centre=centre, day=date(2026, 11, 25), hours=[["09:00", "10:00"]], reason="họp")
    assert [slot.starts_at for slot, _free in by_day(service)[date(2026, 11, 25)].slots] == [
        hanoi("2026-11-25 09:00"),
        hanoi("2026-11-25 09:30"),
    ]


def test_a_new_local_day_begins_at_17_utc(service):
    before, after = (
        booking.offers(service, hanoi("2026-11-23 23:59")),
        booking.offers(service, hanoi("2026-11-24 00:01")),
    )
    assert (before[0].day, before[0].slots) == (date(2026, 11, 23), [])
    assert after[0].day == date(2026, 11, 24)
    assert after[0].slots[0][0].starts_at == hanoi("2026-11-24 08:00")


def test_without_a_counter_nothing_is_free(centre, rules):
    lonely = make.ServiceFactory(centre=centre, letter="H")
    assert booking.next_free(lonely, MORNING) is None


def test_without_rules_in_force_nothing_can_be_booked(service):
    BookingRules.objects.all().delete()
    assert booking.offers(service, MORNING) == []


def test_the_rules_nearest_to_the_service_count(service, other_service, centre):
    make.BookingRulesFactory(centre=centre, service=service, share_percent=100, slot_minutes=60)
    slot = by_day(service)[date(2026, 11, 24)].slots[0][0]
    assert (slot.ends_at - slot.starts_at, slot.seats) == (timedelta(hours=1), 4)


def test_new_rules_count_from_their_first_day(service, centre, rules):
    rules.valid_to = date(2026, 11, 24)
    rules.save()
    make.BookingRulesFactory(centre=centre, valid_from=date(2026, 11, 25), slot_minutes=10)
    lengths = {
        day: offer.slots[0][0].ends_at - offer.slots[0][0].starts_at
        for day, offer in by_day(service).items()
        if offer.slots
    }
    assert lengths[date(2026, 11, 24)] == timedelta(minutes=30)
    assert lengths[date(2026, 11, 25)] == timedelta(minutes=10)


def test_the_same_number_of_statements_whatever_is_booked(service, django_assert_max_num_queries):
    booking.offers(service, MORNING)
    for _each in range(30):
        make.AppointmentFactory(service=service, starts_at=hanoi("2026-11-24 08:00"))
    with django_assert_max_num_queries(5):
        booking.offers(service, MORNING)
