"""The lists behind the figures of the day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import ExtractHour
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centres import figures
from centres.enums import AT_COUNTER, TicketState
from centres.models import Centre, Counter, Service, Ticket
from portal import clock
from portal.text import pick

Tickets = QuerySet[Ticket]


@dataclass(frozen=True)
class TicketList:
    title: str
    narrowed_to: list[str]
    tickets: Tickets


# What a figure counts, by its name in the address.
_SHOWS: dict[str, tuple[object, Callable[[Tickets, datetime], Tickets]]] = {
    "all": (gettext_lazy("All numbers of today"), lambda tickets, at: tickets.order_by("-issued_at", "-id")),
    "waiting": (gettext_lazy("Waiting now"), lambda tickets, at: tickets.waiting().order_by("issued_at", "id")),  # type: ignore[attr-defined]
    "at_counter": (
        gettext_lazy("At a counter now"),
        lambda tickets, at: tickets.filter(state__in=AT_COUNTER).order_by("called_at", "id"),
    ),
    "parked": (
        gettext_lazy("Set aside now"),
        lambda tickets, at: tickets.filter(state=TicketState.PARKED).order_by("issued_at", "id"),
    ),
    "served": (gettext_lazy("Served today"), lambda tickets, at: _served(tickets)),
    "last_hour": (
        gettext_lazy("Served in the last hour"),
        lambda tickets, at: _served(tickets).filter(finished_at__gt=at - figures.AN_HOUR),
    ),
    "no_show": (
        gettext_lazy("Called and did not come"),
        lambda tickets, at: tickets.filter(state=TicketState.NO_SHOW).order_by("-finished_at", "-id"),
    ),
}


def ticket_list(centre: Centre, at: datetime, asked: Mapping[str, str]) -> TicketList:
    """The tickets of today that ``show`` names, narrowed by ``counter``, ``service`` and ``hour`` (of serving)."""
    title, choose = _SHOWS.get(asked.get("show", ""), _SHOWS["all"])
    found = choose(figures.today(centre, at).select_related("service", "counter"), at)
    narrowed = []
    number, service_id, hour = (_number(asked.get(name)) for name in ("counter", "service", "hour"))
    counter = Counter.objects.filter(centre=centre, number=number).first() if number is not None else None
    if counter:
        found = found.filter(counter=counter)
        narrowed.append(str(counter))
    service = Service.objects.filter(centre=centre, pk=service_id).first() if service_id is not None else None
    if service:
        found = found.filter(service=service)
        narrowed.append(pick(service.title))
    if hour is not None:
        found = found.annotate(hour=ExtractHour("finished_at", tzinfo=clock.HANOI)).filter(hour=hour)
        narrowed.append(_("%(hour)d:00 to %(next)d:00") % {"hour": hour, "next": hour + 1})
    return TicketList(str(title), narrowed, found)


def _served(tickets: Tickets) -> Tickets:
    return tickets.filter(state=TicketState.DONE).order_by("-finished_at", "-id")


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
