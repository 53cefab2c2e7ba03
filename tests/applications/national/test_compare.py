"""The daily comparison finds what differs, and sends it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.urls import reverse

from applications.actions import compare_with_national
from applications.actions.compare_with_national import compare
from applications.enums import State
from applications.enums_national import ItemKind
from applications.models import SyncDifference, SyncItem
from applications.national.sandbox.faults import Fault
from centres.enums import Role
from portal import clock
from tests.factories.applications import MONDAY, a_dossier, a_member
from tests.factories.national import states_told, sweep_at

pytestmark = pytest.mark.django_db
LATE = MONDAY + timedelta(hours=9)


def compared(at: Any = LATE + timedelta(hours=1)) -> Any:
    return compare(day=clock.local_day(at), seconds=30, now=lambda: at)


def test_nothing_is_compared_without_an_address() -> None:
    assert compared() is None


def test_what_agrees_is_asked_about_and_left_alone(sandbox: Any) -> None:
    a_dossier(state=State.RETURNED)
    a_dossier(state=State.SUPPLEMENT)
    sweep_at(LATE)
    check = compared()
    assert (check.asked, check.finished_at is not None, check.differences.count()) == (2, True, 0)
    assert compared().asked == 2


def test_what_was_lost_and_what_differs_is_sent_again(sandbox: Any) -> None:
    lost, behind, other_day = a_dossier(state=State.DONE), a_dossier(state=State.PROCESSING), a_dossier()
    sweep_at(LATE)
    store = sandbox.portal.store
    store.forget(lost.code)
    with store.all_or_nothing():
        body = store.dossier(behind.code)[0]
        store.keep_dossier(behind.code, body, 2)
        body = store.dossier(other_day.code)[0]
        store.keep_dossier(other_day.code, body | {"NgayHenTra": "20261130170000"}, 2)
    check = compared()
    found = {row.application_id: (row.kind, row.ours, row.theirs) for row in check.differences.all()}
    assert found == {
        lost.pk: ("missing", "9", ""),
        behind.pk: ("state", "4", "2"),
        other_day.pk: ("due", "20261123170000", "20261130170000"),
    }
    assert SyncItem.objects.filter(kind=ItemKind.AGAIN).count() == 3
    assert compared().differences.count() == 3
    sweep_at(LATE + timedelta(hours=2))
    assert states_told(sandbox, lost.code) == ["4", "4", "9"]
    assert [store.dossier(row.code)[1] for row in (lost, behind, other_day)] == [9, 4, 2]
    assert store.dossier(other_day.code)[0]["NgayHenTra"] == "20261123170000"
    assert compared(LATE + timedelta(days=1)).differences.count() == 0


def test_while_the_other_side_fails_it_waits_and_goes_on_later(sandbox: Any) -> None:
    for _number in range(3):
        a_dossier()
    sweep_at(LATE)
    answers = iter([Fault.ERROR, None, None])
    sandbox.faults.next = lambda: next(answers, Fault.ERROR)
    assert [compared().asked, compared().asked] == [0, 1]
    sandbox.faults.next = lambda: None
    check = compared()
    assert (check.asked, check.finished_at is not None) == (3, True)


def test_one_question_without_an_answer_does_not_end_the_day(sandbox: Any) -> None:
    first, second, third = a_dossier(), a_dossier(), a_dossier()
    sweep_at(LATE)
    sandbox.portal.store.forget(third.code)
    answers = iter([None, Fault.WRONG_CODE, None, None])
    sandbox.faults.next = lambda: next(answers, Fault.WRONG_CODE)
    check = compared()
    assert (check.asked, check.finished_at) == (2, None)
    assert [row.application_id for row in check.uncompared.all()] == [first.pk]
    assert [row.application_id for row in check.differences.all()] == [third.pk], "the others are compared"
    check = compared()
    assert (check.asked, check.uncompared.get().tries) == (2, 2)
    sandbox.faults.next = lambda: None
    check = compared()
    assert (check.asked, check.uncompared.count(), check.finished_at is not None) == (3, 0, True)
    assert second.pk


def test_what_never_gets_an_answer_stays_listed_and_the_day_ends(sandbox: Any, client: Any) -> None:
    dossier = a_dossier()
    sweep_at(LATE)
    sandbox.faults.next = lambda: Fault.WRONG_CODE
    with patch.object(compare_with_national, "_compare_procedures", return_value=True):
        for _turn in range(compare_with_national.MOST_TRIES):
            check = compared()
    assert check.finished_at is not None and check.asked == 0
    assert check.uncompared.get().tries == compare_with_national.MOST_TRIES
    client.force_login(a_member(Role.CITY_ADMIN))
    page = client.get(reverse("applications:national_checks")).content.decode()
    assert str(dossier.code) in page


def test_a_portal_that_is_ill_is_asked_no_further_this_time(sandbox: Any) -> None:
    for _number in range(5):
        a_dossier()
    sweep_at(LATE)
    answers = iter([None])
    sandbox.faults.next = lambda: next(answers, Fault.ERROR)
    assert compared().uncompared.count() == compare_with_national.ILL
    sandbox.faults.next = lambda: None
    compared()
    assert compared().asked == 5


def test_what_is_on_its_way_is_not_compared(sandbox: Any) -> None:
    a_dossier(state=State.PROCESSING)
    first = SyncItem.objects.order_by("pk").first()
    assert first is not None
    SyncItem.objects.exclude(pk=first.pk).update(not_before=LATE + timedelta(days=1))
    sweep_at(LATE)
    assert compared().asked == 0
    assert not SyncDifference.objects.exists()


def test_procedures_that_are_not_known_there_are_named(sandbox: Any) -> None:
    a_dossier()
    assert compared().unknown == []
    sandbox.portal.procedures = {"1.001193": "Khai sinh"}
    check = compared(LATE + timedelta(days=1))
    assert "1.000894" in check.unknown and "1.001193" not in check.unknown
