"""Finding a procedure by what people say: with or without accents, in any order, with a slip of the finger.

Every syllable of the query weighs by how few procedures use it ("làm", "giấy" and "xin" next to nothing, "sinh" or "tử" a
lot), two in a row weigh more, since most Vietnamese words are two syllables, and a syllable that nobody uses stands
for the ones that differ from it by one letter. What people call a thing counts more than its official name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Any

from rapidfuzz.distance import OSA

from portal.vn.text import nfc, syllables
from procedures.models import Procedure

# How much of a query's weight a procedure must answer to be an answer at all.
ENOUGH = 0.4
# A syllable that the catalogue does not know tells nothing, but that something else may be meant.
UNKNOWN = 1.0
# A syllable with one letter wrong counts less than the one that was meant, and so does one with other accents, where the
# query is typed with accents at all: "ngoại" is not "ngoài".
SLIP = 0.5
OTHER_ACCENTS = 0.7
# Two syllables in a row, against the two by themselves.
IN_A_ROW = 1.5
# What even a term of every procedure weighs: a query of nothing else still finds them.
LEAST = 0.05
# Shorter ones differ from too many others by one letter.
SHORTEST_WITH_A_SLIP = 3
SHORT_NAME, SAID, OFFICIAL = 1.0, 0.95, 0.8
MOST_SYLLABLES = 24
# What holds a sentence together and names no paper: who asks, and that they want something. Folded.
SMALL_WORDS = frozenset(
    [
        "toi",
        "em",
        "anh",
        "chi",
        "ong",
        "ba",
        "bac",
        "chau",
        "minh",
        "nha",
        "ta",
        "muon",
        "can",
        "xin",
        "lam",
        "cho",
        "the",
        "nao",
        "gi",
        "o",
        "dau",
        "thi",
        "la",
        "va",
        "hay",
        "hoi",
        "i",
        "a",
        "the",
        "my",
        "our",
        "for",
        "to",
    ]
)
_WORD = re.compile(r"[^\W_]+")
_CODE = re.compile(r"^\s*(\d\.\d{6})")

Term = str | tuple[str, str]


@dataclass(frozen=True)
class Found:
    """A procedure and how much of what was asked it answers, 0 to 1."""

    procedure: Procedure
    score: float


class ProcedureIndex:
    """What can be searched, made once a revision of the catalogue and then only read."""

    def __init__(self, procedures: Iterable[Procedure]) -> None:
        self.procedures = list(procedures)
        self._by_code = {
            code: place
            for place, procedure in enumerate(self.procedures)
            for code in (procedure.code, *procedure.other_codes)
        }
        # For each term the procedures that use it, each with the weight of the best place where it stands.
        self.places: dict[Term, dict[int, float]] = defaultdict(dict)
        self.accented: list[set[str]] = []
        for place, procedure in enumerate(self.procedures):
            texts = list(_texts(procedure))
            for weight, text in texts:
                for term in _terms(syllables(text)):
                    held = self.places[term]
                    held[place] = max(weight, held.get(place, 0.0))
            self.accented.append({word for _weight, text in texts for word in _words(text)})
        self._vocabulary = [term for term in self.places if isinstance(term, str)]

    def search(self, query: str, limit: int = 20) -> list[Found]:
        """The procedures that answer the query, the best first; none for a query without words."""
        if (code := _CODE.match(query)) and (place := self._by_code.get(code[1])) is not None:
            return [Found(self.procedures[place], 1.0)]
        asked = _Asked(self, _wanted(query))
        best = sorted((-score, place) for place, score in asked.scores.items() if score >= ENOUGH)[:limit]
        return [Found(self.procedures[place], -score) for score, place in best]

    def meant(self, syllable: str) -> dict[str, float]:
        """The syllables of the catalogue that this one stands for, each with its share; none where it is like no other."""
        if syllable in self.places:
            return {syllable: 1.0}
        if len(syllable) < SHORTEST_WITH_A_SLIP or syllable.isdigit():
            return {}
        near = [word for word in self._vocabulary if len(word) > 1 and abs(len(word) - len(syllable)) <= 1]
        return {word: SLIP for word in near if OSA.distance(syllable, word, score_cutoff=1) <= 1}

    def rarity(self, terms: Iterable[Term]) -> float:
        """The weight of whatever these stand for: that of the rarest of them."""
        fewest = min(len(self.places[term]) for term in terms)
        return log((len(self.procedures) + 1) / (fewest + 1)) + LEAST


class _Asked:
    """One query against the index: ``scores`` is how much of its weight each procedure answers, 0 to 1.

    A procedure that answers by slips alone is none, unless two of them stand in a row there.
    """

    def __init__(self, index: ProcedureIndex, wanted: list[tuple[str, str]]) -> None:
        self._index = index
        self._has_accents = any(word != syllable for syllable, word in wanted)
        self._sums: dict[int, float] = defaultdict(float)
        self._sure: set[int] = set()
        self._whole = 0.0
        meant = [index.meant(syllable) for syllable, _word in wanted]
        for shares, (_syllable, word) in zip(meant, wanted, strict=True):
            self._ask(shares, word if self._has_accents else "")
        for first, second in pairwise(meant):
            pairs = {(one, other): min(first[one], second[other]) for one in first for other in second}
            self._ask({pair: share for pair, share in pairs.items() if pair in index.places}, "", is_pair=True)
        self.scores = {place: self._sums[place] / self._whole for place in self._sure}

    def _ask(self, shares: Mapping[Any, float], word: str, *, is_pair: bool = False) -> None:
        """Add what one term of the query, or what it may stand for, is worth to each procedure that has it."""
        if not shares:
            self._whole += 0.0 if is_pair else UNKNOWN
            return
        weight = self._index.rarity(shares) * (IN_A_ROW if is_pair else 1.0)
        self._whole += weight
        best: dict[int, float] = {}
        for term, share in shares.items():
            for place, standing in self._index.places[term].items():
                worth = share * standing
                if word and word not in self._index.accented[place]:
                    worth *= OTHER_ACCENTS
                best[place] = max(best.get(place, 0.0), worth)
        for place, worth in best.items():
            self._sums[place] += weight * worth
        if is_pair or max(shares.values()) == 1.0:
            self._sure.update(best)


def _wanted(query: str) -> list[tuple[str, str]]:
    """The syllables that say something, each folded and as it was typed."""
    folded = syllables(query)
    typed = _words(query)
    said = list(zip(folded, typed if len(typed) == len(folded) else folded, strict=True))[:MOST_SYLLABLES]
    # The small words are left out only where the rest says something: "nhà" alone is a word like any other.
    return [pair for pair in said if pair[0] not in SMALL_WORDS] or said


def _texts(procedure: Procedure) -> Iterable[tuple[float, str]]:
    """Every text a procedure can be found by, in all its languages, with its weight."""
    yield from ((SHORT_NAME, text) for text in procedure.short_name.values())
    yield from ((SAID, text) for text in procedure.also_said)
    yield from ((OFFICIAL, text) for text in procedure.name.values())


def _terms(words: Sequence[str]) -> set[Term]:
    return {*words, *pairwise(words)}


def _words(text: str) -> list[str]:
    return _WORD.findall(nfc(text).lower())
