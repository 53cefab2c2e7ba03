"""The questions before the wait: at most three, each from the version's own papers."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from django.core.management import call_command

from portal import clock
from procedures.catalogue_cache import version_in_force, versions_on
from procedures.first_questions import MOST, has_questions, missing_papers, next_ask
from procedures.models import Procedure, ProcedureVersion
from tests.moments import hanoi
from tests.procedures.test_catalogue import folder, load, spoil  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def catalogue():
    with clock.fixed(hanoi("2026-11-23 10:00")):
        call_command("load_catalogue", verbosity=0)
        yield


def version(key: str) -> ProcedureVersion:
    found = version_in_force(key, DAY)
    assert found is not None
    return found


def test_land_asks_for_the_certificate_and_for_the_marriage_certificate_of_joint_owners_only():
    land = version("land_change_info")
    answers: dict[str, bool] = {}
    asked = []
    for said in (True, True, False):
        ask = next_ask(land, answers)
        asked.append(ask.key)
        answers[ask.key] = said
    assert asked == ["land_certificate", "joint_owners", "marriage_certificate"]
    assert next_ask(land, answers) is None
    assert [row.kind.key for row in missing_papers(land, answers)] == ["marriage_certificate"]
    assert next_ask(land, {"land_certificate": True, "joint_owners": False}) is None


def test_never_more_than_three_questions_whatever_is_answered():
    for one in versions_on(DAY):
        for said in itertools.product((True, False), repeat=MOST):
            answers: dict[str, bool] = {}
            for yes in said:
                ask = next_ask(one, answers)
                if ask is None:
                    break
                answers[ask.key] = yes
            assert next_ask(one, answers) is None, one


def test_where_nothing_is_worth_a_question_none_is_asked():
    assert not has_questions(version("residence_confirm"))
    assert next_ask(version("residence_confirm"), {}) is None


def test_without_a_choice_of_its_own_a_procedure_asks_for_the_originals_that_must_be_brought():
    Procedure.objects.filter(key="death").update(ask_first=None)
    death = ProcedureVersion.objects.for_quote().get(pk=version("death").pk)
    assert next_ask(death, {}).key == "death_notice"
    assert next_ask(death, {"death_notice": True}) is None


def test_what_is_asked_may_change_while_the_version_is_in_force(folder):  # noqa: F811
    load(folder)
    spoil(folder, "facts: [joint_owners]", "facts: [represented]")
    load(folder)
    assert Procedure.objects.get(key="land_change_info").ask_first[1]["facts"] == ["represented"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("  - paper: land_certificate", "  - paper: birth_notice", "no version asks for the paper 'birth_notice'"),
        ("facts: [joint_owners]", "facts: [in_ward]", "'in_ward' is no fact the citizen can answer"),
    ],
)
def test_a_question_about_nothing_is_refused(folder, old, new, reason):  # noqa: F811
    line = spoil(folder, old, new)
    with pytest.raises(Exception, match=reason) as refused:
        load(folder)
    assert f"{line}: " in str(refused.value)
