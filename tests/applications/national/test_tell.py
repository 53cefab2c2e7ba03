"""A dossier's way to the national portal: rows with the history, in order, once, through whatever goes wrong."""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from applications.actions import tell_national
from applications.actions.approve_certification import approve_certification
from applications.actions.file_certification import file_certification
from applications.actions.handle import propose, send_back, sign, take
from applications.actions.receive import receive
from applications.actions.settle_sync import push_again, push_all, skip
from applications.actions.submit_certification import submit_certification
from applications.actions.supplement import accept_supplement, ask_supplement
from applications.actions.tell_national import forget_delivered
from applications.documents_kept import Kept
from applications.enums import DocumentSource, EventKind, State, SyncState
from applications.enums_national import ItemKind, ItemState, Trouble
from applications.history import record
from applications.models import Application, CertificationItem, SyncItem, SyncRules
from applications.national import wire
from applications.national.build import AtEvent
from applications.national.sandbox.faults import Fault
from applications.notarisation.enums import JobState
from centres.enums import Role
from citizens.models import Citizen
from portal import clock, files
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.factories.applications import MONDAY, a_dossier, a_member, member_of
from tests.factories.certifications import a_request, signer_for
from tests.factories.national import lead_to, states_told, sweep_at

pytestmark = pytest.mark.django_db
AN_HOUR = timedelta(hours=1)
LATE = MONDAY + timedelta(hours=9)


def rows(dossier: Application) -> list[tuple[str, str]]:
    return [(row.kind, row.state) for row in SyncItem.objects.filter(application=dossier).order_by("pk")]


def sync_state(dossier: Application) -> str:
    return str(Application.objects.values_list("sync_state", flat=True).get(pk=dossier.pk))


def last_row(dossier: Application) -> SyncItem:
    return SyncItem.objects.filter(application=dossier).order_by("-pk").first()  # type: ignore[return-value]


# -- rows -----------------------------------------------------------------------------------------------------------------


def test_without_an_address_there_are_no_rows() -> None:
    dossier = a_dossier(state=State.RETURNED)
    assert rows(dossier) == [] and sync_state(dossier) == SyncState.LOCAL
    assert sweep_at(LATE) == 0


def test_every_step_leaves_a_row_in_its_transaction(sandbox: Any) -> None:
    dossier = a_dossier(state=State.RETURNED)
    kinds = [kind for kind, _state in rows(dossier)]
    # Received; taken, proposed, signed, handed over.
    assert kinds == [ItemKind.DOSSIER] + 4 * [ItemKind.PROGRESS]
    assert sync_state(dossier) == SyncState.QUEUED
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        other = a_dossier()
        raise ZeroDivisionError
    assert not SyncItem.objects.filter(application_id=other.pk).exists()


def test_what_changes_nothing_there_leaves_no_row(sandbox: Any) -> None:
    dossier = a_dossier()
    record(application=dossier, kind=EventKind.PAPER_ADDED, at=MONDAY, actor=None, details={"paper": "birth_form"})
    assert len(rows(dossier)) == 1


def test_a_dossier_from_before_the_connection_is_told_from_its_beginning(settings: Any, sandbox: Any) -> None:
    settings.NATIONAL_URL = ""
    dossier = a_dossier(state=State.PROCESSING)
    lead_to(settings, sandbox.url)
    propose(application=dossier, number="1/TP", document=None, at=MONDAY + 2 * AN_HOUR, acting_user=dossier.handler)
    assert [kind for kind, _state in rows(dossier)] == [ItemKind.DOSSIER, ItemKind.PROGRESS, ItemKind.PROGRESS]
    assert sweep_at(LATE) == 3
    assert states_told(sandbox, dossier.code) == ["4", "4"]


def test_what_was_received_before_is_queued_by_a_command_once(settings: Any, sandbox: Any) -> None:
    settings.NATIONAL_URL = ""
    with pytest.raises(CommandError):
        call_command("tell_national_portal", "--since=2026-11-01")
    early, late = a_dossier(at=MONDAY - timedelta(days=3)), a_dossier(state=State.DONE)
    lead_to(settings, sandbox.url)
    for _time in range(2):
        call_command("tell_national_portal", "--since=2026-11-22", stdout=StringIO())
    assert (len(rows(early)), len(rows(late))) == (0, 4)
    sweep_at(clock.now())
    assert states_told(sandbox, late.code) == ["4", "4", "9"]


# -- delivery -------------------------------------------------------------------------------------------------------------


def test_a_dossier_arrives_with_all_its_steps_in_order(sandbox: Any) -> None:
    dossier = a_dossier(state=State.RETURNED)
    assert sweep_at(LATE) == 5
    there, state, _last = sandbox.portal.store.dossier(dossier.code)
    assert state == 10 and states_told(sandbox, dossier.code) == ["4", "4", "9", "10"]
    assert there["MaTTHC"] == "1.001193" and there["KenhThucHien"] == "1"
    assert there["NgayTiepNhan"] == "20261123102600" and there["NgayTra"] == "20261123142600"
    assert all(answer == "0" for _service, _code, answer, _why in sandbox.portal.store.heard())
    assert sync_state(dossier) == SyncState.SENT
    assert {state for _kind, state in rows(dossier)} == {ItemState.DELIVERED}
    assert sweep_at(LATE) == 0


def test_a_supplement_is_reported_as_one_with_its_answer(sandbox: Any) -> None:
    dossier = a_dossier(state=State.SUPPLEMENT)
    sweep_at(LATE)
    there, state, _last = sandbox.portal.store.dossier(dossier.code)
    assert state == 5
    [request] = there["DanhSachHoSoBoSung"]
    assert request["NoiDungBoSung"].startswith("Giấy chứng sinh") and request["NgayTiepNhanBoSung"] == ""
    assert request["TrangThaiBoSung"] == "0" and request["NgayHenTraTruoc"] == there["NgayHenTra"]
    accept_supplement(application=dossier, note="", at=MONDAY + timedelta(days=1), acting_user=dossier.handler)
    sweep_at(MONDAY + timedelta(days=1))
    there, state, _last = sandbox.portal.store.dossier(dossier.code)
    [request] = there["DanhSachHoSoBoSung"]
    assert state == 4 and request["NgayTiepNhanBoSung"] and request["TrangThaiBoSung"] == "1"
    assert request["NgayHenTraMoi"] == there["NgayHenTra"] > request["NgayHenTraTruoc"]
    assert states_told(sandbox, dossier.code) == ["4", "5", "4"]


def test_a_row_tells_the_dossier_as_it_was_then(sandbox: Any) -> None:
    """Everything is sent late: the receipt does not say that the result was handed over."""
    dossier = a_dossier(state=State.RETURNED)
    SyncItem.objects.filter(application=dossier).exclude(kind=ItemKind.DOSSIER).update(not_before=LATE + AN_HOUR)
    assert sweep_at(LATE) == 1
    there, state, _last = sandbox.portal.store.dossier(dossier.code)
    assert state == 2 and there["NgayTra"] == there["NgayKetThucXuLy"] == "" and there["DanhSachGiayToKetQua"] == []


def test_no_identity_is_made_up(sandbox: Any) -> None:
    dossier = a_dossier()
    Citizen.objects.filter(pk=dossier.applicant_id).update(identity_number=None)
    sweep_at(LATE)
    there = sandbox.portal.store.dossier(dossier.code)[0]
    assert there["SoGiayToChuHoSo"] == "" and there["DinhDanhCHS"] == []


def test_the_electronic_result_has_code_and_link_and_what_was_handed_in_is_none(sandbox: Any, client: Any) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    stored = files.store([b"%PDF-1.7 result"])
    kept = Kept(stored.sha256, stored.size, "application/pdf", "ket-qua.pdf", 1)
    dossier = propose(
        application=dossier, number="8/TP", document=kept, at=MONDAY + 2 * AN_HOUR, acting_user=dossier.handler
    )
    leader = member_of(Role.LEADER, dossier.competent)
    dossier = sign(application=dossier, at=MONDAY + 3 * AN_HOUR, acting_user=leader)
    sweep_at(LATE)
    [result] = sandbox.portal.store.dossier(dossier.code)[0]["DanhSachGiayToKetQua"]
    assert result["MaGiayToKetQua"] == "8/TP"
    path = "/" + result["DuongDanTepTinKetQua"].split("/", 3)[3]
    answer = client.get(path)
    assert answer.status_code == 200 and b"".join(answer.streaming_content) == b"%PDF-1.7 result"
    assert client.get(path[:-2] + "x/").status_code == 404
    # The same file, were it one that was handed in, is not passed off as a result.
    document = dossier.result.document
    assert document.source == DocumentSource.RESULT
    dossier.papers.filter(pk=dossier.papers.first().pk).update(document=document)  # type: ignore[union-attr]
    sandbox.portal.store.forget(dossier.code)
    SyncItem.objects.update(state=ItemState.WAITING, settled_at=None, attempts=0)
    sweep_at(LATE)
    assert sandbox.portal.store.dossier(dossier.code)[0]["DanhSachGiayToKetQua"] == []


def test_each_file_of_a_request_is_told_with_a_number_and_a_link_of_its_own(sandbox: Any, client: Any) -> None:
    request = a_request("Giấy khai sinh", "Giấy chứng nhận kết hôn")
    dossier = receive(application=request, at=MONDAY, acting_user=request.opened_by)
    names = {}
    for number, item in enumerate(dossier.certification.items.order_by("pk")):
        submit_certification(item=item, at=MONDAY, acting_user=request.opened_by)
        approve_certification(item=item, at=MONDAY, acting_user=signer_for(item))
        CertificationItem.objects.filter(pk=item.pk).update(state=JobState.COMPOSING)
        content = b"%PDF-1.7 copy " + str(number).encode()
        made = file_certification(item_id=item.pk, kept=files.store([content]), pages=1, at=MONDAY)
        names[str(made.entry)] = content
    sweep_at(LATE)
    told = sandbox.portal.store.dossier(Application.objects.get(pk=dossier.pk).code)[0]["DanhSachGiayToKetQua"]
    assert [row["MaGiayToKetQua"] for row in told] == list(names) and len({row["GiayToId"] for row in told}) == 2
    for row in told:
        answer = client.get("/" + row["DuongDanTepTinKetQua"].split("/", 3)[3])
        assert b"".join(answer.streaming_content) == names[row["MaGiayToKetQua"]]


def test_supplements_go_by_the_order_of_the_steps_and_not_by_their_moments(sandbox: Any) -> None:
    """Asked, brought and asked again at one moment; and then a step by one who had looked at the clock before."""
    dossier, leader = a_dossier(state=State.SUPPLEMENT), a_member(Role.LEADER)
    at = MONDAY + 2 * AN_HOUR
    accept_supplement(application=dossier, note="", at=at, acting_user=dossier.handler)
    ask_supplement(application=dossier, faults="Bản chính.", reason="mờ", at=at, acting_user=leader)
    record(
        application=Application.objects.get(pk=dossier.pk), kind=EventKind.HANDED_ON, at=MONDAY + AN_HOUR, actor=leader
    )
    first, second = dossier.supplements.order_by("sequence")
    seen = []
    for event in dossier.events.order_by("sequence")[2:]:
        rows = AtEvent(Application.objects.get(pk=dossier.pk), event, SyncRules.on(clock.today()))._supplements()
        seen.append([(row["HoSoBoSungId"], row["TrangThaiBoSung"]) for row in rows])
    assert seen == [
        [(str(first.pk), "0")],
        [(str(first.pk), "1")],
        [(str(first.pk), "1"), (str(second.pk), "0")],
        [(str(first.pk), "1"), (str(second.pk), "0")],
    ]


def test_sent_back_and_proposed_again_are_steps_within_the_state(sandbox: Any) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    leader, specialist = member_of(Role.LEADER, dossier.competent), dossier.handler
    propose(application=dossier, number="1/TP", document=None, at=MONDAY + 2 * AN_HOUR, acting_user=specialist)
    send_back(application=dossier, reason="sai tên", at=MONDAY + 3 * AN_HOUR, acting_user=leader)
    sweep_at(LATE)
    assert states_told(sandbox, dossier.code) == ["4", "4", "4"]


# -- when it goes wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.LOST, Fault.EXISTS, Fault.WRONG_CODE])
def test_one_fault_at_any_place_and_everything_arrives_once(sandbox: Any, fault: Fault) -> None:
    real = sandbox.faults.next
    for place in range(7):  # so many requests go well before it
        dossier = a_dossier(state=State.RETURNED)
        answers = iter([real] * place + [lambda: fault])
        sandbox.faults.next = lambda left=answers: next(left, real)()
        for turn in range(3):
            sweep_at(LATE + turn * timedelta(minutes=11))
        assert sync_state(dossier) == SyncState.SENT, last_row(dossier).answer
        assert states_told(sandbox, dossier.code) == ["4", "4", "9", "10"]
        assert sandbox.portal.store.dossier(dossier.code)[1] == 10


def test_an_hour_of_nothing_but_errors_loses_nothing(sandbox: Any) -> None:
    dossiers = [a_dossier(state=State.DONE), a_dossier(state=State.SUPPLEMENT)]
    sandbox.faults.order(rate=1.0, kinds=[Fault.ERROR, Fault.LOST, Fault.WRONG_CODE])
    minutes = range(60)
    for minute in minutes:
        sweep_at(LATE + timedelta(minutes=minute))
    tries = sum(SyncItem.objects.values_list("attempts", flat=True))
    assert 8 <= tries <= 40
    sandbox.faults.order(rate=0.0)
    # The longest wait is over within a quarter of an hour.
    sweep_at(LATE + timedelta(minutes=75))
    for dossier, states in zip(dossiers, (["4", "4", "9"], ["4", "5"]), strict=True):
        assert sync_state(dossier) == SyncState.SENT
        assert states_told(sandbox, dossier.code) == states


def test_a_later_row_waits_for_an_earlier_one(sandbox: Any) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    first, second = SyncItem.objects.filter(application=dossier).order_by("pk")
    SyncItem.objects.filter(pk=first.pk).update(not_before=LATE + AN_HOUR)
    assert sweep_at(LATE) == 0
    assert SyncItem.objects.get(pk=second.pk).attempts == 0
    assert sweep_at(LATE + AN_HOUR) == 2


def test_nobody_there_costs_no_try_and_stops_the_sweep(settings: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        lead_to(settings, f"http://127.0.0.1:{free.getsockname()[1]}")
        dossiers = [a_dossier(), a_dossier()]
        assert sweep_at(LATE) == 0
    first, second = (last_row(dossier) for dossier in dossiers)
    assert (first.attempts, first.trouble, second.trouble) == (0, Trouble.AWAY, "")
    assert first.not_before > LATE


def test_a_wrong_account_is_nobodys_dossiers_fault(settings: Any, sandbox: Any) -> None:
    settings.NATIONAL_PASSWORD = "another"
    row = last_row(a_dossier())
    sweep_at(LATE)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.trouble) == (ItemState.WAITING, 0, Trouble.ACCOUNT)


def test_a_slow_answer_is_waited_for_and_too_slow_a_one_is_asked_about(settings: Any, sandbox: Any) -> None:
    settings.NATIONAL_TIMEOUT_SECONDS = 0.3
    dossier = a_dossier()
    sandbox.faults.order(queue=[Fault.SLOW], slow_seconds=1)
    assert sweep_at(LATE) == 0
    assert last_row(dossier).trouble == Trouble.SILENT
    assert sweep_at(LATE + timedelta(minutes=1)) == 1
    services = [service for service, *_rest in sandbox.portal.store.heard()]
    assert services == ["DongBoHoSoMC", "TraCuuHoSo", "DongBoHoSoMC"]


def test_an_answer_that_drips_is_not_waited_for_without_end(settings: Any) -> None:
    """Each byte comes in time, and the answer never."""
    settings.NATIONAL_TIMEOUT_SECONDS, ended = 0.3, threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            there, _address = server.accept()
            with there, suppress(OSError):
                there.recv(65536)
                there.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n")
                while not ended.wait(0.1):
                    there.sendall(b" ")

        thread = threading.Thread(target=drip)
        thread.start()
        lead_to(settings, f"http://127.0.0.1:{server.getsockname()[1]}")
        settings.NATIONAL_TIMEOUT_SECONDS = 0.3
        dossier = a_dossier()
        with patch.object(wire, "CONNECT_SECONDS", 1):
            began = time.monotonic()
            assert sweep_at(LATE) == 0
        waited = time.monotonic() - began
        ended.set()
        thread.join()
    assert waited < 5 and last_row(dossier).trouble == Trouble.SILENT


def test_what_the_portal_lost_is_told_again_from_the_start(sandbox: Any) -> None:
    dossier = a_dossier(state=State.DONE)
    sweep_at(LATE)
    sandbox.portal.store.forget(dossier.code)
    from applications.actions.hand_over import hand_over  # noqa: PLC0415

    hand_over(
        application=dossier,
        handed_to="Ánh",
        authorisation="UQ 12",
        signature=None,
        unpaid_reason="Nộp sau",
        at=LATE,
        acting_user=dossier.received_by,
    )
    sweep_at(LATE)
    assert states_told(sandbox, dossier.code) == ["4", "4", "9", "10"]
    assert sync_state(dossier) == SyncState.SENT


def test_a_dead_workers_row_is_sent_by_another(sandbox: Any) -> None:
    dossier = a_dossier()
    SyncItem.objects.update(state=ItemState.SENDING, claimed_at=LATE, attempts=1)
    assert sweep_at(LATE + timedelta(seconds=60)) == 0
    assert sweep_at(LATE + timedelta(seconds=121)) == 1
    assert sync_state(dossier) == SyncState.SENT


# -- what a person does ----------------------------------------------------------------------------------------------------


def a_refused(sandbox: Any) -> Application:
    """A dossier whose first row the portal refuses: it does not know the procedure."""
    sandbox.portal.procedures = {"9.999999": "khác"}
    dossier = a_dossier(state=State.PROCESSING)
    sweep_at(LATE)
    return dossier


def test_a_refusal_waits_for_a_person_and_holds_back_what_follows(sandbox: Any) -> None:
    dossier = a_refused(sandbox)
    assert [state for _kind, state in rows(dossier)] == [ItemState.DEAD, ItemState.WAITING]
    assert sync_state(dossier) == SyncState.TROUBLE
    row = SyncItem.objects.get(state=ItemState.DEAD)
    assert (row.trouble, row.answer) == (Trouble.REFUSED, "MaTTHC: không có trong danh mục")
    person: Citizen = dossier.applicant
    for secret in (person.identity_number, person.full_name, dossier.contact_phone, dossier.contact_email):
        assert secret not in str(row.shown)
    assert row.shown["data"]["MaHoSo"] == dossier.code
    assert sweep_at(LATE + 30 * AN_HOUR) == 0


def test_pushed_again_it_goes_on_in_order(sandbox: Any) -> None:
    dossier = a_refused(sandbox)
    sandbox.portal.procedures = {}
    city = a_member(Role.CITY_ADMIN)
    push_again(item=SyncItem.objects.get(state=ItemState.DEAD), at=LATE, acting_user=city)
    assert sync_state(dossier) == SyncState.QUEUED
    assert sweep_at(LATE) == 2
    assert sync_state(dossier) == SyncState.SENT
    assert push_all(at=LATE, acting_user=city) == 0


def test_all_are_pushed_at_once(sandbox: Any) -> None:
    dossiers = [a_refused(sandbox), a_refused(sandbox)]
    sandbox.portal.procedures = {}
    assert push_all(at=LATE, acting_user=a_member(Role.CITY_ADMIN)) == 2
    sweep_at(LATE)
    assert {sync_state(dossier) for dossier in dossiers} == {SyncState.SENT}


def test_left_out_with_a_reason_it_lets_the_next_one_pass(sandbox: Any) -> None:
    dossier = a_refused(sandbox)
    city, row = a_member(Role.CITY_ADMIN), SyncItem.objects.get(state=ItemState.DEAD)
    with pytest.raises(BadInput):
        skip(item=row, reason=" ", at=LATE, acting_user=city)
    with pytest.raises(NotAllowed):
        skip(item=row, reason="thử", at=LATE, acting_user=dossier.handler)
    skip(item=row, reason="đã báo bằng công văn", at=LATE, acting_user=city)
    assert sync_state(dossier) == SyncState.QUEUED
    with pytest.raises(RuleBroken):
        push_again(item=row, at=LATE, acting_user=city)
    sandbox.portal.procedures = {}
    sweep_at(LATE)
    # The step alone: the dossier that it is about was never told of, which is said.
    row = last_row(dossier)
    assert (row.state, row.answer) == (ItemState.DEAD, "Hồ sơ chưa có")


def test_too_many_codes_that_nobody_knows_are_looked_at(sandbox: Any) -> None:
    dossier = a_dossier()
    sandbox.faults.order(rate=1.0, kinds=[Fault.WRONG_CODE])
    for hour in range(14):
        sweep_at(LATE + hour * AN_HOUR)
    row = last_row(dossier)
    assert (row.state, row.trouble, row.attempts) == (ItemState.DEAD, Trouble.UNKNOWN, tell_national.MAX_UNKNOWN)


def test_nothing_personal_is_logged(sandbox: Any, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    dossier = a_refused(sandbox)
    sandbox.faults.order(rate=1.0, kinds=[Fault.LOST])
    other = a_dossier()
    sweep_at(LATE)
    told = caplog.text
    assert "national_dead" in told
    for row in (dossier, other):
        assert row.applicant.identity_number not in told and row.applicant.full_name not in told


def test_rows_of_what_is_over_are_forgotten_and_others_kept(sandbox: Any) -> None:
    over, open_one = a_dossier(state=State.RETURNED), a_dossier(state=State.PROCESSING)
    sweep_at(LATE)
    assert forget_delivered(LATE + timedelta(days=89)) == 0
    assert forget_delivered(LATE + timedelta(days=91)) == 5
    assert rows(over) == [] and len(rows(open_one)) == 2


def test_what_a_dossier_costs_in_statements(sandbox: Any, django_assert_max_num_queries: Any) -> None:
    a_dossier(state=State.PROCESSING)
    with django_assert_max_num_queries(45):
        sweep_at(LATE)


def test_a_step_costs_two_statements_more(settings: Any, sandbox: Any, django_assert_num_queries: Any) -> None:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    counts = []
    for url in ("", sandbox.url):
        settings.NATIONAL_URL = url
        dossier = a_dossier()
        specialist = member_of(Role.SPECIALIST, dossier.competent)
        sweep_at(LATE)
        with CaptureQueriesContext(connection) as seen:
            take(application=dossier, at=MONDAY + AN_HOUR, acting_user=specialist)
        counts.append(len(seen))
    assert counts[1] - counts[0] <= 4, counts  # savepoint and its release among them


def test_a_supplement_asked_before_the_first_was_sent_is_told_once(sandbox: Any) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    ask_supplement(application=dossier, faults="Thiếu giấy", at=MONDAY + 2 * AN_HOUR, acting_user=dossier.handler)
    accept_supplement(application=dossier, note="", at=MONDAY + 3 * AN_HOUR, acting_user=dossier.handler)
    sweep_at(LATE)
    assert states_told(sandbox, dossier.code) == ["4", "5", "4"]
