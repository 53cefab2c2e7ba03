"""When the copy is made, or cannot be made, its person is called back to the same counter by themselves."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest

from applications.actions import make_certified_copy as job
from applications.actions.make_certified_copy import make_certified_copy
from applications.actions.wait_for_copy import wait_for_copy
from applications.models import CertificationItem
from applications.notarisation.compose import BadScan
from applications.notarisation.enums import JobState
from centres.enums import ParkKind, Priority, TicketEventKind, TicketState
from centres.models import Ticket
from portal.errors import RuleBroken
from tests.factories.applications import MONDAY, a_draft, a_ticket_at_counter
from tests.factories.certifications import a_missing_paper, an_approved_item, an_item

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(minutes=3)


def make(item: CertificationItem) -> CertificationItem | None:
    return make_certified_copy(item_id=item.pk, now=lambda: LATER)


def sit_down(ticket: Ticket) -> Ticket:
    assert ticket.counter is not None and ticket.counter.officer is not None
    return wait_for_copy(ticket=ticket, reason="chờ bản sao", at=MONDAY, acting_user=ticket.counter.officer)


def state_of(ticket: Ticket) -> str:
    return str(Ticket.objects.get(pk=ticket.pk).state)


@pytest.fixture
def ticket() -> Ticket:
    return a_ticket_at_counter()


def test_filing_the_copy_brings_its_person_to_the_front_of_the_same_counter(ticket: Ticket) -> None:
    item = an_approved_item(a_missing_paper(a_draft(procedure="marriage", ticket=ticket)))
    assert sit_down(ticket).park_kind == ParkKind.JOB
    make(item)
    back = Ticket.objects.get(pk=ticket.pk)
    assert (back.state, back.priority, back.counter) == (TicketState.WAITING, Priority.RETURNING, ticket.counter)
    event = back.events.get(kind=TicketEventKind.RETURNED)
    assert (event.actor, event.at) == (None, LATER)
    assert back.parked_s == 180


def test_a_copy_that_cannot_be_made_brings_them_back_as_well(ticket: Ticket) -> None:
    item = an_approved_item(a_missing_paper(a_draft(procedure="marriage", ticket=ticket)))
    sit_down(ticket)
    with patch.object(job, "compose", side_effect=BadScan):
        assert make(item).state == JobState.FAILED  # type: ignore[union-attr]
    assert state_of(ticket) == TicketState.WAITING


def test_of_two_copies_the_last_one_brings_them_back(ticket: Ticket) -> None:
    draft = a_draft(procedure="marriage", ticket=ticket)
    first = an_approved_item(a_missing_paper(draft))
    second = an_approved_item(a_missing_paper(draft))
    sit_down(ticket)
    make(second)
    assert state_of(ticket) == TicketState.PARKED
    make(first)
    assert state_of(ticket) == TicketState.WAITING


def test_nobody_waits_for_a_copy_that_is_not_being_made(ticket: Ticket) -> None:
    draft = a_draft(procedure="marriage", ticket=ticket)
    an_item(a_missing_paper(draft))
    with pytest.raises(RuleBroken) as refused:
        sit_down(ticket)
    assert refused.value.code == "nothing_made"
    assert state_of(ticket) == TicketState.SERVING


def test_who_is_still_at_the_counter_stays_there_when_the_copy_is_made(ticket: Ticket) -> None:
    make(an_approved_item(a_missing_paper(a_draft(procedure="marriage", ticket=ticket))))
    assert state_of(ticket) == TicketState.SERVING
