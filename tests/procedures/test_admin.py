"""What is in force can be read in the administration, not changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import RequestFactory
from django.urls import reverse

from portal import clock
from procedures.actions.withdraw import withdraw
from procedures.admin_parts import FeeRuleInline, RequirementInline
from procedures.models import ProcedureVersion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


@pytest.fixture(autouse=True)
def in_november():
    with clock.fixed(datetime(2026, 11, 23, 3, 0, tzinfo=UTC)):
        yield


@pytest.fixture
def request_of_administrator(rf: RequestFactory):
    request = rf.get("/")
    request.user = get_user_model()(is_superuser=True, is_staff=True, is_active=True)
    return request


@pytest.mark.parametrize(("number", "is_draft", "may"), [(1, False, False), (2, False, False), (2, True, True)])
def test_only_a_draft_may_be_changed(request_of_administrator, number: int, is_draft: bool, may: bool) -> None:
    version = ProcedureVersion.objects.get(procedure__key="birth", number=number)
    if is_draft:
        withdraw(version=version, at=clock.now(), acting_user=request_of_administrator.user)
        version.refresh_from_db()
    page = admin.site._registry[ProcedureVersion]
    assert page.has_change_permission(request_of_administrator, version) is may
    assert page.has_delete_permission(request_of_administrator, version) is may
    assert "delete_selected" not in page.get_actions(request_of_administrator)
    for inline in (RequirementInline, FeeRuleInline):
        part = inline(ProcedureVersion, admin.site)
        assert part.has_add_permission(request_of_administrator, version) is may
        assert part.has_change_permission(request_of_administrator, version) is may
        assert part.has_delete_permission(request_of_administrator, version) is may


@pytest.mark.parametrize("number", [1, 2])
def test_page_of_a_version_opens(admin_client, number: int) -> None:
    version = ProcedureVersion.objects.get(procedure__key="birth", number=number)
    page = admin_client.get(reverse("admin:procedures_procedureversion_change", args=[version.pk]))
    assert page.status_code == 200


@pytest.mark.parametrize(
    "name",
    ["procedureversion", "procedure", "field", "documentkind", "nationalday", "unit", "unitchange"],
)
@pytest.mark.usefixtures("units", "national_days")
def test_every_list_opens(admin_client, name: str) -> None:
    assert admin_client.get(reverse(f"admin:procedures_{name}_changelist")).status_code == 200
