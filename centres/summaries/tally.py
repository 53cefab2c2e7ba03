"""Counting without a database: how many, how long, and the median from a handful of buckets.

A ``Spread`` keeps no single time: a median read from it lies in the right bucket, at a place taken by even division.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# Upper edges in seconds; the last bucket is open. Finer where officers and citizens look: minutes to half an hour.
EDGES = (
    15, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1200, 1500, 1800, 2400, 3000, 3600, 4500, 5400, 7200, 10800,
    14400,
)  # fmt: skip
KINDS = ("waiting", "walking", "service", "parked")
COUNTS = ("drawn", "called", "served", "left", "no_show", "jumped")


@dataclass
class Spread:
    """Times of one kind, in whole seconds."""

    count: int = 0
    total: int = 0
    longest: int = 0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(EDGES) + 1))

    def add(self, seconds: int) -> None:
        seconds = max(0, seconds)
        self.count += 1
        self.total += seconds
        self.longest = max(self.longest, seconds)
        self.buckets[bisect_left(EDGES, seconds)] += 1

    def merge(self, other: Spread) -> None:
        self.count += other.count
        self.total += other.total
        self.longest = max(self.longest, other.longest)
        self.buckets = [mine + theirs for mine, theirs in zip(self.buckets, other.buckets, strict=True)]

    @property
    def mean(self) -> float | None:
        """Seconds; None where there is nothing."""
        return self.total / self.count if self.count else None

    def quantile(self, share: float) -> float | None:
        """The time in seconds that this share (0 to 1) did not exceed, by even division inside its bucket."""
        if not self.count:
            return None
        wanted = share * self.count
        before = 0
        for place, number in enumerate(self.buckets):
            if number and before + number >= wanted:
                low = EDGES[place - 1] if place else 0
                high = min(EDGES[place], self.longest) if place < len(EDGES) else self.longest
                return min(low + (max(high, low) - low) * (wanted - before) / number, float(self.longest))
            before += number
        return float(self.longest)

    @property
    def median(self) -> float | None:
        return self.quantile(0.5)

    @property
    def p90(self) -> float | None:
        return self.quantile(0.9)

    def stored(self) -> list[Any]:
        """As the row keeps it, without the empty buckets at the end."""
        filled = max((place for place, number in enumerate(self.buckets) if number), default=-1) + 1
        return [self.count, self.total, self.longest, self.buckets[:filled]]

    @classmethod
    def from_stored(cls, kept: list[Any]) -> Spread:
        count, total, longest, buckets = kept
        return cls(count, total, longest, [*buckets, *[0] * (len(EDGES) + 1 - len(buckets))])


@dataclass
class Tally:
    """What some part of some days came to."""

    drawn: int = 0
    called: int = 0
    served: int = 0
    left: int = 0
    no_show: int = 0
    jumped: int = 0
    grounds: dict[str, int] = field(default_factory=dict)
    waiting: Spread = field(default_factory=Spread)
    walking: Spread = field(default_factory=Spread)
    service: Spread = field(default_factory=Spread)
    parked: Spread = field(default_factory=Spread)

    def draw(self, ground: str) -> None:
        self.drawn += 1
        self.grounds[ground] = self.grounds.get(ground, 0) + 1

    @property
    def unserved(self) -> int:
        """Drawn and gone without having been served: left, closed in the evening, or did not come."""
        return self.left + self.no_show

    def merge(self, other: Tally) -> None:
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for ground, number in other.grounds.items():
            self.grounds[ground] = self.grounds.get(ground, 0) + number
        for kind in KINDS:
            getattr(self, kind).merge(getattr(other, kind))

    def stored(self) -> dict[str, Any]:
        """The fields of a ``Summary`` row."""
        spreads = {kind: getattr(self, kind) for kind in KINDS}
        return {
            **{name: getattr(self, name) for name in COUNTS},
            "grounds": dict(sorted(self.grounds.items())),
            "times": {kind: spread.stored() for kind, spread in spreads.items() if spread.count},
        }

    @classmethod
    def from_stored(cls, row: Mapping[str, Any]) -> Tally:
        times: dict[str, Any] = {kind: Spread.from_stored(kept) for kind, kept in row["times"].items()}
        return cls(**{name: row[name] for name in COUNTS}, grounds=dict(row["grounds"]), **times)


def together(tallies: Iterable[Tally]) -> Tally:
    """One tally of all of them; theirs stay as they are."""
    whole = Tally()
    for tally in tallies:
        whole.merge(tally)
    return whole
