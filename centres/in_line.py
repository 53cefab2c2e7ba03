"""Who waits now, and since when: one meaning for the figures, the sentences and the lists of the manager."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from centres.enums import TicketEventKind
from centres.models import Centre, Ticket, TicketEvent
from portal import clock

# Into the line again, after something else.
_BACK = (TicketEventKind.RETURNED, TicketEventKind.TRANSFERRED)


@dataclass(frozen=True)
class Waiting:
    """Somebody in the line. ``since``: the beginning of a wait that ends at the next call.

    Until the first call that is the drawing, without the time away on a held place, as ``Ticket.waited_s`` counts it.
    Whoever was at a counter already waits since they came back into the line: being served, fetching a paper or having
    one certified is no waiting.
    """

    ticket: Ticket
    since: datetime


def in_line(centre: Centre, at: datetime) -> list[Waiting]:
    """Everybody who waits today, the longest first. One statement."""
    back = TicketEvent.objects.filter(ticket=OuterRef("pk"), kind__in=_BACK).order_by("-at", "-id")
    waiting = (
        Ticket.objects.of_day(centre, clock.local_day(at))
        .waiting()
        .only(
            "centre", "service", "letter", "number", "state", "priority", "queue_at", "counter", "issued_at",
            "first_called_at", "parked_s",
        )
        .annotate(back_at=Subquery(back.values("at")[:1]))
    )  # fmt: skip
    found = [Waiting(ticket, _since(ticket, ticket.back_at)) for ticket in waiting]
    return sorted(found, key=lambda each: (each.since, each.ticket.pk))


def _since(ticket: Ticket, back_at: datetime | None) -> datetime:
    if ticket.first_called_at is None:
        return ticket.issued_at + timedelta(seconds=ticket.parked_s or 0)
    return back_at or ticket.first_called_at
