"""Linked services: one request, parts with their own limit, one after another."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command

from portal.errors import RuleBroken
from procedures import catalogue_cache
from procedures.calendars import WorkCalendar
from procedures.differences import differences
from procedures.limits import Due
from procedures.linked import Waits, plan
from procedures.loading.checking import faults_of
from procedures.loading.writing import as_content, version_content
from procedures.models import ProcedureVersion
from procedures.refusals import around
from tests.factories.applications import load_law
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
TUESDAY = hanoi("2026-12-01 10:00")


@pytest.fixture(autouse=True)
def _law(db: None) -> None:
    load_law()


def _version(key: str) -> ProcedureVersion:
    version = catalogue_cache.version_in_force(key, date(2026, 12, 1))
    assert version is not None
    return version


def _planned(key: str, *facts: str) -> dict[str, str]:
    found = plan(_version(key), dict.fromkeys(facts, True), TUESDAY, catalogue_cache.load_calendar())
    return {row.key: f"{row.due.at:%d/%m %H:%M}" for row in found.parts}


def test_each_part_is_counted_from_the_one_it_waits_for() -> None:
    assert _planned("birth_linked") == {
        "birth": "02/12 10:00", "residence": "04/12 17:00", "health_card": "04/12 17:00",
    }  # fmt: skip
    assert _planned("death_linked", "social_insured", "meritorious") == {
        "death": "02/12 10:00", "residence": "03/12 17:00", "social_insurance": "14/12 17:00", "merit": "28/12 17:00",
    }  # fmt: skip


def test_a_part_ends_with_the_whole_unless_the_law_lets_it_take_longer() -> None:
    planned = _planned("birth_linked", "verification", "child_identity_card")
    assert planned["residence"] == "08/12 17:00", (
        "five working days from the birth would be a day more than the law gives"
    )
    assert planned["identity_card"] == "09/12 17:00"


def test_time_that_is_not_the_offices_moves_the_part_and_what_waits_for_it() -> None:
    class Later(Waits):
        def of_whole(self, key: str, promised: Due) -> Due:
            return Due(hanoi("2026-12-10 10:00"), promised.explanation)

    found = plan(_version("death_linked"), {}, TUESDAY, catalogue_cache.load_calendar(), waits=Later())
    assert [f"{row.due.at:%d/%m %H:%M}" for row in found.parts] == ["10/12 10:00", "11/12 17:00"]
    assert found.whole.at == found.parts[-1].due.at
    assert found.whole.explanation["en"].startswith("Removal of residence: ")


def test_an_ordinary_procedure_has_no_parts() -> None:
    found = plan(_version("birth"), {}, TUESDAY, WorkCalendar.from_days([]))
    assert found.parts == []


def _content(**changes: object) -> dict:
    version = _version("death_linked")
    content = version_content(version)
    content["parts"] = [dict(part) for part in content["parts"]]
    content["parts"][1].update(changes)
    return as_content(version.procedure) | {"versions": [content]}


def test_a_part_that_waits_for_none_that_stands_before_it_is_refused() -> None:
    assert faults_of(_content(), around()) == []
    [(path, _reason)] = faults_of(_content(after="merit"), around())
    assert path == ("versions", 0, "parts", 1, "after")
    [(path, _reason)] = faults_of(_content(key="death"), around())
    assert path[-1] == "key"
    [(path, _reason)] = faults_of(_content(when="nobody_knows"), around())
    assert path == ("versions", 0, "parts", 1, "when")


def test_parts_are_written_down_once_under_a_version_in_force() -> None:
    version = ProcedureVersion.objects.get(pk=_version("death_linked").pk)
    parts = version.parts
    ProcedureVersion.objects.filter(pk=version.pk).update(parts=[])
    call_command("load_catalogue", verbosity=0)
    version.refresh_from_db()
    assert version.parts == parts
    version.parts = parts[:-1]
    with pytest.raises(RuleBroken) as refused:
        version.save()
    assert refused.value.code == "version_in_force"


@pytest.mark.usefixtures("in_english")
def test_a_new_version_says_what_is_new_in_its_parts() -> None:
    before, after = _version("death_linked"), ProcedureVersion.objects.for_quote().get(pk=_version("death_linked").pk)
    after.parts = [dict(part) for part in after.parts[:-1]]
    after.parts[1]["limit"] = {"kind": "working_days", "days": 2}
    assert differences(before, after) == [
        "Not in it any more: Allowance after a person of merit.", "The limits of the linked services have changed.",
    ]  # fmt: skip
