"""The law as it is asked: papers, fees and due date of one dossier, and a search among 6,000 procedures.

Pure computation in one process, as every page and the API do it once the catalogue is in memory. ``dossier_ms`` is one
``quote`` (mean over every procedure in force, with each of its facts in turn); ``search_p95_ms`` one query, of those that
people type: with and without accents, one in three with a slip, from a catalogue filled up to the size of the nation's.
"""

from __future__ import annotations

import random
import time
from datetime import datetime
from statistics import quantiles
from typing import TYPE_CHECKING

from bench.harness import House
from bench.report import SECONDS, chance, figure, rounds

if TYPE_CHECKING:
    from procedures.models import Procedure
    from procedures.search import ProcedureIndex

AIMS = {"dossier_ms": 1, "search_p95_ms": 20}
PROCEDURES = 6_000
QUERIES = 500


def main() -> None:
    with House() as house:
        house.use_django()
        chances = chance()
        index = _big_index(chances)
        queries = [_query(index, chances) for _number in range(QUERIES)]
        dossier_ms, search_ms = rounds(_quotes, lambda: _searches(index, queries))
        figure("rules", "dossier_ms", dossier_ms, "ms", floor=AIMS["dossier_ms"])
        figure("rules", "search_p95_ms", search_ms, "ms", floor=AIMS["search_p95_ms"])


def _quotes() -> float:
    """Milliseconds of one quote, the mean over all procedures and cases."""
    from portal import clock
    from procedures import catalogue_cache
    from procedures.quote import facts_asked, quote

    calendar, now = catalogue_cache.load_calendar(), clock.now()
    versions = catalogue_cache.versions_on(clock.today())
    cases = [
        (version, facts, now, pages)
        for version in versions
        for facts in ({}, *({fact.key: True} for fact in facts_asked(version)))
        for pages in (None, 7)
    ]
    asked, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        for version, facts, at, pages in cases:
            quote(version, facts, _moved(at, asked), calendar, pages=pages, copies=2)
            asked += 1
    return 1000 * (time.perf_counter() - began) / asked


def _moved(at: datetime, minutes: int) -> datetime:
    """Another minute of the day for each, so that none is the one before."""
    return at.replace(minute=minutes % 60)


def _searches(index: ProcedureIndex, queries: list[str]) -> float:
    """Milliseconds that 95 of 100 queries stay under."""
    taken = []
    for query in queries:
        began = time.perf_counter()
        index.search(query)
        taken.append(1000 * (time.perf_counter() - began))
    return quantiles(taken, n=20)[-1]


def _big_index(chances: random.Random) -> ProcedureIndex:
    """The real catalogue, and others with names of its words and of Hanoi's places."""
    from procedures import catalogue_cache
    from procedures.models import Procedure, Unit
    from procedures.search import ProcedureIndex

    real = catalogue_cache.all_procedures()
    words = [word for procedure in real for word in procedure.name["vi"].split()]
    words += [word for name in Unit.objects.values_list("name", flat=True) for word in name.split()]
    made = [_made(Procedure, number, words, chances) for number in range(PROCEDURES - len(real))]
    return ProcedureIndex([*real, *made])


def _made(model: type[Procedure], number: int, words: list[str], chances: random.Random) -> Procedure:
    name = chances.choices(words, k=chances.randint(6, 24))
    said = [" ".join(chances.choices(words, k=4)) for _phrase in range(2)]
    names = {"vi": " ".join(name)}
    return model(
        code=f"9.{number:06}", key=f"k{number}", name=names, short_name={"vi": " ".join(name[:5])}, also_said=said
    )


def _query(index: ProcedureIndex, chances: random.Random) -> str:
    """Some words of one procedure, in their order."""
    from portal.vn.text import fold

    words = chances.choice(index.procedures).name["vi"].split()
    first = chances.randrange(max(1, len(words) - 3))
    query = " ".join(words[first : first + chances.randint(2, 7)])
    if chances.random() < 0.5:
        query = fold(query)
    if chances.random() < 1 / 3:
        place = chances.randrange(len(query))
        query = query[:place] + query[place + 1 :]
    return query
