"""Past days of a centre in the database, for tests."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from centres.actions.learn_days import learn_days
from centres.enums import TicketEventKind, TicketState
from centres.models import Counter, DailyNumber, Service, Ticket, TicketEvent
from portal import clock
from tests.factories.centres import MORNING, TicketFactory

SERVICE_MINUTES = 6


def served_day(service: Service, counter: Counter, day_before: int, people: int = 20) -> date:
    """Everybody came at eight and was served one after the other, six minutes each, half a minute apart."""
    eight = MORNING - timedelta(days=day_before, hours=2)
    day, at = clock.local_day(eight), eight + timedelta(minutes=1)
    for number in range(people):
        ended = at + timedelta(minutes=SERVICE_MINUTES)
        ticket = TicketFactory(service=service, number=number + 1, issued_at=eight)
        Ticket.objects.filter(pk=ticket.pk).update(
            state=TicketState.DONE,
            called_at=at,
            first_called_at=at,
            arrived_at=at,
            finished_at=ended,
            counter=counter,
            calls=1,
        )
        of_ticket = {"ticket": ticket, "service": service, "priority": ticket.priority}
        TicketEvent.objects.create(kind=TicketEventKind.ISSUED, at=eight, **of_ticket)
        at_counter = {**of_ticket, "counter": counter, "actor": counter.officer}
        TicketEvent.objects.create(kind=TicketEventKind.CALLED, at=at, **at_counter)
        TicketEvent.objects.create(kind=TicketEventKind.DONE, at=ended, **at_counter)
        at = ended + timedelta(seconds=30)
    DailyNumber.objects.create(centre=service.centre, day=day, letter=service.letter, last=people)
    return day


def three_learned_days(service: Service, counter: Counter, at: datetime = MORNING) -> None:
    for days in (3, 4, 5):
        served_day(service, counter, days)
    learn_days(before=clock.local_day(at), at=at)
