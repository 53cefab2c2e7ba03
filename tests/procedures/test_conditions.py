from __future__ import annotations

from typing import Any

import pytest

from procedures.conditions import BadCondition, check_condition, facts_in, holds
from procedures.facts import FACTS

FACTS_HELD = {"in_ward": True, "joint_owners": False}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (None, True),
        ("in_ward", True),
        ("joint_owners", False),
        ("landslide", False),  # never answered
        ({"not": "landslide"}, True),
        ({"all": ["in_ward", {"not": "joint_owners"}]}, True),
        ({"all": ["in_ward", "joint_owners"]}, False),
        ({"any": ["joint_owners", "in_ward"]}, True),
        ({"any": ["joint_owners", "landslide"]}, False),
        ({"not": {"any": ["joint_owners", "in_ward"]}}, False),
    ],
)
def test_condition_holds(condition: Any, expected: bool) -> None:
    check_condition(condition, FACTS)
    assert holds(condition, FACTS_HELD) is expected


@pytest.mark.parametrize(
    "condition",
    ["in_wrad", {"not": "nothing"}, {"all": []}, {"xor": ["in_ward"]}, {"all": ["in_ward"], "any": []}, 3, []],
)
def test_condition_of_unknown_shape_or_fact_is_refused(condition: Any) -> None:
    with pytest.raises(BadCondition):
        check_condition(condition, FACTS)


def test_facts_in_a_condition_come_in_order() -> None:
    assert list(facts_in({"any": ["landslide", {"not": "in_ward"}]})) == ["landslide", "in_ward"]


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.key)
def test_every_fact_asks_in_three_languages_and_says_what_it_means(fact: Any) -> None:
    assert set(fact.question) == {"vi", "en", "ko"}
    assert all(text.endswith("?") for text in fact.question.values())
    assert fact.doc.endswith(".") or fact.doc.endswith(").")


@pytest.mark.parametrize(
    "condition",
    [
        {"all": ["in_ward", {"not": "in_ward"}]},
        {"any": ["in_ward", {"not": "in_ward"}]},
        {"all": ["reissue", {"not": {"any": ["in_ward", "reissue"]}}]},
    ],
)
def test_what_never_or_always_holds_is_no_condition(condition: Any) -> None:
    with pytest.raises(BadCondition, match="whatever is answered"):
        check_condition(condition, FACTS)


@pytest.mark.parametrize("condition", ["in_ward", {"any": ["in_ward", {"not": "reissue"}]}, {"not": "in_ward"}])
def test_what_depends_on_an_answer_is_a_condition(condition: Any) -> None:
    check_condition(condition, FACTS)
