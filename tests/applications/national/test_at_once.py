"""Several workers at the same dossiers, a broker that is down, a portal that fails: once, in order, nothing lost."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from kombu.exceptions import OperationalError

from applications.actions.file_online import take_in_filing
from applications.actions.hand_over import hand_over
from applications.actions.handle import propose, sign, take
from applications.actions.tell_national import due_dossiers, sweep
from applications.enums import State, SyncState
from applications.enums_national import ItemState
from applications.models import Application, Arrival, SyncItem
from centres.enums import Role
from notifications.models import Message
from portal.celery import app
from tests.factories.applications import MONDAY, a_centre, a_dossier, member_of
from tests.factories.national import a_filing, states_told

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LATE = MONDAY + timedelta(hours=9)
WORKERS = 4


def together(work: Any) -> list[Any]:
    """What each of the workers finds, all on connections of their own."""

    def alone(number: int) -> Any:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as threads:
        return list(threads.map(alone, range(WORKERS)))


def swept_by_all(at: Any) -> int:
    return sum(together(lambda _number: sweep(dossiers=due_dossiers(at, 500), seconds=60, now=lambda: at)))


def sent_once(sandbox: Any) -> bool:
    """No step was ever sent twice, whatever the answer was."""
    with sandbox.portal.store.all_or_nothing():
        rows = sandbox.portal.store._db.execute("SELECT times FROM step").fetchall()
    return {times for (times,) in rows} == {1}


def test_workers_at_the_same_dossiers_send_each_row_once_in_order(sandbox: Any) -> None:
    dossiers = [a_dossier(state=State.RETURNED) for _number in range(5)]
    assert swept_by_all(LATE) == 25
    heard = Counter((service, code) for service, code, answer, _why in sandbox.portal.store.heard() if answer == "0")
    for dossier in dossiers:
        assert states_told(sandbox, dossier.code) == ["4", "4", "9", "10"]
        # Once received; the signature and the handing over changed the record, too.
        assert heard[("DongBoHoSoMC", dossier.code)] == 3
        assert heard[("CapNhatTienDoHoSoMC", dossier.code)] == 4
    assert sent_once(sandbox)
    assert set(Application.objects.values_list("sync_state", flat=True)) == {SyncState.SENT}


def test_faults_under_several_workers_lose_nothing_and_double_nothing(sandbox: Any) -> None:
    dossiers = [a_dossier(state=State.RETURNED) for _number in range(4)]
    sandbox.faults.order(rate=0.3, kinds=["error", "lost", "exists", "wrong-code"])
    for turn in range(40):
        swept_by_all(LATE + turn * timedelta(minutes=13))
    for dossier in dossiers:
        assert states_told(sandbox, dossier.code) == ["4", "4", "9", "10"]
        assert sandbox.portal.store.dossier(dossier.code)[1] == 10
    assert set(SyncItem.objects.values_list("state", flat=True)) == {ItemState.DELIVERED}


def test_the_dossiers_state_is_right_when_a_step_comes_while_one_is_sent(sandbox: Any) -> None:
    """A row is delivered and another written in the same moment: what waits is never called sent."""
    dossier = a_dossier()
    specialist = member_of(Role.SPECIALIST, dossier.competent)

    def work(number: int) -> None:
        if number == 0:
            take(application=dossier, at=MONDAY + timedelta(hours=1), acting_user=specialist)
        else:
            sweep(dossiers=[dossier.pk], seconds=30, now=lambda: LATE)

    together(work)
    waits = SyncItem.objects.exclude(state=ItemState.DELIVERED).exists()
    dossier.refresh_from_db()
    assert dossier.sync_state == (SyncState.QUEUED if waits else SyncState.SENT)
    sweep(dossiers=[dossier.pk], seconds=30, now=lambda: LATE)
    dossier.refresh_from_db()
    assert dossier.sync_state == SyncState.SENT and states_told(sandbox, dossier.code) == ["4"]


def test_an_hour_without_broker_and_with_a_failing_portal(sandbox: Any, monkeypatch: Any) -> None:
    """Nobody is woken and nothing is taken for an hour; afterwards everything is there, once, in order."""

    def down(*_: Any, **__: Any) -> None:
        raise OperationalError("down")

    monkeypatch.setattr(app, "send_task", down)
    dossiers = [a_dossier(state=State.PROCESSING) for _number in range(3)]
    sandbox.faults.order(rate=1.0, kinds=["error", "lost"])
    for minute in range(60):
        at = LATE + timedelta(minutes=minute)
        if minute % 10 == 0:  # the scheduler gets through now and then
            swept_by_all(at)
        if minute == 20:
            for dossier in dossiers:
                leader = member_of(Role.LEADER, dossier.competent)
                by: dict[str, Any] = {"at": at, "acting_user": dossier.handler}
                propose(application=dossier, number="1/TP", document=None, **by)
                signed = sign(application=dossier, at=at, acting_user=leader)
                hand_over(
                    application=signed,
                    handed_to="Ánh",
                    authorisation="UQ 12",
                    signature=None,
                    unpaid_reason="Nộp sau",
                    at=at,
                    acting_user=dossier.received_by,
                )
    assert not Application.objects.filter(sync_state=SyncState.SENT).exists()
    sandbox.faults.order(rate=0.0)
    swept_by_all(LATE + timedelta(minutes=75))
    for dossier in dossiers:
        assert states_told(sandbox, dossier.code) == ["4", "4", "9", "10"]
    assert set(Application.objects.values_list("sync_state", flat=True)) == {SyncState.SENT}


def test_the_same_filing_handed_in_at_once_is_one_application() -> None:
    a_centre()
    filing = a_filing()
    found = together(lambda _number: take_in_filing(hoso=filing, at=MONDAY))
    assert len({arrival.pk for arrival, _is_new in found}) == 1
    assert sum(is_new for _arrival, is_new in found) == 1
    assert Arrival.objects.count() == Application.objects.count() == 1
    assert Message.objects.filter(kind="filed_online", channel="sms").count() == 1
