"""What an officer is told when the rules changed under a draft."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from portal import clock
from procedures import catalogue_cache
from procedures.actions.draft_version import draft_version
from procedures.differences import differences
from procedures.models import DocumentKind, ProcedureVersion, Requirement

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "in_english")]


@pytest.fixture(autouse=True)
def monday():
    with clock.fixed(datetime(2026, 11, 30, 3, 0, tzinfo=UTC)):
        yield


@pytest.fixture
def old() -> ProcedureVersion:
    found = catalogue_cache.version_in_force("birth", date(2026, 11, 30))
    assert found is not None
    return found


def successor(old: ProcedureVersion, admin: Any, change: Callable[[ProcedureVersion], None]) -> ProcedureVersion:
    new = draft_version(like=old, effective_from=date(2026, 11, 30) + timedelta(days=9), acting_user=admin)
    change(new)
    new.save()
    return ProcedureVersion.objects.for_quote().get(pk=new.pk)


def test_the_same_rules_under_another_number_are_no_difference(old: ProcedureVersion, admin_user: Any) -> None:
    assert differences(old, successor(old, admin_user, lambda new: None)) == []


def test_papers_that_came_and_went_are_named(old: ProcedureVersion, admin_user: Any) -> None:
    def change(new: ProcedureVersion) -> None:
        new.requirements.get(kind__key="surrogacy_confirmation").delete()
        kind = DocumentKind.objects.get(key="death_notice")
        Requirement.objects.create(
            version=new, kind=kind, order=90, form_of_copy="shown", confidence="sure", source="1"
        )

    said = differences(old, successor(old, admin_user, change))
    assert said[0].startswith("New paper: ") and said[0].endswith("(Shown only).")
    assert said[1].startswith("Not asked for any more: ")
    assert len(said) == 2


def test_questions_are_named_by_what_became_of_them(old: ProcedureVersion, admin_user: Any) -> None:
    def change(new: ProcedureVersion) -> None:
        schema = new.form_schema
        schema["properties"]["hospital"] = {
            "type": "string",
            "x-kind": "text",
            "x-label": {"vi": "V", "en": "Hospital"},
        }
        schema["x-groups"][1]["fields"].append("hospital")
        schema["properties"]["child_sex"]["enum"] = ["male", "female", "other"]
        schema["required"].append("mother_name")
        del schema["properties"]["birth_notice_number"]
        schema["x-groups"][1]["fields"].remove("birth_notice_number")

    assert differences(old, successor(old, admin_user, change)) == [
        "Please check the answer to: Sex.",
        "New question: Hospital.",
        "Has to be answered now: Mother's full name.",
        "Not asked any more: Number of the certificate from the place of birth.",
    ]


def test_fees_and_the_limit_are_said_to_have_changed(old: ProcedureVersion, admin_user: Any) -> None:
    def change(new: ProcedureVersion) -> None:
        fee = new.fee_rules.get(key="birth_late")
        fee.amount = 9000
        fee.save()
        new.time_limit = {**new.time_limit, "cutoff": "14:00", "source": "another article"}

    assert differences(old, successor(old, admin_user, change)) == [
        "The fees have changed.",
        "The time limit has changed.",
    ]
