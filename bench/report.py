"""A figure as one line of JSON, so that a script can read it."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from statistics import median

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
# Of one round of one measurement; everything around it has to fit into a minute and a half.
SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))


def chance() -> random.Random:
    """The same sequence for the same ``SEED``."""
    return random.Random(os.environ.get("SEED", "1"))


def figure(
    bench: str, metric: str, value: float, unit: str, *, floor: float | None = None, is_rate: bool = False
) -> None:
    """Print one figure. ``ratio`` is 1 at the floor and grows as it gets slower (or dearer) than the floor."""
    line: dict[str, object] = {"bench": bench, "metric": metric, "value": _short(value), "unit": unit}
    if floor is not None:
        line["floor"] = _short(floor)
        slower, faster = (floor, value) if is_rate else (value, floor)
        if faster:
            line["ratio"] = round(slower / faster, 3)
        elif not slower:  # none asked for, none needed
            line["ratio"] = 1.0
    print(json.dumps(line), flush=True)


def rounds(*measurements: Callable[[], float]) -> list[float]:
    """The median of each measurement over the rounds; they take turns, so that a busy moment meets them alike."""
    results = [[measure() for measure in measurements] for _round in range(ROUNDS)]
    return [median(values) for values in zip(*results, strict=True)]


def _short(value: float) -> float:
    return value if isinstance(value, int) else round(value, 2)
