"""What `manage.py check --deploy` says of the signing keys."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from applications.notarisation.checks import (
    copies_are_signed,
    further_roots_can_be_read,
    signing_is_set_up_whole,
    signing_keys_are_worth_something,
)
from applications.notarisation.signing.throwaway import Authority


def ids(check) -> list[str]:
    return [problem.id for problem in check(None)]


def test_without_keys_it_warns_that_copies_are_signed_by_hand() -> None:
    assert ids(copies_are_signed) == ["applications.W001"]
    assert ids(signing_is_set_up_whole) == ids(signing_keys_are_worth_something) == []


def test_the_throw_away_keys_are_refused_in_production_only(signing: Authority, settings: LazySettings) -> None:
    assert ids(copies_are_signed) == ids(signing_is_set_up_whole) == ids(signing_keys_are_worth_something) == []
    settings.PORTAL_ENV = "production"
    assert ids(signing_keys_are_worth_something) == ["applications.E003"] * 2


@pytest.mark.parametrize("name", ["SIGNING_SIGNER_KEY", "SIGNING_UNIT_KEY", "SIGNING_TSA_URL", "SIGNING_ROOTS"])
def test_half_of_it_is_refused(signing: Authority, settings: LazySettings, name: str) -> None:
    setattr(settings, name, "")
    [problem] = signing_is_set_up_whole(None)
    assert problem.id == "applications.E001" and name in problem.msg


def test_a_key_that_does_not_open_and_roots_that_are_none_are_named(signing: Authority, settings: LazySettings) -> None:
    settings.SIGNING_UNIT_PASSWORD, settings.SIGNING_ROOTS = "wrong", "/nowhere/roots.pem"
    assert ids(signing_keys_are_worth_something) == ["applications.E002", "applications.E004"]


def test_further_roots_that_are_none_are_named(signing: Authority, settings: LazySettings) -> None:
    for roots, found in (("", []), (str(signing.roots), []), ("/nowhere/roots.pem", ["applications.E005"])):
        settings.CHECKING_ROOTS = roots
        assert ids(further_roots_can_be_read) == found
