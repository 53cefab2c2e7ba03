"""Narrower or wider by what earlier ranges were worth.

What a simulation does not know makes its ranges wrong in a way that can be seen afterwards. Each range that has been
given and has come true leaves a score: where the wait lay, in units of the range as it was played (-1 at its low end, 0
in its middle, +1 at its high end). The next range reaches from where a fifth of such scores lie below to where a fifth lie
above; scores of the same hour and of recent days count most.

What was told is steered as well (adaptive conformal inference, Gibbs and Candès 2021): an hour of the day in which fewer
than three in five have held of late gets wider ranges on the next days, and one in which more have held narrower ones,
whatever the reason is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from centres.estimate.records import Numbers
from centres.estimate.waits import Range

# Seconds by which half a range is at least taken for wide: waits near nothing have no width.
LEAST = 5.0
# A score of so many days ago counts half.
HALF_LIFE = 8.0
# What is promised.
HOLDS = 0.6
# How strongly an hour's past is answered, for how many days half of it is remembered, and how far the answer may go.
GAIN, MEMORY, NARROWEST, WIDEST = 0.4, 20.0, 0.3, 0.9
# So many waits of an hour of a day count half.
FEW = 5.0
# How much the score of another hour counts: one hour away, further.
NEXT_HOUR, OTHER_HOUR = 0.25, 0.06
# As many scores as the belief counts that the play is right as it is.
BELIEF = 40.0
# What the scores of a right play look like: a fifth below -1, a fifth above +1.
_IDEAL = np.array([-3.0, -1.75, -1.17, -0.83, -0.6, -0.39, -0.19, 0.0, 0.19, 0.39, 0.6, 0.83, 1.17, 1.75, 3.0])


@dataclass(frozen=True)
class Score:
    day: int
    hour: int
    value: float
    held: bool
    """Whether the wait lay in what was told."""


def score(given: Range, came: float) -> float:
    """Where the wait lay in the range as it was played."""
    side = given.high - given.middle if came >= given.middle else given.middle - given.low
    return (came - given.middle) / max(LEAST, side)


class Calibration:
    """Built from earlier scores; asked for each range."""

    def __init__(self, scores: Sequence[Score]) -> None:
        order = sorted(scores, key=lambda each: each.value)
        self._day = np.array([each.day for each in order], dtype=float)
        self._hour = np.array([each.hour for each in order], dtype=float)
        self._value = np.array([each.value for each in order], dtype=float)
        self._held = np.array([each.held for each in order], dtype=float)

    def share(self, day: int, hour: int) -> float:
        """Which share of waits a range of this hour is to reach over: three fifths, corrected by the days before."""
        owed = 0.0
        mine = (self._hour == hour) & (self._day < day)
        for before in np.unique(self._day[mine]):
            held = self._held[mine & (self._day == before)]
            count = len(held)
            owed += 0.5 ** ((day - before) / MEMORY) * (HOLDS - held.mean()) * count / (count + FEW)
        return min(WIDEST, max(NARROWEST, HOLDS + GAIN * owed))

    def levels(self, day: int, hour: int) -> tuple[float, float, float]:
        """The scores to reach down to, to be in the middle of, and to reach up to."""
        away = np.abs(self._hour - hour)
        near = np.where(away < 1, 1.0, np.where(away < 2, NEXT_HOUR, OTHER_HOUR))
        weights = near * 0.5 ** ((day - self._day) / HALF_LIFE)
        values = np.concatenate([self._value, _IDEAL])
        weights = np.concatenate([weights, np.full(len(_IDEAL), BELIEF / len(_IDEAL))])
        half = self.share(day, hour) / 2
        low, middle, high = _quantiles(values, weights, np.array([0.5 - half, 0.5, 0.5 + half]))
        return float(low), float(middle), float(high)

    def apply(self, played: Range, day: int, hour: int) -> Range:
        low, middle, high = (self._moved(played, level) for level in self.levels(day, hour))
        return Range(low, max(low, min(middle, high)), max(low, high))

    @staticmethod
    def _moved(played: Range, level: float) -> float:
        side = played.high - played.middle if level >= 0 else played.middle - played.low
        return max(0.0, played.middle + level * max(LEAST, side))


def _quantiles(values: Numbers, weights: Numbers, at: Numbers) -> Numbers:
    order = np.argsort(values)
    share = np.cumsum(weights[order]) - weights[order] / 2
    result: Numbers = np.interp(at, share / weights.sum(), values[order])
    return result
