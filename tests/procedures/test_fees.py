from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.fees import after, fee_lines, per_copy_of

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


def an_incentive(percent: int, **more: object) -> SimpleNamespace:
    usual: dict[str, object] = {
        "percent": percent, "fee_keys": [], "condition": None, "article": f"NQ {percent}",
        "effective_from": date(2026, 8, 15), "effective_to": date(2027, 2, 28),
    }  # fmt: skip
    return SimpleNamespace(**usual | more)


@pytest.mark.parametrize(
    ("on", "total"),
    [(date(2026, 8, 14), 8000), (date(2026, 8, 15), 0), (date(2027, 2, 28), 0), (date(2027, 3, 1), 8000)],
)
def test_a_waiver_holds_from_its_first_day_to_its_last(on: date, total: int) -> None:
    fee = rule(basis="per_case", amount=8000)
    assert sum(line.amount for line in fee_lines([fee], {}, on, incentives=[an_incentive(100)])) == total


def test_of_several_incentives_the_highest_counts_and_both_articles_stand_in_the_line() -> None:
    fee = rule(basis="per_copy", amount=9999)
    granted = [an_incentive(10), an_incentive(50), an_incentive(100, condition="online"), an_incentive(30)]
    (line,) = fee_lines([fee], {}, date(2026, 12, 1), copies=3, incentives=granted)
    assert (line.unit_amount, line.amount) == (4999, 14_997), "half a đồng is the citizen's"
    assert line.article == f"{fee.article}; NQ 50"
    (line,) = fee_lines([fee], {"online": True}, date(2026, 12, 1), incentives=granted)
    assert line.amount == 0


def test_an_incentive_about_one_fee_leaves_the_others() -> None:
    fees = [rule(key="one", basis="per_case", amount=1000), rule(key="two", basis="per_case", amount=2000)]
    lines = fee_lines(fees, {}, date(2026, 12, 1), incentives=[an_incentive(100, fee_keys=["two"])])
    assert [line.amount for line in lines] == [1000, 0]


@given(st.integers(0, 10**9), st.integers(1, 100))
def test_what_is_left_is_whole_and_never_more_than_was_asked(amount: int, percent: int) -> None:
    left = after(amount, percent)
    assert 0 <= left <= amount
    assert left * 100 <= amount * (100 - percent) < (left + 1) * 100


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
