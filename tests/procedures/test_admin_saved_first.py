"""Buttons of a page that do more than save it: what was typed is saved first, and nothing is done with faults."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal import clock
from procedures.models import Incentive, ProcedureVersion
from tests.procedures.test_incentives import a_draft as an_incentive
from tests.procedures.written import NOW, TODAY, a_draft, filled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "national_days")]
LATER = TODAY + timedelta(days=40)
PAGES = {ProcedureVersion: "procedureversion", Incentive: "incentive"}


@pytest.fixture(autouse=True)
def monday():
    with clock.fixed(NOW):
        yield


def press(client: Client, draft: Any, button: str, **typed: str) -> Any:
    """Type into the page of a draft and press one of its buttons, which has to belong to the page's own form."""
    kind = PAGES[type(draft)]
    address = reverse(f"admin:procedures_{kind}_change", args=[draft.pk])
    page = client.get(address).content.decode()
    assert f'form="{kind}_form" name="{button}"' in page
    answer = client.post(address, filled(page) | typed | {button: "1"}, follow=True)
    draft.refresh_from_db()
    return answer


def test_a_version_is_published_with_what_was_typed(admin_client: Client) -> None:
    draft = a_draft(admin_client)
    press(admin_client, draft, "_publish", limit_source="Điều 77")
    assert draft.published_at is not None
    assert draft.time_limit["source"] == "Điều 77"


def test_a_faulty_page_is_shown_again_and_not_published(admin_client: Client) -> None:
    draft = a_draft(admin_client)
    answer = press(admin_client, draft, "_publish", limit_number="", limit_source="Điều 77")
    assert "limit_number" in answer.context["adminform"].form.errors
    assert 'value="Điều 77"' in answer.content.decode()
    assert (draft.published_at, draft.time_limit["source"]) == (None, "Điều 5")


def test_what_is_typed_stays_where_the_publication_is_refused(admin_client: Client) -> None:
    draft = a_draft(admin_client)
    answer = press(admin_client, draft, "_publish", **{"requirements-0-source": "", "limit_source": "Điều 77"})
    assert 'id="missing"' in answer.content.decode()
    assert (draft.published_at, draft.time_limit["source"]) == (None, "Điều 77")


def test_the_layout_is_confirmed_with_what_was_typed(admin_client: Client) -> None:
    draft = a_draft(admin_client)
    press(admin_client, draft, "_layout", limit_source="Điều 77")
    assert (draft.layout_confirmed, draft.time_limit["source"]) == (True, "Điều 77")


def test_a_new_version_begins_with_what_was_typed(admin_client: Client) -> None:
    draft = a_draft(admin_client)
    press(admin_client, draft, "_next", limit_source="Điều 77", **{"next-effective_from": LATER.isoformat()})
    following = ProcedureVersion.objects.get(procedure=draft.procedure, number=2)
    assert (following.effective_from, following.time_limit["source"]) == (LATER, "Điều 77")


@pytest.mark.parametrize("typed", ["", "31/02/2027", "2020-01-01"])
def test_a_first_day_that_cannot_be_is_told_beside_its_field(admin_client: Client, typed: str) -> None:
    draft = a_draft(admin_client)
    answer = press(admin_client, draft, "_next", limit_source="Điều 77", **{"next-effective_from": typed})
    page = answer.content.decode()
    assert page.index('class="errorlist"') < page.index('name="next-effective_from"')
    assert draft.time_limit["source"] == "Điều 77"
    assert ProcedureVersion.objects.filter(procedure=draft.procedure).count() == 1


def test_an_incentive_is_published_with_what_was_typed(admin_client: Client) -> None:
    draft = an_incentive(admin_client)
    press(admin_client, draft, "_publish", percent="30")
    assert (draft.published_at is not None, draft.percent) == (True, 30)


def test_an_incentive_is_followed_with_what_was_typed(admin_client: Client) -> None:
    draft = an_incentive(admin_client)
    press(admin_client, draft, "_next", percent="30", **{"next-effective_from": LATER.isoformat()})
    assert Incentive.objects.get(follows=draft).percent == 30


@pytest.mark.parametrize("typed", ["", "2020-01-01", TODAY.isoformat()])
def test_a_first_day_that_an_incentive_cannot_have_is_told_beside_its_field(admin_client: Client, typed: str) -> None:
    draft = an_incentive(admin_client)
    page = press(admin_client, draft, "_next", **{"next-effective_from": typed}).content.decode()
    assert page.index('class="errorlist"') < page.index('name="next-effective_from"')
    assert not Incentive.objects.filter(follows=draft).exists()
