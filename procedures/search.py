"""Finding a procedure by what people say: with or without accents, in any order, with a slip of the finger.

Every syllable of the query weighs by how few procedures use it ("làm", "giấy" and "xin" next to nothing, "sinh" or "tử" a
lot), two in a row weigh more, since most Vietnamese words are two syllables, and a syllable that nobody uses stands
for the ones that differ from it by one letter. What people call a thing counts more than its official name.

That orders the answers; whether one is an answer at all is asked of its texts one by one (``_Named``), since the nearest
of forty procedures is seldom what somebody means whose procedure is not among them ("mất căn cước", "lương hưu").
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from math import log
from operator import mul
from sys import intern
from typing import Any, Self

from rapidfuzz.distance import OSA

from portal.vn.text import fold, nfc, syllables
from procedures.models import Procedure

# How much of a query's weight a procedure must answer to be an answer at all.
ENOUGH = 0.4
# A syllable that the catalogue does not know tells nothing, but that something else may be meant.
UNKNOWN = 1.0
# A syllable with one letter wrong counts less than the one that was meant, and so does one with other accents, where the
# query is typed with accents at all: "ngoại" is not "ngoài".
SLIP = 0.5
OTHER_ACCENTS = 0.7
# Of what the query says, weighed by rarity, what one text of a procedure must hold to be named by it.
NAMED = 0.8
# Or all its texts together, where the query holds nearly the whole of something it is called.
PARTLY_NAMED, WHOLE_PHRASE = 0.55, 0.8
# A phrase of common syllables only names nothing.
LEAST_OF_A_PHRASE = 3.0
# A syllable with other accents or a slip is believed beside one that it makes a word with, and hardly without.
IN_A_WORD, OTHER_ACCENTS_ALONE, SLIP_ALONE = 0.9, 0.4, 0.2
# Syllables that are all there and nowhere beside one another are seldom the words that were meant.
SCATTERED = 0.7
# Looked at for a name at most, the likeliest first.
MOST_LOOKED_AT = 60
# A small word belongs to its neighbour where that is hardly ever without it: "căn" in "căn cước".
INSEPARABLE = 0.8
# Two syllables in a row, against the two by themselves.
IN_A_ROW = 1.5
# What even a term of every procedure weighs: a query of nothing else still finds them.
LEAST = 0.05
# Shorter ones differ from too many others by one letter.
SHORTEST_WITH_A_SLIP = 3
SHORT_NAME, SAID, OFFICIAL = 1.0, 0.95, 0.8
MOST_SYLLABLES = 24
# What holds a sentence together and names no paper: who asks, and that they want something. As it is written, and folded
# for those who type without accents: "muốn" is one, "muộn" is none.
_SMALL = [
    "tôi",
    "em",
    "anh",
    "chị",
    "ông",
    "bà",
    "bác",
    "cháu",
    "mình",
    "ta",
    "muốn",
    "cần",
    "xin",
    "làm",
    "cho",
    "thể",
    "nào",
    "gì",
    "ở",
    "đâu",
    "thì",
    "là",
    "và",
    "hay",
    "hỏi",
    "ì",
    "ạ",
    "với",
    "như",
    "phải",
    "được",
    "để",
    "khi",
    "vừa",
    "những",
    "các",
    "thế",
    "thủ",
    "tục",
    "giấy",
    "tờ",
    "loại",
    "gồm",
    "a",
    "i",
    "the",
    "my",
    "our",
    "for",
    "to",
    "get",
    "how",
    "of",
    "want",
    "need",
    "register",
]
SMALL_WORDS = frozenset(_SMALL) | frozenset(map(fold, _SMALL))
# "kí" is "ký".
_I_OR_Y = re.compile(r"([^aeiouy]+)([iy])")
_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))
_WORD = re.compile(r"[^\W_]+")
_PHRASE = re.compile(r"[,;:.()]")
_CODE = re.compile(r"^\s*(\d\.\d{6})")

Term = str | tuple[str, str]


@dataclass(frozen=True)
class Found:
    """A procedure and how much of what was asked it answers, 0 to 1."""

    procedure: Procedure
    score: float


@dataclass(frozen=True, slots=True)
class _Text:
    """One text of a procedure: its syllables, which stand in a row, and the phrases that commas part."""

    words: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    phrases: list[list[str]]

    @classmethod
    def of(cls, phrases: list[list[str]]) -> Self:
        words = [word for phrase in phrases for word in phrase]
        return cls(frozenset(words), frozenset(pairwise(words)), phrases)


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
        # Where a syllable stands with just these accents, or with its tone that was not typed.
        self.spelt: dict[str, set[int]] = defaultdict(set)
        # The phrases of each text of each procedure; sets of them would take three times the room.
        self._phrases: list[list[list[list[str]]]] = []
        for place, procedure in enumerate(self.procedures):
            texts = list(_texts(procedure))
            self._phrases.append([_phrases(text) for _weight, text in texts])
            for (weight, source), phrases in zip(texts, self._phrases[-1], strict=True):
                text = _Text.of(phrases)
                self._note(place, weight, text.words)
                self._note(place, weight, text.pairs)
                for word in _words(source):
                    self.spelt[word].add(place)
                    self.spelt[_untoned(word)].add(place)
        self._vocabulary = [term for term in self.places if isinstance(term, str)]

    def texts(self, place: int) -> list[_Text]:
        return [_Text.of(phrases) for phrases in self._phrases[place]]

    def _note(self, place: int, weight: float, terms: Iterable[Term]) -> None:
        for term in terms:
            held = self.places[term]
            held[place] = max(weight, held.get(place, 0.0))

    def search(self, query: str, limit: int = 20) -> list[Found]:
        """The procedures that answer the query, the best first; none for a query without words."""
        if (code := _CODE.match(query)) and (place := self._by_code.get(code[1])) is not None:
            return [Found(self.procedures[place], 1.0)]
        asked = _Asked(self, query)
        best = sorted((-score, place) for place, score in asked.scores.items() if score >= ENOUGH)[:MOST_LOOKED_AT]
        named = _Named(self, asked)
        answers = (Found(self.procedures[place], -score) for score, place in best if named.holds(place))
        return list(islice(answers, limit))

    def meant(self, syllable: str) -> dict[str, float]:
        """The syllables of the catalogue that this one stands for, each with its share; none where it is like no other."""
        if syllable in self.places:
            return {syllable: 1.0}
        if (ending := _I_OR_Y.fullmatch(syllable)) and (other := ending[1] + "iy"[ending[2] == "i"]) in self.places:
            return {other: 1.0}
        if len(syllable) < SHORTEST_WITH_A_SLIP or syllable.isdigit():
            return {}
        near = [word for word in self._vocabulary if len(word) > 1 and abs(len(word) - len(syllable)) <= 1]
        return {word: SLIP for word in near if OSA.distance(syllable, word, score_cutoff=1) <= 1}

    def rarity(self, terms: Iterable[Term]) -> float:
        """The weight of whatever these stand for: that of the rarest of them."""
        fewest = min(len(self.places[term]) for term in terms)
        return log((len(self.procedures) + 1) / (fewest + 1)) + LEAST

    def wanted(self, query: str) -> list[tuple[str, str]]:
        """The syllables that say something, each folded and as it was typed."""
        folded = syllables(query)
        typed = _words(query)
        said = list(zip(folded, typed if len(typed) == len(folded) else folded, strict=True))[:MOST_SYLLABLES]
        kept = [
            pair
            for number, pair in enumerate(said)
            if pair[1] not in SMALL_WORDS or self._is_half_a_word(folded, number)
        ]
        # The small words are left out only where the rest says something: "nhà" alone is a word like any other.
        return kept or said

    def _is_half_a_word(self, folded: Sequence[str], number: int) -> bool:
        """Whether the next syllable is hardly ever without this one."""
        if number + 1 == len(folded):
            return False
        together, alone = (folded[number], folded[number + 1]), folded[number + 1]
        return len(self.places.get(together, ())) > INSEPARABLE * len(self.places.get(alone, ()))


class _Asked:
    """One query against the index: ``scores`` is how much of its weight each procedure answers, 0 to 1.

    A procedure that answers by slips alone is none, unless two of them stand in a row there.
    """

    def __init__(self, index: ProcedureIndex, query: str) -> None:
        self._index = index
        self.wanted = wanted = index.wanted(query)
        self.has_accents = any(word != syllable for syllable, word in wanted)
        self._sums: dict[int, float] = defaultdict(float)
        self._sure: set[int] = set()
        self._whole = 0.0
        # Every syllable that the query surely says, the small ones, too.
        self.said = {*syllables(query)}
        self.meant = [index.meant(syllable) for syllable, _word in wanted]
        # For each two in a row the pairs of the catalogue that they stand for.
        self.pairs: list[dict[tuple[str, str], float]] = []
        self.said.update(word for meant in self.meant for word, share in meant.items() if share == 1.0)
        for shares, (_syllable, word) in zip(self.meant, wanted, strict=True):
            self._ask(shares, word if self.has_accents else "")
        for first, second in pairwise(self.meant):
            pairs = {(one, other): min(first[one], second[other]) for one in first for other in second}
            self.pairs.append({pair: share for pair, share in pairs.items() if pair in index.places})
            self._ask(self.pairs[-1], "", is_pair=True)
        self.scores = {place: self._sums[place] / self._whole for place in self._sure}

    def _ask(self, shares: Mapping[Any, float], word: str, *, is_pair: bool = False) -> None:
        """Add what one term of the query, or what it may stand for, is worth to each procedure that has it."""
        if not shares:
            self._whole += 0.0 if is_pair else UNKNOWN
            return
        weight = self._index.rarity(shares) * (IN_A_ROW if is_pair else 1.0)
        self._whole += weight
        best = self._best(shares)
        same: Container[int] = self._index.spelt.get(word, ()) if word else best
        sums, other = self._sums, weight * OTHER_ACCENTS
        for place, worth in best.items():
            sums[place] += worth * (weight if place in same else other)
        if is_pair or max(shares.values()) == 1.0:
            self._sure.update(best)

    def _best(self, shares: Mapping[Any, float]) -> Mapping[int, float]:
        """What each procedure has of these terms, the best of them where there are several."""
        places = self._index.places
        if len(shares) == 1 and (only := next(iter(shares))) and shares[only] == 1.0:
            return places[only]
        best: dict[int, float] = {}
        for term, share in shares.items():
            for place, standing in places[term].items():
                worth = share * standing
                if worth > best.get(place, 0.0):
                    best[place] = worth
        return best


class _Named:
    """Whether a procedure is what a query names, or only near to it in words.

    It is when one of its texts holds nearly all that the query says, the rarest words counting most; or when the query
    holds the whole of a phrase that it is called by ("mở quán" in "mở quán phở") and its texts most of the rest; or when
    every word of it, two syllables in a row, stands in some text ("sao y" and "công chứng").
    """

    def __init__(self, index: ProcedureIndex, asked: _Asked) -> None:
        self._index = index
        self._asked = asked
        nowhere = log(len(index.procedures) + 1) + LEAST
        self._weights = [
            index.rarity(shares) if shares else 0.0 if syllable.isdigit() else nowhere
            for shares, (syllable, _typed) in zip(asked.meant, asked.wanted, strict=True)
        ]

    def holds(self, place: int) -> bool:
        texts = self._index.texts(place)
        shares, in_words = self._shares(place, _all_of(texts))
        if self._weighed(shares) < PARTLY_NAMED:
            return False
        if self._weighed(in_words) >= NAMED or any(self._held(place, text) >= NAMED for text in texts):
            return True
        return any(self._said_of(phrase) >= WHOLE_PHRASE for text in texts for phrase in text.phrases)

    def _held(self, place: int, text: _Text) -> float:
        """How much of the query this text holds, 0 to 1."""
        shares, in_words = self._shares(place, text)
        return self._weighed(shares) * (1.0 if any(in_words) or len(shares) < 2 else SCATTERED)

    def _shares(self, place: int, text: _Text) -> tuple[list[float], list[float]]:
        """For each syllable of the query how surely it is in the text; and again, counting only those that stand beside
        the one before or after as in the query."""
        alone = [
            max((self._share(place, share, typed) for word, share in meant.items() if word in text.words), default=0.0)
            for meant, (_syllable, typed) in zip(self._asked.meant, self._asked.wanted, strict=True)
        ]
        in_words = [0.0] * len(alone)
        for number, possible in enumerate(self._asked.pairs):
            two = alone[number : number + 2]
            # A slip beside other accents is another word: "tố cáo" is not "tờ cá".
            if not text.pairs.isdisjoint(possible) and set(two) != {SLIP_ALONE, OTHER_ACCENTS_ALONE}:
                in_words[number : number + 2] = (max(share, IN_A_WORD) for share in two)
        return [max(both) for both in zip(alone, in_words, strict=True)], in_words

    def _share(self, place: int, share: float, typed: str) -> float:
        if share < 1.0:
            return SLIP_ALONE
        is_other = self._asked.has_accents and place not in self._index.spelt.get(typed, ())
        return OTHER_ACCENTS_ALONE if is_other else share

    def _weighed(self, shares: Sequence[float]) -> float:
        return sum(map(mul, shares, self._weights)) / (sum(self._weights) or 1.0)

    def _said_of(self, phrase: Sequence[str]) -> float:
        """How much of the phrase the query says, slips not counted; nothing where it is too common to be a name."""
        weights = {word: self._index.rarity((word,)) for word in phrase}
        whole = sum(weights.values())
        said = sum(weight for word, weight in weights.items() if word in self._asked.said)
        return said / whole if whole >= LEAST_OF_A_PHRASE else 0.0


def _all_of(texts: Sequence[_Text]) -> _Text:
    words, pairs = (
        frozenset[Any]().union(*parts) for parts in zip(*((text.words, text.pairs) for text in texts), strict=True)
    )
    return _Text(words, pairs, [])


def _phrases(text: str) -> list[list[str]]:
    """The syllables of what stands between commas, each kept but once."""
    phrases = (syllables(phrase) for phrase in _PHRASE.split(text))
    return [list(map(intern, phrase)) for phrase in phrases if phrase]


def _texts(procedure: Procedure) -> Iterable[tuple[float, str]]:
    """Every text a procedure can be found by, in all its languages, with its weight."""
    yield from ((SHORT_NAME, text) for text in procedure.short_name.values())
    yield from ((SAID, text) for text in procedure.also_said)
    yield from ((OFFICIAL, text) for text in procedure.name.values())


@lru_cache(maxsize=20_000)
def _untoned(word: str) -> str:
    """With its letters, without its tone: what is typed in a hurry, "kêt" for "kết"."""
    return nfc(unicodedata.normalize("NFD", word).translate(_TONES))


def _words(text: str) -> list[str]:
    return _WORD.findall(nfc(text).lower())
