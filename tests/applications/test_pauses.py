"""Time the citizen takes is not the office's."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from applications.actions.supplement import accept_supplement
from applications.enums import PauseWhy, State
from applications.pauses import counted_again, end_pause, pause
from centres.enums import Role
from centres.models import Centre
from procedures.catalogue_cache import load_calendar
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


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (PauseWhy.SUPPLEMENT, "để chờ bổ sung, không tính"),
        (PauseWhy.PAYMENT, "để chờ nộp phí, không tính"),
        (PauseWhy.OUTAGE, "Hệ thống tạm dừng đã thông báo từ 24/11/2026 đến 26/11/2026, không tính"),
    ],
)
def test_whatever_stopped_the_clock_is_added_and_said(why: PauseWhy, words: str) -> None:
    dossier = a_dossier(procedure="land_change_info")  # received Monday 23/11, due Monday 30/11
    pause(dossier, why, hanoi("2026-11-24 09:00"))  # a holiday
    due_at, explanation = end_pause(dossier, hanoi("2026-11-26 09:00"))
    assert due_at == hanoi("2026-12-02 17:00"), "Wednesday and Thursday were working days"
    assert words in explanation["vi"]
    again = counted_again(dossier, load_calendar())
    assert (again.at, again.explanation) == (due_at, explanation), "counted from receipt on, it is the same"


def test_a_dossier_has_one_open_pause(centre: Centre) -> None:
    dossier = a_dossier(state=State.SUPPLEMENT)
    with pytest.raises(IntegrityError), transaction.atomic():
        pause(dossier, PauseWhy.OUTAGE, hanoi("2026-11-26 09:00"))
