from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from portal.clock import HANOI
from procedures import catalogue_cache
from procedures.calendars import WorkCalendar
from procedures.eligibility import findings, found_facts
from procedures.models import ProcedureVersion
from procedures.quote import facts_asked, quote

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

DAY = date(2026, 11, 23)
MOMENT = datetime(2026, 11, 23, 10, 26, tzinfo=HANOI)


def version(key: str, day: date = DAY) -> ProcedureVersion:
    found = catalogue_cache.version_in_force(key, day)
    assert found is not None
    return found


def test_couple_misses_the_certified_marriage_certificate(calendar: WorkCalendar) -> None:
    facts = {"in_ward": True, "unit_rearrangement": True, "joint_owners": True}
    answer = quote(version("land_change_info"), facts, MOMENT, calendar)
    assert [(paper.kind_key, paper.form_of_copy, paper.is_kept) for paper in answer.papers] == [
        ("land_change_form", "original", False),
        ("land_certificate", "original", True),
        ("land_change_proof", "looked_up", False),
        ("marriage_certificate", "certified_copy", False),
    ]
    assert answer.total == 28_000
    assert answer.due_at == datetime(2026, 11, 30, 17, 0, tzinfo=HANOI)


def test_commune_pays_half_and_brings_its_own_proof(calendar: WorkCalendar) -> None:
    answer = quote(version("land_change_info"), {}, MOMENT, calendar)
    assert answer.total == 14_000
    assert ("land_change_proof", "compared_copy") in [(paper.kind_key, paper.form_of_copy) for paper in answer.papers]


@pytest.mark.parametrize(("pages", "copies", "total"), [(1, 1, 2000), (3, 2, 10_000), (300, 1, 200_000)])
def test_certified_copies_are_priced_by_page_and_copy(
    calendar: WorkCalendar, pages: int, copies: int, total: int
) -> None:
    answer = quote(version("certified_copy"), {}, MOMENT, calendar, pages=pages, copies=copies)
    assert (answer.total, answer.needs_pages) == (total, False)
    assert answer.due_at.date() == DAY


def test_quote_without_pages_says_that_it_needs_them(calendar: WorkCalendar) -> None:
    answer = quote(version("certified_copy"), {}, MOMENT, calendar)
    assert (answer.total, answer.fee_lines, answer.needs_pages) == (0, [], True)


def test_birth_follows_the_law_of_its_day() -> None:
    before, after = version("birth", date(2027, 2, 28)), version("birth", date(2027, 3, 1))
    assert (before.number, after.number) == (1, 2)
    assert "60/2014" in before.legal_basis[0]
    assert "03/2026" in after.legal_basis[0]


@pytest.mark.parametrize(
    ("born", "late", "total"), [("2026-09-24", False, 0), ("2026-09-23", True, 5000), ("2027-01-01", False, 0)]
)
def test_late_birth_is_charged_and_warned_about_never_refused(
    calendar: WorkCalendar, born: str, late: bool, total: int
) -> None:
    birth = version("birth")
    facts = found_facts(birth, {"child_born": born}, DAY)
    assert facts == {"late_registration": late}
    assert [finding.is_refusal for finding in findings(birth, {"child_born": born}, DAY)] == [False] * late
    assert quote(birth, facts, MOMENT, calendar).total == total


def test_exempt_family_pays_nothing_even_when_late(calendar: WorkCalendar) -> None:
    assert quote(version("birth"), {"late_registration": True, "fee_exempt": True}, MOMENT, calendar).total == 0


@pytest.mark.parametrize(
    ("husband", "wife", "refused"),
    [
        ("2006-11-23", "2008-11-23", []),
        ("2006-11-24", "2008-11-23", ["husband_20"]),
        ("2006-11-23", "2008-11-24", ["wife_18"]),
        ("", "2010-01-01", ["wife_18"]),
    ],
)
def test_marriage_below_age_is_refused_on_the_day(husband: str, wife: str, refused: list[str]) -> None:
    found = findings(version("marriage"), {"husband_born": husband, "wife_born": wife}, DAY)
    assert [finding.key for finding in found if finding.is_refusal] == refused


def test_quote_is_plain_json_and_costs_no_query(calendar: WorkCalendar, django_assert_num_queries) -> None:
    land = version("land_change_info")
    with django_assert_num_queries(0):
        answer = quote(land, {"in_ward": True}, MOMENT, calendar)
    stored = json.loads(json.dumps(answer.as_json()))
    assert stored["total"] == 28_000
    assert stored["due_at"] == "2026-11-30T17:00:00+07:00"


def test_desk_asks_only_what_matters_for_the_procedure() -> None:
    keys = [fact.key for fact in facts_asked(version("land_change_info"))]
    assert keys == [
        *("unit_rearrangement", "joint_owners", "represented", "in_ward", "landslide", "restriction_of_right"),
        "other_territory",
    ]


def test_every_version_can_be_quoted(calendar: WorkCalendar) -> None:
    versions = catalogue_cache.versions_on(DAY)
    assert len(versions) >= 15
    for each in versions:
        answer = quote(each, {fact.key: True for fact in facts_asked(each)}, MOMENT, calendar, pages=1)
        assert answer.papers
        assert answer.due_at > MOMENT


def test_pages_are_asked_for_only_while_a_fee_by_the_page_applies(calendar: WorkCalendar) -> None:
    row = version("certified_copy")
    at = datetime.fromisoformat("2026-12-01T09:00:00+07:00")
    assert quote(row, {}, at, calendar).needs_pages
    assert not quote(row, {"farm_credit": True}, at, calendar, pages=2).needs_pages
    for rule in row.fee_rules.all():
        rule.effective_from = date(2028, 1, 1)
    assert not quote(row, {}, at, calendar).needs_pages
