"""What people are told, from the rows that there are; what came of it; and what it costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from centres import tasks
from centres.actions.arrive import arrive
from centres.actions.call_next import call_next
from centres.actions.close_day import close_day
from centres.actions.draw import draw
from centres.actions.give_estimates import give_estimate, give_estimates, settle_estimates
from centres.actions.learn_days import learn_days
from centres.actions.park import park
from centres.actions.recall import recall
from centres.actions.unpark import unpark
from centres.ahead import people_ahead
from centres.enums import Priority, PriorityGround
from centres.estimate import memory
from centres.estimate.accuracy import ByService, by_service, last_week
from centres.estimate.now import forecast, renew, shown_to
from centres.estimate.seen import day_record, hall_now
from centres.models import Estimate, LearnedDay, Ticket
from portal import clock
from tests.centres.estimate.days import SERVICE_MINUTES, served_day, three_learned_days
from tests.factories.centres import MORNING, TicketFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def fresh_memory():
    memory.forget()
    cache.clear()
    yield
    memory.forget()
    cache.clear()


@pytest.fixture
def learned(service, counter):
    three_learned_days(service, counter)


def waiting(service, count, minutes_ago=5):
    return [
        TicketFactory(service=service, number=100 + n, issued_at=MORNING - minutes_ago * MINUTE + n * MINUTE / 60)
        for n in range(count)
    ]


def test_nothing_is_told_where_nothing_is_known(service, counter):
    [ticket] = waiting(service, 1)
    assert renew(service.centre, MORNING).tickets == {}
    assert shown_to(ticket, MORNING) is None
    assert give_estimate(ticket=ticket, at=MORNING) is None
    assert give_estimates(centre=service.centre, at=MORNING) == 0


def test_a_day_is_learned_once_and_read_as_one_row(service, counter):
    day = served_day(service, counter, 3)
    assert learn_days(before=clock.local_day(MORNING), at=MORNING) == 1
    assert learn_days(before=clock.local_day(MORNING), at=MORNING) == 0
    kept = LearnedDay.objects.get()
    assert (kept.day, len(kept.record["calls"]), len(kept.record["drawn"])) == (day, 20, 20)
    assert kept.record["calls"][0][5] - kept.record["calls"][0][4] == SERVICE_MINUTES * 60


def test_today_is_not_learned_before_it_is_over(service, counter):
    served_day(service, counter, 0)
    assert learn_days(before=clock.local_day(MORNING), at=MORNING) == 0


def test_a_visit_set_aside_frees_the_counter_and_counts_as_a_call(service, counter, officer):
    first, *_others = waiting(service, 3)
    called = call_next(at=MORNING, acting_user=officer)
    assert called == first
    arrive(ticket=called, at=MORNING, acting_user=officer)
    park(ticket=called, reason="", at=MORNING + 2 * MINUTE, acting_user=officer)
    hall = hall_now(service.centre, MORNING + 3 * MINUTE)
    assert hall.desks[0].serving is None and len(hall.waiting) == 2
    unpark(ticket=Ticket.objects.get(pk=called.pk), at=MORNING + 3 * MINUTE, acting_user=officer)
    call_next(at=MORNING + 4 * MINUTE, acting_user=officer)
    hall = hall_now(service.centre, MORNING + 5 * MINUTE)
    [desk] = hall.desks
    assert len(hall.waiting) == 2
    assert (desk.serving, desk.called_at, desk.who) == (service.pk, MORNING + 4 * MINUTE, officer.pk)
    record = day_record(service.centre, clock.local_day(MORNING))
    assert [(call.freed_at - call.called_at) for call in record.calls] == [120.0]


def test_a_visit_that_the_evening_closes_teaches_nothing_about_service(service, counter, officer):
    """Somebody forgot to end it: the hours until the evening's job are nobody's work."""
    waiting(service, 1)
    called = call_next(at=MORNING, acting_user=officer)
    arrive(ticket=called, at=MORNING + MINUTE, acting_user=officer)
    close_day(before=clock.local_day(MORNING) + timedelta(days=1), at=MORNING + timedelta(hours=14, minutes=30))
    assert list(day_record(service.centre, clock.local_day(MORNING)).calls) == []


def test_four_people_before_me_take_four_visits(service, counter, learned):
    tickets = waiting(service, 5)
    renew(service.centre, MORNING)
    shown = shown_to(tickets[-1], MORNING)
    # Every visit took six minutes and a half.
    assert shown is not None and shown.low_s <= 4 * 390 <= shown.high_s <= 45 * 60
    assert shown.sentence


def test_somebody_of_first_priority_is_told_less(service, counter, learned):
    waiting(service, 8)
    renew(service.centre, MORNING)
    found = forecast(service.centre_id, MORNING)
    first = found.newcomer(service.pk, Priority.FIRST)
    assert first.shown.high < found.newcomer(service.pk).shown.low


def test_an_old_forecast_is_not_told(service, counter, learned):
    waiting(service, 1)
    renew(service.centre, MORNING)
    assert forecast(service.centre_id, MORNING + 2 * MINUTE).tickets
    assert not forecast(service.centre_id, MORNING + 4 * MINUTE).tickets
    assert not forecast(service.centre_id, MORNING - MINUTE).tickets


def test_the_first_estimate_is_kept_once_and_judged_when_the_number_is_called(service, counter, officer, learned):
    waiting(service, 3)
    renew(service.centre, MORNING)
    ticket = draw(service=service, client_key="khoa-0123456789", ground=PriorityGround.NONE, at=MORNING)
    first = give_estimate(ticket=ticket, at=MORNING)
    assert first is not None and first.ahead == 3
    assert give_estimate(ticket=ticket, at=MORNING + MINUTE) == first
    assert settle_estimates(day_from=MORNING) == 0
    for _before in range(3):
        called = call_next(at=MORNING + 10 * MINUTE, acting_user=officer)
        park(ticket=called, reason="", at=MORNING + 10 * MINUTE, acting_user=officer)
    call_next(at=MORNING + 20 * MINUTE, acting_user=officer)
    assert settle_estimates(day_from=MORNING) == 1
    first.refresh_from_db()
    assert (first.came_s, first.is_inside) == (1200, first.low_s - 30 <= 1200 < first.high_s + 30)
    assert settle_estimates(day_from=MORNING) == 0


def test_a_number_called_again_was_waited_for_until_its_first_call(service, counter, officer, learned):
    [ticket] = waiting(service, 1)
    give_estimates(centre=service.centre, at=MORNING)
    call_next(at=MORNING + MINUTE, acting_user=officer)
    recall(ticket=Ticket.objects.get(pk=ticket.pk), at=MORNING + 3 * MINUTE, acting_user=officer)
    settle_estimates(day_from=MORNING)
    assert Estimate.objects.get().came_s == 60


def test_a_wait_that_is_first_told_long_after_the_drawing_was_not_told_at_the_drawing(service, counter, learned):
    """The worker stood still, or the kiosk had no line: of these two only one was told when they came."""
    waiting(service, 1, minutes_ago=20)
    TicketFactory(service=service, number=90, issued_at=MORNING - MINUTE / 2)
    assert give_estimates(centre=service.centre, at=MORNING) == 2
    assert [each.ticket.number for each in Estimate.objects.filter(is_first=True)] == [90]
    assert give_estimates(centre=service.centre, at=MORNING + MINUTE) == 0, "what was told late is not told again"


def test_the_people_before_one_in_the_list_are_those_of_the_phone(service, counter, learned):
    """The cap lets one of three calls overtake: not everybody of a class before mine is called before me."""
    waiting(service, 2, minutes_ago=5)
    for number in range(200, 204):
        TicketFactory(service=service, number=number, issued_at=MORNING - MINUTE, priority=Priority.PRIORITY)
    give_estimates(centre=service.centre, at=MORNING)
    drawn = draw(service=service, client_key="khoa-9123456789", ground=PriorityGround.NONE, at=MORNING)
    give_estimate(ticket=drawn, at=MORNING)
    told = {each.ticket.number: (each.ahead, people_ahead(each.ticket, MORNING)) for each in Estimate.objects.all()}
    assert len(told) == 7
    assert {number for number, (listed, shown) in told.items() if listed != shown} == set()
    assert told[100][0] == 1


def test_later_estimates_are_kept_only_when_they_say_something_else(service, counter, learned):
    waiting(service, 4, minutes_ago=0)
    assert give_estimates(centre=service.centre, at=MORNING) == 4
    assert give_estimates(centre=service.centre, at=MORNING + MINUTE) == 0
    # Nobody has been called for half an hour: the words of all but the next have changed.
    assert give_estimates(centre=service.centre, at=MORNING + 30 * MINUTE) > 0
    assert Estimate.objects.filter(is_first=True).count() == 4


def test_the_database_keeps_one_first_estimate_a_number_and_judges_what_came(service, counter, learned):
    waiting(service, 1, minutes_ago=0)
    give_estimates(centre=service.centre, at=MORNING)
    values = Estimate.objects.values().get()
    values.pop("id")
    for wrong in ({}, {"is_first": False, "came_s": 5}, {"is_first": False, "low_s": 900, "high_s": 60}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Estimate.objects.create(**{**values, **wrong})


def told(service, days, *, inside, first=True):
    """An estimate of so many days ago, and what came."""
    number = 200 + Ticket.objects.count()
    ticket = TicketFactory(service=service, number=number, issued_at=MORNING - timedelta(days=days))
    return Estimate.objects.create(
        ticket=ticket, centre=service.centre, day=ticket.day, at=ticket.issued_at, is_first=first, ahead=1, low_s=60,
        high_s=120, played_low_s=60, played_middle_s=90, played_high_s=120, came_s=90 if inside else 300,
        is_inside=inside,
    )  # fmt: skip


def test_last_week_counts_first_estimates_of_the_seven_days_before(service, counter):
    for number in range(20):
        told(service, 1 + number % 7, inside=number < 12)
    told(service, 0, inside=True)
    told(service, 8, inside=True)
    told(service, 2, inside=False, first=False)
    found = last_week(service.centre, MORNING)
    assert (found.count, found.inside, found.percent) == (20, 12, 60)
    # 12 lay in the middle of what was told, 8 came 210 seconds after it.
    assert by_service(service.centre, found.first, found.last) == [ByService(service.pk, 20, 0.6, 84.0)]


def test_a_wait_counts_for_the_service_it_was_told_for(service, other_service, counter):
    """Passed on later: the wait that was told was for the first."""
    for _number in range(20):
        told(service, 1, inside=True)
    Ticket.objects.filter(pk__in=Ticket.objects.values("pk")[:7]).update(service=other_service)
    found = last_week(service.centre, MORNING)
    assert by_service(service.centre, found.first, found.last) == [ByService(service.pk, 20, 1.0, 0.0)]


def test_too_few_say_nothing(service, counter):
    assert last_week(service.centre, MORNING).percent is None
    for _number in range(19):
        told(service, 1, inside=True)
    found = last_week(service.centre, MORNING)
    assert by_service(service.centre, found.first, found.last) == [ByService(service.pk, 19, None, None)]


@pytest.mark.parametrize("people", [1, 30])
def test_a_forecast_takes_the_same_statements_however_many_wait(people, service, counter, learned):
    waiting(service, people)
    with CaptureQueriesContext(connection) as made:
        renew(service.centre, MORNING)
    # Days and pace, today's scores, the rules of the queue, who is here, when counters were free, counters and skills, hours.
    assert len(made) <= 10, [each["sql"][:90] for each in made]
    with CaptureQueriesContext(connection) as again:
        renew(service.centre, MORNING + MINUTE)
    assert len(again) <= 5, [each["sql"][:90] for each in again]


def test_telling_somebody_who_has_just_drawn_writes_one_row(service, counter, learned):
    renew(service.centre, MORNING)
    ticket = draw(service=service, client_key="khoa-0123456789", at=MORNING)
    with CaptureQueriesContext(connection) as made:
        give_estimate(ticket=ticket, at=MORNING)
    # With its savepoint.
    assert len(made) == 3


def test_the_clock_renews_every_open_centre_and_learns_the_days_gone_by(service, counter, learned, at_hanoi):
    at_hanoi("2026-11-23 10:00")
    waiting(service, 2)
    assert tasks.learn_days() == 0
    assert tasks.estimate_waits() == 2
    assert forecast(service.centre_id, MORNING).newcomer(service.pk) is not None
