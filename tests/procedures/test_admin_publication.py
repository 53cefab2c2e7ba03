"""A version that was written in the administration is published, and taken back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
    draft = draft_version(like=old, effective_from=TODAY + timedelta(days=1), acting_user=admin_user)
    draft.effective_from = TODAY
    draft.save()
    with pytest.raises(RuleBroken) as refused:
        publish(version=draft, at=NOW, acting_user=admin_user)
    assert refused.value.code == "first_day_over"


@pytest.mark.parametrize("day", [date(2020, 1, 1), TODAY])
def test_a_draft_that_could_never_be_published_is_not_begun(admin_user: Any, day: date) -> None:
    old = catalogue_cache.version_in_force("land_change_info", TODAY)
    with pytest.raises(RuleBroken) as refused:
        draft_version(like=old, effective_from=day, acting_user=admin_user)
    assert (refused.value.code, refused.value.field) == ("first_day_over", "effective_from")
    assert old.procedure.versions.count() == 1


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


@pytest.mark.parametrize("later_first", [False, True])
def test_taking_back_ends_the_version_before_on_the_eve_of_the_next(admin_user: Any, later_first: bool) -> None:
    first = catalogue_cache.version_in_force("land_change_info", TODAY)
    sooner, later = (
        draft_version(like=first, effective_from=TODAY + timedelta(days=days), acting_user=admin_user)
        for days in (15, 46)
    )
    for draft in (later, sooner) if later_first else (sooner, later):
        publish(version=draft, at=NOW, acting_user=admin_user)
    withdraw(version=sooner, at=NOW, acting_user=admin_user)
    first.refresh_from_db()
    sooner.refresh_from_db()
    assert first.effective_to == later.effective_from - timedelta(days=1)
    assert (sooner.effective_to, sooner.brought_forward) == (None, None)
    withdraw(version=later, at=NOW, acting_user=admin_user)
    first.refresh_from_db()
    assert first.effective_to is None


def test_taking_back_the_last_one_lets_the_one_published_in_between_go_on(admin_user: Any) -> None:
    first = catalogue_cache.version_in_force("land_change_info", TODAY)
    later, between = (
        draft_version(like=first, effective_from=TODAY + timedelta(days=days), acting_user=admin_user)
        for days in (46, 15)
    )
    for draft in (later, between):
        publish(version=draft, at=NOW, acting_user=admin_user)
    withdraw(version=later, at=NOW, acting_user=admin_user)
    first.refresh_from_db()
    between.refresh_from_db()
    assert (first.effective_to, between.effective_to) == (between.effective_from - timedelta(days=1), None)


def test_taking_back_a_version_of_the_files_leaves_no_day_without_law(admin_user: Any) -> None:
    marriage = catalogue_cache.version_in_force("marriage", TODAY)
    following = catalogue_cache.version_in_force("marriage", date(2027, 3, 1))
    withdraw(version=following, at=NOW, acting_user=admin_user)
    assert ProcedureVersion.objects.get(pk=marriage.pk).effective_to is None


def test_a_last_day_that_leaves_days_out_before_the_next_version_is_refused(admin_user: Any) -> None:
    first = catalogue_cache.version_in_force("land_change_info", TODAY)
    later, between = (
        draft_version(like=first, effective_from=TODAY + timedelta(days=days), acting_user=admin_user)
        for days in (46, 15)
    )
    publish(version=later, at=NOW, acting_user=admin_user)
    between.effective_to = TODAY + timedelta(days=20)
    between.save()
    with pytest.raises(RuleBroken) as refused:
        publish(version=between, at=NOW, acting_user=admin_user)
    assert refused.value.code == "leaves_days_out"
    first.refresh_from_db()
    assert first.effective_to == later.effective_from - timedelta(days=1)


PUBLISH = st.tuples(st.just("publish"), st.integers(1, 12), st.none() | st.integers(0, 5))
TURNS = st.lists(PUBLISH | st.tuples(st.sampled_from(["withdraw", "again"]), st.integers(0, 5), st.none()), max_size=8)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=TURNS)
def test_published_versions_never_overlap_and_hold_as_long_as_they_say(admin_user: Any, turns: list[Any]) -> None:
    """On every day the version holds that began last, until the last day its author gave it, if any."""
    with transaction.atomic():
        first = ProcedureVersion.objects.published().get(procedure__key="land_change_info")
        drafts: list[ProcedureVersion] = []
        own_last: dict[int, date | None] = {first.pk: None}
        for turn, number, length in turns:
            if turn == "publish":
                day = TODAY + timedelta(days=number)
                draft = draft_version(like=first, effective_from=day, acting_user=admin_user)
                draft.effective_to = None if length is None else day + timedelta(days=length)
                draft.save()
                drafts.append(draft)
                own_last[draft.pk] = draft.effective_to
            elif number < len(drafts):
                draft = drafts[number]
            else:
                continue
            try:
                (withdraw if turn == "withdraw" else publish)(version=draft, at=NOW, acting_user=admin_user)
            except RuleBroken as refused:
                assert refused.code != "not_complete", str(refused)
            _hold_as_they_say(first, own_last)
        transaction.set_rollback(True)


def _hold_as_they_say(first: ProcedureVersion, own_last: dict[int, date | None]) -> None:
    published = list(first.procedure.versions.published().order_by("effective_from"))
    for before, after in zip(published, published[1:], strict=False):
        assert before.effective_to is not None
        assert before.effective_to < after.effective_from
    for day in (TODAY + timedelta(days=days) for days in range(25)):
        began_last = [version for version in published if version.effective_from <= day][-1]
        last = own_last[began_last.pk]
        if last is None or day <= last:
            assert began_last.is_in_force(day), (day, published)
