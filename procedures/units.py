"""From the address on an ID card to the unit it lies in today."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from portal.vn.text import syllables
from procedures.enums import UnitKind
from procedures.models import Unit
from procedures.unit_names import endings, fold_name, is_hanoi, split_district_kind, split_unit_kind
from procedures.unit_slips import DISTRICT_WORDS, is_near_a_former_unit, near_units


class Resolution(StrEnum):
    CURRENT = "current"  # the address names a unit of today
    ONE = "one"  # a former unit, all of which lies in one unit of today
    SPLIT = "split"  # several units of today are possible: ask
    UNKNOWN = "unknown"  # no unit of Hanoi was recognised


@dataclass(frozen=True)
class UnitResolution:
    """What an address says about its unit. ``candidates`` are units of today, the likeliest first.

    Only ``current`` and ``one`` name a single unit (``unit``). For ``split`` the first candidate is a suggestion to
    show, never an answer to take: 199 of Hanoi's 526 former units were divided. ``named`` are the units that the address
    itself names, former ones or of today: ``answer_for`` says the same of them again.
    """

    status: Resolution
    old: Unit | None = None
    candidates: list[Unit] = field(default_factory=list)
    named: list[Unit] = field(default_factory=list)

    @property
    def unit(self) -> Unit | None:
        """The unit of today, where there can be no doubt."""
        return self.candidates[0] if self.status in (Resolution.CURRENT, Resolution.ONE) else None


# How people end an address after the city.
COUNTRY = {"viet nam", "vietnam", "vn"}
_UNKNOWN = UnitResolution(Resolution.UNKNOWN)


@dataclass(frozen=True)
class _Known:
    """The rows of one query that could be meant, by what they are."""

    rows: list[Unit]

    def current(self, name: str, kind: UnitKind | None) -> list[Unit]:
        return [row for row in self.rows if row.is_current and row.folded == name and kind in (None, row.kind)]

    def former(self, name: str, district: str, kind: UnitKind | None) -> list[Unit]:
        return [
            row
            for row in self.rows
            if not row.is_current and (row.folded, row.district_folded) == (name, district) and kind in (None, row.kind)
        ]


def resolve_old_address(text: str) -> UnitResolution:
    """Read the unit out of an address such as "Số 12 ngõ 5, Trung Phụng, Đống Đa, Hà Nội". One or two statements.

    A former unit is known by its name and its district, since "Quang Trung" stood in several. A name directly before
    "Hà Nội" is a unit of today, unless the part before it is a former unit of the district of that name. Nothing is
    guessed: where an address can be read in two ways both are candidates.
    """
    parts = _parts(text)
    in_hanoi = bool(parts) and is_hanoi(parts[-1])
    if in_hanoi:
        parts.pop()
    if not parts:
        return _UNKNOWN
    known = _Known(list(_lookup(parts)))
    as_old, is_whole_part = _as_former(known, parts)
    if not as_old and (unsplit := _ward_and_district(known, parts[-1])):
        return answer_for(unsplit)
    as_new = _as_current(known, parts[-1]) if in_hanoi or split_unit_kind(parts[-1])[0] else []
    if not as_old and as_new and _may_be_a_district(parts):
        return _UNKNOWN
    return answer_for(as_old if is_whole_part else [*as_old, *as_new])


def near_misses(text: str) -> list[Unit]:
    """Units that an address may mean in which none is recognised: one name of several, or one written with a slip."""
    return search_units(text) or near_units(_parts(text))


def _parts(text: str) -> list[str]:
    parts = [part.strip() for part in text.replace(";", ",").split(",") if syllables(part)]
    if len(parts) > 1 and fold_name(parts[-1]) in COUNTRY:
        parts.pop()
    return parts


def _may_be_a_district(parts: list[str]) -> bool:
    """ "Trung Phungg, Đống Đa, Hà Nội": the ward is misspelt, and Đống Đa is the district it lay in."""
    readings = list(_splits(parts[-1]))
    if len(parts) > 1 and not split_unit_kind(parts[-1])[0]:
        readings.append((parts[-2], fold_name(parts[-1])))
    return any(is_near_a_former_unit(ward, district) for ward, district in readings)


def answer_for(named: list[Unit]) -> UnitResolution:
    """What is said of an address that names these units. Of former and present ones ("12 Quang Trung, Hà Đông, Hà Nội": a
    street in the ward of today, or the former ward) all that are possible are candidates."""
    if not named:
        return _UNKNOWN
    former = [unit for unit in named if not unit.is_current]
    candidates = list(dict.fromkeys([*_targets(former), *(unit for unit in named if unit.is_current)]))
    old = former[0] if len(former) == 1 else None
    one = Resolution.ONE if former else Resolution.CURRENT
    return UnitResolution(one if len(candidates) == 1 else Resolution.SPLIT, old, candidates, named)


def units_with(keys: Iterable[str]) -> list[Unit]:
    """The units with these primary keys, given as text; those that are none are left out."""
    numbers = [int(key) for key in keys if re.fullmatch("[0-9]{1,9}", key)]
    return list(Unit.objects.filter(pk__in=numbers).prefetch_related("became__new"))


def _lookup(parts: list[str]) -> list[Unit]:
    """Every unit whose name could be one of the last two parts, or the end of one."""
    names = set()
    for part in parts[-2:]:
        names |= {fold_name(part), split_unit_kind(part)[1], *endings(part)}
    names |= {ward for ward, _district in _splits(parts[-1])}
    rows = Unit.objects.filter(folded__in=names - {""}).prefetch_related("became__new")
    return list(rows)


def _as_former(known: _Known, parts: list[str]) -> tuple[list[Unit], bool]:
    """The former units that the last part but one names, in the district that the last one names.

    The second value says whether the name is the whole part, not only its end.
    """
    if len(parts) < 2:
        return [], False
    part, district = parts[-2], split_district_kind(parts[-1])[1]
    if split_unit_kind(parts[-1])[0] and not split_district_kind(parts[-1])[0] and _as_current(known, parts[-1]):
        # "… , phường Đống Đa, Hà Nội": written out, it is the ward and not the district.
        return [], False
    # First as it stands: the name of Phương Mai begins like the word for ward.
    for name, kind in ((fold_name(part), None), (split_unit_kind(part)[1], split_unit_kind(part)[0])):
        if found := known.former(name, district, kind):
            return found, True
    for name in endings(part):
        if found := known.former(name, district, None):
            return found, False
    return [], False


def _ward_and_district(known: _Known, part: str) -> list[Unit]:
    """Former units of a part in which ward and district stand without a comma: "Phường Láng Hạ quận Đống Đa"."""
    for ward, district in _splits(part):
        if found := known.former(ward, district, None):
            return found
    return []


def _splits(part: str) -> Iterator[tuple[str, str]]:
    """Every way to cut a part into the end of a ward's name and a district's, folded; the longest ward first."""
    words = syllables(part)
    if len(words) > 2 and is_hanoi(" ".join(words[-2:])):
        words = words[:-2]
    for cut in range(1, len(words)):
        district = split_district_kind(" ".join(words[cut:]))[1]
        left = words[: cut - 1] if words[cut - 1] in DISTRICT_WORDS else words[:cut]
        for start in range(len(left)):
            ward = " ".join(left[start:])
            # As it stands first: the name of Phương Mai begins like the word for ward.
            yield from ((name, district) for name in dict.fromkeys((ward, split_unit_kind(ward)[1])))


def _as_current(known: _Known, part: str) -> list[Unit]:
    is_district, _bare = split_district_kind(part)
    if is_district:
        return []
    kind, bare = split_unit_kind(part)
    return known.current(fold_name(part), None) or known.current(bare, kind) or _ending_current(known, part)


def _ending_current(known: _Known, part: str) -> list[Unit]:
    words = syllables(part)
    for name in endings(part):
        # "… quận Đống Đa" says that it is the district.
        is_district = words[-len(name.split()) - 1] in DISTRICT_WORDS
        if not is_district and (found := known.current(name, None)):
            return found
    return []


def _targets(found: list[Unit]) -> list[Unit]:
    """The units of today that these became, suggested ones first."""
    changes = sorted(
        (change for old in found for change in old.became.all()), key=lambda change: not change.is_suggested
    )
    return list(dict.fromkeys(change.new for change in changes))


def search_units(query: str, limit: int = 20) -> list[Unit]:
    """Units in whose name, or name and district, the query stands in whole syllables; those of today first.

    "phuong mai" finds Phương Mai, "phường đống đa" the ward. An empty query finds nothing.
    """
    parts = [part for part in query.split(",") if syllables(part)]
    if not parts:
        return []
    bare = [split_unit_kind(parts[0])[1], *(split_district_kind(part)[1] for part in parts[1:] if not is_hanoi(part))]
    for wanted in dict.fromkeys((" ".join(fold_name(part) for part in parts), " ".join(bare))):
        first, *_rest = wanted.split()
        rows = Unit.objects.filter(folded__contains=first).prefetch_related("became__new")
        if found := [row for row in rows if f" {wanted} " in f" {row.folded} {row.district_folded} "]:
            return found[:limit]
    return []
