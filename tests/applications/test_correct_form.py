"""What was filled in, put right after the receipt: the answer before stays beside the new one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from applications.actions.correct import correct_receipt
from applications.actions.correct_form import correct_form
from applications.actions.receive import receive
from applications.enums import EventKind, State
from applications.form_changes import contact_changes, form_lines
from applications.history import erase, record
from applications.history_faults import Count, find_faults
from applications.history_words import told
from applications.models import Application
from applications.search import Search
from centres.enums import Role
from portal.errors import NotAllowed, RuleBroken
from tests.applications.at_desk import As, to, words
from tests.factories.applications import MONDAY, a_dossier, a_draft, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "in_english")]


def _again(dossier: Application) -> Application:
    return Application.objects.get(pk=dossier.pk)


def test_a_misspelt_name_is_corrected_with_both_values_to_be_read(as_: As) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    client = as_(Role.SPECIALIST)
    form = client.get(to("correct_form", dossier.pk)).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    done = client.post(
        to("correct_form", dossier.pk),
        {**typed, "child_name": "Nguyễn Gia Bách", "correction-reason": "Theo giấy chứng sinh"},
    )
    assert done.status_code == 302
    assert _again(dossier).form_data == {**dossier.form_data, "child_name": "Nguyễn Gia Bách"}
    event = dossier.events.get(kind=EventKind.FORM_CORRECTED)
    assert event.details == {"fields": ["child_name"]}
    assert "Child's full name" in told(event).sentence or "name" in told(event).sentence
    page = client.get(to("dossier", dossier.pk)).content.decode()
    assert "<s>Nguyễn Gia Bảo</s>" in page and "<b>Nguyễn Gia Bách</b>" in page
    assert not list(find_faults({}, Count()))


def test_the_history_keeps_no_value_where_it_cannot_be_erased(centre: Any) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    correct_form(
        application=dossier,
        values={"child_name": "Nguyễn Gia Bách"},
        reason="x",
        at=MONDAY,
        acting_user=dossier.handler,
    )
    event = dossier.events.get(kind=EventKind.FORM_CORRECTED)
    assert "Gia" not in f"{event.details}{event.reason}"
    erase(dossier, MONDAY)
    record(application=_again(dossier), kind=EventKind.ERASED, at=MONDAY, actor=None, details={"what": "whole"})
    [line] = [line for _title, lines in form_lines(_again(dossier)) for line in lines if line.changes]
    assert (line.value, line.changes[0].was, line.changes[0].now) == ("Nguyễn Gia Bách", "", "")
    assert not list(find_faults({}, Count()))


def test_a_blank_that_was_filled_and_an_answer_that_was_taken_out_are_both_shown(centre: Any) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    by: dict[str, Any] = {"reason": "x", "at": MONDAY, "acting_user": dossier.handler}
    assert "father_name" not in dossier.form_data
    correct_form(application=dossier, values={"father_name": "Nguyễn Văn Minh"}, **by)
    correct_form(application=dossier, values={"father_name": ""}, **by)
    lines = {line.label: line for _title, rows in form_lines(_again(dossier)) for line in rows if line.changes}
    [line] = lines.values()
    assert [(change.was, change.now) for change in line.changes] == [("Nguyễn Văn Minh", ""), ("", "Nguyễn Văn Minh")]
    assert line.value == ""


@pytest.mark.parametrize(
    ("values", "reason", "code"),
    [
        ({"child_name": "Nguyễn Gia Bách"}, " ", "reason_empty"),
        ({"child_name": "Nguyễn Gia Bảo"}, "x", "nothing_changed"),
        ({"child_name": "1234"}, "x", "form_wrong"),
        ({"child_born": "2031-01-01"}, "x", "form_wrong"),
    ],
)
def test_what_cannot_be_kept_changes_nothing(values: dict[str, str], reason: str, code: str) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    with pytest.raises(RuleBroken) as refused:
        correct_form(application=dossier, values=values, reason=reason, at=MONDAY, acting_user=dossier.handler)
    assert refused.value.code == code
    assert _again(dossier).form_data == dossier.form_data
    assert not dossier.events.filter(kind=EventKind.FORM_CORRECTED).exists()


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(as_: As) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    answer = as_(Role.SPECIALIST).post(
        to("correct_form", dossier.pk), {"child_name": "1234", "correction-reason": "Gõ nhầm"}
    )
    assert answer.status_code == 400
    page = answer.content.decode()
    assert 'value="1234"' in page and 'value="Gõ nhầm"' in page and 'aria-invalid="true"' in page


def test_only_whoever_received_or_examines_it_corrects_it_while_it_is_in_hand(centre: Any) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    by: dict[str, Any] = {"values": {"child_name": "Nguyễn Gia Bách"}, "reason": "x", "at": MONDAY}
    with pytest.raises(NotAllowed):
        correct_form(application=dossier, acting_user=member_of(Role.LEADER, centre), **by)
    correct_form(application=dossier, acting_user=member_of(Role.COUNTER_OFFICER, centre), **by)
    done = a_dossier(state=State.DONE)
    with pytest.raises(RuleBroken) as refused:
        correct_form(application=done, acting_user=member_of(Role.SPECIALIST, centre), **by)
    assert refused.value.code == "wrong_state"


def test_another_phone_is_shown_beside_the_one_before_masked(as_: As) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    correct_receipt(
        application=dossier, reason="Sai số", phone="+84987654321", email="", at=MONDAY, acting_user=dossier.received_by
    )
    [(label, change)] = contact_changes(_again(dossier))
    assert (label, change.was[-3:], change.now[-3:]) == ("Phone", "678", "321")
    assert "0912345678" not in words(as_(Role.SPECIALIST).get(to("dossier", dossier.pk))).replace(" ", "")


def test_why_it_is_corrected_does_not_overwrite_what_the_citizen_gave_as_a_reason(as_: As) -> None:
    dossier = a_dossier(procedure="land_change_info", state=State.PROCESSING)
    own = "Thay đổi do sắp xếp đơn vị hành chính"
    Application.objects.filter(pk=dossier.pk).update(form_data={**dossier.form_data, "reason": own})
    client = as_(Role.SPECIALIST)
    shown = client.get(to("correct_form", dossier.pk))
    form, why = shown.context["form"], shown.context["why"]
    names = [field.html_name for field in (*form, *why)]
    ids = re.findall(r' id="([^"]+)"', shown.content.decode())
    assert len(set(names)) == len(names) and len(set(ids)) == len(ids)
    typed = {field.html_name: field.value() or "" for field in (*form, *why)} | {"parcel_number": "46"}
    refused = client.post(to("correct_form", dossier.pk), typed)
    assert refused.status_code == 400
    assert list(refused.context["why"].errors) == ["reason"] and not refused.context["form"].errors
    done = client.post(to("correct_form", dossier.pk), {**typed, why["reason"].html_name: "Gõ nhầm số thửa"})
    assert done.status_code == 302
    assert _again(dossier).form_data == {**dossier.form_data, "reason": own, "parcel_number": "46"}


def test_a_phone_in_the_form_is_how_its_citizen_is_reached(as_: As) -> None:
    draft = a_draft(procedure="land_change_info")
    draft.contact_phone = ""
    draft.form_data = {**draft.form_data, "applicant_phone": "0912 000 111"}
    draft.save()
    dossier = receive(application=draft, at=MONDAY, acting_user=draft.opened_by)
    assert _again(dossier).contact_phone == "+84912000111"
    by: dict[str, Any] = {"reason": "Sai số", "at": MONDAY, "acting_user": dossier.received_by}
    correct_form(application=dossier, values={"applicant_phone": "0912 000 222"}, **by)
    assert _again(dossier).contact_phone == "+84912000222"
    [(label, change)] = contact_changes(_again(dossier))
    assert (label, change.was[-3:], change.now[-3:]) == ("Phone", "111", "222")
    Application.objects.filter(pk=dossier.pk).update(contact_phone="+84987654321")
    correct_form(application=dossier, values={"applicant_phone": "0912 000 333"}, **by)
    assert _again(dossier).contact_phone == "+84987654321"
    Application.objects.filter(pk=dossier.pk).update(contact_phone="")
    correct_form(application=dossier, values={"applicant_phone": "0912 000 444"}, **by)
    assert _again(dossier).contact_phone == "+84912000444"
    assert not list(find_faults({}, Count()))


def test_a_corrected_dossier_is_found_by_what_it_says_now(as_: As) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    correct_form(
        application=dossier,
        values={"child_name": "Nguyễn Thế Vinh"},
        reason="Gõ nhầm",
        at=MONDAY,
        acting_user=dossier.handler,
    )
    found = {
        name: [row.application for row in Search(name, dossier.handler).page(None)[0]]
        for name in ("Thế Vinh", "Gia Bảo")
    }
    assert found == {"Thế Vinh": [dossier], "Gia Bảo": []}


def test_an_old_page_of_a_decided_dossier_says_so_and_keeps_what_was_typed(as_: As) -> None:
    dossier = a_dossier(state=State.DONE)
    url = reverse("applications:correct_form", args=[dossier.pk])
    client = as_(Role.SPECIALIST)
    assert client.get(url).status_code == 409
    name = next(key for key, value in dossier.form_data.items() if isinstance(value, str))
    answer = client.post(url, {**dossier.form_data, name: "Gõ lại 123"})
    assert answer.status_code == 409
    assert "Gõ lại 123" in answer.content.decode()
    assert "không làm bước này được nữa" in answer.content.decode()
