"""What is wrong with the registers: each chain walked from its first row, and compared with every closing.

A change, a gap, a row put in or out of its place shows inside a chain. A tail cut off and a full recomputation do not:
they show against the closings kept in the database, and where those were recomputed, too, against files kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from applications.chained import VALUES, WithValues
from applications.closings import ONE_DAY, Published, body_of, lines_label, notes_label
from applications.models import ChainHead, Closing, Register, RegisterNote, RegisterStrike
from applications.notarisation.keeping import NoteKind
from portal import chain

CHUNK = 2000
CLOSINGS = "closings"


@dataclass(frozen=True)
class Witness:
    """Who says what hash a row has. What was kept elsewhere is believed even where the database agrees with itself."""

    words: str
    is_elsewhere: bool = False


# By number, each hash that a row must have and who says so.
Heads = dict[int, dict[str, Witness]]
# By the line's number: when, by whom and why.
Strikes = dict[int, tuple[Any, ...]]


@dataclass(frozen=True)
class Found:
    """One fault: in which chain, at which number or day, of which kind, and in words for the operator."""

    chain: str
    place: str
    kind: str
    sentence: str


@dataclass
class Count:
    """How much was looked at."""

    registers: int = 0
    lines: int = 0
    notes: int = 0
    closings: int = 0


def find_faults(published: Mapping[str, Published], count: Count) -> Iterator[Found]:
    """Every chain's first fault and every disagreement with a closing. ``published`` is by the file's name."""
    yield from _in_closings(published, count)
    known = set()
    for register in Register.objects.select_related("centre").order_by("pk").iterator():
        known |= {lines_label(register.pk), notes_label(register.pk)}
        yield from _in_register(register, published, count)
    yield from _registers_gone(known, published)


# -- one register -----------------------------------------------------------------------------------------------------


def _in_register(register: Register, published: Mapping[str, Published], count: Count) -> Iterator[Found]:
    count.registers += 1
    book = _name(register.centre.code, register.kind, register.year)
    label = notes_label(register.pk)
    heads = _heads_of(label, published)
    said: Heads = _heads_of(lines_label(register.pk), published)
    struck: Strikes = {}
    notes = _Walk(label, f"Notes on {book}", "note", _notes_of(register, said, struck), heads)
    yield from notes.faults()
    if notes.is_whole:
        yield from _strikes(register, notes, struck)
    if notes.is_whole and not notes.last and register.last_number:
        yield notes.found(1, "missing", "nobody is named who opened it.")
    label = lines_label(register.pk)
    blanked: list[int] = []
    lines = _Walk(label, book, "line", _lines_of(register, blanked), said)
    yield from lines.faults()
    for number in blanked:
        yield lines.found(number, "erased", f"a value of line {number:04} was erased; a register is kept for ever.")
    count.notes, count.lines = count.notes + notes.last, count.lines + lines.last
    if lines.is_whole:
        yield from _beside(register, lines)


def _notes_of(register: Register, said: Heads, struck: Strikes) -> Iterator[RegisterNote]:
    """The register's notes; what each says of a line is noted, to be asked of that line and of its strike."""
    for row in register.notes.order_by("sequence").iterator(CHUNK):
        row.register = register
        if row.number:
            said.setdefault(row.number, {}).setdefault(row.line, Witness(f"note {row.sequence} on it ({row.kind})"))
        if row.kind == NoteKind.STRUCK:
            struck[row.number] = (row.at, row.by_id, row.reason)
        yield row


def _strikes(register: Register, notes: _Walk, struck: Strikes) -> Iterator[Found]:
    """Each strike has its note, and each note its strike."""
    rows = RegisterStrike.objects.filter(entry__register=register)
    kept: Strikes = {number: tuple(said) for number, *said in rows.values_list("entry__sequence", "at", "by", "reason")}
    for number in sorted(struck.keys() | kept.keys()):
        strike = f"the strike of line {number:04}"
        if number not in kept:
            yield notes.found(number, "missing", f"{strike} was removed.")
        elif number not in struck:
            yield notes.found(number, "inserted", f"{strike} has no note.")
        elif kept[number] != struck[number]:
            yield notes.found(number, "changed", f"{strike} was changed.")


def _lines_of(register: Register, blanked: list[int]) -> Iterator[WithValues]:
    """The register's lines, also those that are signed while this goes on. ``blanked`` learns the numbers of those of which a
    value was erased: the chain allows it, and no rule of retention does (Decree 23/2015/NĐ-CP art. 14)."""
    last, seen = 0, -1
    while last != seen:
        seen = last
        rows = register.entries.filter(sequence__gt=last).order_by("sequence").prefetch_related(VALUES)
        for row in rows.iterator(CHUNK):
            last = row.sequence
            if any(one.value is None for one in row.kept_values):
                blanked.append(last)
            yield WithValues.of(row)
        register.refresh_from_db(fields=["last_number", "last_hash"])
        if last >= register.last_number:
            return


def _beside(register: Register, lines: _Walk) -> Iterator[Found]:
    """The last number and head as they are kept beside the lines."""
    number, head = register.last_number, register.last_hash
    if lines.last < number:
        yield lines.found(lines.last + 1, "missing", f"{_span(lines.last + 1, number)} gone from its end.")
    elif lines.last > number:
        yield lines.found(number + 1, "inserted", f"{_span(number + 1, lines.last)} put in behind its last number.")
    elif lines.head != head:
        yield lines.found(number, "changed", f"its head is not the hash of line {number:04}, its last.")


@dataclass
class _Walk:
    """One chain, walked once; each whole row is compared with what was published of it."""

    label: str
    name: str
    row: str
    rows: Iterable[Any]
    heads: Heads
    last: int = 0
    head: str = chain.GENESIS
    is_whole: bool = True
    # The last number at which all witnesses agreed, and at which those elsewhere did.
    agreed: dict[bool, int] = field(default_factory=lambda: {False: 0, True: 0})
    others: list[Found] = field(default_factory=list)

    def faults(self) -> Iterator[Found]:
        fault = chain.verify(self._seen())
        if fault is not None:
            self.is_whole = False
            yield self.found(
                fault.sequence, fault.kind, _SENTENCES[fault.kind].format(f"{self.row} {fault.sequence:04}")
            )
        yield from self.others
        behind = [number for number in self.heads if number > self.last]
        if fault is None and behind:
            self.is_whole = False
            who = next(iter(self.heads[max(behind)].values())).words
            gone = _span(self.last + 1, max(behind), self.row)
            yield self.found(self.last + 1, "missing", f"{gone} cut off its end; {who} has them.")

    def _seen(self) -> Iterator[Any]:
        for row in self.rows:
            yield row
            # Asked for the next one: this one is whole.
            self.last, self.head = row.sequence, row.hash
            self._compare(row.sequence, row.hash)

    def _compare(self, number: int, own: str) -> None:
        for given, who in self.heads.get(number, {}).items():
            first = self.agreed[who.is_elsewhere] + 1
            if given != own and not self.others:
                rows = f"{self.row} {number:04}"
                if number > first:
                    rows = f"one of the {self.row}s {first:04} to {number:04}"
                self.others = [self.found(first, "rewritten", f"{rows} is not the one that {who.words} has.")]
            elif given == own:
                self.agreed[False] = number
                self.agreed[True] = number if who.is_elsewhere else self.agreed[True]

    def found(self, number: int, kind: str, words: str) -> Found:
        return Found(self.label, f"{number:04}", kind, f"{self.name}: {words}")


_SENTENCES = {
    "changed": "{} was changed, or a value beside it.",
    "missing": "{} was removed.",
    "inserted": "{} was put in later.",
    "moved": "{} does not follow the one before it: it was moved, or one before it removed and the rest renumbered.",
}


def _span(first: int, last: int, row: str = "line") -> str:
    return f"{row} {first:04} is" if first == last else f"{row}s {first:04} to {last:04} are"


def _name(unit: str, kind: str, year: int) -> str:
    return f"register {kind} {year} of {unit}"


# -- what was published -----------------------------------------------------------------------------------------------


def _heads_of(label: str, published: Mapping[str, Published]) -> Heads:
    """What the closings in the database and the kept files say of one chain."""
    heads: Heads = {}
    rows = ChainHead.objects.filter(chain=label).order_by("closing__day")
    for number, own, day in rows.values_list("sequence", "hash", "closing__day").iterator(CHUNK):
        heads.setdefault(number, {}).setdefault(own, Witness(f"the closing of {day}"))
    for name, closing in published.items():
        if label in closing.heads:
            number, own, _about = closing.heads[label]
            heads.setdefault(number, {})[own] = Witness(f"the closing of {closing.day} kept as {name}", True)
    return heads


def _registers_gone(known: set[str], published: Mapping[str, Published]) -> Iterator[Found]:
    """Registers that a closing knows and the database does not."""
    labels = set(ChainHead.objects.order_by().values_list("chain", flat=True).distinct())
    labels |= {label for closing in published.values() for label in closing.heads}
    for label in sorted(labels - known):
        if label.partition(":")[0] != "register":
            continue
        about, day = _last_known(label, published)
        book = _name(about["unit"], about["kind"], about["year"])
        yield Found(label, "0001", "missing", f"{book}: the whole register is gone; the closing of {day} has it.")


def _last_known(label: str, published: Mapping[str, Published]) -> tuple[Mapping[str, Any], date]:
    head = ChainHead.objects.filter(chain=label).select_related("closing").order_by("-closing__day").first()
    if head is not None:
        return head.about, head.closing.day
    closing = next(one for one in published.values() if label in one.heads)
    return closing.heads[label][2], closing.day


def _in_closings(published: Mapping[str, Published], count: Count) -> Iterator[Found]:
    """The chain of closings itself, then each kept file against it."""
    before: Closing | None = None
    for closing in Closing.objects.order_by("day").prefetch_related("heads").iterator(100):
        count.closings += 1
        if (fault := _of_closing(closing, before)) is not None:
            yield fault
            break
        before = closing
    for name, kept in published.items():
        own = Closing.objects.filter(day=kept.day).values_list("hash", flat=True).first()
        if own is None:
            yield _closing(kept.day, "missing", f"it was removed; it is kept as {name}.")
        elif own != kept.hash:
            yield _closing(kept.day, "rewritten", f"it is not the one that was published and kept as {name}.")


def _of_closing(closing: Closing, before: Closing | None) -> Found | None:
    previous = before.hash if before else chain.GENESIS
    if before and closing.day != before.day + ONE_DAY:
        return _closing(before.day + ONE_DAY, "missing", "it was removed.")
    if closing.previous_hash != previous:
        if before is None:
            return _closing(closing.day - ONE_DAY, "missing", "it was removed, with those before it.")
        return _closing(closing.day, "moved", "it does not follow the closing of the day before.")
    if closing.hash != chain.link(previous, body_of(closing.day, closing.at, closing.heads.all()), {}):
        return _closing(closing.day, "changed", "it was changed, or one of its heads changed, removed or put in.")
    return None


def _closing(day: date, kind: str, words: str) -> Found:
    return Found(CLOSINGS, day.isoformat(), kind, f"closing of {day}: {words}")
