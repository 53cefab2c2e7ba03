"""Many at once, on PostgreSQL: what row locks and unique constraints are for."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from centres.actions.call_next import call_next
from centres.actions.call_number import call_number
from centres.actions.counters import close_counter, open_counter
from centres.actions.draw import draw
from centres.actions.finish import finish
from centres.actions.matters import finish_matter
from centres.actions.rate import rate
from centres.actions.recall import recall
from centres.enums import CounterState, TicketEventKind, TicketState
from centres.models import Counter, DailyNumber, Matter, Rating, Ticket, TicketEvent
from portal.errors import RuleBroken
from tests.factories import centres as make
from tests.factories.centres import MORNING

CLIENTS = 8
VISITS = 60
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run the jobs in threads that start together; an exception is a result."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=20)
            return job()
        except RuleBroken as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_sixty_draws_by_eight_clients_give_sixty_numbers(service):
    def client(index: int) -> Callable[[], list[Ticket]]:
        share = range(index, VISITS, CLIENTS)
        return lambda: [draw(service=service, client_key=uuid4().hex, at=MORNING) for _visit in share]

    drawn = [ticket for tickets in at_once(*map(client, range(CLIENTS))) for ticket in tickets]
    assert sorted(ticket.number for ticket in drawn) == list(range(1, VISITS + 1))
    assert TicketEvent.objects.count() == VISITS


def test_one_key_from_eight_clients_is_one_ticket(service):
    key = uuid4().hex
    drawn = at_once(*[lambda: draw(service=service, client_key=key, at=MORNING)] * CLIENTS)
    assert len({ticket.pk for ticket in drawn}) == 1
    assert Ticket.objects.count() == TicketEvent.objects.count() == 1
    assert DailyNumber.objects.get().last == 1


def test_one_key_for_two_services_at_once_is_one_ticket(service, other_service):
    key = uuid4().hex
    jobs = [lambda: draw(service=service, client_key=key, at=MORNING)] * 4
    jobs += [lambda: draw(service=other_service, client_key=key, at=MORNING)] * 4
    assert len({ticket.pk for ticket in at_once(*jobs)}) == 1
    assert Ticket.objects.count() == 1


def test_sixty_calls_by_eight_officers_reach_sixty_people(centre, service):
    for number in range(1, VISITS + 1):
        make.TicketFactory(service=service, number=number)
    officers = [make.open_counter(centre, [service], number=n).officer for n in range(1, CLIENTS + 1)]

    def serve(officer: Any) -> Callable[[], list[int]]:
        def until_nobody_waits() -> list[int]:
            served = []
            while True:
                try:
                    ticket = call_next(at=MORNING, acting_user=officer)
                except RuleBroken as refused:
                    assert refused.code == "nobody_waits"
                    return served
                served.append(ticket.pk)
                finish(ticket=ticket, at=MORNING, acting_user=officer)

        return until_nobody_waits

    served = [pk for each in at_once(*map(serve, officers)) for pk in each]
    assert len(served) == len(set(served)) == VISITS
    assert Ticket.objects.filter(state=TicketState.DONE).count() == VISITS


def test_one_officer_pressing_eight_times_at_once_gets_one_person(service, officer):
    for number in range(1, 11):
        make.TicketFactory(service=service, number=number)
    results = at_once(*[lambda: call_next(at=MORNING, acting_user=officer)] * CLIENTS)
    called = [each for each in results if isinstance(each, Ticket)]
    assert len(called) == 1
    assert {each.code for each in results if isinstance(each, RuleBroken)} == {"counter_busy"}
    assert Ticket.objects.filter(state=TicketState.CALLED).count() == 1


def test_two_officers_at_once_do_not_share_a_counter(centre, service):
    counter = make.CounterFactory(centre=centre, number=9, services=[service])
    officers = [make.officer_at(centre) for _each in range(2)]
    results = at_once(
        *[lambda o=officer: open_counter(counter=counter, at=MORNING, acting_user=o) for officer in officers]
    )
    assert sorted(type(each).__name__ for each in results) == ["Counter", "RuleBroken"]


def test_one_officer_opening_two_counters_at_once_sits_at_one(centre, service):
    officer = make.officer_at(centre)
    seats = [make.CounterFactory(centre=centre, number=n, services=[service]) for n in (7, 8)]
    results = at_once(*[lambda s=seat: open_counter(counter=s, at=MORNING, acting_user=officer) for seat in seats])
    assert all(isinstance(each, Counter | RuleBroken) for each in results)
    assert Counter.objects.filter(officer=officer, state=CounterState.OPEN).count() == 1


def test_two_last_matters_ended_at_once_end_the_visit(service, officer, counter):
    ticket = make.TicketFactory(service=service, counter=counter, called_at=MORNING, state=TicketState.SERVING)
    procedure = make.ProcedureFactory()
    matters = [Matter.objects.create(ticket=ticket, procedure=procedure, created_at=MORNING) for _each in range(2)]
    at_once(*[lambda m=matter: finish_matter(matter=m, at=MORNING, acting_user=officer) for matter in matters])
    ticket.refresh_from_db()
    assert ticket.state == TicketState.DONE


def test_a_visit_is_rated_once(service):
    ticket = make.TicketFactory(service=service, state=TicketState.DONE, finished_at=MORNING)
    results = at_once(*[lambda: rate(ticket=ticket, score=3, at=MORNING)] * 4)
    assert sum(isinstance(each, Rating) for each in results) == 1
    assert Rating.objects.count() == 1


def until_somebody_waits_for_a_lock() -> None:
    """Anywhere on this server; raises ``AssertionError`` when nobody does."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("by_number", [False, True])
def test_nobody_is_called_to_a_counter_that_closes_at_that_moment(service, counter, officer, by_number):
    ticket = make.TicketFactory(service=service, number=1)

    def call() -> Any:
        if by_number:
            return call_number(ticket=ticket, reason="ốm", at=MORNING, acting_user=officer)
        return call_next(at=MORNING, acting_user=officer)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            close_counter(counter=counter, at=MORNING, acting_user=officer)
            called = pool.submit(at_once, call)
            until_somebody_waits_for_a_lock()
        [refused] = called.result(20)
    assert isinstance(refused, RuleBroken)
    assert refused.code == "no_counter"
    assert Ticket.objects.get().state == TicketState.WAITING


def test_a_counter_that_has_just_called_does_not_close(service, counter, officer):
    make.TicketFactory(service=service, number=1)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            call_next(at=MORNING, acting_user=officer)
            closed = pool.submit(at_once, lambda: close_counter(counter=counter, at=MORNING, acting_user=officer))
            until_somebody_waits_for_a_lock()
        [refused] = closed.result(20)
    assert isinstance(refused, RuleBroken)
    assert refused.code == "counter_busy"


def test_a_number_recalled_twice_at_once_was_recalled_twice(service, officer, ticket):
    called = call_next(at=MORNING, acting_user=officer)
    at_once(*[lambda: recall(ticket=Ticket.objects.get(pk=called.pk), at=MORNING, acting_user=officer)] * 4)
    called.refresh_from_db(fields=["recalls", "calls"])
    assert (called.recalls, called.calls) == (4, 5)
    assert TicketEvent.objects.filter(kind=TicketEventKind.RECALLED).count() == 4
