"""The lists behind the figures of the day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.db.models.functions import ExtractHour
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centres import figures
from centres.enums import AT_COUNTER, TicketState
from centres.in_line import longest_first
from centres.models import Centre, Counter, Service, Ticket
from portal import clock
from portal.text import pick

Tickets = QuerySet[Ticket]
HOURS_OF_DAY = 24


@dataclass(frozen=True)
class TicketList:
    title: str
    narrowed_to: list[str]
    tickets: Tickets


# What a figure counts, by its name in the address. "of the day": today, unless ``day`` names another.
_SHOWS: dict[str, tuple[object, Callable[[Tickets, datetime], Tickets]]] = {
    "all": (gettext_lazy("All numbers of the day"), lambda tickets, at: tickets.order_by("-issued_at", "-id")),
    "waiting": (gettext_lazy("Waiting now"), lambda tickets, at: longest_first(tickets)),
    "at_counter": (
        gettext_lazy("At a counter now"),
        lambda tickets, at: tickets.filter(state__in=AT_COUNTER).order_by("called_at", "id"),
    ),
    "parked": (
        gettext_lazy("Set aside now"),
        lambda tickets, at: tickets.filter(state=TicketState.PARKED).order_by("issued_at", "id"),
    ),
    "called": (
        gettext_lazy("Called in the day"),
        lambda tickets, at: tickets.filter(first_called_at__isnull=False).order_by("-first_called_at", "-id"),
    ),
    "served": (gettext_lazy("Served in the day"), lambda tickets, at: _served(tickets)),
    "last_hour": (
        gettext_lazy("Served in the last hour"),
        lambda tickets, at: _served(tickets).filter(finished_at__gt=at - figures.AN_HOUR),
    ),
    "no_show": (
        gettext_lazy("Called and did not come"),
        lambda tickets, at: tickets.filter(state=TicketState.NO_SHOW).order_by("-finished_at", "-id"),
    ),
    "unserved": (
        gettext_lazy("Left without having been served"),
        lambda tickets, at: tickets.filter(state__in=[TicketState.NO_SHOW, TicketState.LEFT]).order_by(
            "-finished_at", "-id"
        ),
    ),
}
# What ``hour`` is the hour of; of the end where nothing is said.
_MOMENTS = {"all": "issued_at", "waiting": "issued_at", "called": "first_called_at"}


def ticket_list(centre: Centre, at: datetime, asked: Mapping[str, str]) -> TicketList:
    """The tickets that ``show`` names, of today or ``day``, narrowed by ``counter``, ``service`` and ``hour``."""
    show = asked.get("show", "")
    show = show if show in _SHOWS else "all"
    title, choose = _SHOWS[show]
    day = _day(asked.get("day"))
    of_day = Ticket.objects.of_day(centre, day) if day else figures.today(centre, at)
    found = choose(of_day.select_related("service", "counter"), at)
    narrowed = [f"{day:%d/%m/%Y}"] if day else []
    number, service_id, hour = (_number(asked.get(name)) for name in ("counter", "service", "hour"))
    counter = Counter.objects.filter(centre=centre, number=number).first() if number is not None else None
    if counter:
        found = found.filter(counter=counter)
        narrowed.append(str(counter))
    service = Service.objects.filter(centre=centre, pk=service_id).first() if service_id is not None else None
    if service:
        found = found.filter(service=service)
        narrowed.append(pick(service.title))
    if hour is not None and hour < HOURS_OF_DAY:
        found = found.annotate(hour=ExtractHour(_MOMENTS.get(show, "finished_at"), tzinfo=clock.HANOI)).filter(
            hour=hour
        )
        narrowed.append(_("%(hour)d:00 to %(next)d:00") % {"hour": hour, "next": hour + 1})
    return TicketList(str(title), narrowed, found)


def _served(tickets: Tickets) -> Tickets:
    return tickets.filter(state=TicketState.DONE).order_by("-finished_at", "-id")


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
