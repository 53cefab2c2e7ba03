"""Time the citizen takes is not the office's."""

from __future__ import annotations

import pytest
from django.db import connection

from applications.actions.handle import accept_supplement
from applications.enums import State
from centres.enums import Role
from centres.models import Centre
from tests.factories.applications import a_dossier, member_of
from tests.moments import hanoi

pytestmark = pytest.mark.django_db


def test_whole_working_days_of_waiting_are_added(centre: Centre) -> None:
    dossier = a_dossier(state=State.SUPPLEMENT, procedure="land_change_info")  # due Monday 30/11, asked Monday 23/11
    dossier = accept_supplement(
        application=dossier, note="", at=hanoi("2026-11-26 09:00"), acting_user=member_of(Role.SPECIALIST, centre)
    )
    # Wednesday and Thursday were working days; the holiday on Tuesday was not the office's anyway.
    assert dossier.due_at == hanoi("2026-12-02 17:00")
    assert dossier.state == State.PROCESSING
    assert dossier.paused_at is None


def test_waiting_over_a_weekend_adds_only_its_working_days(centre: Centre) -> None:
    dossier = a_dossier(state=State.SUPPLEMENT, procedure="land_change_info", at=hanoi("2026-11-27 09:00"))
    before = dossier.due_at
    dossier = accept_supplement(
        application=dossier, note="", at=hanoi("2026-11-30 08:30"), acting_user=member_of(Role.SPECIALIST, centre)
    )
    assert before == hanoi("2026-12-03 17:00")
    assert dossier.due_at == hanoi("2026-12-04 17:00")


def test_the_explanation_says_what_was_not_counted(centre: Centre) -> None:
    dossier = a_dossier(state=State.SUPPLEMENT, procedure="land_change_info")
    dossier = accept_supplement(
        application=dossier, note="", at=hanoi("2026-11-26 09:00"), acting_user=member_of(Role.SPECIALIST, centre)
    )
    assert "23/11/2026" in dossier.due_explanation["vi"]
    assert "26/11/2026" in dossier.due_explanation["vi"]


def test_a_paused_dossier_is_never_overdue() -> None:
    dossier = a_dossier(state=State.SUPPLEMENT)
    assert not dossier.is_overdue(hanoi("2027-01-15 09:00"))
    assert not type(dossier).objects.overdue(hanoi("2027-01-15 09:00")).exists()


def test_the_database_refuses_waiting_without_a_pause() -> None:
    dossier = a_dossier(state=State.SUPPLEMENT)
    with pytest.raises(Exception, match="application_waiting_is_paused"), connection.cursor() as cursor:
        cursor.execute("UPDATE applications_application SET paused_at = NULL WHERE id = %s", [dossier.pk])
