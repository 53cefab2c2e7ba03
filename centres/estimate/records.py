"""What a day leaves to learn from: every call, every number drawn, and when each counter was open.

Moments are seconds since midnight in Hanoi. One day of a busy branch is a thousand rows of each, a few tens of
kilobytes, so a month is read in as many rows as it has days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Ids = NDArray[np.int64]
Bits = NDArray[np.bool_]
Spells = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Call:
    """Somebody was called to a counter, and the counter was free again: served, missed, or set aside."""

    service: int
    counter: int
    who: int
    """Whose pace it was: the officer, or the counter where none is known."""
    ready_at: float
    """When the person could first have been called."""
    called_at: float
    freed_at: float


@dataclass(frozen=True)
class Drawn:
    service: int
    rank: int
    at: float


@dataclass(frozen=True)
class DayRecord:
    """``number`` grows by one from day to day (an ordinal), so that older days can weigh less."""

    number: int
    calls: Sequence[Call]
    drawn: Sequence[Drawn] = ()
    spells: Mapping[int, Spells] = field(default_factory=dict)
    """By counter: when it was open."""

    def to_json(self) -> dict[str, Any]:
        return {
            "calls": [
                [
                    each.service,
                    each.counter,
                    each.who,
                    *(round(x) for x in (each.ready_at, each.called_at, each.freed_at)),
                ]
                for each in self.calls
            ],
            "drawn": [[each.service, each.rank, round(each.at)] for each in self.drawn],
            "spells": {
                str(counter): [[round(a), round(b)] for a, b in spells] for counter, spells in self.spells.items()
            },
        }

    @classmethod
    def from_json(cls, number: int, kept: Mapping[str, Any]) -> DayRecord:
        return cls(
            number,
            [Call(*row) for row in kept["calls"]],
            [Drawn(*row) for row in kept["drawn"]],
            {int(counter): tuple((a, b) for a, b in spells) for counter, spells in kept["spells"].items()},
        )
