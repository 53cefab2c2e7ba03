"""What a board shows and says: the calls of the day, newest first, who waits how long, and the hall's announcements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, When
from django.templatetags.static import static
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext

from centres.enums import AT_COUNTER, TicketState
from centres.in_line import with_line
from centres.models import Counter, HallAnnouncement, Service, Ticket
from portal import clock
from portal.vn.text import fold

SHOWN = 6
# Whoever has not come to the counter yet stays in sight: so many at most.
EXPECTED = 8
# More than these at once nobody reads while waiting for a number.
NOTICES_SHOWN = 2
SPOKEN = "vi"
# What the voiceless board plays where a call or an announcement has no clips of its own: look up, it says.
CHIME = "chime.wav"
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Call:
    """One call as a board needs it. ``id`` changes with every recall, so that it is announced again.

    One that is ``over`` (served, or nobody came) is shown and not announced any more.
    """

    id: str
    label: str
    place: str
    say: str
    clips: str
    over: bool = False


@dataclass(frozen=True)
class Notice:
    """A running announcement. ``id`` changes whenever it is due to be said again."""

    id: str
    text: str
    clips: str


def calls(centre_id: int, at: datetime, zone_id: int | None = None) -> list[Call]:
    """The calls of this day in Hanoi to the counters of the centre (or of one zone), newest first.

    Who waits again, is set aside or has left is called nowhere: the counter of such a number is where it is kept for.
    """
    tickets = Ticket.objects.filter(
        centre=centre_id,
        day=clock.local_day(at),
        called_at__isnull=False,
        counter__isnull=False,
        state__in=[*AT_COUNTER, TicketState.NO_SHOW, TicketState.DONE],
    )
    if zone_id is not None:
        tickets = tickets.filter(counter__zone=zone_id)
    has_come = Case(When(state=TicketState.CALLED, then=0), default=1, output_field=IntegerField())
    rows = list(tickets.select_related("counter").order_by(has_come, "-called_at", "-id")[:EXPECTED])
    kept = [row for place, row in enumerate(rows) if place < SHOWN or row.state == TicketState.CALLED]
    kept.sort(key=lambda row: (row.called_at or at, row.pk), reverse=True)
    return [_call(row, row.counter) for row in kept if row.counter]


def waiting_by_service(centre_id: int, at: datetime, zone_id: int | None = None) -> list[Service]:
    """Open services in their order, each with ``waiting`` (people now) and ``longest`` (whole minutes; None for nobody).

    For a zone, those that a counter there can give. Who only comes back to a counter does not count as waiting long.
    """
    services = Service.objects.filter(centre=centre_id, is_open=True)
    if zone_id is not None:
        services = services.filter(Exists(Counter.objects.filter(zone=zone_id, services=OuterRef("pk"))))
    rows: list[Any] = list(with_line(services, clock.local_day(at)))
    for row in rows:
        row.longest = None if row.since is None else max(0, (at - row.since) // MINUTE)
    return rows


def notices(centre_id: int, at: datetime, zone_id: int | None = None) -> list[Notice]:
    """What is to be shown now: the newest announcements of the whole centre and of this zone."""
    running = HallAnnouncement.objects.filter(
        Q(zone__isnull=True) | Q(zone=zone_id), centre=centre_id, stopped_at=None, from_at__lte=at, until_at__gt=at
    )
    return [Notice(f"{row.pk}-{row.turn(at)}", row.text, _url(CHIME)) for row in running[:NOTICES_SHOWN]]


def centres_due(since: datetime, at: datetime) -> set[int]:
    """Centres where an announcement begins, is due to be said again or ends after ``since`` and until ``at``."""
    rows = HallAnnouncement.objects.filter(stopped_at=None, from_at__lte=at, until_at__gt=since)
    return {
        row.centre_id for row in rows if row.from_at > since or row.until_at <= at or row.turn(at) != row.turn(since)
    }


def _call(ticket: Ticket, counter: Counter) -> Call:
    place = counter.name or gettext("Counter %(number)s") % {"number": counter.number}
    # A call is spoken in Vietnamese, whatever language the board is set to.
    with translation.override(SPOKEN):
        number = " ".join(ticket.label)
        if counter.name:
            say = gettext("Number %(number)s, please come to %(place)s.") % {"number": number, "place": counter.name}
        else:
            say = gettext("Number %(number)s, please come to counter %(counter)s.") % {
                "number": number,
                "counter": counter.number,
            }
    over = ticket.state not in AT_COUNTER
    return Call(f"{ticket.pk}-{ticket.calls}", ticket.label, place, say, _clips(ticket.label, counter), over)


def _clips(label: str, counter: Counter) -> str:
    """Addresses of the clips, with blanks between; the chime alone where one is missing: half a call is worse than none."""
    number = str(counter.number)
    if counter.name:
        # A centre may record the name of a counter: "Quầy ưu tiên" is quay-uu-tien.ogg.
        where = ["den-noi", slugify(fold(counter.name))]
    elif f"so-{number}" in available():
        where = ["den", f"so-{number}"]
    else:
        where = ["den", *(f"so-{digit}" for digit in number)]
    names = ["moi", f"chu-{label[0].lower()}", *(f"so-{digit}" for digit in label[1:]), *where]
    if not available().issuperset(names):
        return _url(CHIME)
    return " ".join(_url(f"{name}.ogg") for name in names)


@lru_cache(maxsize=1)
def available() -> frozenset[str]:
    """The clips there are, by name. A centre adds its own to the folder (static/audio/vi/README.md)."""
    return frozenset(path.stem for path in (settings.BASE_DIR / "static" / "audio" / SPOKEN).glob("*.ogg"))


def _url(name: str) -> str:
    return static(f"audio/{SPOKEN}/{name}")
