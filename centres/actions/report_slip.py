"""Take a number into the queue that a kiosk gave out while it did not reach the server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import CharField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from centres.actions.draw import CLIENT_KEY, LANGUAGES
from centres.enums import SEEN_GROUNDS, PriorityGround, TicketEventKind, TicketState
from centres.models import Device, HeldNumber, NumberBlock, Ticket
from centres.moves import write_down
from centres.policy import policy_on
from portal import clock
from portal.errors import BadInput, RuleBroken
from portal.prepared import Given, Prepared

# Any number of a day that a kiosk still remembers: today's, and the evening's before a night without a line.
DAYS_KEPT = timedelta(days=1)
MOST_REPRINTS = 99
_BY_CLIENT_KEY = Prepared(lambda: Ticket.objects.filter(client_key=Given("client_key", CharField())))


@dataclass(frozen=True)
class Slip:
    """What a kiosk gave out. ``age`` is how long ago by the kiosk's own clock, so that a clock that is wrong by any
    constant amount gives the right moment."""

    day: date
    letter: str
    number: int
    client_key: str
    age: timedelta
    ground: str = PriorityGround.NONE
    language: str = "vi"
    reprints: int = 0


@transaction.atomic
def report_slip(*, device: Device, slip: Slip, at: datetime) -> Ticket:
    """The ticket of this slip, in the queue by the moment the slip was given; reported again, it is the same one.

    Raises ``BadInput`` (key, ground), ``RuleBroken`` (``not_held``: no number of this kiosk's blocks; ``block_expired``;
    ``number_used``; ``key_used``).
    """
    if not CLIENT_KEY.fullmatch(slip.client_key):
        raise BadInput(_("This screen is out of date. Please go back to the start."), code="bad_client_key")
    if slip.ground not in (PriorityGround.NONE, *SEEN_GROUNDS):
        raise BadInput(_("Please choose one of the answers."), code="bad_ground", field="ground")
    held, block = _held(device, slip, clock.local_day(at))
    issued_at = _issued_at(slip, block, at)
    # After the lock: the same slip may have been reported a moment ago.
    known = _BY_CLIENT_KEY.first(client_key=slip.client_key)
    if known is not None:
        if known.device_id != device.pk:
            raise RuleBroken(_("This number belongs to another kiosk."), code="key_used")
        if (known.letter, known.number) == (slip.letter, slip.number):
            return known
        before = _BY_CLIENT_KEY.first(client_key=_second_key(slip, held))
        if before is not None:
            return before
    if held.used_at is not None:
        raise RuleBroken(_("This number has been given to somebody else."), code="number_used")
    held.used_at = at
    held.save(update_fields=["used_at"])
    if known is not None and known.day == block.day:
        # Nobody calls it while it gets the number that was printed.
        known = Ticket.objects.select_for_update(of=("self",), no_key=True).get(pk=known.pk)
        if known.state == TicketState.WAITING:
            return _as_printed(known, held, slip, at)
    return _in_the_queue(device, held, block, slip, issued_at, again=known is not None)


def _held(device: Device, slip: Slip, today: date) -> tuple[HeldNumber, NumberBlock]:
    """The number's row, locked, and its block."""
    held = (
        HeldNumber.objects.select_for_update(of=("self",), no_key=True)
        .filter(
            block__device=device,
            block__letter=slip.letter,
            block__day=slip.day,
            number=slip.number,
        )
        .first()
    )
    if held is None or slip.day < today - DAYS_KEPT:
        raise RuleBroken(_("This number is not held by this kiosk."), code="not_held")
    return held, NumberBlock.objects.select_related("service", "centre").get(pk=held.block_id)


def _issued_at(slip: Slip, block: NumberBlock, at: datetime) -> datetime:
    """The moment of issue: never before the number was held, never after now, never after its day."""
    moment = min(max(at - slip.age, block.reserved_at), at)
    if moment >= block.expires_at:
        raise RuleBroken(_("This number was for another day. Please take a new number."), code="block_expired")
    return moment


def _as_printed(ticket: Ticket, held: HeldNumber, slip: Slip, at: datetime) -> Ticket:
    """The server had given a number whose answer never arrived: nobody saw it, and the slip in the hand counts.

    Its history says so in a second row of the drawing; whoever counts drawings counts each ticket once.
    """
    ticket.number, ticket.token, ticket.reprints = held.number, held.token, _reprints(slip)
    ticket.save(update_fields=["number", "token", "reprints"])
    write_down(ticket, TicketEventKind.ISSUED, at, None, gettext("Printed by the kiosk without a connection."))
    return ticket


def _in_the_queue(
    device: Device, held: HeldNumber, block: NumberBlock, slip: Slip, issued_at: datetime, *, again: bool
) -> Ticket:
    ticket = Ticket.objects.create(
        centre=block.centre,
        service=block.service,
        day=block.day,
        letter=block.letter,
        number=held.number,
        client_key=_second_key(slip, held) if again else slip.client_key,
        token=held.token,
        language=slip.language if slip.language in LANGUAGES else settings.LANGUAGE_CODE,
        priority=policy_on(block.centre_id, block.day).rank_of(slip.ground),
        priority_ground=slip.ground,
        device=device,
        issued_at=issued_at,
        queue_at=issued_at,
        reprints=_reprints(slip),
    )
    write_down(ticket, TicketEventKind.ISSUED, issued_at, None, gettext("Given by the kiosk without a connection."))
    return ticket


def _second_key(slip: Slip, held: HeldNumber) -> str:
    """Where the key's first number was called before the slip was reported: this is another ticket."""
    return f"{slip.client_key[:40]}-{held.pk}"


def _reprints(slip: Slip) -> int:
    return min(max(slip.reprints, 0), MOST_REPRINTS)
