"""Certification on the manager's day, and the pages for deeds and keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.actions.approve_certification import approve_certification
from applications.actions.refuse_certification import refuse_certification
from applications.models import (
    CertificationItem,
    RegisterStrike,
    SecondFactor,
    SigningDelegation,
    SigningKey,
    SigningRules,
)
from applications.notarisation.enums import JobState
from applications.notarisation.signing.throwaway import SECRET, Authority
from applications.signing_day import figures, needs_attention
from centres.enums import Role
from portal import clock
from tests.applications.at_desk import words
from tests.factories.applications import MONDAY, a_centre, member_of
from tests.factories.certifications import a_submitted_item, an_approved_item, signer_for
from tests.factories.signing import a_delegation, a_factor, a_key

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _now(at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 10:30")


def signed_after(minutes: int, days_ago: int = 0) -> CertificationItem:
    at = MONDAY - timedelta(days=days_ago)
    item = a_submitted_item(at=at)
    approve_certification(item=item, at=at + minutes * MINUTE, acting_user=signer_for(item))
    return item


def test_the_figures_count_documents_pages_times_and_refusals() -> None:
    for minutes in (1, 2, 3):
        signed_after(minutes)
    signed_after(50, days_ago=3)
    signed_after(1, days_ago=31)
    refused = a_submitted_item()
    refuse_certification(item=refused, ground="secret", reason="mật", at=MONDAY, acting_user=signer_for(refused))
    failed, struck = signed_after(5), signed_after(5)
    CertificationItem.objects.filter(pk=failed.pk).update(state=JobState.FAILED)
    struck.refresh_from_db()
    assert struck.entry is not None
    RegisterStrike.objects.create(entry=struck.entry, at=MONDAY, by=signer_for(struck), reason="nhầm")
    waiting = a_submitted_item()
    found = figures(a_centre(), MONDAY + 10 * MINUTE)
    assert (found.today.documents, found.today.pages) == (3, 9)
    assert [(day.day.day, day.documents) for day in found.days if day.documents] == [(23, 3), (20, 1)]
    assert len(found.days) == 30
    assert (found.median, found.p90) == (2 * MINUTE, 50 * MINUTE)
    assert (found.waiting, found.waiting_since) == (1, waiting.submitted_at)
    assert [(article, count) for _sentence, article, count in found.refusals] == [
        ("Nghị định 23/2015/NĐ-CP, Điều 22 khoản 3", 1)
    ]


def test_a_centre_where_nothing_was_certified_has_figures_too() -> None:
    found = figures(a_centre(), MONDAY)
    assert (found.today.documents, found.median, found.waiting, found.refused) == (0, None, 0, 0)


def test_they_cost_as_many_statements_for_many_as_for_none() -> None:
    centre = a_centre()
    for _number in range(3):
        an_approved_item()
    with CaptureQueriesContext(connection) as asked:
        figures(centre, MONDAY)
    assert len(asked) == 3


def test_the_manager_is_told_of_a_long_wait_by_the_citys_rule() -> None:
    a_submitted_item()
    centre = a_centre()
    assert needs_attention(centre, MONDAY + 14 * MINUTE) == []
    [(severity, _sentence, url)] = needs_attention(centre, MONDAY + 15 * MINUTE)
    assert severity == "act" and url == f"{reverse('applications:certified_days')}?centre={centre.pk}"
    SigningRules.objects.create(valid_from=clock.local_day(MONDAY), source="QĐ thử", long_wait_minutes=60)
    assert needs_attention(centre, MONDAY + 15 * MINUTE) == []


def test_the_manager_and_the_owner_are_told_of_a_key_that_ends(as_: As) -> None:
    leader = member_of(Role.LEADER, a_centre())
    a_key(leader, valid_to=MONDAY + timedelta(days=20))
    [(severity, sentence, _url)] = needs_attention(a_centre(), MONDAY)
    assert severity == "warn" and "13/12/2026" in sentence and str(leader) in sentence
    assert "13/12/2026" in words(as_(leader).get("/signing/"))


def test_panel_and_page_show_them_to_the_manager(as_: As) -> None:
    signed_after(2)
    manager = as_(Role.MANAGER)
    panel = manager.get(reverse("applications:day_certified"))
    assert panel["ETag"] and reverse("applications:certified_days") in panel.content.decode()
    page = words(manager.get(reverse("applications:certified_days")))
    assert "23/11/2026" in page and "2 phút" in page
    assert as_(Role.LEADER).get(reverse("applications:certified_days")).status_code == 403


# -- deeds and keys ---------------------------------------------------------------------------------------------------

DELEGATIONS, KEYS = "/signing/delegations/", "/signing/keys/"


def test_the_manager_enters_a_deed_and_ends_it(as_: As) -> None:
    manager, person = as_(Role.MANAGER), member_of(Role.SPECIALIST, a_centre())
    typed = {
        "person": person.pk, "kinds": ["SCT/BS"], "basis": "assigned", "title": "Được phân công", "deed_number": "9/QĐ",
        "deed_day": "2026-11-20", "first_day": "2026-11-23", "last_day": "2026-11-22",
    }  # fmt: skip
    wrong = manager.post(DELEGATIONS, typed)
    assert wrong.status_code == 400 and 'id="id_last_day_error"' in wrong.content.decode()
    assert 'value="9/QĐ"' in wrong.content.decode(), "what was typed stays"
    manager.post(DELEGATIONS, typed | {"last_day": "2026-12-31"})
    held = SigningDelegation.objects.get()
    assert (held.person, held.entered_by) == (person, member_of(Role.MANAGER, a_centre()))
    assert "9/QĐ" in words(manager.get(DELEGATIONS))
    end = reverse("applications:signing_delegation_end", args=[held.pk])
    left = manager.post(end, {"reason": " "})
    assert left.status_code == 400 and f'id="end-{held.pk}-error"' in left.content.decode()
    assert "9/QĐ" in words(left), "on the page it was typed on"
    manager.post(end, {"reason": "đi học"})
    assert held.end.reason == "đi học" and "đi học" in words(manager.get(DELEGATIONS))


def test_a_manager_of_another_centre_ends_nothing_here(as_: As) -> None:
    held = a_delegation()
    stranger = as_(member_of(Role.MANAGER, a_centre("chi-nhanh-4", "H26.30.4")))
    assert (
        stranger.post(reverse("applications:signing_delegation_end", args=[held.pk]), {"reason": "x"}).status_code
        == 403
    )


def test_many_deeds_cost_as_many_statements_as_one(as_: As) -> None:
    manager = as_(Role.MANAGER)
    a_delegation()
    manager.get(DELEGATIONS)
    with CaptureQueriesContext(connection) as few:
        manager.get(DELEGATIONS)
    for number in range(29):
        a_delegation(deed_number=f"{number}/QĐ")
    with CaptureQueriesContext(connection) as many:
        assert manager.get(DELEGATIONS).content.decode().count("/QĐ") >= 30
    assert len(many) == len(few)


def test_the_city_enters_a_key_and_ends_it(as_: As, signing: Authority) -> None:
    city, leader = as_(Role.CITY_ADMIN), member_of(Role.LEADER, a_centre())
    signing.issue("cua-toi", common_name="Phạm Quốc Dũng")
    typed = {"person": leader.pk, "url": signing.key_url("cua-toi"), "secret": "sai"}
    assert city.post(KEYS, typed).status_code == 400
    city.post(KEYS, typed | {"secret": SECRET})
    key = SigningKey.objects.get()
    assert key.person == leader and "Phạm Quốc Dũng" in words(city.get(KEYS))
    end = reverse("applications:signing_key_end", args=[key.pk])
    left = city.post(end, {"reason": ""})
    assert left.status_code == 400 and f'id="end-{key.pk}-error"' in left.content.decode()
    city.post(end, {"reason": "mất thẻ"})
    assert key.end.reason == "mất thẻ"


def test_a_lost_phone_is_taken_away_by_the_city_alone(as_: As) -> None:
    leader = member_of(Role.LEADER, a_centre())
    a_factor(leader)
    address = reverse("applications:signing_factor_away", args=[leader.pk])
    assert as_(Role.MANAGER).post(address).status_code == 403
    assert SecondFactor.objects.exists()
    as_(Role.CITY_ADMIN).post(address)
    assert not SecondFactor.objects.exists()
