"""The lines of a register as its pages and its print show them, by month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, QuerySet, Sum

from applications.models import Register, RegisterEntry, RegisterNote
from applications.notarisation.describe import SIGNER_TITLE
from applications.notarisation.keeping import NoteKind, strikes_of
from applications.notarisation.parties import SIGNATORIES, Party, read
from applications.permissions import REGISTER_READERS
from centres.permissions import centres_of
from portal import clock

PAGE_SIZE = 30
PART_SIZE = 300
REQUESTER = "requester"


@dataclass(frozen=True)
class Line:
    """One line: what it says, and its strike if it has one. ``requester`` and ``parties`` (who signed) are empty once they were
    erased."""

    entry: RegisterEntry
    requester: str
    parties: tuple[Party, ...]
    struck: RegisterNote | None

    @property
    def people(self) -> tuple[Party, ...]:
        """Whom the register's form asks for: who signed, and where nobody does, who asked for the copy."""
        return self.parties or ((Party(self.requester),) if self.requester else ())

    @property
    def languages(self) -> list[str]:
        """From which to which a translator translated, each once."""
        return list(dict.fromkeys(one.languages for one in self.parties if one.languages))

    @property
    def signer_title(self) -> str:
        """As it stands on the papers; lines of before have it from what was certified under them."""
        item = next(iter(self.entry.items.all()), None)
        return self.entry.signer_title or (item.signer_title if item else "") or SIGNER_TITLE

    @property
    def signed_by(self) -> list[str]:
        """Who signs in the place of whoever approved it."""
        return list(dict.fromkeys(str(item.taken_over_by) for item in self.entry.items.all() if item.taken_over_by))

    @property
    def subject(self) -> int | None:
        """The citizen it is about."""
        item = next(iter(self.entry.items.all()), None)
        return item.certification.application.applicant_id if item else None


def visible_registers(user: Any) -> QuerySet[Register]:
    """Registers of the centres where this person's work needs them."""
    allowed = centres_of(user, REGISTER_READERS)
    rows = Register.objects.select_related("centre")
    return rows if allowed is None else rows.filter(centre__in=allowed)


def lines_of(register: Register, month: date) -> QuerySet[RegisterEntry]:
    """The register's entries of the month that begins on this day, by number, with what a line shows."""
    return _with_words(_in_month(register, month))


def _with_words(rows: QuerySet[RegisterEntry]) -> QuerySet[RegisterEntry]:
    rows = rows.select_related("signer").prefetch_related(
        "values", "items__certification__application", "items__taken_over_by"
    )
    return rows.order_by("sequence")


def shown(register: Register, entries: Iterable[RegisterEntry]) -> list[Line]:
    rows = list(entries)
    struck = strikes_of(register, [row.sequence for row in rows])
    return [_line(row, struck.get(row.sequence)) for row in rows]


def page_of(register: Register, month: date, after: int) -> tuple[list[Line], int | None]:
    """The thirty lines after this number, and after which number the next page begins, if there is one."""
    found = list(lines_of(register, month).filter(sequence__gt=after)[: PAGE_SIZE + 1])
    page = shown(register, found[:PAGE_SIZE])
    return page, page[-1].entry.sequence if len(found) > PAGE_SIZE else None


def line_of(register: Register, number: int) -> Line | None:
    """The line with this number, if there is one."""
    found = shown(register, _with_words(register.entries.filter(sequence=number)))
    return found[0] if found else None


@dataclass(frozen=True)
class Totals:
    """What lines add up to: all of them by count, those struck through left out of copies and fee."""

    count: int
    struck: int
    copies: int
    fee: int


def totals_of(lines: Sequence[Line]) -> Totals:
    counted = [line.entry for line in lines if line.struck is None]
    copies, fee = sum(row.copies for row in counted), sum(row.fee for row in counted)
    return Totals(len(lines), len(lines) - len(counted), copies, fee)


def month_totals(register: Register, month: date) -> Totals:
    """The same of a whole month, added up in the database."""
    struck = register.notes.filter(kind=NoteKind.STRUCK).values("number")
    rows = _in_month(register, month)
    of = rows.exclude(sequence__in=struck).aggregate(count=Count("pk"), copies=Sum("copies"), fee=Sum("fee"))
    count = rows.count()
    return Totals(count, count - of["count"], of["copies"] or 0, of["fee"] or 0)


def parts_of(register: Register, month: date) -> int:
    """How many files the month's print has: a reader does not wait for thousands of lines in one."""
    return -(-_in_month(register, month).count() // PART_SIZE)


def part_of(register: Register, month: date, part: int) -> list[Line]:
    """The lines of one part, counted from 1."""
    return shown(register, lines_of(register, month)[(part - 1) * PART_SIZE : part * PART_SIZE])


def months_of(register: Register) -> list[date]:
    """Months of the register's year from its first line to its last."""
    ends = register.entries.order_by("sequence")
    first, last = ends.values_list("at", flat=True).first(), ends.values_list("at", flat=True).last()
    if first is None or last is None:
        return []
    month, until = clock.local_day(first).replace(day=1), clock.local_day(last).replace(day=1)
    months = []
    while month <= until:
        months.append(month)
        month = next_month(month)
    return months


def next_month(month: date) -> date:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def is_closed(notes: Iterable[RegisterNote]) -> bool:
    return any(one.kind == NoteKind.CLOSED for one in notes)


def _in_month(register: Register, month: date) -> QuerySet[RegisterEntry]:
    return register.entries.filter(at__gte=_midnight(month), at__lt=_midnight(next_month(month)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.HANOI)


def _line(entry: RegisterEntry, struck: RegisterNote | None) -> Line:
    said = {row.name: row.value or "" for row in entry.values.all()}
    return Line(entry, said.get(REQUESTER, ""), tuple(read(said.get(SIGNATORIES, ""))), struck)
