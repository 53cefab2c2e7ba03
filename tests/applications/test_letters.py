"""Letters to the citizen and their answers, notes for colleagues: who may, what it costs, and who reads it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from applications.actions.letters import MOST_ANSWERS, MOST_LETTERS_A_DAY, add_note, answer_letter, write_to_citizen
from applications.conversation import waiting_letters
from applications.enums import EventKind, State
from applications.enums_originals import Moved
from applications.history_faults import Count, find_faults
from applications.history_words import _ORIGINALS, _SENTENCES, told
from applications.models import Application, Event, LetterTemplate
from centres.enums import Role
from notifications.enums import MessageState
from notifications.models import Message
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.applications.at_desk import As, to, words
from tests.factories.applications import LAST4, MONDAY, a_centre, a_dossier, a_member
from tests.factories.letters import the_templates

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "in_english")]
English = Callable[[Any], Client]
SECRET = "Bố cháu không đồng ý, xem lại điều 16"


@pytest.fixture
def english(as_: As) -> English:
    """A client of this role that reads English."""

    def sign_in(who: Any) -> Client:
        client = as_(who)
        client.cookies["django_language"] = "en"
        return client

    return sign_in


def test_every_kind_of_event_has_a_sentence() -> None:
    assert {EventKind(kind) for kind in _SENTENCES} | {EventKind.ORIGINAL} == set(EventKind)
    assert set(_ORIGINALS) == set(Moved)


def test_a_note_is_in_the_history_with_author_and_time_and_nowhere_else(english: English) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    english(Role.SPECIALIST).post(to("add_note", dossier.pk), {"note": SECRET})
    event = Event.objects.get(kind=EventKind.NOTED)
    assert (str(event.actor), event.at, told(event).quote) == ("Trần Văn Bình", MONDAY, SECRET)
    assert SECRET not in json.dumps(event.chained_body(), ensure_ascii=False)
    for role in (Role.COUNTER_OFFICER, Role.SPECIALIST, Role.LEADER, Role.MANAGER):
        assert SECRET in english(role).get(to("dossier", dossier.pk)).content.decode()
    assert SECRET not in Client().get(f"/t/{dossier.token}/").content.decode()
    tracked = Client().post(
        "/api/v1/tracking/", json.dumps({"code": dossier.code, "last4": LAST4}), content_type="application/json"
    )
    assert tracked.status_code == 200
    assert SECRET not in tracked.content.decode()
    assert SECRET not in english(Role.SPECIALIST).get(f"/api/v1/applications/{dossier.pk}/").content.decode()
    assert not Message.objects.filter(kind="written").exists()
    assert not list(find_faults({}, Count()))


def test_an_empty_note_is_refused_beside_its_field_and_people_of_elsewhere_leave_none(english: English) -> None:
    dossier = a_dossier()
    answer = english(Role.COUNTER_OFFICER).post(to("add_note", dossier.pk), {"note": "  "})
    assert answer.status_code == 400 and "Write something first" in words(answer)
    with pytest.raises(NotAllowed):
        add_note(
            application=dossier,
            text="x",
            at=MONDAY,
            acting_user=a_member(Role.LEADER, a_centre("chi-nhanh-4", "H26.30.4")),
        )


def test_a_letter_is_read_on_the_page_and_no_message_says_what_it_says(english: English) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    english(Role.SPECIALIST).post(to("write_letter", dossier.pk), {"letter": SECRET})
    sent = Message.objects.filter(kind="written")
    assert {row.channel for row in sent} == {"sms", "email"}
    for row in sent:
        assert SECRET not in row.body and dossier.applicant.full_name not in row.body and dossier.code in row.body
    assert SECRET in Client().get(f"/t/{dossier.token}/").content.decode()
    sent.filter(channel="sms").update(state=MessageState.SENT, sent_at=MONDAY)
    sent.filter(channel="email").update(state=MessageState.DEAD, last_error="mailbox full")
    page = words(english(Role.LEADER).get(to("dossier", dossier.pk)))
    assert "SMS" in page and "given up" in page


def test_a_template_begins_the_letter_in_the_citizens_language(english: English) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    Application.objects.filter(pk=dossier.pk).update(language="ko")
    template = the_templates()[0]
    page = english(Role.SPECIALIST).get(to("dossier", dossier.pk), {"template": template.pk})
    begun = page.context["letter_form"].initial["letter"]
    assert dossier.code in begun and "방문해" in begun and "{" not in begun


def test_a_template_that_names_what_nobody_fills_in_is_refused() -> None:
    from django.core.exceptions import ValidationError  # noqa: PLC0415

    with pytest.raises(ValidationError):
        LetterTemplate(title={"vi": "a"}, text={"vi": "Số {identity}"}).full_clean()


def test_the_citizen_answers_with_the_digits_of_the_phone_and_the_officer_finds_it(english: English) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    citizen = Client()
    assert citizen.get(f"/t/{dossier.token}/answer/").status_code == 404  # nobody wrote
    write_to_citizen(application=dossier, text="Xin cho biết tên đệm", at=MONDAY, acting_user=dossier.handler)
    wrong = citizen.post(f"/t/{dossier.token}/answer/", {"letter": "Gia", "phone_last4": "0000"})
    assert wrong.status_code == 404 and not Event.objects.filter(kind=EventKind.CITIZEN_WROTE).exists()
    done = citizen.post(f"/t/{dossier.token}/answer/", {"letter": "Tên đệm là Gia", "phone_last4": LAST4})
    assert done.status_code == 302
    for role in (Role.SPECIALIST, Role.COUNTER_OFFICER, Role.LEADER):
        assert "1 citizen wrote" in words(english(role).get(to("worklist")))
        assert dossier.code in words(english(role).get(to("letters")))
    assert "Tên đệm là Gia" in words(english(Role.SPECIALIST).get(to("dossier", dossier.pk)))
    elsewhere = a_member(Role.SPECIALIST, a_centre("chi-nhanh-4", "H26.30.4"))
    assert not waiting_letters(elsewhere).exists()

    english(Role.SPECIALIST).post(to("write_letter", dossier.pk), {"read": "1"})

    assert "citizen wrote" not in words(english(Role.SPECIALIST).get(to("worklist")))
    assert english(Role.SPECIALIST).post(to("write_letter", dossier.pk), {"read": "1"}).status_code == 409
    assert not list(find_faults({}, Count()))


def test_neither_side_writes_without_end() -> None:
    dossier = a_dossier(state=State.PROCESSING)
    by: dict[str, Any] = {"application": dossier, "acting_user": dossier.handler}
    for number in range(MOST_LETTERS_A_DAY):
        write_to_citizen(text=f"Thư {number}", at=MONDAY + timedelta(minutes=number), **by)
    with pytest.raises(RuleBroken) as refused:
        write_to_citizen(text="nữa", at=MONDAY + timedelta(hours=2), **by)
    assert refused.value.code == "too_many_letters"
    for number in range(MOST_ANSWERS):
        answer_letter(application=dossier, text=f"Đáp {number}", at=MONDAY)
    with pytest.raises(RuleBroken) as refused:
        answer_letter(application=dossier, text="nữa", at=MONDAY)
    assert refused.value.code == "too_many_answers"
    write_to_citizen(text="Hôm sau", at=MONDAY + timedelta(days=1), **by)
    answer_letter(application=dossier, text="Vâng", at=MONDAY + timedelta(days=1))
    with pytest.raises(BadInput):
        write_to_citizen(text="x" * 2001, at=MONDAY + timedelta(days=1), **by)


def test_many_letters_and_notes_cost_no_more_statements(english: English) -> None:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client, counts = english(Role.SPECIALIST), []
    dossier = a_dossier(state=State.PROCESSING)
    for many in (1, 29):
        for number in range(many):
            day = MONDAY + timedelta(days=number + many)
            write_to_citizen(application=dossier, text=f"Thư {number}", at=day, acting_user=dossier.handler)
            add_note(application=dossier, text=f"Ghi {number}", at=day, acting_user=dossier.handler)
        for address in (to("dossier", dossier.pk), f"/t/{dossier.token}/"):
            client.get(address)
            with CaptureQueriesContext(connection) as seen:
                client.get(address)
            counts.append(len(seen))
    assert counts[:2] == counts[2:]
