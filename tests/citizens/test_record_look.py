from __future__ import annotations

import pytest

from citizens.actions.record_look import record_look
from citizens.models import Look
from portal.errors import BadInput
from tests.factories.citizens import CitizenFactory, UserFactory
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
NOW = hanoi("2026-11-23 10:26")


def look(**whose):
    why = {"reason": "tiếp nhận hồ sơ", "unit": "Chi nhánh số 3", "role": "cán bộ một cửa", "at": NOW}
    record_look(**{**why, "acting_user": whose.pop("by", None) or UserFactory(), **whose})


def test_one_person_is_one_row_in_one_statement(django_assert_num_queries):
    citizen, officer = CitizenFactory(), UserFactory()
    with django_assert_num_queries(1):
        look(citizen=citizen, dossier_code="H26.15-261123-0001", by=officer)
    row = Look.objects.get()
    assert (row.user, row.citizen, row.subjects, row.at) == (officer, citizen, [], NOW)
    assert (row.reason, row.dossier_code) == ("tiếp nhận hồ sơ", "H26.15-261123-0001")


def test_a_list_is_one_row_that_names_everybody_once(django_assert_num_queries):
    citizens, officer = CitizenFactory.create_batch(3), UserFactory()
    with django_assert_num_queries(1):
        look(citizens=[*citizens, citizens[0].pk], by=officer)
    row = Look.objects.get()
    assert row.citizen is None
    assert row.subjects == sorted(citizen.pk for citizen in citizens)


def test_an_empty_list_showed_nobody():
    look(citizens=[])
    assert not Look.objects.exists()


@pytest.mark.parametrize(("reason", "code"), [(" ", "reason_needed"), ("x" * 201, "too_long")])
def test_a_look_has_a_reason(reason, code):
    with pytest.raises(BadInput) as refused:
        look(citizen=CitizenFactory(), reason=reason)
    assert (refused.value.code, refused.value.field) == (code, "reason")
