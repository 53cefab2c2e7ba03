"""Hours that are typed: what a kiosk could not read is refused where it is typed."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from centres.models import CalendarDay, Centre
from centres.models.centre import default_hours
from centres.opening_hours import check_hours, check_week
from tests.factories.centres import MORNING, CentreFactory
from tests.factories.citizens import UserFactory


@pytest.mark.parametrize("hours", [[], [["08:00", "11:30"]], [["08:00", "11:30"], ["11:30", "17:00"]]])
def test_pairs_in_order_are_hours(hours: Any) -> None:
    check_hours(hours)


@pytest.mark.parametrize(
    "hours",
    [
        "08:00-17:00", {}, None, ["08:00", "17:00"], [["08:00"]], [["8:00", "17:00"]], [["08:00", "24:00"]],
        [["08:00", 17]], [["17:00", "08:00"]], [["08:00", "08:00"]], [["13:30", "17:00"], ["08:00", "11:30"]],
        [["08:00", "12:00"], ["11:30", "17:00"]], [["08:00", "11:30", "12:00"]],
    ],
)  # fmt: skip
def test_everything_else_is_none(hours: Any) -> None:
    with pytest.raises(ValidationError):
        check_hours(hours)


def test_a_week_has_seven_days() -> None:
    check_week(default_hours())
    check_week({})
    for wrong in ({"0": []}, {"8": []}, {"monday": []}, [], {1: []}, {"1": "x"}):
        with pytest.raises(ValidationError):
            check_week(wrong)


@pytest.mark.django_db
def test_a_wrong_cell_is_said_beside_its_field() -> None:
    centre: Centre = CentreFactory()
    centre.weekly_hours = {"1": [["8h", "17h"]]}
    with pytest.raises(ValidationError) as refused:
        centre.full_clean()
    assert list(refused.value.message_dict) == ["weekly_hours"]
    day = CalendarDay(centre=centre, day=MORNING.date(), hours=[["17:00", "08:00"]], reason="Họp")
    with pytest.raises(ValidationError) as refused:
        day.full_clean()
    assert list(refused.value.message_dict) == ["hours"]


@pytest.mark.django_db
def test_the_administration_refuses_it_with_a_page(client: Client) -> None:
    centre = CentreFactory()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    values = {
        "code": centre.code, "agency_code": centre.agency_code, "name": '{"vi": "Chi nhánh"}',
        "short_name": '{"vi": "Chi nhánh"}', "weekly_hours": '{"1": [["8h", "17h"]]}', "is_active": "on",
        **{f"{formset}-{name}": "0" for formset in ("services", "calendar_days") for name in ("TOTAL_FORMS", "INITIAL_FORMS")},
    }  # fmt: skip
    answer = client.post(reverse("admin:centres_centre_change", args=[centre.pk]), values)
    assert answer.status_code == 200
    assert "weekly_hours" in answer.context["adminform"].form.errors
