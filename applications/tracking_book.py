"""The tracking book (form 07): the dossiers that a centre received on one day, line by line."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from applications.catalogue import version_of
from applications.documents import VIETNAMESE
from applications.enums import DispatchEnd, EventKind, State
from applications.models import Application, Event
from applications.pauses import parts_of as parts_of_dossier
from centres.models import Centre
from portal import chain, clock
from portal.vn.dates import date_in_words, format_date
from portal.vn.phones import display_phone

TEMPLATE = "official/tracking_book.html"
PART_SIZE = 200
_NOTES = {
    State.WITHDRAWN: "Người nộp rút hồ sơ",
    State.STOPPED: "Dừng giải quyết",
    State.SUPPLEMENT: "Chờ bổ sung",
    State.PAYMENT: "Chờ nghĩa vụ tài chính",
}


def received_on(centre: Centre, day: date) -> QuerySet[Application]:
    """What the centre received on this day, in the order of receipt."""
    start = datetime.combine(day, time.min, tzinfo=clock.HANOI)
    moves = Event.objects.filter(
        kind__in=[
            EventKind.FORWARDED,
            EventKind.TAKEN,
            EventKind.APPROVED,
            EventKind.PARTS_OVER,
            EventKind.HANDED_OVER,
        ]
    )
    return (
        Application.objects.filter(
            received_at_centre=centre, received_at__gte=start, received_at__lt=start + timedelta(days=1)
        )
        .select_related("applicant", "competent", "result")
        .prefetch_related(Prefetch("events", moves, to_attr="moves"), "parts", "dispatches")
        .order_by("received_at", "id")
    )


def parts_of(centre: Centre, day: date) -> int:
    """How many parts the day's page has: a print of a thousand lines would take a minute."""
    return -(-received_on(centre, day).count() // PART_SIZE)


def part_of(centre: Centre, day: date, part: int) -> list[Application]:
    return list(received_on(centre, day)[(part - 1) * PART_SIZE : part * PART_SIZE])


def lines_of(rows: list[Application], first: int) -> list[dict[str, str]]:
    return [_line(dossier, number) for number, dossier in enumerate(rows, start=first)]


def _line(dossier: Application, number: int) -> dict[str, str]:
    person = dossier.applicant
    at = {event.kind: event.at for event in dossier.moves}  # type: ignore[attr-defined]
    handed = dossier.handed_over_at
    return {
        "number": str(number),
        "code": dossier.code or "",
        "procedure": version_of(dossier).procedure.name[VIETNAMESE],
        "sets": "01",
        "person": person.full_name if person else "",
        "contact": ", ".join(
            filter(
                None,
                (
                    (person.address or person.card_address) if person else "",
                    display_phone(dossier.contact_phone) if dossier.contact_phone else "",
                ),
            )
        ),
        "competent": dossier.competent.short_name[VIETNAMESE],
        "received": _moment(dossier.received_at),
        "due": _moment(dossier.due_at),
        "moved": _moment(at.get(EventKind.FORWARDED) or at.get(EventKind.TAKEN)),
        "back": _moment(at.get(EventKind.APPROVED) or at.get(EventKind.PARTS_OVER)),
        "returned": _moment(handed) if handed else "",
        "how": _how(dossier) if handed else "",
        "to": _taken_by(dossier) if handed else "",
        "note": "Yêu cầu bổ sung lần 2" if dossier.asked_again else _NOTES.get(State(dossier.state), ""),
    }


def _how(dossier: Application) -> str:
    letters = [row for row in dossier.dispatches.all() if row.end == DispatchEnd.DELIVERED]
    if any(row.ended_at == dossier.handed_over_at for row in letters):
        return "Qua bưu chính"
    as_file = any(event.at == dossier.handed_over_at and event.details.get("as_file") for event in dossier.moves)  # type: ignore[attr-defined]
    return "Bản điện tử" if as_file else "Tại quầy"


def _taken_by(dossier: Application) -> str:
    """Who took the result; of linked services several may have."""
    result = getattr(dossier, "result", None)
    taken = [result.handed_to] if result else [row.handed_to for row in parts_of_dossier(dossier)]
    return ", ".join(dict.fromkeys(name for name in taken if name))


def _moment(moment: datetime | None) -> str:
    return f"{clock.local(moment):%H:%M %d/%m/%Y}" if moment else ""


def hash_of(lines: list[dict[str, str]]) -> str:
    return hashlib.sha256(chain.canonical(lines)).hexdigest()


def paper_context(
    centre: Centre, day: date, lines: list[dict[str, str]], part: int, parts: int, at: datetime
) -> dict[str, Any]:
    return {
        "centre": centre.short_name[VIETNAMESE] if centre.parent else centre.name[VIETNAMESE],
        "parent": centre.parent.name[VIETNAMESE] if centre.parent else "UBND thành phố Hà Nội",
        "day": format_date(day),
        "day_in_words": date_in_words(day),
        "part": f"Phần {part}/{parts}" if parts > 1 else "",
        "lines": lines,
        "printed": f"{clock.local(at):%H giờ %M phút}, {date_in_words(clock.local_day(at))}",
        "place_and_date": f"Hà Nội, {date_in_words(clock.local_day(at))}",
        "is_demo": settings.PORTAL_ENV == "demo",
    }
