"""Every move of a ticket: where it is allowed it is written down, elsewhere it ends in a sentence."""

from datetime import timedelta

import pytest

from centres.actions.arrive import arrive
from centres.actions.finish import finish
from centres.actions.leave import leave
from centres.actions.miss import miss
from centres.actions.park import park
from centres.actions.recall import recall
from centres.actions.transfer import transfer
from centres.actions.unpark import unpark
from centres.enums import ENDED, ParkKind, Role, TicketEventKind, TicketState
from centres.models import Ticket, TicketEvent
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.factories import centres as make
from tests.factories.centres import MORNING

S = TicketState
LATER = MORNING + timedelta(minutes=7)

# move: (states it starts from, state it leads to, event)
MOVES = {
    recall: ({S.CALLED}, S.CALLED, TicketEventKind.RECALLED),
    arrive: ({S.CALLED}, S.SERVING, TicketEventKind.ARRIVED),
    park: ({S.CALLED, S.SERVING}, S.PARKED, TicketEventKind.PARKED),
    unpark: ({S.PARKED}, S.WAITING, TicketEventKind.RETURNED),
    transfer: ({S.CALLED, S.SERVING}, S.WAITING, TicketEventKind.TRANSFERRED),
    miss: ({S.CALLED}, S.NO_SHOW, TicketEventKind.NO_SHOW),
    finish: ({S.CALLED, S.SERVING}, S.DONE, TicketEventKind.DONE),
    leave: ({S.WAITING, S.CALLED, S.SERVING, S.PARKED}, S.LEFT, TicketEventKind.LEFT),
}
CASES = [pytest.param(move, state, id=f"{move.__name__}-{state}") for move in MOVES for state in S.values]


@pytest.fixture
def do(other_service):
    """Make a move with whatever else it needs."""
    needs = {park: {"reason": "chờ bản sao"}, transfer: {"service": other_service}}
    return lambda move, ticket, user: move(ticket=ticket, at=LATER, acting_user=user, **needs.get(move, {}))


def in_state(service, counter, state):
    # Called again as often as a no-show asks for.
    times = {} if state == S.WAITING else {"counter": counter, "called_at": MORNING, "calls": 3, "recalls": 2}
    ended = {"finished_at": MORNING} if state in ENDED else {}
    return make.TicketFactory(service=service, state=state, **times, **ended)


@pytest.mark.parametrize(("move", "state"), CASES)
def test_a_move_happens_from_its_states_and_is_refused_from_others(move, state, do, service, counter, officer):
    sources, target, kind = MOVES[move]
    ticket = in_state(service, counter, state)
    if state in sources:
        do(move, ticket, officer)
        stored = Ticket.objects.get(pk=ticket.pk)
        event = TicketEvent.objects.get()
        assert stored.state == target
        assert (event.kind, event.at, event.actor, event.ticket) == (kind, LATER, officer, ticket)
        return
    with pytest.raises(RuleBroken) as refused:
        do(move, ticket, officer)
    assert refused.value.code == "wrong_state"
    assert ticket.label in str(refused.value)
    assert Ticket.objects.get(pk=ticket.pk).state == state
    assert not TicketEvent.objects.exists()


@pytest.mark.parametrize("move", MOVES)
def test_staff_of_another_centre_move_nothing(move, do, service, counter, stranger):
    ticket = in_state(service, counter, next(iter(MOVES[move][0])))
    before = ticket.state
    with pytest.raises(NotAllowed):
        do(move, ticket, stranger)
    assert Ticket.objects.get(pk=ticket.pk).state == before


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.LEADER])
def test_roles_without_a_counter_move_nothing(role, centre, service, counter):
    ticket = in_state(service, counter, S.CALLED)
    with pytest.raises(NotAllowed):
        arrive(ticket=ticket, at=LATER, acting_user=make.officer_at(centre, role))


def test_a_stale_page_does_not_undo_what_somebody_else_did(service, counter, officer):
    ticket = in_state(service, counter, S.CALLED)
    stale = Ticket.objects.get(pk=ticket.pk)
    miss(ticket=ticket, at=LATER, acting_user=officer)
    with pytest.raises(RuleBroken) as refused:
        arrive(ticket=stale, at=LATER, acting_user=officer)
    assert refused.value.code == "changed_meanwhile"
    assert Ticket.objects.get(pk=ticket.pk).state == S.NO_SHOW


def test_times_are_kept_apart(service, counter, officer):
    ticket = in_state(service, counter, S.CALLED)
    arrive(ticket=ticket, at=MORNING + timedelta(minutes=1), acting_user=officer)
    finish(ticket=ticket, at=MORNING + timedelta(minutes=9), acting_user=officer)
    stored = Ticket.objects.get(pk=ticket.pk)
    assert (stored.called_at, stored.arrived_at, stored.finished_at) == (
        MORNING,
        MORNING + timedelta(minutes=1),
        MORNING + timedelta(minutes=9),
    )


def test_recalling_counts_the_calls(service, counter, officer):
    ticket = in_state(service, counter, S.CALLED)
    recall(ticket=ticket, at=LATER, acting_user=officer)
    stored = Ticket.objects.get(pk=ticket.pk)
    assert (stored.calls, stored.recalls, stored.called_at) == (4, 3, LATER)


def test_setting_aside_keeps_place_counter_and_reason(service, counter, officer):
    ticket = in_state(service, counter, S.SERVING)
    park(ticket=ticket, reason="  chờ bản sao ", at=LATER, acting_user=officer)
    stored = Ticket.objects.get(pk=ticket.pk)
    assert (stored.queue_at, stored.counter, stored.park_reason) == (MORNING, counter, "chờ bản sao")
    assert TicketEvent.objects.get().reason == "chờ bản sao"


def test_a_reason_that_does_not_fit_is_refused_before_anything_changes(service, counter, officer):
    ticket = in_state(service, counter, S.SERVING)
    with pytest.raises(BadInput) as refused:
        park(ticket=ticket, reason="x" * 121, at=LATER, acting_user=officer)
    assert refused.value.field == "reason"
    assert Ticket.objects.get(pk=ticket.pk).state == S.SERVING


def test_a_job_brings_back_without_a_user_and_leaves_an_ended_visit_alone(service, counter):
    parked, ended = in_state(service, counter, S.PARKED), in_state(service, counter, S.LEFT)
    fetching = in_state(service, counter, S.PARKED)
    Ticket.objects.filter(pk=parked.pk).update(park_kind=ParkKind.JOB)
    parked.refresh_from_db()
    for ticket in (parked, ended, fetching):
        unpark(ticket=ticket, at=LATER)
    assert Ticket.objects.get(pk=parked.pk).state == S.WAITING
    assert Ticket.objects.get(pk=fetching.pk).state == S.PARKED
    assert Ticket.objects.get(pk=ended.pk).state == S.LEFT
    assert TicketEvent.objects.get().actor is None


def test_passing_on_keeps_number_and_place_and_frees_the_counter(service, other_service, counter, officer):
    ticket = in_state(service, counter, S.SERVING)
    transfer(ticket=ticket, service=other_service, reason="nhầm quầy", at=LATER, acting_user=officer)
    stored = Ticket.objects.get(pk=ticket.pk)
    assert (stored.service, stored.counter, stored.queue_at, stored.label) == (
        other_service,
        None,
        MORNING,
        ticket.label,
    )
    assert TicketEvent.objects.get().counter == counter


def test_passing_on_to_another_centre_or_a_closed_service_is_refused(service, other_service, counter, officer):
    ticket = in_state(service, counter, S.SERVING)
    other_service.is_open = False
    other_service.save()
    for target, code in ((make.ServiceFactory(), "other_centre"), (other_service, "service_closed")):
        with pytest.raises(RuleBroken) as refused:
            transfer(ticket=ticket, service=target, at=LATER, acting_user=officer)
        assert refused.value.code == code
