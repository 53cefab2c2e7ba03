"""The city administrator's pages of the national portal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applications.actions.compare_with_national import compare
from applications.enums import State
from applications.enums_national import ItemState, Trouble
from applications.models import SyncItem
from applications.national_state import overview
from centres.enums import Role
from portal import clock
from tests.factories.applications import MONDAY, a_dossier, a_member
from tests.factories.national import sweep_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "in_english")]
LATE = MONDAY + timedelta(hours=9)
As = Callable[[Any], Client]


@pytest.fixture(autouse=True)
def _english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def city(as_: As) -> Client:
    return as_(a_member(Role.CITY_ADMIN))


def to(name: str, *args: Any) -> str:
    return reverse(f"applications:{name}", args=args)


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def refused(sandbox: Any, count: int) -> list[Any]:
    sandbox.portal.procedures = {"9.999999": "khác"}
    dossiers = [a_dossier(state=State.PROCESSING) for _number in range(count)]
    sweep_at(LATE)
    return dossiers


def test_without_a_connection_the_page_says_so(city: Client) -> None:
    assert "No national portal is connected" in words(city.get(to("national")))


def test_all_is_well_and_what_is_late_is_said(city: Client, sandbox: Any, at_hanoi: Any) -> None:
    a_dossier()
    assert "All is well" in words(city.get(to("national")))
    at_hanoi("2026-11-23 10:40")
    assert "The oldest row has waited since" in words(city.get(to("national")))
    sweep_at(LATE)
    assert "All is well" in words(city.get(to("national")))


def test_a_refusal_is_explained_shown_blanked_and_pushed_again(city: Client, sandbox: Any) -> None:
    [dossier] = refused(sandbox, 1)
    page = words(city.get(to("national")))
    assert dossier.code in page and "refuses the message" in page and "MaTTHC: không có trong danh mục" in page
    row = SyncItem.objects.get(state=ItemState.DEAD)
    page = words(city.get(to("national_row", row.pk)))
    assert "1 later step of this dossier waits behind it" in page and "DongBoHoSoMC" in page
    for secret in (dossier.applicant.identity_number, dossier.applicant.full_name, "912345678"):
        assert secret not in page
    sandbox.portal.procedures = {}
    assert "sent again" in words(city.post(to("national_push", row.pk), follow=True))
    assert sweep_at(LATE) == 2


def test_it_is_left_out_only_with_a_reason(city: Client, sandbox: Any) -> None:
    refused(sandbox, 1)
    row = SyncItem.objects.get(state=ItemState.DEAD)
    answer = city.post(to("national_skip", row.pk), {"reason": ""})
    assert answer.status_code == 422 and "Say why" in words(answer)
    city.post(to("national_skip", row.pk), {"reason": "đã báo bằng công văn"})
    assert "đã báo bằng công văn" in words(city.get(to("national_row", row.pk)))
    assert city.post(to("national_push", row.pk)).status_code == 409


def test_all_are_pushed_at_once(city: Client, sandbox: Any) -> None:
    refused(sandbox, 2)
    assert "2 rows are being sent again" in words(city.post(to("national_push_all"), follow=True))


def test_a_comparison_says_what_differed_and_that_it_was_sent_again(city: Client, sandbox: Any) -> None:
    dossier = a_dossier(state=State.DONE)
    sweep_at(LATE)
    sandbox.portal.store.forget(dossier.code)
    compare(day=clock.local_day(LATE), seconds=30, now=lambda: LATE)
    page = words(city.get(to("national_checks")))
    assert (
        dossier.code in page and "not there" in page and "processing finished" in page and "waiting to be sent" in page
    )
    assert "No comparison yet" not in page


@pytest.mark.parametrize("count", [1, 30])
def test_the_lists_cost_the_same_for_one_and_for_thirty(
    city: Client, sandbox: Any, count: int, django_assert_num_queries: Any
) -> None:
    dossier = a_dossier()
    row = SyncItem.objects.get()
    SyncItem.objects.filter(pk=row.pk).delete()
    SyncItem.objects.bulk_create(
        SyncItem(
            application=dossier, kind=row.kind, state=ItemState.DEAD, trouble=Trouble.REFUSED, created_at=MONDAY,
            not_before=MONDAY,
        )
        for _number in range(count)
    )  # fmt: skip
    city.get(to("national"))
    with django_assert_num_queries(6):
        assert len(city.get(to("national")).context["page"]) == count


def test_what_waits_behind_a_refusal_is_not_called_late(sandbox: Any) -> None:
    refused(sandbox, 1)
    state = overview(LATE + timedelta(hours=1))
    assert (state.waiting, state.dead, state.is_late) == (1, 1, False)
