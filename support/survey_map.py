"""Where centres are and how ready, as a drawing made here: no map of anybody else is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from support.readiness import Ready

WIDTH, MARGIN = 640, 18


@dataclass(frozen=True)
class Dot:
    ready: Ready
    x: int
    y: int


@dataclass(frozen=True)
class Drawing:
    """Dots on a surface of ``width`` by ``height``, north up; ``without`` are centres whose place is not known."""

    width: int
    height: int
    dots: list[Dot]
    without: int


def draw_map(rows: Sequence[Ready]) -> Drawing:
    """Degrees as they lie at the city's latitude; those that need somebody are drawn last, on top."""
    placed = [(ready, ready.lat, ready.lon) for ready in rows if ready.lat is not None and ready.lon is not None]
    if not placed:
        return Drawing(WIDTH, 0, [], len(rows))
    top, bottom = max(lat for _r, lat, _lon in placed), min(lat for _r, lat, _lon in placed)
    left, right = min(lon for _r, _lat, lon in placed), max(lon for _r, _lat, lon in placed)
    narrow = cos(radians((top + bottom) / 2))
    scale = (WIDTH - 2 * MARGIN) / max((right - left) * narrow, top - bottom, 0.01)
    order = {"": 0, "ok": 1, "warn": 2, "act": 3}
    dots = [
        Dot(
            ready,
            round(MARGIN + (lon - left) * narrow * scale),
            round(MARGIN + (top - lat) * scale),
        )
        for ready, lat, lon in placed
    ]
    dots.sort(key=lambda dot: (order[dot.ready.kind], dot.ready.centre.code))
    return Drawing(WIDTH, round((top - bottom) * scale + 2 * MARGIN), dots, len(rows) - len(placed))
