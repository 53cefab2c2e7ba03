"""The inventory as a file: one line a thing, with a line of titles, written and read."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from centres.models import Centre, Counter
from citizens.models import User
from portal.errors import BadInput, RuleBroken
from portal.text import LANGUAGES
from portal.vn.text import fold
from support.actions.keep_equipment import WRITTEN, add_equipment, change_equipment
from support.actions.move_equipment import keep_as_spare, put_in_use
from support.enums_equipment import EquipmentKind, EquipmentState
from support.models import Equipment

MOST_LINES, MOST_BYTES = 1000, 1_000_000
COLUMNS: dict[str, Promise] = {
    "tag": gettext_lazy("Code on the label"),
    "centre": gettext_lazy("Code of the centre"),
    "kind": gettext_lazy("Kind of thing"),
    "name": pgettext_lazy("of a thing", "Name"),
    "maker": gettext_lazy("Maker"),
    "model": gettext_lazy("Model"),
    "serial": gettext_lazy("Serial number"),
    "state": gettext_lazy("State"),
    "counter": gettext_lazy("Counter"),
    "place": gettext_lazy("Place"),
    "holder": gettext_lazy("User name of who has it"),
    "bought_on": gettext_lazy("Bought on"),
    "warranty_until": gettext_lazy("Warranty until"),
}
REQUIRED = ("centre", "kind", "name")
# A table program would reckon with what begins so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Found = TypeVar("Found")
_DAYS = ("%d/%m/%Y", "%Y-%m-%d")


@dataclass(frozen=True)
class Wrong:
    """What is wrong with one line, as the file counts them."""

    line: int
    said: str


@dataclass
class Imported:
    added: int = 0
    changed: int = 0
    same: int = 0
    wrong: list[Wrong] = field(default_factory=list)


def written(rows: Iterable[Equipment]) -> Iterator[str]:
    """The lines of the file in the reader's language; a mark first by which table programs know UTF-8."""
    yield "\ufeff" + _line([str(title) for title in COLUMNS.values()])
    for row in rows:
        yield _line([_plain(row, name) for name in COLUMNS])


@transaction.atomic
def read(content: bytes, centres: Iterable[Centre], at: datetime, acting_user: User) -> Imported:
    """Add what has no code, and write anew what has one. One line that is wrong, and nothing of the file is kept.

    Raises ``BadInput`` where it is no such file at all.
    """
    lines = _lines(content)
    found, known = Imported(), _Known(centres)
    for number, line in lines:
        try:
            with transaction.atomic():
                _take(line, known, found, at, acting_user)
        except RuleBroken as problem:
            found.wrong.append(Wrong(number, str(problem)))
    if found.wrong:
        transaction.set_rollback(True)
    return found


class _Known:
    """What lines name: centres by code, their counters by number, people by user name; read once."""

    def __init__(self, centres: Iterable[Centre]) -> None:
        self.centres = {centre.code: centre for centre in centres}
        self.counters = {
            (row.centre_id, str(row.number)): row
            for row in Counter.objects.filter(centre__in=self.centres.values()).select_related("centre")
        }
        self.kinds = _by_label(EquipmentKind.choices)
        self.states = _by_label(EquipmentState.choices)
        self._people: dict[str, User | None] = {}

    def person(self, name: str) -> User | None:
        if name not in self._people:
            self._people[name] = User.objects.filter(username=name, is_active=True).first()
        return self._people[name]


def _take(line: dict[str, str], known: _Known, found: Imported, at: datetime, user: User) -> None:
    there = _("There is no centre %(said)s, or you do not support it.")
    centre = _named(known.centres.get, line["centre"], there)
    if line.get("tag"):
        _rewrite(line, known, centre, found, at, user)
        return
    state = _state(line, known)
    if state not in ("", EquipmentState.IN_USE, EquipmentState.SPARE):
        raise _changes_state()
    row = add_equipment(centre=centre, at=at, acting_user=user, **_said(line, known))
    _put(row, state, _spot(line, known, centre), at, user)
    found.added += 1


def _rewrite(line: dict[str, str], known: _Known, centre: Centre, found: Imported, at: datetime, user: User) -> None:
    """Columns that the file does not have, and a place that it leaves empty, stay as they are."""
    rows = Equipment.objects.select_related("centre", "counter", "holder", "device").filter(centre=centre)
    row = _named(
        lambda tag: rows.filter(tag=tag).first(), line["tag"], _("No thing of this centre has the code %(said)s.")
    )
    if _state(line, known) not in ("", row.state):
        raise _changes_state()
    said = {name: getattr(row, name) for name in WRITTEN} | _said(line, known)
    spot = _stands(row) | {name: value for name, value in _spot(line, known, centre).items() if value}
    is_same = said == {name: getattr(row, name) for name in WRITTEN} and spot == _stands(row)
    changed = change_equipment(equipment=row, at=at, acting_user=user, **said)
    if spot != _stands(row):
        if row.state not in (EquipmentState.IN_USE, EquipmentState.SPARE):
            raise _changes_state()
        _put(changed, row.state, spot, at, user)
    found.same += is_same
    found.changed += not is_same


def _said(line: dict[str, str], known: _Known) -> dict[str, Any]:
    kinds = _("There is no kind of thing called %(said)s.")
    said: dict[str, Any] = {name: line[name] for name in ("name", "maker", "model", "serial") if name in line}
    said |= {name: _day(line[name]) for name in ("bought_on", "warranty_until") if name in line}
    return said | {"kind": _named(lambda text: known.kinds.get(fold(text)), line["kind"], kinds)}


def _state(line: dict[str, str], known: _Known) -> str:
    text = line.get("state", "")
    states = _("There is no state called %(said)s.")
    return _named(lambda said: known.states.get(fold(said)), text, states) if text else ""


def _put(row: Equipment, state: str, spot: dict[str, Any], at: datetime, user: User) -> None:
    """In use where the line says so, or names a place and no state."""
    if state == EquipmentState.SPARE and spot["counter"] is not None:
        raise BadInput(_("A spare stands at no counter."), code="spare_at_counter")
    if state == EquipmentState.SPARE:
        keep_as_spare(equipment=row, place=spot["place"], holder=spot["holder"], at=at, acting_user=user)
    elif state == EquipmentState.IN_USE or any(spot.values()):
        put_in_use(equipment=row, **spot, at=at, acting_user=user)


def _spot(line: dict[str, str], known: _Known, centre: Centre) -> dict[str, Any]:
    counter = holder = None
    if number := line.get("counter"):
        there = _("There is no counter %(said)s at this centre.")
        counter = _named(lambda said: known.counters.get((centre.pk, said)), number, there)
    if name := line.get("holder"):
        holder = _named(known.person, name, _("Nobody signs in as %(said)s."))
    return {"counter": counter, "place": line.get("place", ""), "holder": holder}


def _stands(row: Equipment) -> dict[str, Any]:
    return {"counter": row.counter, "place": row.place, "holder": row.holder}


def _changes_state() -> BadInput:
    return BadInput(_("A file changes no state: do this on the page of the thing."), code="state_changes")


def _named(find: Callable[[str], Found | None], said: str, sentence: str) -> Found:
    found = find(said)
    if found is None:
        raise BadInput(sentence % {"said": f"“{said}”"}, code="unknown")
    return found


def _day(text: str) -> date | None:
    if not text:
        return None
    for form in _DAYS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day of the calendar has no zone
        except ValueError:
            continue
    raise BadInput(_("“%(said)s” is no day such as 31/12/2026.") % {"said": text}, code="bad_day")


def _lines(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """(number in the file, value of each column) of each line that is not empty. Raises ``BadInput``."""
    if len(content) > MOST_BYTES:
        raise BadInput(_("The file is too large."), code="too_large", field="file")
    try:
        text = content.decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
        titles = _titles(next(reader, []))
        lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except (UnicodeDecodeError, csv.Error):
        raise BadInput(
            _("This is no CSV file in UTF-8. Save the table as “CSV UTF-8”."), code="no_csv", field="file"
        ) from None
    if len(lines) > MOST_LINES:
        raise BadInput(
            _("At most %(lines)s lines, please.") % {"lines": MOST_LINES}, code="too_many_lines", field="file"
        )
    return [(number, _cells(titles, cells)) for number, cells in lines]


def _cells(titles: list[str], cells: list[str]) -> dict[str, str]:
    """A line that is shorter than the titles leaves its last columns empty."""
    filled = cells + [""] * (len(titles) - len(cells))
    return {title: _unquoted(cell) for title, cell in zip(titles, filled, strict=False) if title}


def _titles(first: list[str]) -> list[str]:
    """The columns that the first line names, in any of the portal's languages; unknown ones are passed over."""
    known: dict[str, str] = {name: name for name in COLUMNS}
    for language in LANGUAGES:
        with translation.override(language):
            known.update({fold(str(title)): name for name, title in COLUMNS.items()})
    titles = [known.get(fold(title), "") for title in first]
    missing = [str(COLUMNS[name]) for name in REQUIRED if name not in titles]
    if missing:
        raise BadInput(
            _("The first line names no column “%(missing)s”.") % {"missing": "”, “".join(missing)},
            code="no_titles",
            field="file",
        )
    return titles


def _delimiter(text: str) -> str:
    """A table program that writes a comma in numbers puts semicolons between cells."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _by_label(choices: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    known = {}
    pairs = list(choices)
    for language in LANGUAGES:
        with translation.override(language):
            known.update({fold(str(label)): str(value) for value, label in pairs})
    return {**known, **{str(value): str(value) for value, _label in pairs}}


def _plain(row: Equipment, name: str) -> str:
    value: Any = getattr(row, name)
    if name in ("kind", "state"):
        return str(getattr(row, f"get_{name}_display")())
    if name == "centre":
        return str(row.centre.code)
    if name == "counter":
        return str(row.counter.number) if row.counter else ""
    if name == "holder":
        return row.holder.username if row.holder else ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return str(value or "")


def _line(cells: list[str]) -> str:
    into = io.StringIO()
    csv.writer(into).writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return into.getvalue()


def _unquoted(cell: str) -> str:
    bare = cell.strip()
    return bare[1:] if bare.startswith("'") and bare[1:].startswith(_FORMULA) else bare
