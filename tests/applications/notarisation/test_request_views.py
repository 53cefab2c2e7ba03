"""The desk's pages of a request for certification: the form of a document, its questions, its refusal, its end."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.actions.documents_wanted import Signs
from applications.actions.pay import take_fee
from applications.actions.receive import receive
from applications.actions.send_back_certification import send_back_certification
from applications.enums import State
from applications.models import Application, CertificationItem, IssuedForm
from applications.notarisation.enums import JobState, RegisterKind
from applications.notarisation.grounds import FINE, FORBIDS, grounds_for
from centres.enums import TicketState
from citizens.models import Look
from tests.applications.notarisation.test_requests import items_in, made
from tests.factories.applications import MONDAY, a_centre, a_member
from tests.factories.certifications import a_document, a_picture, a_request, checked, draft_of_request, signer_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
HTMX = {"HX-Request": "true"}
As = Callable[[Any], Client]


def to(name: str, number: int) -> str:
    return reverse(f"applications:{name}", args=[number])


def typed(**other: Any) -> dict[str, Any]:
    return {
        "client_key": "mot-lan",
        "title": "Giấy khai sinh",
        "pages": "",
        "copies": "1",
        "file": SimpleUploadedFile("scan.jpg", a_picture(), "image/jpeg"),
        **other,
    }


def signs(*names: str, **other: str) -> dict[str, str]:
    rows: dict[str, str] = {"signs-TOTAL_FORMS": str(len(names)), "signs-INITIAL_FORMS": "0"}
    for number, name in enumerate(names):
        rows |= {
            f"signs-{number}-full_name": name,
            f"signs-{number}-identity_paper": "card",
            f"signs-{number}-identity_number": f"00119000032{number}",
        }
    return rows | other


def answered(kind: str = RegisterKind.COPIES, **other: str) -> dict[str, str]:
    return {f"ground-{ground.key}": other.get(ground.key, FINE) for ground in grounds_for(kind, MONDAY.date())}


@pytest.fixture
def draft() -> Application:
    return draft_of_request()


@pytest.fixture
def desk(as_: As, draft: Application, at_hanoi: Any) -> Client:
    at_hanoi("2026-11-23 10:26")
    return as_(draft.opened_by)


def test_a_document_is_added_checked_and_received_with_the_request(desk: Client, draft: Application) -> None:
    form = desk.get(to("add_document", draft.pk), headers=HTMX).content.decode()
    assert "<dialog" in form and '<option value="Giấy khai sinh"' in form and "VNeID" in form
    added = desk.post(to("add_document", draft.pk), typed(electronic="on"), headers=HTMX)
    item = CertificationItem.objects.get()
    assert (item.copies, item.fee, item.document_kind.key) == (2, 4000, "birth_certificate")  # type: ignore[union-attr]
    said = added.content.decode()
    assert said.count('type="radio"') == 10 and " checked" not in said, "no question is answered beforehand"
    part = desk.post(to("check_document", item.pk), {"ground-secret": FINE}, headers=HTMX)
    assert part.status_code == 409 and "Hãy trả lời trước" in part.content.decode()
    desk.post(to("check_document", item.pk), answered(), headers=HTMX)
    desk.post(reverse("applications:receive", args=[draft.pk]))
    item.refresh_from_db()
    assert item.state == JobState.SUBMITTED
    page = desk.get(reverse("applications:desk") + f"?matter={draft.pk}").content.decode()
    assert "đang chờ ký" in page and "Chờ tại sảnh" in page
    assert to("papers", draft.pk) in page


@pytest.mark.parametrize("content", [b"hello", b"%PDF-1.7 broken", a_picture()[:400]])
def test_a_bad_file_is_refused_beside_its_field_and_nothing_typed_is_lost(
    desk: Client, draft: Application, content: bytes
) -> None:
    fields = typed(title="Học bạ của cháu", copies="7", file=SimpleUploadedFile("scan.pdf", content))
    answer = desk.post(to("add_document", draft.pk), fields, headers=HTMX)
    said = answer.content.decode()
    assert answer.status_code == 400 and 'href="#id_document_file"' in said
    assert 'value="Học bạ của cháu"' in said and 'value="7"' in said and 'value="mot-lan"' in said
    assert not CertificationItem.objects.exists()


@pytest.mark.parametrize("total", ["9" * 5000, "999", "x", ""])
def test_a_number_of_people_that_cannot_be_is_no_error_of_ours(as_: As, total: str) -> None:
    draft = draft_of_request("signature_cert")
    sent = typed(more="1", **signs("Nguyễn Thị Ánh", **{"signs-TOTAL_FORMS": total}))
    answer = as_(draft.opened_by).post(to("add_document", draft.pk), sent, headers=HTMX)
    assert answer.status_code == 200 and answer.content.decode().count('class="signs"') <= 8
    del sent["more"]
    sent["file"].seek(0)
    answer = as_(draft.opened_by).post(to("add_document", draft.pk), sent, headers=HTMX)
    assert answer.status_code == 400


def test_all_that_is_wrong_with_a_document_is_said_at_once(as_: As) -> None:
    draft = draft_of_request("signature_cert")
    desk = as_(draft.opened_by)
    wrong = typed(pages="9", copies="0", **signs("Nguyễn Thị Ánh"))
    answer = desk.post(to("add_document", draft.pk), wrong, headers=HTMX)
    assert answer.status_code == 400 and set(answer.context["form"].errors) == {"pages", "copies"}
    wrong |= {"signs-0-identity_number": "abc", "file": SimpleUploadedFile("scan.jpg", a_picture(), "image/jpeg")}
    page = desk.post(to("add_document", draft.pk), wrong, headers=HTMX)
    assert set(page.context["form"].errors) == {"pages", "copies"}
    assert page.context["people"].errors[0].keys() == {"identity_number"}


def test_each_question_and_each_signatory_has_a_key_of_its_own(as_: As) -> None:
    draft = draft_of_request("signature_cert")
    people = tuple(
        Signs(full_name=f"Nguyễn Thị {name}", identity_number=f"00119000032{n}") for n, name in enumerate("AB")
    )
    item = a_document(draft, "Giấy uỷ quyền", signatories=people)
    page = as_(draft.opened_by).get(to("certification", item.pk), headers=HTMX).content.decode()
    keys = re.findall(r'data-key="(Alt\+\d+)"', page)
    assert keys == [f"Alt+{number}" for number in range(1, len(keys) + 1)] and len(keys) > len(people)
    assert all(f">{key.replace('+', ' ')}</kbd>" in page for key in keys)


def test_the_form_sent_twice_is_one_document(desk: Client, draft: Application) -> None:
    for _time in range(2):
        desk.post(to("add_document", draft.pk), typed(), headers=HTMX)
    assert CertificationItem.objects.count() == 1


def test_a_document_is_changed_and_its_scan_stays(desk: Client, draft: Application) -> None:
    item = a_document(draft)
    scan = item.scan_id
    form = desk.get(to("change_document", item.pk)).content.decode()
    assert 'value="Giấy khai sinh"' in form and "<html" in form
    fields = typed(title="Học bạ", copies="3")
    del fields["file"]
    desk.post(to("change_document", item.pk), fields)
    item.refresh_from_db()
    assert (item.title, item.copies, item.fee, item.scan_id) == ("Học bạ", 3, 6000, scan)
    desk.post(to("change_document", item.pk), typed(title="Học bạ"))
    item.refresh_from_db()
    assert item.scan_id != scan


def test_an_answer_that_forbids_leads_to_the_refusal_and_its_paper(desk: Client, draft: Application) -> None:
    item = a_document(draft, "Giấy vay tiền")
    asked = desk.post(to("check_document", item.pk), answered(private=FORBIDS), headers=HTMX).content.decode()
    assert to("refuse_document", item.pk) in asked and "Điều 22 khoản 6" in asked
    again = desk.get(to("certification", item.pk) + "?again", headers=HTMX).content.decode()
    assert to("check_document", item.pk) in again
    done = desk.post(to("refuse_document", item.pk), {"ground": "private", "reason": "viết tay"}, headers=HTMX)
    form = IssuedForm.objects.get(number="03")
    assert to("refusal", form.pk) in done.content.decode()
    before = Look.objects.count()
    paper = desk.get(to("refusal", form.pk))
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF")
    assert desk.get(to("refusal", form.pk)).content == paper.content, "kept as it was issued"
    assert Look.objects.count() == before + 2
    page = desk.get(reverse("applications:desk") + f"?matter={draft.pk}").content.decode()
    assert to("end_request", draft.pk) in page and to("refusal", form.pk) in page
    desk.post(to("end_request", draft.pk))
    draft.refresh_from_db()
    assert draft.state == State.REFUSED


def test_what_the_signer_sent_back_is_mended_before_the_matter_ends(desk: Client, draft: Application) -> None:
    item = checked(a_document(draft))
    receive(application=draft, at=MONDAY, acting_user=draft.opened_by)
    item.refresh_from_db()
    send_back_certification(item=item, reason="mờ", at=MONDAY, acting_user=signer_for(item))
    checked(CertificationItem.objects.get(pk=item.pk))
    page = desk.get(reverse("applications:desk") + f"?matter={draft.pk}").content.decode()
    first = page.split('data-key="F9"')[0].rpartition("<")[2]
    assert to("certification", item.pk) in first and "người ký trả lại" in page


def test_the_forms_of_what_cannot_be_changed_any_more_do_not_open(desk: Client, draft: Application) -> None:
    item = checked(a_document(draft))
    receive(application=draft, at=MONDAY, acting_user=draft.opened_by)
    for name, number in (("add_document", draft.pk), ("change_document", item.pk)):
        assert desk.get(to(name, number), headers=HTMX).status_code == 409


def test_an_unknown_ground_refuses_nothing(desk: Client, draft: Application) -> None:
    item = a_document(draft)
    assert desk.post(to("refuse_document", item.pk), {"ground": "x"}, headers=HTMX).status_code == 400
    item.refresh_from_db()
    assert item.state == JobState.WAITING


def test_another_centre_sees_no_refusal_and_changes_nothing(as_: As, draft: Application) -> None:
    item = a_document(draft)
    stranger = as_(a_member("counter_officer", a_centre("chi-nhanh-4", "H26.30.4")))
    for name, number in (("add_document", draft.pk), ("change_document", item.pk)):
        assert stranger.get(to(name, number)).status_code == 404
    assert stranger.post(to("check_document", item.pk), answered()).status_code == 404


def test_who_signs_is_taken_from_the_card_and_more_can_be_added(as_: As, at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 10:26")
    draft = draft_of_request("signature_cert")
    desk = as_(draft.opened_by)
    form = desk.get(to("add_document", draft.pk), headers=HTMX).content.decode()
    assert f'value="{draft.applicant.full_name}"' in form
    fields = typed(title="Giấy uỷ quyền", register="SCT/CK,ĐC", **signs("Nguyễn Thị Ánh"))
    more = desk.post(to("add_document", draft.pk), fields | {"more": "1"}, headers=HTMX).content.decode()
    assert 'name="signs-1-full_name"' in more and 'value="Nguyễn Thị Ánh"' in more and "error-summary" not in more
    assert not CertificationItem.objects.exists()
    fields = typed(title="Giấy uỷ quyền", register="SCT/CK,ĐC", **signs("Nguyễn Thị Ánh", "Phạm Văn Nam"))
    said = desk.post(to("add_document", draft.pk), fields, headers=HTMX).content.decode()
    item = CertificationItem.objects.get()
    assert [one.full_name for one in item.signatories.all()] == ["Nguyễn Thị Ánh", "Phạm Văn Nam"]
    assert said.count('name="seen"') == 2
    only_one = answered(RegisterKind.SIGNATURES) | {"seen": str(item.signatories.all()[0].pk)}
    assert desk.post(to("check_document", item.pk), only_one, headers=HTMX).status_code == 409
    seen = [str(one.pk) for one in item.signatories.all()]
    both: dict[str, Any] = answered(RegisterKind.SIGNATURES) | {"seen": seen}
    assert desk.post(to("check_document", item.pk), both, headers=HTMX).status_code == 200
    assert desk.get(to("change_document", item.pk), headers=HTMX).status_code == 200


def test_a_signatory_without_a_number_is_said_and_nothing_is_lost(as_: As, at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 10:26")
    draft = draft_of_request("signature_cert")
    fields = typed(title="Giấy uỷ quyền", **signs("Nguyễn Thị Ánh", **{"signs-0-identity_number": ""}))
    answer = as_(draft.opened_by).post(to("add_document", draft.pk), fields, headers=HTMX)
    assert answer.status_code == 400
    assert 'href="#id_signs-0-identity_number"' in answer.content.decode()
    assert 'value="Giấy uỷ quyền"' in answer.content.decode()


def test_the_person_may_go_and_fetch_the_copies_later(desk: Client, draft: Application) -> None:
    request = a_request("Giấy khai sinh", ticket=draft.matter.ticket, citizen=draft.applicant)
    dossier = receive(application=request, at=MONDAY, acting_user=request.opened_by)
    desk.post(to("finish_request", dossier.pk))
    dossier.matter.refresh_from_db()
    assert dossier.matter.done_at is not None
    draft.matter.ticket.refresh_from_db()
    assert draft.matter.ticket.state == TicketState.SERVING, "the other matter is open still"


def test_the_desk_says_what_is_owed_before_copies_are_handed_over(desk: Client, draft: Application) -> None:
    request = a_request("Giấy khai sinh", ticket=draft.matter.ticket, citizen=draft.applicant)
    dossier = receive(application=request, at=MONDAY, acting_user=request.opened_by)
    for item in items_in(dossier):
        made(item)
    assert "Thu 2.000" in desk.get(to("papers", dossier.pk)).content.decode()
    assert desk.post(to("finish_request", dossier.pk), {"hand_over": "1"}).status_code == 409
    take_fee(
        application=dossier, amount=2000, method="cash", receipt_number="1", at=MONDAY, acting_user=dossier.received_by
    )
    page = desk.get(to("papers", dossier.pk)).content.decode()
    assert "data-paid>2.000" in page and "data-total" not in page
    desk.post(to("finish_request", dossier.pk), {"hand_over": "1"})
    dossier.refresh_from_db()
    assert dossier.state == State.RETURNED


def test_the_desk_asks_no_more_for_more_documents(desk: Client, draft: Application) -> None:
    address = to("papers", draft.pk)
    a_document(draft)
    desk.get(address)
    with CaptureQueriesContext(connection) as few:
        desk.get(address)
    for number in range(5):
        a_document(draft, f"Giấy số {number}")
    with CaptureQueriesContext(connection) as many:
        page = desk.get(address).content.decode()
    assert "Giấy số 4" in page
    assert len(many) == len(few) <= 30
