import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Event

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from centres.actions.call_next import call_next
from centres.actions.park import park
from centres.actions.unpark import unpark
from centres.enums import CounterState, Priority, Role, TicketEventKind, TicketState
from centres.models import Membership, TicketEvent
from centres.moves import write_down
from centres.policy import policy_on
from portal.errors import NotAllowed, RuleBroken
from tests.factories import centres as make
from tests.factories.centres import MORNING, TicketFactory


def code_of(officer, at=MORNING):
    with pytest.raises(RuleBroken) as refused:
        call_next(at=at, acting_user=officer)
    assert str(refused.value)
    return refused.value.code


def finish_all(officer):
    """The labels this officer gets, one after another."""
    labels = []
    while True:
        try:
            ticket = call_next(at=MORNING, acting_user=officer)
        except RuleBroken:
            return labels
        ticket.finish(MORNING)
        ticket.save()
        labels.append(ticket.label)


def test_the_order_is_priority_as_far_as_the_cap_goes_then_time_then_number(service, officer):
    late = MORNING - timedelta(minutes=1)
    early = MORNING - timedelta(minutes=30)
    TicketFactory(service=service, number=1, issued_at=early)
    TicketFactory(service=service, number=2, issued_at=late, priority=Priority.PRIORITY)
    TicketFactory(service=service, number=3, issued_at=late, priority=Priority.FIRST)
    TicketFactory(service=service, number=4, issued_at=early)
    # Of three calls one may overtake (the policy that comes with the portal): the third class waits its turn.
    assert finish_all(officer) == ["A003", "A001", "A004", "A002"]


def test_a_call_is_written_down(service, officer, counter, ticket):
    called = call_next(at=MORNING, acting_user=officer)
    assert called == ticket
    called.refresh_from_db()
    assert (called.state, called.counter, called.called_at, called.calls) == (TicketState.CALLED, counter, MORNING, 1)
    event = TicketEvent.objects.get()
    assert (event.kind, event.actor, event.counter) == (TicketEventKind.CALLED, officer, counter)


def test_a_number_drawn_while_the_call_was_on_its_way_is_called_at_the_moment_it_was_drawn(service, officer):
    drawn_at = MORNING + timedelta(milliseconds=20)
    TicketFactory(service=service, issued_at=drawn_at)
    called = call_next(at=MORNING, acting_user=officer)
    called.refresh_from_db()
    assert (called.state, called.called_at) == (TicketState.CALLED, drawn_at)
    assert TicketEvent.objects.get().at == drawn_at


def test_only_services_of_the_counter_are_called(other_service, officer):
    TicketFactory(service=other_service)
    assert code_of(officer) == "nobody_waits"


def test_another_centre_is_never_called(officer):
    TicketFactory(service=make.ServiceFactory(letter="A"))
    assert code_of(officer) == "nobody_waits"


def test_yesterdays_ticket_is_never_called(service, officer):
    TicketFactory(service=service, issued_at=MORNING - timedelta(days=1))
    assert code_of(officer) == "nobody_waits"


def test_the_day_turns_at_midnight_in_hanoi(service, officer):
    evening = datetime(2026, 11, 23, 16, 59, tzinfo=UTC)
    TicketFactory(service=service, issued_at=evening)
    assert code_of(officer, at=datetime(2026, 11, 23, 17, 1, tzinfo=UTC)) == "nobody_waits"
    assert call_next(at=evening, acting_user=officer)


def test_without_a_counter_the_officer_is_told_to_choose_one(centre, service, ticket):
    assert code_of(make.officer_at(centre)) == "no_counter"


def test_a_paused_counter_calls_nobody(officer, counter, ticket):
    counter.state = CounterState.PAUSED
    counter.save()
    assert code_of(officer) == "counter_paused"


def test_while_somebody_is_at_the_counter_nobody_else_is_called(service, officer, ticket):
    TicketFactory(service=service, number=13)
    call_next(at=MORNING, acting_user=officer)
    with pytest.raises(RuleBroken) as refused:
        call_next(at=MORNING, acting_user=officer)
    assert refused.value.code == "counter_busy"
    assert "A012" in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        {"blocked_reason": "chưa học an toàn thông tin"},
        {"valid_to": date(2026, 11, 22)},
        {"valid_from": date(2026, 11, 24)},
        {"role": Role.SPECIALIST},
    ],
)
def test_without_a_role_in_force_nobody_is_called(officer, ticket, change, monkeypatch):
    monkeypatch.setattr("portal.clock.now", lambda: MORNING)
    Membership.objects.filter(user=officer).update(**change)
    with pytest.raises(NotAllowed):
        call_next(at=MORNING, acting_user=officer)
    ticket.refresh_from_db()
    assert ticket.state == TicketState.WAITING


def test_who_was_set_aside_comes_back_before_those_who_came_later(service, officer, ticket):
    called = call_next(at=MORNING, acting_user=officer)
    park(ticket=called, reason="chờ bản sao", at=MORNING, acting_user=officer)
    TicketFactory(service=service, number=20, issued_at=MORNING + timedelta(minutes=5))
    unpark(ticket=called, at=MORNING + timedelta(minutes=10), acting_user=officer)
    assert call_next(at=MORNING + timedelta(minutes=11), acting_user=officer) == called


def test_who_was_set_aside_waits_for_the_counter_with_the_papers(centre, service, officer, counter, ticket):
    other = make.open_counter(centre, [service], number=4).officer
    called = call_next(at=MORNING, acting_user=officer)
    park(ticket=called, reason="", at=MORNING, acting_user=officer)
    unpark(ticket=called, at=MORNING, acting_user=officer)
    assert code_of(other) == "nobody_waits"
    counter.refresh_from_db()
    counter.state, counter.officer = CounterState.CLOSED, None
    counter.save()
    assert call_next(at=MORNING, acting_user=other) == called


def test_calling_takes_three_statements_however_long_the_queue(service, officer):
    for number in range(1, 31):
        TicketFactory(service=service, number=number)
    policy_on(None, MORNING.date())  # read once a process
    with CaptureQueriesContext(connection) as statements:
        ticket = call_next(at=MORNING, acting_user=officer)
        assert ticket.counter.number == 3
    made = [s["sql"] for s in statements if not s["sql"].startswith(("BEGIN", "SAVEPOINT", "RELEASE"))]
    # PostgreSQL runs them by the names under which it has planned them.
    kinds = [re.search("select|update|insert", sql.lower()) for sql in made]
    assert [kind and kind[0] for kind in kinds] == ["select", "update", "insert"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_somebody_of_whom_something_is_just_being_written_down_is_not_passed_over(service, officer):
    first = TicketFactory(service=service, number=1)
    TicketFactory(service=service, number=2, issued_at=first.issued_at + timedelta(minutes=5))
    written, called = Event(), Event()

    def write() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                write_down(first, TicketEventKind.CLASSED, MORNING, officer)
                written.set()
                called.wait(10)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(write)
        assert written.wait(10) or done.result(0)
        try:
            assert call_next(at=MORNING, acting_user=officer).label == "A001"
        finally:
            called.set()
        done.result()
