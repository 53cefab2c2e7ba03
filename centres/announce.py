"""What a board shows and says: the calls of the day, newest first, and the words and clips of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.templatetags.static import static
from django.utils import translation
from django.utils.translation import gettext

from centres.enums import TicketState
from centres.models import Service, Ticket
from portal import clock

SHOWN = 6
SPOKEN = "vi"
# Clips there are: letters A to H, numbers 0 to 30 (static/audio/vi).
LAST_LETTER = "H"
LAST_NUMBER = 30


@dataclass(frozen=True)
class Call:
    """One call as a board needs it. ``id`` changes with every recall, so that it is announced again."""

    id: str
    label: str
    counter: int
    say: str
    clips: str


def calls(centre_id: int, at: datetime) -> list[Call]:
    """The calls of this day in Hanoi, newest first."""
    tickets = (
        Ticket.objects.filter(centre=centre_id, day=clock.local_day(at), called_at__isnull=False, counter__isnull=False)
        .select_related("counter")
        .order_by("-called_at", "-id")[:SHOWN]
    )
    return [_call(ticket, ticket.counter.number) for ticket in tickets if ticket.counter]


def waiting_by_service(centre_id: int, at: datetime) -> list[Service]:
    """Open services in their order, each with ``waiting``: how many people wait for it now."""
    now_waiting = Q(tickets__state=TicketState.WAITING, tickets__day=clock.local_day(at))
    return list(
        Service.objects.filter(centre=centre_id, is_open=True).annotate(waiting=Count("tickets", filter=now_waiting))
    )


def _call(ticket: Ticket, counter: int) -> Call:
    # A call is spoken in Vietnamese, whatever language the board is set to.
    with translation.override(SPOKEN):
        say = gettext("Number %(number)s, please come to counter %(counter)s.") % {
            "number": " ".join(ticket.label),
            "counter": counter,
        }
    return Call(f"{ticket.pk}-{ticket.calls}", ticket.label, counter, say, _clips(ticket.label, counter))


def _clips(label: str, counter: int) -> str:
    """Addresses of the clips, with blanks between; none where one is missing: half a call is worse than none."""
    letter, digits = label[0], label[1:]
    if letter > LAST_LETTER or counter > LAST_NUMBER:
        return ""
    names = ["moi", f"chu-{letter.lower()}", *(f"so-{digit}" for digit in digits), "den", f"so-{counter}"]
    return " ".join(static(f"audio/vi/{name}.ogg") for name in names)
