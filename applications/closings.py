"""The day's closing: which heads it carries, what its hash covers, and the bytes that anyone can fetch and keep.

``PUBLISHED`` explains the file: ``hash`` is the SHA-256 of ``previous`` followed by the canonical JSON of
``{"body": closing, "digests": {}}`` (``portal.chain``), so whoever keeps a file can check it without the portal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Min, OuterRef, QuerySet, Subquery

from applications.histories import heads_of_histories
from applications.models import ChainHead, Closing, Event, Register, RegisterEntry, RegisterNote
from portal import chain, clock

PUBLISHED = "registers-closing/1"
ONE_DAY = timedelta(days=1)
# What was begun before midnight has ended by then, one way or the other.
SETTLED = timedelta(minutes=5)


def lines_label(register_id: int) -> str:
    return f"register:{register_id}"


def notes_label(register_id: int) -> str:
    return f"notes:{register_id}"


# -- what a closing carries -------------------------------------------------------------------------------------------


def end_of(day: date) -> datetime:
    """Midnight after this day in Hanoi."""
    return datetime.combine(day + ONE_DAY, time(), tzinfo=clock.HANOI)


def _last(rows: QuerySet[Any], end: datetime, column: str) -> Subquery:
    return Subquery(rows.filter(register=OuterRef("pk"), at__lt=end).order_by("-sequence").values(column)[:1])


def _of_registers(end: datetime) -> Iterator[ChainHead]:
    """Of each register the last line and the last note written until then."""
    lines, notes = RegisterEntry.objects.all(), RegisterNote.objects.all()
    registers = Register.objects.select_related("centre").annotate(
        line=_last(lines, end, "sequence"),
        line_hash=_last(lines, end, "hash"),
        note=_last(notes, end, "sequence"),
        note_hash=_last(notes, end, "hash"),
    )
    for row in registers.order_by("pk").iterator():
        about = {"unit": row.centre.code, "kind": str(row.kind), "year": row.year}
        if row.line:
            yield ChainHead(chain=lines_label(row.pk), sequence=row.line, hash=row.line_hash, about=about)
        if row.note:
            yield ChainHead(chain=notes_label(row.pk), sequence=row.note, hash=row.note_hash, about=about)


# Each gives the heads of its chains at the end of a day.
SOURCES: tuple[Callable[[datetime], Iterable[ChainHead]], ...] = (_of_registers, heads_of_histories)


def heads_at(end: datetime) -> list[ChainHead]:
    """Heads of every chain, unsaved."""
    return [head for source in SOURCES for head in source(end)]


def body_of(day: date, at: datetime, heads: Iterable[ChainHead]) -> dict[str, Any]:
    """What a closing's hash covers beside the closing before, in plain values; the order of ``heads`` does not matter."""
    return {
        "day": day.isoformat(),
        "at": at.astimezone(UTC).isoformat(),
        "heads": [
            {"chain": head.chain, "sequence": head.sequence, "hash": head.hash, "about": head.about}
            for head in sorted(heads, key=lambda one: one.chain)
        ],
    }


def due_days(at: datetime) -> Iterator[date]:
    """Days that are over and not closed yet, from the first line or change on, in order."""
    last = Closing.objects.order_by("-day").values_list("day", flat=True).first()
    if last is None:
        firsts = [rows.aggregate(first=Min("at"))["first"] for rows in (RegisterEntry.objects, Event.objects)]
        known = [first for first in firsts if first is not None]
        if not known:
            return
        last = clock.local_day(min(known)) - ONE_DAY
    while (last := last + ONE_DAY) < clock.local_day(at - SETTLED):
        yield last


# -- as it is published -----------------------------------------------------------------------------------------------


def published_bytes(closing: Closing) -> bytes:
    """The file of this closing: the same bytes whenever it is fetched."""
    return chain.canonical(
        {
            "format": PUBLISHED,
            "previous": closing.previous_hash,
            "hash": closing.hash,
            "closing": body_of(closing.day, closing.at, closing.heads.all()),
        }
    )


@dataclass(frozen=True)
class Published:
    """A closing as somebody kept it. ``heads`` gives sequence, hash and about of each chain."""

    day: date
    hash: str
    previous: str
    heads: Mapping[str, tuple[int, str, Mapping[str, Any]]]


def read_published(content: bytes) -> Published:
    """A kept file. Raises ``ValueError`` when it is no closing, or does not have the hash it names."""
    try:
        given = json.loads(content)
        if given["format"] != PUBLISHED:
            raise ValueError("of another format")
        body = given["closing"]
        heads = {row["chain"]: (int(row["sequence"]), str(row["hash"]), row["about"]) for row in body["heads"]}
        day, previous, own = date.fromisoformat(body["day"]), str(given["previous"]), str(given["hash"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a closing") from error
    if chain.link(previous, body, {}) != own:
        raise ValueError("its content does not have the hash it names")
    return Published(day, own, previous, heads)


def read_kept(names: Iterable[str]) -> dict[str, Published]:
    """Files that were kept elsewhere, by name. Raises ``ValueError`` with a sentence that names the one that is no closing."""
    kept = {}
    for name in names:
        try:
            kept[name] = read_published(Path(name).read_bytes())
        except (OSError, ValueError) as error:
            raise ValueError(f"{name} cannot be used: {error}.") from error
    return kept


# -- as a table -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClosedRegister:
    """One register in a closing: its last number and head, and the head of its notes."""

    unit: str
    kind: str
    year: int
    number: int
    line: str
    note: str


def table_of(closing: Closing) -> list[ClosedRegister]:
    """The closing's registers by unit, the newest year first."""
    heads = {head.chain: head for head in closing.heads.all()}
    registers = []
    for label, note in heads.items():
        kind, _colon, pk = label.partition(":")
        if kind != "notes":  # each register has notes from its first line on
            continue
        line = heads.get(lines_label(int(pk)))
        registers.append(
            ClosedRegister(
                unit=note.about["unit"],
                kind=note.about["kind"],
                year=note.about["year"],
                number=line.sequence if line else 0,
                line=line.hash if line else "",
                note=note.hash,
            )
        )
    return sorted(registers, key=lambda one: (one.unit, -one.year, one.kind))
