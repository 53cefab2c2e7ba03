"""Search among known problems: every word typed, in any order, without diacritics; the last one may be half typed."""

from __future__ import annotations

from portal.vn.text import fold, syllables
from support.models import KnownProblem

# Words that say nothing about what is broken.
COMMON = frozenset(syllables("bị không được của và thì là ở tại quầy máy cái này có rồi the is a not at it"))
SHOWN = 5


def folded(title: str, symptoms: str, remedy: str) -> str:
    """What is kept to be searched."""
    return fold(f"{title} {symptoms} {remedy}")


def search(query: str) -> list[KnownProblem]:
    """Those that hold every word, by title; all of them for nothing typed."""
    wanted = syllables(query)
    rows = list(KnownProblem.objects.filter(retired_at__isnull=True).order_by("title", "id"))
    return [row for row in rows if _holds_all(row, wanted)]


def alike(kind: str, what: str) -> list[KnownProblem]:
    """What may help somebody who is about to report this: the most words in common first; of the same kind before others."""
    wanted = set(syllables(what)) - COMMON
    rows = KnownProblem.objects.filter(retired_at__isnull=True).order_by("title", "id")
    scored = [(len(wanted & set(row.folded.split())), row.kind == kind, row) for row in rows]
    fitting = [each for each in scored if (each[0] if wanted else each[1])]
    fitting.sort(key=lambda each: (-each[0], not each[1]))
    return [row for _score, _same, row in fitting[:SHOWN]]


def _holds_all(row: KnownProblem, wanted: list[str]) -> bool:
    there = syllables(row.folded)
    *whole, last = wanted or [""]
    return set(whole) <= set(there) and any(word.startswith(last) for word in there)
