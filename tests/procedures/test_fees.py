from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.fees import fee_lines, per_copy_of

STEPS, CAP = [[2, 2000], [None, 1000]], 200_000
DAY = date(2026, 11, 23)


def rule(**values: Any) -> SimpleNamespace:
    defaults = {
        "key": "fee",
        "name": {"vi": "Lệ phí"},
        "article": "Điều 1",
        "basis": "per_case",
        "amount": 0,
        "steps": [],
        "cap_per_copy": None,
        "condition": None,
        "effective_from": date(2020, 1, 1),
        "effective_to": None,
    }
    return SimpleNamespace(**defaults | values)


@pytest.mark.parametrize(
    ("pages", "price"), [(1, 2000), (2, 4000), (3, 5000), (4, 6000), (198, 200_000), (197, 199_000), (500, 200_000)]
)
def test_certified_copy_costs_by_the_page_up_to_the_cap(pages: int, price: int) -> None:
    assert per_copy_of(pages, STEPS, CAP) == price


@given(st.integers(1, 2000))
def test_certified_copy_equals_the_formula_of_circular_226(pages: int) -> None:
    assert per_copy_of(pages, STEPS, CAP) == min(200_000, 2000 * min(pages, 2) + 1000 * max(pages - 2, 0))


@pytest.mark.parametrize(("basis", "copies", "total"), [("per_case", 3, 8000), ("per_copy", 3, 24_000)])
def test_fee_by_copy_is_multiplied_and_fee_by_case_is_not(basis: str, copies: int, total: int) -> None:
    (line,) = fee_lines([rule(basis=basis, amount=8000)], {}, DAY, copies=copies)
    assert line.amount == total == line.quantity * line.unit_amount


def test_fee_by_page_is_capped_for_each_copy_not_for_all() -> None:
    (line,) = fee_lines([rule(basis="per_page", steps=STEPS, cap_per_copy=CAP)], {}, DAY, pages=300, copies=2)
    assert (line.quantity, line.unit_amount, line.amount) == (2, 200_000, 400_000)


def test_fee_by_page_has_no_line_while_pages_are_unknown() -> None:
    assert fee_lines([rule(basis="per_page", steps=STEPS)], {}, DAY) == []


def test_fee_applies_only_in_its_days_and_under_its_facts() -> None:
    rules = [
        rule(key="ended", effective_to=date(2026, 11, 22)),
        rule(key="last_day", effective_to=DAY),
        rule(key="first_day", effective_from=DAY),
        rule(key="tomorrow", effective_from=date(2026, 11, 24)),
        rule(key="ward", condition="in_ward"),
        rule(key="commune", condition={"not": "in_ward"}),
    ]
    assert [line.key for line in fee_lines(rules, {"in_ward": True}, DAY)] == ["last_day", "first_day", "ward"]
