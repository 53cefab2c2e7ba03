"""What a kiosk keeps so that it can go on without a line, as it is sent to it, and what it sends back."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

import segno
import structlog
from django.conf import settings
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from centres import hours
from centres.actions.draw import why_full
from centres.actions.hold_numbers import hold_numbers
from centres.actions.report_slip import Slip, report_slip
from centres.last_numbers import full_now
from centres.models import Centre, Device, HeldNumber, Service
from portal import clock
from portal.errors import BadInput, RuleBroken

log = structlog.get_logger(__name__)

# More than a kiosk prints in a day; a longer list is not ours.
MOST_SLIPS = 2000
LONGEST_AGE_SECONDS = 3 * 24 * 60 * 60


def ticket_code(token: str) -> segno.QRCode:
    """The code on a slip: the address of the visit's page."""
    return segno.make(f"{settings.PUBLIC_URL}/t/{token}/", error="m", micro=False)


def qr_of(token: str) -> SafeString:
    """The code as a picture for a page. Made from our own address by the library; nothing a reader typed is in it."""
    return SafeString(ticket_code(token).svg_inline(omitsize=True, border=2, lineclass=None, svgclass=None))


def bits_of(code: segno.QRCode) -> str:
    """The code's modules row by row, dark is 1, packed into bytes and base64: a browser can draw it without a library."""
    modules = "".join(str(1 if module else 0) for row in code.matrix for module in row)
    padded = modules.ljust(-(-len(modules) // 8) * 8, "0")
    return base64.b64encode(int(padded, 2).to_bytes(len(padded) // 8, "big")).decode()


def day_of_line(centre: Centre, at: datetime) -> dict[str, Any]:
    """The day the numbers are for, in ISO 8601: the server's time, the day's end, and the hours that are kept, if any."""
    day = clock.local_day(at)
    kept = [
        [
            datetime.combine(day, start, tzinfo=clock.HANOI).isoformat(),
            datetime.combine(day, end, tzinfo=clock.HANOI).isoformat(),
        ]
        for start, end in hours.hours_on(centre, day)
    ]
    ends = datetime.combine(day + timedelta(days=1), time.min, tzinfo=clock.HANOI)
    return {
        "now": at.isoformat(),
        "day": day.isoformat(),
        "ends": ends.isoformat(),
        "open": kept if centre.keeps_hours else None,
    }


def full_for(services: Iterable[Service], at: datetime) -> dict[str, dict[str, str]]:
    """Why no more numbers are given today, by letter and language; the letters that still have room are missing."""
    found: dict[str, dict[str, str]] = {}
    for service in services:
        if full := full_now(service, at):
            for language, _name in settings.LANGUAGES:
                with translation.override(language):
                    found.setdefault(service.letter, {})[language] = why_full(full)
    return found


def numbers_for(device: Device, services: Collection[Service], at: datetime) -> dict[str, list[list[Any]]]:
    """Unused numbers by letter, each ``[number, its code's bits]``."""
    found = {}
    for service in services:
        try:
            blocks = hold_numbers(service=service, device=device, at=at)
        except RuleBroken as refused:
            log.warning("no_numbers_held", service=service.pk, code=refused.code)
            continue
        found[service.letter] = [_sent(held) for block in blocks for held in block.numbers.all() if not held.used_at]
    return found


def _sent(held: HeldNumber) -> list[Any]:
    return [held.number, bits_of(ticket_code(held.token))]


def slips_in(raw: Any) -> list[tuple[str, Slip | None]]:
    """The slips of a report, each with its key as sent; None where one makes no sense. Raises ``BadInput`` for no list."""
    if not isinstance(raw, list) or len(raw) > MOST_SLIPS:
        raise BadInput(_("This screen is out of date. Please go back to the start."), code="bad_report")
    return [(str(row.get("key", ""))[:64] if isinstance(row, dict) else "", _slip(row)) for row in raw]


def report(device: Device, rows: list[tuple[str, Slip | None]], at: datetime) -> list[dict[str, Any]]:
    """What became of each slip: ``{"key", "kept", "code"}``. One that is refused does not keep the others back."""
    results = []
    for key, slip in rows:
        code = "bad_slip"
        try:
            if slip is not None:
                report_slip(device=device, slip=slip, at=at)
                code = ""
        except RuleBroken as refused:
            code = refused.code
        if code:
            log.error("slip_refused", device=device.pk, code=code, number=slip.number if slip else None)
        results.append({"key": key, "kept": not code, "code": code})
    return results


def _slip(row: Any) -> Slip | None:
    try:
        age = float(row["age"])
        if not -LONGEST_AGE_SECONDS <= age <= LONGEST_AGE_SECONDS:
            return None
        return Slip(
            day=date.fromisoformat(row["day"]),
            letter=_text(row["letter"]),
            number=_whole(row["number"]),
            client_key=_text(row["key"]),
            age=timedelta(seconds=age),
            ground=_text(row.get("ground", "")),
            language=_text(row.get("language", "vi")),
            reprints=_whole(row.get("reprints", 0)),
        )
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        return None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise ValueError
    return value
