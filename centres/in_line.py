"""Who waits now, and since when: one meaning for the figures, the sentences and the lists of the manager."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from centres.enums import Priority, TicketEventKind
from centres.models import Centre, Service, Ticket, TicketEvent
from portal import clock

# Into the line again, after something else.
_BACK = (TicketEventKind.RETURNED, TicketEventKind.TRANSFERRED)


def longest_first(tickets: QuerySet[Ticket]) -> QuerySet[Any]:
    """Those who wait among these, each with ``since``: the beginning of a wait that ends at the next call.

    Until the first call that is the drawing, without the time away on a held place, as ``Ticket.waited_s`` counts it.
    Whoever was at a counter already waits since they came back into the line: being served, fetching a paper or having
    one certified is no waiting.
    """
    back = TicketEvent.objects.filter(ticket=OuterRef("pk"), kind__in=_BACK).order_by("-at", "-id").values("at")[:1]
    away = ExpressionWrapper(
        Cast(Coalesce("parked_s", 0), IntegerField()) * Value(timedelta(seconds=1), output_field=DurationField()),
        output_field=DurationField(),
    )
    drawn = ExpressionWrapper(F("issued_at") + away, output_field=DateTimeField())
    since = Case(
        When(first_called_at__isnull=True, then=drawn),
        default=Coalesce(Subquery(back), "first_called_at"),
        output_field=DateTimeField(),
    )
    return tickets.waiting().annotate(since=since).order_by("since", "id")  # type: ignore[attr-defined]


def in_line(centre: Centre, at: datetime) -> list[Any]:
    """Everybody who waits today with ``since``, the longest first. One statement."""
    here = Ticket.objects.of_day(centre, clock.local_day(at))
    return list(
        longest_first(here).only("centre", "service", "letter", "number", "state", "priority", "queue_at", "counter")
    )


def how_many_wait(day: date) -> Coalesce:
    """For services: people who wait on this day. It reads those who wait, never the numbers of other days."""
    line = _of_service(day).order_by().values("service").annotate(people=Count("pk")).values("people")
    return Coalesce(Subquery(line), 0, output_field=IntegerField())


def with_line(services: QuerySet[Service], day: date) -> QuerySet[Any]:
    """Each service with ``waiting`` (people) and ``since`` (when the longest wait began; None where nobody waits).

    Who only comes back to a counter does not count as waiting long.
    """
    longest = longest_first(_of_service(day).exclude(priority=Priority.RETURNING)).values("since")[:1]
    return services.annotate(waiting=how_many_wait(day), since=Subquery(longest))


def _of_service(day: date) -> Any:
    return Ticket.objects.filter(centre=OuterRef("centre"), service=OuterRef("pk"), day=day).waiting()
