"""A version that was written in the administration is published, and taken back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal import clock
from portal.errors import NotAllowed, RuleBroken
from procedures import catalogue_cache
from procedures.actions.draft_version import draft_version
from procedures.actions.publish import publish
from procedures.actions.withdraw import withdraw
from procedures.form_fields import schema_of_rows
from procedures.models import ProcedureVersion
from tests.procedures.written import NOW, TODAY, a_draft, filled, rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "national_days")]


@pytest.fixture(autouse=True)
def monday():
    with clock.fixed(NOW):
        yield


def test_an_incomplete_draft_is_not_published_and_says_what_is_missing(admin_client: Client, admin_user: Any) -> None:
    draft = a_draft(admin_client, **rows("requirements"))
    with pytest.raises(RuleBroken) as refused:
        publish(version=draft, at=NOW, acting_user=admin_user)
    assert refused.value.code == "not_complete"
    assert "giấy tờ" in str(refused.value)


def test_the_past_is_not_written_anew(admin_client: Client, admin_user: Any) -> None:
    draft = a_draft(admin_client, effective_from=(TODAY - timedelta(days=1)).isoformat())
    with pytest.raises(RuleBroken) as refused:
        publish(version=draft, at=NOW, acting_user=admin_user)
    assert refused.value.code == "first_day_over"


def test_only_who_may_change_procedures_publishes_them(admin_client: Client, django_user_model: Any) -> None:
    draft = a_draft(admin_client)
    officer = django_user_model.objects.create_user("quay", "x", is_staff=True)
    for attempt in (
        lambda: publish(version=draft, at=NOW, acting_user=officer),
        lambda: draft_version(like=draft, effective_from=TODAY, acting_user=officer),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    client = Client()
    client.force_login(officer)
    for name in ("citizen", "officer"):
        assert client.get(reverse(f"admin:procedures_version_{name}", args=[draft.pk])).status_code == 403
    for name in ("publish", "withdraw", "layout", "next"):
        assert client.post(reverse(f"admin:procedures_version_{name}", args=[draft.pk])).status_code == 403
    assert client.get(reverse("admin:procedures_procedure_export", args=[draft.procedure_id])).status_code == 403
    draft.refresh_from_db()
    assert draft.published_at is None


def test_a_new_version_begins_as_the_old_one_and_ends_it_when_published(admin_user: Any) -> None:
    old = catalogue_cache.version_in_force("land_change_info", TODAY)
    first = TODAY + timedelta(days=30)
    draft = draft_version(like=old, effective_from=first, acting_user=admin_user)
    draft = ProcedureVersion.objects.for_quote().get(pk=draft.pk)
    assert [str(row) for row in draft.requirements.all()] == [str(row) for row in old.requirements.all()]
    assert schema_of_rows(draft.form_fields.all()) == old.form_schema
    assert catalogue_cache.version_in_force("land_change_info", first) == old
    publish(version=draft, at=NOW, acting_user=admin_user)
    assert catalogue_cache.version_in_force("land_change_info", first) == draft
    assert catalogue_cache.version_in_force("land_change_info", first - timedelta(days=1)) == old


def test_a_publication_is_taken_back_and_no_day_is_left_without_law(admin_client: Client, admin_user: Any) -> None:
    old = catalogue_cache.version_in_force("land_change_info", TODAY)
    first = TODAY + timedelta(days=30)
    draft = draft_version(like=old, effective_from=first, acting_user=admin_user)
    publish(version=draft, at=NOW, acting_user=admin_user)
    page = admin_client.get(reverse("admin:procedures_procedureversion_change", args=[draft.pk])).content.decode()
    assert "_continue" not in page, "what was checked at the publication stays as it is"
    admin_client.post(reverse("admin:procedures_version_withdraw", args=[draft.pk]))
    assert catalogue_cache.version_in_force("land_change_info", first) == old
    assert ProcedureVersion.objects.get(pk=old.pk).effective_to is None
    with pytest.raises(RuleBroken) as refused:
        withdraw(version=old, at=NOW, acting_user=admin_user)
    assert refused.value.code == "in_force_already"


def test_a_successor_does_not_begin_on_the_day_it_is_published(admin_user: Any) -> None:
    old = catalogue_cache.version_in_force("land_change_info", TODAY)
    draft = draft_version(like=old, effective_from=TODAY, acting_user=admin_user)
    with pytest.raises(RuleBroken) as refused:
        publish(version=draft, at=NOW, acting_user=admin_user)
    assert refused.value.code == "first_day_over"


def test_two_drafts_may_begin_on_one_day_and_only_one_is_published(admin_user: Any) -> None:
    old = catalogue_cache.version_in_force("land_change_info", TODAY)
    first = TODAY + timedelta(days=30)
    one, other = (draft_version(like=old, effective_from=first, acting_user=admin_user) for _turn in range(2))
    assert one.number != other.number
    publish(version=one, at=NOW, acting_user=admin_user)
    with pytest.raises(RuleBroken) as refused:
        publish(version=other, at=NOW, acting_user=admin_user)
    assert refused.value.code == "version_overlaps"


def test_fees_follow_the_first_day_of_their_draft(admin_client: Client, admin_user: Any) -> None:
    draft = a_draft(admin_client)
    sooner = TODAY + timedelta(days=20)
    later = draft_version(like=draft, effective_from=TODAY + timedelta(days=60), acting_user=admin_user)
    address = reverse("admin:procedures_procedureversion_change", args=[later.pk])
    sent = filled(admin_client.get(address).content.decode())
    sent |= {"effective_from": sooner.isoformat()}
    answer = admin_client.post(address, sent)
    assert answer.status_code == 302, [
        (form.prefix, form.errors) for s in answer.context["inline_admin_formsets"] for form in s.formset
    ] + [answer.context["adminform"].form.errors]
    later.refresh_from_db()
    assert later.effective_from == sooner
    assert [rule.effective_from for rule in later.fee_rules.all()] == [sooner]
    assert later.form_schema == draft.form_schema
    late = later.fee_rules.get()
    late.effective_from = sooner + timedelta(days=1)
    late.save()
    with pytest.raises(RuleBroken) as refused:
        publish(version=later, at=NOW, acting_user=admin_user)
    assert refused.value.code == "not_complete"


def test_taking_back_gives_the_version_before_its_own_last_day_again(admin_user: Any) -> None:
    marriage = catalogue_cache.version_in_force("marriage", TODAY)
    between = draft_version(like=marriage, effective_from=TODAY + timedelta(days=20), acting_user=admin_user)
    publish(version=between, at=NOW, acting_user=admin_user)
    between.refresh_from_db()
    assert between.effective_to == date(2027, 2, 28), "another version begins the day after"
    withdraw(version=between, at=NOW, acting_user=admin_user)
    assert ProcedureVersion.objects.get(pk=marriage.pk).effective_to == date(2027, 2, 28)
