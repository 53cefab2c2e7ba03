"""Conditions as people choose and read them."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from procedures.condition_words import ALL, ANY, NONE, Plain, in_words, plain

DEEP = {"any": ["authorised", {"all": ["in_ward", {"not": "landslide"}]}]}


@pytest.mark.parametrize(
    ("condition", "chosen"),
    [
        (None, Plain()),
        ("online", Plain(ALL, (("online", True),))),
        ({"not": "online"}, Plain(ALL, (("online", False),))),
        ({"all": ["online", {"not": "in_ward"}]}, Plain(ALL, (("online", True), ("in_ward", False)))),
        ({"any": ["online", "in_ward"]}, Plain(ANY, (("online", True), ("in_ward", True)))),
        ({"not": {"any": ["online", "in_ward"]}}, Plain(NONE, (("online", True), ("in_ward", True)))),
    ],
)
def test_what_can_be_chosen_comes_out_as_it_went_in(condition: Any, chosen: Plain) -> None:
    assert plain(condition) == chosen
    assert chosen.condition() == condition


@pytest.mark.django_db  # what is no fact of the portal may be a question of the tables
@pytest.mark.parametrize("condition", [DEEP, {"not": {"all": ["online", "in_ward"]}}, "nothing_known", {"all": []}, 5])
def test_what_cannot_be_chosen_is_known_as_such(condition: Any) -> None:
    assert plain(condition) is None


def test_none_of_one_is_its_contrary() -> None:
    assert Plain(NONE, (("online", True),)).condition() == {"not": "online"}
    assert Plain(NONE, (("online", False),)).condition() == "online"


def test_a_condition_is_read_as_a_sentence() -> None:
    with translation.override("en"):
        assert in_words(None) == "always"
        assert in_words({"all": ["online", {"not": "in_ward"}]}) == (
            "when “Is this filed online” is answered yes and “Is the land in a ward (not a commune)” is answered no"
        )
        assert " or (“" in in_words(DEEP)
    with translation.override("vi"):
        assert in_words({"not": "online"}) == "khi “Hồ sơ nộp trực tuyến” là không"
