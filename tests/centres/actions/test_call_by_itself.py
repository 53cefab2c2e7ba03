"""A centre that calls by itself: a counter that comes free has its next person without a key."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from centres.actions.arrive import arrive
from centres.actions.call_by_itself import call_by_itself
from centres.actions.call_next import call_next
from centres.actions.counters import open_counter, pause_counter
from centres.actions.draw import draw
from centres.actions.finish import finish
from centres.actions.miss import miss
from centres.actions.park import park
from centres.actions.recall import recall
from centres.enums import CounterState, Priority, TicketEventKind, TicketState
from centres.models import Counter, QueuePolicy, Ticket, TicketEvent
from centres.tasks import call_at_centre, call_everywhere
from portal import clock
from portal.celery import app
from portal.errors import RuleBroken
from tests.factories import centres as make
from tests.factories.centres import MORNING


def minute(number):
    return MORNING + timedelta(minutes=number)


@pytest.fixture
def by_itself(centre):
    """The centre's own policy says so."""
    return QueuePolicy.objects.create(
        centre=centre, valid_from=MORNING.date(), cap=3, recalls=2, grace_minutes=15, hold_minutes=60,
        closing_minutes=10, calls_itself=True, source="test", confidence="U",
    )  # fmt: skip


@pytest.fixture
def woken(monkeypatch, django_capture_on_commit_callbacks):
    """What the jobs that were asked for did: (task, centre) of each."""
    sent = []
    monkeypatch.setattr(app, "send_task", lambda name, ids, **_more: sent.append((name, *ids)))

    def run(job):
        with django_capture_on_commit_callbacks(execute=True):
            job()
        asked = list(sent)
        sent.clear()
        return asked

    return run


def test_each_free_counter_gets_its_next_person(centre, service, by_itself):
    seats = [make.open_counter(centre, [service], number=number) for number in (1, 2)]
    tickets = [make.TicketFactory(service=service, number=n, issued_at=minute(n)) for n in (1, 2, 3)]
    called = call_by_itself(centre_id=centre.pk, at=minute(5))
    assert called == tickets[:2]
    assert [Ticket.objects.get(pk=ticket.pk).counter for ticket in called] == seats
    assert call_by_itself(centre_id=centre.pk, at=minute(6)) == []


def test_the_order_is_the_one_of_the_key_and_nobody_is_named_as_caller(centre, service, counter, by_itself):
    make.TicketFactory(service=service, number=1, issued_at=minute(0))
    first = make.TicketFactory(service=service, number=2, issued_at=minute(1), priority=Priority.FIRST)
    assert call_by_itself(centre_id=centre.pk, at=minute(5)) == [first]
    event = TicketEvent.objects.get(ticket=first)
    assert (event.kind, event.actor, event.counter, event.jumped) == (TicketEventKind.CALLED, None, counter, True)


def test_without_the_policy_nobody_is_called(centre, service, counter, ticket):
    assert call_by_itself(centre_id=centre.pk, at=minute(5)) == []
    assert Ticket.objects.get(pk=ticket.pk).state == TicketState.WAITING


@pytest.mark.parametrize("state", [CounterState.PAUSED, CounterState.CLOSED])
def test_only_open_counters_call(centre, service, counter, officer, ticket, by_itself, state):
    Counter.objects.filter(pk=counter.pk).update(state=state, officer=officer if state == CounterState.PAUSED else None)
    assert call_by_itself(centre_id=centre.pk, at=minute(5)) == []


def test_an_officer_whose_role_has_ended_gets_nobody(centre, service, counter, officer, ticket, by_itself):
    officer.memberships.update(valid_to=MORNING.date() - timedelta(days=1))
    assert call_by_itself(centre_id=centre.pk, at=minute(5)) == []


def test_a_quick_matter_goes_to_the_quick_counter(centre, service, by_itself):
    quick = make.ServiceFactory(centre=centre, letter="D", is_quick=True)
    make.open_counter(centre, [service, quick], number=1)
    for_quick = make.open_counter(centre, [quick], number=2)
    make.TicketFactory(service=quick, number=1)
    [called] = call_by_itself(centre_id=centre.pk, at=minute(5))
    assert Ticket.objects.get(pk=called.pk).counter == for_quick


def test_of_two_free_counters_the_one_that_has_rested_longer_calls(centre, service, by_itself):
    early, late = (make.open_counter(centre, [service], number=number) for number in (1, 2))
    for number, seat in enumerate((late, early), start=1):
        make.TicketFactory(service=service, number=number, issued_at=minute(number))
        finish(ticket=call_next(at=minute(number), acting_user=seat.officer), at=minute(9), acting_user=seat.officer)
    make.TicketFactory(service=service, number=9, issued_at=minute(9))
    [called] = call_by_itself(centre_id=centre.pk, at=minute(10))
    assert Ticket.objects.get(pk=called.pk).counter == late


def test_whatever_frees_a_counter_or_brings_somebody_asks_for_the_next_call(
    centre, service, counter, officer, by_itself, woken
):
    asked = [("centres.tasks.call_at_centre", centre.pk)]
    assert woken(lambda: draw(service=service, client_key=uuid4().hex, at=minute(0))) == asked
    ticket = call_next(at=minute(1), acting_user=officer)
    assert woken(lambda: arrive(ticket=ticket, at=minute(1), acting_user=officer)) == []
    assert woken(lambda: park(ticket=ticket, at=minute(2), acting_user=officer)) == asked
    assert woken(lambda: pause_counter(counter=counter, reason="", at=minute(3), acting_user=officer)) == []
    assert woken(lambda: open_counter(counter=counter, at=minute(4), acting_user=officer)) == asked

    make.TicketFactory(service=service, number=50, issued_at=minute(0))
    ticket = call_next(at=minute(5), acting_user=officer)
    for _again in range(2):
        assert woken(lambda: recall(ticket=ticket, at=minute(6), acting_user=officer)) == []
    assert woken(lambda: miss(ticket=ticket, at=minute(7), acting_user=officer)) == asked


def test_a_centre_whose_officers_press_the_key_costs_no_job(service, counter, officer, ticket, woken):
    called = call_next(at=minute(1), acting_user=officer)
    assert woken(lambda: finish(ticket=called, at=minute(2), acting_user=officer)) == []


def test_the_job_and_the_sweep_call(centre, service, counter, ticket, by_itself):
    other = make.TicketFactory(service=service, number=77, issued_at=minute(1))
    with clock.fixed(minute(5)):
        assert call_at_centre(centre.pk) == 1
        assert call_everywhere() == 0
        finish(ticket=Ticket.objects.get(pk=ticket.pk), at=minute(5), acting_user=counter.officer)
        assert call_everywhere() == 1
    assert Ticket.objects.get(pk=other.pk).state == TicketState.CALLED


def test_the_officer_may_still_press_the_key_and_gets_nobody_twice(centre, counter, officer, ticket, by_itself):
    call_by_itself(centre_id=centre.pk, at=minute(5))
    with pytest.raises(RuleBroken) as refused:
        call_next(at=minute(5), acting_user=officer)
    assert refused.value.code == "counter_busy"
