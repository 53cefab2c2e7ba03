"""What was filed at the national portal: handed in once, opened at the desk, received under its own code."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from applications.actions.choose import choose
from applications.actions.edit_draft import keep_form
from applications.actions.end_filing import forget_filers, refuse_filing
from applications.actions.file_online import NotTakenIn, open_filing, take_in_filing
from applications.actions.mark_paper import mark_paper
from applications.actions.receive import NotComplete, receive
from applications.documents import refusal_context
from applications.enums import PAPER_THERE, Channel, State, SyncState
from applications.models import Application, Arrival
from applications.papers_out import PAPERS
from centres.enums import Role
from centres.models import Ticket
from citizens.enums import IdentitySource
from citizens.models import Citizen, Look
from notifications.models import Message
from portal.errors import RuleBroken
from procedures.models import Procedure
from tests.factories.applications import (
    FORMS,
    MONDAY,
    a_centre,
    a_counter,
    a_dossier,
    a_ticket_at_counter,
    member_of,
)
from tests.factories.national import ACCOUNT, PASSWORD, a_filing, states_told, sweep_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "in_english")]
CODE = "H26.30.3-261122-9001"
KEY = "key of the inbox"
As = Callable[[Any], Client]


@pytest.fixture(autouse=True)
def _english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"
    settings.NATIONAL_INBOX_KEY = KEY


def filed(**changed: Any) -> Arrival:
    return take_in_filing(hoso=a_filing(CODE, **changed), at=MONDAY)[0]


def hand_in(client: Client, *rows: Any, key: str = KEY) -> Any:
    body = json.dumps({"service": "DongBoHoSoMC", "isUpdating": False, "data": list(rows)})
    return client.post(
        reverse("applications:national_inbox"), body, content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )  # fmt: skip


def test_it_becomes_a_draft_of_its_centre_and_the_person_is_told(client: Client, centre: Any) -> None:
    assert hand_in(client, a_filing(CODE)).json() == {"error_code": "0", "message": "Thành công"}
    draft = Application.objects.get(arrival__code=CODE)
    assert (draft.state, draft.channel, draft.helped_at, draft.code) == (State.DRAFT, Channel.ONLINE, centre, None)
    assert draft.submitted_at and draft.submitted_at < MONDAY
    assert draft.papers.exists() and draft.applicant is None
    sms = Message.objects.get(channel="sms")
    assert sms.recipient == "+84912345678" and "Chi nhánh số 3" in sms.body and draft.token in sms.body
    assert client.get(reverse("applications:ticket", args=[draft.token])).status_code == 200


def test_the_same_code_again_is_the_same_application(client: Client, centre: Any) -> None:
    hand_in(client, a_filing(CODE))
    assert hand_in(client, a_filing(CODE, ChuHoSo="Người Khác")).json()["error_code"] == "0"
    assert Arrival.objects.count() == Application.objects.count() == Message.objects.filter(channel="sms").count() == 1


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"MaTTHC": "9.999999"}, "no_procedure"),
        ({"KenhThucHien": "7"}, "bad_shape"),
        ({"MaHoSo": "H26.99.9-261122-0001"}, "no_centre"),
        ({"TrangThaiHoSo": "2", "NgayTiepNhan": "20261123090000", "NgayHenTra": "20261123170000"}, "bad_order"),
    ],
)
def test_what_nobody_here_can_work_on_is_not_taken_in(client: Client, centre: Any, changed: Any, why: str) -> None:
    with pytest.raises(NotTakenIn) as refused:
        take_in_filing(hoso=a_filing(CODE) | changed, at=MONDAY)
    assert refused.value.code == why
    assert hand_in(client, a_filing(CODE) | changed).json()["error_code"] in ("4", "5", "6")
    assert not Application.objects.exists()


def test_the_inbox_needs_its_key_and_a_list(client: Client, settings: Any, centre: Any) -> None:
    assert hand_in(client, a_filing(CODE), key="another").status_code == 401
    assert hand_in(client).status_code == 400
    assert hand_in(client, *[a_filing(CODE)] * 51).status_code == 400
    assert hand_in(client, [[]]).json()["error_code"] == "4"
    settings.NATIONAL_INBOX_KEY = ""
    assert hand_in(client, a_filing(CODE), key="").status_code == 404


def test_who_signed_in_there_is_the_applicant_once_an_officer_opens_it(as_: As, centre: Any) -> None:
    arrival = filed()
    officer = member_of(Role.COUNTER_OFFICER, centre)
    a_counter(centre, officer)
    desk = as_(officer)
    listed = desk.get(reverse("applications:filed")).content.decode()
    assert CODE in listed and "Nguyễn Thị Ánh" not in listed
    page = desk.post(reverse("applications:open_filed", args=[arrival.application_id]), follow=True)
    said = page.content.decode()
    assert "Nguyễn Thị Ánh" in said and CODE in said and "Put back to the list" in said
    draft = Application.objects.get()
    assert draft.applicant and draft.applicant.identity_source == IdentitySource.VNEID
    assert Look.objects.filter(citizen=draft.applicant, user=officer).exists()
    arrival.refresh_from_db()
    assert arrival.opened_by == officer


def test_who_did_not_sign_in_has_to_show_their_card(centre: Any) -> None:
    arrival = filed(TaiKhoanDuocXacThucVoiVNeID="0")
    draft, warnings = open_filing(
        arrival=arrival, ticket=None, at=MONDAY, acting_user=member_of(Role.COUNTER_OFFICER, centre)
    )
    assert draft.applicant is None and "scan their card" in str(warnings[0])
    assert not Citizen.objects.exists()


def test_a_number_known_under_another_name_names_nobody(centre: Any) -> None:
    Citizen.objects.create(identity_number="001190012345", full_name="Phạm Văn Nam")
    draft, warnings = open_filing(
        arrival=filed(), ticket=None, at=MONDAY, acting_user=member_of(Role.COUNTER_OFFICER, centre)
    )
    assert draft.applicant is None and "name on record is another" in str(warnings[0])


def received(arrival: Arrival) -> Application:
    officer = member_of(Role.COUNTER_OFFICER, a_centre())
    draft, _warnings = open_filing(arrival=arrival, ticket=None, at=MONDAY, acting_user=officer)
    draft = keep_form(
        application=draft,
        values={**FORMS["birth"], "applicant_residence": "Phường Kim Liên, Hà Nội"},
        at=MONDAY,
        acting_user=officer,
    )
    for paper in draft.papers.exclude(state__in=PAPER_THERE):
        mark_paper(paper=paper, there=True, at=MONDAY, acting_user=officer)
    return receive(application=draft, at=MONDAY, acting_user=officer)


@pytest.mark.parametrize("procedure", ["2.000815", "2.000884"])
def test_what_is_certified_document_by_document_waits_for_its_documents(centre: Any, procedure: str) -> None:
    arrival = take_in_filing(hoso=a_filing(CODE, procedure), at=MONDAY)[0]
    with pytest.raises(NotComplete) as refused:
        received(arrival)
    assert any(getattr(one, "href", "").endswith("#documents") for one in refused.value.details["missing"])


def test_received_it_keeps_the_code_it_was_filed_under_and_is_told_there_as_an_update(sandbox: Any) -> None:
    a_centre()
    sandbox.portal.answer({"service": "DongBoHoSoMC", "isUpdating": False, "data": [a_filing(CODE)]})
    dossier = received(filed())
    assert (dossier.code, dossier.arrival.person) == (CODE, {})
    sweep_at(MONDAY)
    there, state, _last = sandbox.portal.store.dossier(CODE)
    assert state == 2 and there["NgayNopHoSo"] == "20261122200500" and there["KenhThucHien"] == "2"
    assert there["TaiKhoanDuocXacThucVoiVNeID"] == "1" and there["NoiNopHoSo"] == "1"
    assert [answer for _service, _code, answer, _why in sandbox.portal.store.heard()] == ["0", "0"]
    assert Application.objects.get().sync_state == SyncState.SENT
    assert states_told(sandbox, CODE) == []


def test_a_code_that_a_dossier_of_ours_has_is_kept_for_the_national_portal_alone(sandbox: Any) -> None:
    ours = a_dossier()
    arrival = take_in_filing(hoso=a_filing(str(ours.code)), at=MONDAY)[0]
    # Somebody gave the same code twice; nothing is lost, and the officer can go on.
    Application.objects.filter(pk=ours.pk).update(sync_state=SyncState.SENT)
    dossier = received(arrival)
    assert dossier.code != ours.code and dossier.arrival.code == ours.code


def test_it_can_be_a_matter_of_the_visit_that_stands_at_the_counter(as_: As, ticket: Ticket, desk: Client) -> None:
    arrival = filed()
    desk.post(reverse("applications:open_filed", args=[arrival.application_id]), {"with": "visit"})
    draft = Application.objects.get()
    assert draft.matter and draft.matter.ticket == ticket
    desk.post(reverse("applications:drop", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.matter is None and not ticket.matters.exists()
    assert CODE in desk.get(reverse("applications:filed")).content.decode()


def test_answers_sent_with_it_stand_in_the_form(centre: Any) -> None:
    said = json.dumps({"child_name": "Nguyễn Gia Bảo", "unknown": "x", "child_sex": 5})
    assert filed(ThongTinKhac=said).application.form_data == {"child_name": "Nguyễn Gia Bảo"}
    assert take_in_filing(hoso=a_filing("H26.30.3-261122-9002", ThongTinKhac="{"), at=MONDAY)[1]


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_costs_the_same_for_one_and_for_thirty(
    as_: As, centre: Any, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        take_in_filing(hoso=a_filing(f"H26.30.3-261122-{9000 + number}"), at=MONDAY)
    client = as_(Role.COUNTER_OFFICER)
    client.get(reverse("applications:filed"))
    with django_assert_num_queries(5):
        page = client.get(reverse("applications:filed"))
    assert len(page.context["page"]) == rows


def test_other_centres_and_other_roles_do_not_see_it(as_: As, centre: Any) -> None:
    arrival = filed()
    there = member_of(Role.COUNTER_OFFICER, a_centre("chi-nhanh-4", "H26.30.4"))
    assert CODE not in as_(there).get(reverse("applications:filed")).content.decode()
    assert as_(there).post(reverse("applications:open_filed", args=[arrival.application_id])).status_code == 404
    assert as_(Role.SPECIALIST).get(reverse("applications:filed")).status_code == 403


def test_the_sandbox_hands_in_what_is_filed_with_it(settings: Any, live_server: Any, transactional_db: None) -> None:
    from tests.factories.national import a_sandbox  # noqa: PLC0415

    a_centre()
    inbox = live_server.url + reverse("applications:national_inbox")
    with a_sandbox(settings, inbox=inbox, inbox_key=KEY) as server:
        answer = requests.post(
            f"{server.url}/admin/file", json=a_filing(CODE), auth=(ACCOUNT, PASSWORD), timeout=10
        ).json()
    assert answer == {"status": 200, "error_code": "0", "message": "Thành công"}
    assert Arrival.objects.get().code == CODE


def test_an_ordinary_matter_is_still_taken_back_whole(ticket: Ticket, desk: Client) -> None:
    draft = choose(
        ticket=ticket, procedure=Procedure.objects.get(key="birth"), at=MONDAY, acting_user=ticket.counter.officer
    )
    desk.post(reverse("applications:drop", args=[draft.pk]))
    assert not Application.objects.exists()


def test_two_visits_do_not_take_the_same_application(centre: Any) -> None:
    arrival, first = filed(), a_ticket_at_counter()
    officer = first.counter.officer
    draft, _ = open_filing(arrival=arrival, ticket=first, at=MONDAY, acting_user=officer)
    again, _ = open_filing(arrival=arrival, ticket=first, at=MONDAY, acting_user=officer)
    assert again.matter == draft.matter and first.matters.count() == 1


def test_it_is_worked_on_and_received_at_a_counter_where_nobody_stands(as_: As, centre: Any) -> None:
    arrival = filed()
    officer = member_of(Role.COUNTER_OFFICER, centre)
    a_counter(centre, officer)
    desk, pk = as_(officer), arrival.application_id
    desk.post(reverse("applications:open_filed", args=[pk]))
    desk.post(reverse("applications:contact", args=[pk]), {"phone": "0987654321", "email": ""})
    desk.post(reverse("applications:keep_form", args=[pk]), FORMS["birth"] | {"applicant_residence": "Phường Kim Liên"})
    for paper in Application.objects.get(pk=pk).papers.exclude(state__in=PAPER_THERE):
        desk.post(reverse("applications:tick", args=[paper.pk]), {"there": "1"})
    said = desk.post(reverse("applications:receive", args=[pk]), follow=True).content.decode()
    assert "Received as" in said and CODE in said, said
    dossier = Application.objects.get(pk=pk)
    assert (dossier.state, dossier.contact_phone, dossier.matter) == (State.ACCEPTED, "+84987654321", None)
    assert CODE not in desk.get(reverse("applications:filed")).content.decode()


def test_who_filed_it_reads_that_nothing_is_to_be_done(client: Client, centre: Any) -> None:
    page = client.get(reverse("applications:ticket", args=[filed().application.token])).content.decode()
    assert "Waiting to be accepted" in page and "You do not have to do anything more" in page and "Filed online" in page
    assert "Stay at the counter" not in page and "Still missing" not in page


# -- it ends before it is received ----------------------------------------------------------------------------------------


def told_there(sandbox: Any) -> None:
    sandbox.portal.answer({"service": "DongBoHoSoMC", "isUpdating": False, "data": [a_filing(CODE)]})


def test_refused_with_its_ground_both_the_person_and_the_national_portal_are_told(sandbox: Any, centre: Any) -> None:
    told_there(sandbox)
    arrival, officer = filed(), member_of(Role.COUNTER_OFFICER, centre)
    draft = refuse_filing(
        application=arrival.application, reason="Không thuộc thẩm quyền.", ground="Nghị định 118/2025/NĐ-CP, Điều 17",
        at=MONDAY, acting_user=officer,
    )  # fmt: skip
    assert draft.state == State.REFUSED and draft.code is None
    [form] = draft.issued_forms.all()
    said = refusal_context(form)
    assert (said["code"], said["applicant"]) == (CODE, "Nguyễn Thị Ánh")
    assert said["grounds"] == [{"sentence": "Không thuộc thẩm quyền.", "article": "Nghị định 118/2025/NĐ-CP, Điều 17"}]
    assert "hồ sơ này vì lý do" in render_to_string(PAPERS["03"].template, said)
    assert Message.objects.filter(kind="not_accepted").exists()
    forget_filers(MONDAY)
    assert Arrival.objects.get().person, "the message to the national portal names whoever filed"
    sweep_at(MONDAY)
    there, state, _last = sandbox.portal.store.dossier(CODE)
    assert state == 3 and there["NgayTuChoi"] and states_told(sandbox, CODE) == ["3"]
    assert forget_filers(MONDAY) == 1 and Arrival.objects.get().person == {}
    with pytest.raises(RuleBroken):
        open_filing(arrival=arrival, ticket=None, at=MONDAY, acting_user=officer)


def test_withdrawn_there_it_is_withdrawn_here(client: Client, sandbox: Any, centre: Any) -> None:
    told_there(sandbox)
    hand_in(client, a_filing(CODE))
    for _time in range(2):
        assert hand_in(client, a_filing(CODE, TrangThaiHoSo="7")).json()["error_code"] == "0"
    draft = Application.objects.get()
    assert draft.state == State.WITHDRAWN and draft.events.count() == 1
    assert Message.objects.filter(kind="filing_withdrawn").exists()
    sweep_at(MONDAY)
    assert sandbox.portal.store.dossier(CODE)[1] == 7 and Application.objects.get().sync_state == SyncState.SENT
    assert forget_filers(MONDAY) == 1


def test_what_was_received_already_is_a_wish_to_withdraw(client: Client, centre: Any) -> None:
    dossier = received(filed())
    for _time in range(2):
        hand_in(client, a_filing(CODE, TrangThaiHoSo="7"))
    dossier.refresh_from_db()
    assert dossier.state == State.ACCEPTED and dossier.withdrawals.filter(settled_at=None).count() == 1


def test_what_they_said_of_themselves_goes_once_the_draft_has_its_person(as_: As, centre: Any) -> None:
    arrival, officer = filed(), member_of(Role.COUNTER_OFFICER, centre)
    open_filing(arrival=arrival, ticket=None, at=MONDAY, acting_user=officer)
    arrival.refresh_from_db()
    assert arrival.person == {} and arrival.application.applicant is not None


def test_an_officer_ends_it_on_its_page(as_: As, centre: Any) -> None:
    pk, desk = filed().application_id, as_(Role.COUNTER_OFFICER)
    page = reverse("applications:end_filed", args=[pk])
    assert page in desk.get(reverse("applications:filed")).content.decode()
    assert desk.post(page, {"how": "refused", "reason": "x"}).status_code == 422
    desk.post(page, {"how": "refused", "reason": "Không thuộc thẩm quyền.", "ground": "Điều 17"})
    assert Application.objects.get(pk=pk).state == State.REFUSED
    assert desk.get(page).status_code == 404
    assert CODE not in desk.get(reverse("applications:filed")).content.decode()


def test_an_opened_one_leaves_the_visit_when_it_ends(as_: As, ticket: Ticket, desk: Client) -> None:
    arrival = filed()
    desk.post(reverse("applications:open_filed", args=[arrival.application_id]), {"with": "visit"})
    desk.post(reverse("applications:end_filed", args=[arrival.application_id]), {"how": "withdrawn"})
    draft = Application.objects.get()
    assert draft.state == State.WITHDRAWN and draft.matter is None and not ticket.matters.exists()
    assert desk.get(reverse("applications:desk")).status_code == 200
