"""How soon incidents are answered and mended: medians by centre, kind and device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from portal.text import pick
from support.enums import Kind
from support.querysets import IncidentQuerySet

MOST_ROWS = 20_000


@dataclass(frozen=True)
class Line:
    """A group of incidents: how many, how often reported, and the medians in minutes (None where none is known)."""

    name: str
    count: int
    reports: int
    acknowledge: float | None
    resolve: float | None
    in_time: float | None


@dataclass(frozen=True)
class Statistics:
    total: Line
    by_centre: list[Line]
    by_kind: list[Line]
    by_device: list[Line]


def statistics(
    rows: IncidentQuerySet, since: datetime, until: datetime, everywhere: str, all_of_them: str
) -> Statistics:
    """Of incidents reported in this time, without those merged into another. One statement."""
    found: list[Any] = list(
        rows.filter(reported_at__gte=since, reported_at__lte=until, merged_into__isnull=True)
        .order_by()
        .values("centre__short_name", "kind", "device__name", "count", "reported_at", "acknowledged_at", "resolved_at",
                "respond_by", "resolve_by")[:MOST_ROWS]
    )  # fmt: skip
    return Statistics(
        total=_line(all_of_them, found),
        by_centre=_grouped(found, lambda row: pick(row["centre__short_name"]) or everywhere),
        by_kind=_grouped(found, lambda row: str(Kind(row["kind"]).label)),
        by_device=_grouped((row for row in found if row["device__name"]), lambda row: str(row["device__name"])),
    )


def _grouped(rows: Iterable[dict[str, Any]], name: Callable[[dict[str, Any]], str]) -> list[Line]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[name(row)].append(row)
    return sorted((_line(name, group) for name, group in groups.items()), key=lambda line: (-line.count, line.name))


def _line(name: str, rows: list[dict[str, Any]]) -> Line:
    settled = [row for row in rows if row["resolved_at"]]
    in_time = [row for row in settled if row["resolved_at"] <= row["resolve_by"]]
    return Line(
        name=name,
        count=len(rows),
        reports=sum(row["count"] for row in rows),
        acknowledge=_median(rows, "acknowledged_at"),
        resolve=_median(rows, "resolved_at"),
        in_time=len(in_time) / len(settled) if settled else None,
    )


def _median(rows: list[dict[str, Any]], end: str) -> float | None:
    minutes = [(row[end] - row["reported_at"]).total_seconds() / 60 for row in rows if row[end]]
    return median(minutes) if minutes else None
