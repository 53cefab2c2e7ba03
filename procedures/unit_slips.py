"""Units that an address may mean: called as it says but for a slip of the finger. They are offered, never taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from rapidfuzz.distance import OSA

from portal.vn.text import syllables
from procedures import catalogue_cache
from procedures.models import Unit
from procedures.unit_names import endings, fold_name, is_hanoi, split_district_kind, split_unit_kind

MOST_OFFERED = 6
# Shorter names differ from too many others by one letter; longer ones may hold two slips.
SHORTEST, LONG = 4, 9
DISTRICT_WORDS = {"quan", "q", "huyen", "h"}
# A name of the address, and the district that is named with it; "" where none is.
Reading = tuple[str, str]


def near_units(parts: list[str]) -> list[Unit]:
    """The units that the last two parts of an address may mean, the nearest first: those in the district that is named
    with them, and beside these only what is written without a slip."""
    found: dict[Unit, tuple[bool, int, bool]] = {}
    units = catalogue_cache.all_units()
    for name, district in dict.fromkeys(_readings(parts)):
        for unit in units:
            if (slips := _slips(name, district, unit)) is not None:
                order = (not district, slips, not unit.is_current)
                found[unit] = min(order, found.get(unit, order))
    ranked = sorted(found, key=found.__getitem__)
    with_district = [unit for unit in ranked if not found[unit][0]]
    if not with_district:
        return ranked[:MOST_OFFERED]
    return [*with_district, *(unit for unit in ranked if found[unit][:2] == (True, 0))][:MOST_OFFERED]


def is_near_a_former_unit(part: str, district: str) -> bool:
    """Whether this part may mean a former unit of this district: then the district is none of today's wards."""
    units = [unit for unit in catalogue_cache.all_units() if district and unit.district_folded == district]
    return any(_distance(name, unit.folded) is not None for name in _names(part) for unit in units)


def _readings(parts: list[str]) -> Iterator[Reading]:
    parts = [part for part in parts if syllables(part) and not is_hanoi(part)][-2:]
    for part, district in pairwise(parts):
        yield from ((name, split_district_kind(district)[1]) for name in _names(part))
    for part in parts[-1:]:
        yield from ((name, "") for name in _names(part))
        words = syllables(part)
        for cut in range(1, len(words)):
            left = words[: cut - 1] if words[cut - 1] in DISTRICT_WORDS else words[:cut]
            yield from ((name, " ".join(words[cut:])) for name in _names(" ".join(left)))


def _names(part: str) -> Iterable[str]:
    """What a unit could be called in this part: all of it, without its kind, or its last syllables, two at least."""
    ends = (name for name in endings(part) if " " in name)
    return dict.fromkeys((fold_name(part), split_unit_kind(part)[1], *ends))


def _slips(name: str, district: str, unit: Unit) -> int | None:
    """How many letters are wrong; None for another name, or a unit of another district."""
    wrong = _distance(name, unit.folded)
    if wrong is None or not district:
        return wrong
    there = _distance(district, unit.district_folded)
    return None if there is None else wrong + there


def _distance(name: str, other: str) -> int | None:
    if min(len(name), len(other)) < SHORTEST:
        return 0 if name == other and name else None
    most = 2 if len(other) >= LONG else 1
    wrong = OSA.distance(name, other, score_cutoff=most)
    return wrong if wrong <= most else None
