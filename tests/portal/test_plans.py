"""Statements that PostgreSQL plans once a connection."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import CharField
from django_fsm import ConcurrentTransition

from centres.enums import TicketState
from centres.models import Service, Ticket
from portal.prepared import Given, Prepared
from tests.factories.centres import MORNING, ServiceFactory, TicketFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def known() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE name LIKE 'portal_%%'", [])
        return {name for (name,) in cursor.fetchall()}


def by_letter() -> Prepared[Service]:
    return Prepared(lambda: Service.objects.filter(letter=Given("letter", CharField())))


def test_a_new_connection_learns_the_plan_again():
    ServiceFactory(letter="A")
    prepared, before = by_letter(), known()
    assert len(prepared.all(letter="A")) == 1
    assert len(known() - before) == 1
    prepared.all(letter="B")
    assert len(known() - before) == 1
    connection.close()
    assert known() == set()
    assert len(prepared.all(letter="A")) == 1
    assert len(known()) == 1


def test_a_ticket_changed_by_somebody_else_is_not_overwritten_by_the_written_update():
    ticket = TicketFactory()
    stale = Ticket.objects.get(pk=ticket.pk)
    Ticket.objects.filter(pk=ticket.pk).update(state=TicketState.LEFT, finished_at=MORNING)
    stale.reprints = 7
    with pytest.raises(ConcurrentTransition):
        stale.save(update_fields=["reprints"])
    fresh = Ticket.objects.get(pk=ticket.pk)
    fresh.reprints = 8
    fresh.save(update_fields=["reprints"])
    assert Ticket.objects.get(pk=ticket.pk).reprints == 8
