"""Versions never overlap and do not change once in force."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from portal import clock
from portal.errors import RuleBroken
from procedures import catalogue_cache
from procedures.models import DocumentKind, FeeRule, Field, Procedure, ProcedureVersion, Requirement

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TEXT = {"vi": "Thử"}


@pytest.fixture(autouse=True)
def in_november():
    with clock.fixed(NOW):
        yield


@pytest.fixture
def procedure() -> Procedure:
    field = Field.objects.create(code="land", name=TEXT)
    return Procedure.objects.create(
        code="1.000001", key="trial", name=TEXT, short_name=TEXT, field=field, handler=TEXT, receive_at=TEXT
    )


def make(procedure: Procedure, number: int, first: str, last: str | None = None, **values: Any) -> ProcedureVersion:
    return ProcedureVersion.objects.create(
        procedure=procedure,
        number=number,
        effective_from=date.fromisoformat(first),
        effective_to=date.fromisoformat(last) if last else None,
        time_limit={"kind": "same_day"},
        confidence="sure",
        **values,
    )


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-06-30", None), ("2025-01-01", "2026-01-01"), ("2026-02-01", "2026-03-01"), ("2025-01-01", None)],
)
def test_overlapping_version_is_refused(procedure: Procedure, first: str, last: str | None) -> None:
    make(procedure, 1, "2026-01-01", "2026-06-30", published_at=NOW)
    with pytest.raises(RuleBroken) as refusal:
        make(procedure, 2, first, last, published_at=NOW)
    assert refusal.value.code == "version_overlaps"
    wanted = ProcedureVersion(procedure=procedure, effective_from=date.fromisoformat(first), published_at=NOW)
    wanted.effective_to = date.fromisoformat(last) if last else None
    with pytest.raises(ValidationError):
        wanted.clean()


def test_a_draft_may_be_written_for_days_that_a_version_still_holds(procedure: Procedure) -> None:
    make(procedure, 1, "2026-01-01", published_at=NOW)
    draft = make(procedure, 2, "2026-12-01")
    draft.clean()
    draft.published_at = NOW
    with pytest.raises(RuleBroken):
        draft.save()
    assert catalogue_cache.version_in_force("trial", date(2026, 12, 1)).number == 1


def test_version_may_begin_the_day_after_the_last_day(procedure: Procedure) -> None:
    make(procedure, 1, "2026-01-01", "2026-06-30", published_at=NOW)
    assert make(procedure, 2, "2026-07-01", published_at=NOW).pk


@pytest.mark.postgres
def test_database_itself_refuses_an_overlap(procedure: Procedure) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("exclusion constraints are PostgreSQL's")
    make(procedure, 1, "2026-01-01", "2026-06-30", published_at=NOW)
    make(procedure, 2, "2026-07-01", published_at=NOW)
    make(procedure, 3, "2026-06-01")  # a draft may lie across
    for last_day in ("2026-07-01", None):
        with pytest.raises(IntegrityError, match="version_never_overlaps"), transaction.atomic():
            # Past save() on purpose, as two administrators at once would be.
            ProcedureVersion.objects.filter(number=1).update(effective_to=last_day)


def test_end_before_beginning_is_refused_by_the_database(procedure: Procedure) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make(procedure, 1, "2026-06-30", "2026-06-29")


def test_version_in_force_cannot_be_changed_or_removed(procedure: Procedure) -> None:
    version = make(procedure, 1, "2026-01-01", published_at=NOW)
    version.time_limit = {"kind": "half_day"}
    for attempt in (version.save, version.delete):
        with pytest.raises(RuleBroken) as refusal:
            attempt()
        assert refusal.value.code == "version_in_force"
    version.refresh_from_db()
    assert version.time_limit == {"kind": "same_day"}


def test_papers_and_fees_of_a_version_in_force_cannot_be_added_or_changed(procedure: Procedure) -> None:
    version = make(procedure, 1, "2026-01-01")
    kind = DocumentKind.objects.create(key="paper", name=TEXT)
    paper = Requirement.objects.create(version=version, kind=kind, order=1, form_of_copy="shown", confidence="sure")
    version.published_at = NOW
    version.save()
    paper.copies = 2
    fee = FeeRule(
        version=version,
        key="fee",
        name=TEXT,
        basis="per_case",
        article="1",
        confidence="sure",
        effective_from=NOW.date(),
    )
    for attempt in (paper.save, paper.delete, fee.save):
        with pytest.raises(RuleBroken):
            attempt()


def test_version_before_its_first_day_can_be_changed(procedure: Procedure) -> None:
    version = make(procedure, 1, "2026-11-24", published_at=NOW)
    version.time_limit = {"kind": "half_day"}
    version.save()
    version.time_limit = {"kind": "hours", "hours": 1}
    midnight_in_hanoi = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    with clock.fixed(midnight_in_hanoi), pytest.raises(RuleBroken):
        version.save()


def test_last_day_may_be_set_but_not_in_the_past(procedure: Procedure) -> None:
    version = make(procedure, 1, "2026-01-01", published_at=NOW)
    version.effective_to = date(2026, 11, 22)
    with pytest.raises(RuleBroken):
        version.save()
    version.effective_to = date(2026, 11, 23)
    version.save()


def test_half_loaded_version_is_not_in_force(procedure: Procedure) -> None:
    make(procedure, 1, "2026-01-01")
    assert catalogue_cache.version_in_force("trial", date(2026, 11, 23)) is None


def test_both_ends_of_a_version_count(procedure: Procedure) -> None:
    make(procedure, 1, "2026-01-01", "2026-06-30", published_at=NOW)
    make(procedure, 2, "2026-07-01", published_at=NOW)
    found = [
        version.number if (version := catalogue_cache.version_in_force("1.000001", date.fromisoformat(day))) else None
        for day in ("2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01", "2030-01-01")
    ]
    assert found == [None, 1, 1, 2, 2]


def test_change_is_seen_although_versions_are_remembered(procedure: Procedure) -> None:
    version = make(procedure, 1, "2026-12-01", published_at=NOW)
    day = date(2026, 12, 1)
    assert catalogue_cache.version_in_force("trial", day).time_limit == {"kind": "same_day"}
    version.time_limit = {"kind": "half_day"}
    version.save()
    assert catalogue_cache.version_in_force("trial", day).time_limit == {"kind": "half_day"}


def test_remembered_version_costs_no_query(catalogue: None, national_days: None, django_assert_num_queries) -> None:
    day = date(2026, 11, 23)
    version = catalogue_cache.version_in_force("land_change_info", day)
    catalogue_cache.load_calendar()
    with django_assert_num_queries(0):
        again = catalogue_cache.version_in_force("1.013833", day)
        assert [str(row.kind) for row in again.requirements.all()]
        assert list(again.fee_rules.all())
        assert str(again.procedure.field)
        assert catalogue_cache.version_by_id(version.pk) is again
        catalogue_cache.load_calendar()


def test_reading_the_whole_catalogue_takes_a_constant_number_of_queries(
    catalogue: None, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(6):
        catalogue_cache.versions_on(date(2026, 11, 23))
