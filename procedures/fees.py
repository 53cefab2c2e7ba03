"""What a matter costs, in whole đồng."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from procedures.conditions import holds
from procedures.enums import FeeBasis


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One line of the bill. ``amount`` = ``quantity`` × ``unit_amount``, all whole numbers, money in đồng.

    Where an incentive applies the unit is what is left of it, and ``article`` names both.
    """

    key: str
    name: dict[str, str]
    article: str
    quantity: int
    unit_amount: int
    amount: int


def per_copy_of(pages: int, steps: Sequence[Sequence[int | None]], cap: int | None) -> int:
    """The price of one copy of an original of so many pages.

    ``steps`` holds [last page, đồng a page], the last one open: [[2, 2000], [None, 1000]]. Circular 226/2016/TT-BTC:
    2,000 đ for each of the first two pages, 1,000 đ from the third on, never more than 200,000 đ a copy.
    """
    total, counted = 0, 0
    for last_page, price in steps:
        until = pages if last_page is None else min(pages, last_page)
        total += max(0, until - counted) * int(price or 0)
        counted = max(counted, until)
    return total if cap is None else min(total, cap)


def is_cap_too_low(steps: Sequence[Sequence[int | None]], cap: int | None) -> bool:
    """Whether the most that a copy may cost is less than its first page."""
    return bool(steps) and cap is not None and cap < per_copy_of(1, steps, None)


def fee_lines(
    rules: Iterable[Any],
    facts: Mapping[str, bool],
    on: date,
    pages: int | None = None,
    copies: int = 1,
    incentives: Iterable[Any] = (),
) -> list[FeeLine]:
    """The lines that apply on this day (rows of ``FeeRule``), each after the highest ``Incentive`` that applies to it.

    A fee per page needs ``pages``: while they are not known it has no line.
    """
    granted = [one for one in incentives if _in_force(one, on) and holds(one.condition, facts)]
    lines = []
    for rule in rules:
        if not _in_force(rule, on):
            continue
        if not holds(rule.condition, facts):
            continue
        if rule.basis == FeeBasis.PER_PAGE and pages is None:
            continue
        quantity = 1 if rule.basis == FeeBasis.PER_CASE else copies
        unit = rule.amount
        if rule.basis == FeeBasis.PER_PAGE and pages is not None:
            unit = per_copy_of(pages, rule.steps, rule.cap_per_copy)
        article = rule.article
        if unit and (best := _highest(granted, rule.key)):
            unit, article = after(unit, best.percent), f"{article}; {best.article}"
        lines.append(FeeLine(rule.key, dict(rule.name), article, quantity, unit, quantity * unit))
    return lines


def goes_by_page(rules: Iterable[Any], facts: Mapping[str, bool], on: date) -> bool:
    """Whether a fee per page applies on this day."""
    return any(
        rule.basis == FeeBasis.PER_PAGE and _in_force(rule, on) and holds(rule.condition, facts) for rule in rules
    )


def after(amount: int, percent: int) -> int:
    """What is left of an amount; a part of a đồng is the citizen's."""
    return amount * (100 - percent) // 100


def _highest(granted: Iterable[Any], fee_key: str) -> Any:
    about = [one for one in granted if not one.fee_keys or fee_key in one.fee_keys]
    return max(about, key=lambda one: one.percent, default=None)


def _in_force(row: Any, on: date) -> bool:
    return bool(row.effective_from <= on and (row.effective_to is None or on <= row.effective_to))
