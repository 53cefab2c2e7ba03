from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django_fsm import ConcurrentTransition, TransitionNotAllowed

from centres.enums import ParkKind, TicketState
from centres.models import Ticket
from tests.factories.centres import MORNING, TicketFactory

pytestmark = pytest.mark.django_db


def assert_protected(ticket: Ticket) -> None:
    with pytest.raises(AttributeError):
        ticket.state = TicketState.DONE


def test_a_state_cannot_be_assigned():
    assert_protected(TicketFactory())


def test_a_failed_read_leaves_the_protection_on():
    ticket, other = TicketFactory(), TicketFactory()
    Ticket.objects.filter(pk=ticket.pk).delete()
    with pytest.raises(Ticket.DoesNotExist):
        ticket.refresh_from_db()
    assert ticket.state == TicketState.WAITING
    assert_protected(ticket)
    assert_protected(other)


def test_the_protection_is_on_for_others_while_one_is_read():
    """As another thread would see it at that moment."""
    ticket, other = TicketFactory(), TicketFactory()
    checked = []

    def meanwhile(execute: Callable[..., Any], *arguments: Any) -> Any:
        assert_protected(other)
        checked.append(True)
        return execute(*arguments)

    with connection.execute_wrapper(meanwhile):
        ticket.refresh_from_db()
    assert checked


@pytest.mark.parametrize("fields", [None, ["state"], ["state", "number"]])
def test_a_read_brings_the_present_state(fields: list[str] | None):
    ticket = TicketFactory()
    Ticket.objects.filter(pk=ticket.pk).update(state=TicketState.LEFT, finished_at=MORNING)
    ticket.refresh_from_db(fields=fields)
    assert ticket.state == TicketState.LEFT
    assert_protected(ticket)


def test_a_read_of_other_fields_leaves_the_state_as_it_was():
    ticket = TicketFactory()
    Ticket.objects.filter(pk=ticket.pk).update(state=TicketState.LEFT, finished_at=MORNING, number=77)
    ticket.refresh_from_db(fields=["number"])
    assert (ticket.number, ticket.state) == (77, TicketState.WAITING)


def test_a_deferred_state_is_read_when_asked_for():
    ticket = Ticket.objects.defer("state").get(pk=TicketFactory().pk)
    assert ticket.state == TicketState.WAITING
    assert_protected(ticket)


def test_leaving_the_state_out_of_a_query_costs_nothing(django_assert_num_queries):
    TicketFactory.create_batch(3)
    with django_assert_num_queries(1):
        assert len(list(Ticket.objects.only("number"))) == 3


def test_a_state_that_was_left_out_still_guards_the_row():
    ticket = Ticket.objects.only("number").get(pk=TicketFactory().pk)
    ticket.number = 77
    ticket.save(update_fields=["number"])
    other = Ticket.objects.only("number").get(pk=ticket.pk)
    other.leave(MORNING)
    Ticket.objects.filter(pk=ticket.pk).update(state=TicketState.NO_SHOW, finished_at=MORNING)
    with pytest.raises(ConcurrentTransition):
        other.save()


def test_a_read_between_transition_and_save_does_not_forget_where_it_began():
    ticket = TicketFactory()
    ticket.leave(MORNING)
    ticket.refresh_from_db(fields=["number"])
    ticket.save()
    assert Ticket.objects.get(pk=ticket.pk).state == TicketState.LEFT


def test_a_read_forgets_related_rows():
    ticket = TicketFactory()
    kept = ticket.service
    kept.letter = "Z"
    ticket.refresh_from_db()
    assert ticket.service.letter != "Z"


def test_of_two_changes_at_once_the_second_is_refused():
    ticket = TicketFactory()
    mine, yours = Ticket.objects.get(pk=ticket.pk), Ticket.objects.get(pk=ticket.pk)
    mine.leave(MORNING)
    mine.save()
    yours.leave(MORNING)
    with pytest.raises(ConcurrentTransition):
        yours.save()


def test_after_a_read_the_change_goes_through_again():
    ticket = TicketFactory()
    stale = Ticket.objects.get(pk=ticket.pk)
    Ticket.objects.filter(pk=ticket.pk).update(state=TicketState.PARKED, park_kind=ParkKind.FETCHING, parked_at=MORNING)
    stale.refresh_from_db()
    stale.unpark(MORNING)
    stale.save()
    assert Ticket.objects.get(pk=ticket.pk).state == TicketState.WAITING


def test_a_way_that_is_not_there_is_refused():
    with pytest.raises(TransitionNotAllowed):
        TicketFactory().finish(MORNING)
