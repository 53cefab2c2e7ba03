"""The manager is told of last year's register that is still open, and of one whose keeper has left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from applications.actions.close_register import close_register
from applications.actions.hand_over_register import hand_over_register
from applications.models import Register, RegisterRules
from applications.register_day import needs_attention
from centres.enums import Role
from centres.models import Centre, Membership
from tests.factories.applications import MONDAY, a_centre, member_of
from tests.factories.registers import a_line, a_register
from tests.moments import hanoi

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "in_english")]
As = Callable[[Any], Client]


def told(centre: Centre, day: str) -> list[str]:
    return [sentence for _severity, sentence, _address in needs_attention(centre, hanoi(f"{day} 09:00"))]


def test_last_years_register_is_pointed_out_after_a_few_days_of_january(centre: Centre) -> None:
    register = a_register(2)
    for quiet in ("2026-11-24", "2026-12-31", "2027-01-01", "2027-01-05"):
        assert told(centre, quiet) == []
    found = needs_attention(centre, hanoi("2027-01-06 09:00"))
    assert found == [
        (
            "warn",
            "Register SCT/BS of 2026 is still open. Compare its last number and close it.",
            reverse("applications:register", args=[register.pk]),
        )
    ]
    assert told(centre, "2028-06-01") and told(a_centre("chi-nhanh-4", "H26.30.4"), "2027-01-06") == []
    leader = member_of(Role.LEADER, centre)
    close_register(register=register, last_number=2, at=hanoi("2027-01-06 10:00"), acting_user=leader)
    assert told(centre, "2027-01-06") == []


def test_the_days_are_a_dated_rule(centre: Centre) -> None:
    a_register(1)
    RegisterRules.objects.create(valid_from=date(2027, 1, 1), open_days=20, source="test")
    assert told(centre, "2027-01-20") == [] and told(centre, "2027-01-21")


def test_a_register_whose_keeper_has_left_is_handed_over(centre: Centre) -> None:
    register = a_register(1)
    keeper, leader = register.entries.get().signer, member_of(Role.LEADER, centre)
    assert told(centre, "2026-11-25") == []
    Membership.objects.filter(user=keeper).update(valid_to=MONDAY.date())
    assert told(centre, "2026-11-23") == []
    [sentence] = told(centre, "2026-11-25")
    assert sentence == "Whoever kept register SCT/BS of 2026 does not work here any more. Hand it over."
    hand_over_register(
        register=register, to=leader, reason="nghỉ việc", at=MONDAY + timedelta(days=2), acting_user=leader
    )
    assert told(centre, "2026-11-25") == []


def test_a_register_without_a_line_is_nobodys_worry(centre: Centre) -> None:
    Register.objects.create(centre=centre, kind="SCT/BS", year=2025)
    assert told(centre, "2026-11-23") == []


def test_the_managers_day_shows_it(as_: As, centre: Centre) -> None:
    a_line(centre, at=hanoi("2025-11-24 09:00"))
    assert "applications.register_day.needs_attention" in settings.DAY_SOURCES
    page = as_(Role.MANAGER).get(reverse("centres:day_needs")).content.decode()
    assert "SCT/BS" in page and "2025" in page


def test_it_asks_once_and_twice_while_an_old_register_is_open(centre: Centre, django_assert_num_queries: Any) -> None:
    a_register(1)
    with django_assert_num_queries(1):
        told(centre, "2026-11-24")
    with django_assert_num_queries(2):
        told(centre, "2027-02-01")
