"""The counter officer's screen over the test client: what happens at a counter, one story a test."""

from __future__ import annotations

import errno
import os
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from kombu.exceptions import OperationalError

from applications.actions.edit_draft import set_quantity
from applications.catalogue import bound_form, form_values, version_of
from applications.enums import PaperState, State
from applications.models import Application, CertificationItem, Document
from applications.notarisation import requests
from centres.enums import Role, TicketState
from centres.models import Ticket
from centres.policy import policy_on
from citizens.models import Citizen, Look
from notifications.enums import MessageState
from notifications.models import Message
from portal.celery import app
from procedures import revisions
from procedures.declarations import declaration
from procedures.form_schemas import form_schema
from procedures.models import ProcedureVersion, Unit
from tests.applications.at_desk import CARD, NUMBER, OTHER_CARD, As, to, words
from tests.factories.applications import (
    FORMS,
    MONDAY,
    a_counter,
    a_draft,
    a_member,
    member_of,
)
from tests.factories.centres import TicketFactory
from tests.factories.certifications import a_missing_paper, a_picture
from tests.factories.citizens import PASSWORD, CitizenFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
HTMX = {"HX-Request": "true"}
BOUNDS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def field_of(answer: Any, name: str) -> str:
    """The HTML around one input, from the field's opening to its end."""
    page = answer.content.decode()
    found = next((part for part in page.split('<div class="field') if f'name="{name}"' in part), "")
    assert found, f"no field {name}"
    return found


def made(statements: CaptureQueriesContext) -> list[str]:
    """The statements that do something."""
    return [row["sql"] for row in statements if not row["sql"].lstrip().upper().startswith(BOUNDS)]


# -- the card ---------------------------------------------------------------------------------------------------------


def test_a_good_card_names_the_person_on_the_ticket_and_the_look_is_written(desk: Client, ticket: Ticket) -> None:
    answer = desk.post(to("scan"), {"payload": CARD}, follow=True)

    ticket.refresh_from_db()
    citizen = Citizen.objects.get()
    assert (citizen.identity_number, citizen.full_name) == (NUMBER, "Nguyễn Thị Hoà")
    assert ticket.citizen == citizen
    assert Look.objects.get().citizen == citizen
    assert "Nguyễn Thị Hoà" in words(answer)
    assert NUMBER not in answer.content.decode(), "on the screen the number is masked"
    assert NUMBER not in answer.request["PATH_INFO"] + answer.request["QUERY_STRING"]


def test_a_desk_that_gets_a_visit_from_another_one_writes_one_look_however_often_it_is_drawn(
    desk: Client, ticket: Ticket, as_: As
) -> None:
    ticket.citizen = CitizenFactory()  # named at another counter, which passed the visit on
    ticket.save()
    for _time in range(3):
        assert ticket.citizen.full_name in words(desk.get(to("desk")))
    look = Look.objects.get()
    assert (look.citizen, look.user, look.unit) == (ticket.citizen, ticket.counter.officer, "Chi nhánh số 3")
    cache.clear()
    desk.get(to("desk"))
    assert Look.objects.count() == 1, "a cache that forgot is no second look"
    with CaptureQueriesContext(connection) as again:
        desk.get(to("desk"))
    assert not [sql for sql in made(again) if "citizens_look" in sql]


@pytest.mark.parametrize(
    ("payload", "repaired"),
    [(CARD + CARD, True), (CARD.encode().decode("latin-1"), True), (f"{CARD}\r\n", False)],
    ids=["doubled", "typed as Latin-1", "with Enter"],
)
def test_a_card_that_can_be_put_right_serves_and_says_that_it_was(
    desk: Client, ticket: Ticket, payload: str, repaired: bool
) -> None:
    answer = desk.post(to("scan"), {"payload": payload}, follow=True)
    assert Citizen.objects.get().full_name == "Nguyễn Thị Hoà"
    assert bool(list(answer.context["messages"])) is repaired


@pytest.mark.parametrize(
    "payload",
    [
        CARD[:48],
        CARD + OTHER_CARD,
        CARD.replace("ễ", "\ufffd"),
        CARD.replace("01072021", "01072031"),
        CARD.replace("15061990", "15062090"),
        "00119001234",
        "",
    ],
    ids=["cut", "two cards", "damaged letters", "issued in the future", "born in the future", "11 digits", "empty"],
)
def test_a_card_that_cannot_be_read_is_explained_beside_the_field_and_stays_typed(
    desk: Client, ticket: Ticket, payload: str
) -> None:
    answer = desk.post(to("scan"), {"payload": payload})

    assert answer.status_code == 422
    field = field_of(answer, "payload")
    assert field.startswith(" invalid")
    assert re.search(r'class="[^"]*error[^"]*"', field), field
    assert answer.context["scan_form"]["payload"].value() == payload
    if payload:
        assert f'value="{payload[:11]}' in field
    assert not Citizen.objects.exists()
    ticket.refresh_from_db()
    assert ticket.citizen is None


def test_a_number_nobody_knows_opens_the_form_with_the_number_in_it(desk: Client, ticket: Ticket) -> None:
    answer = desk.post(to("scan"), {"payload": "001 190 012 345"})
    assert answer.status_code == 200
    assert f'value="{NUMBER}"' in field_of(answer, "identity_number")

    wrong = desk.post(
        to("add_person"), {"identity_number": NUMBER, "full_name": "Nguyễn Thị Hoà", "birth_text": "31/2"}
    )
    assert wrong.status_code == 422
    assert 'value="Nguyễn Thị Hoà"' in field_of(wrong, "full_name")
    assert not Citizen.objects.exists()

    desk.post(to("add_person"), {"identity_number": NUMBER, "full_name": "nguyễn thị hoà", "birth_text": "1990"})
    ticket.refresh_from_db()
    assert ticket.citizen is not None and ticket.citizen.identity_number == NUMBER


def test_a_known_number_alone_is_enough(desk: Client, ticket: Ticket) -> None:
    known = CitizenFactory(identity_number=NUMBER)
    assert desk.post(to("scan"), {"payload": NUMBER}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.citizen == known


def test_a_unit_that_was_divided_is_asked_once_and_kept(desk: Client, ticket: Ticket) -> None:
    if not Unit.objects.exists():
        call_command("load_units", verbosity=0)
    page = desk.post(to("scan"), {"payload": CARD}, follow=True).content.decode()
    for name in ("Phường Láng", "Phường Đống Đa", "Phường Giảng Võ"):
        assert name in page
    assert Citizen.objects.get().unit_code == ""

    page = desk.post(to("settle_unit"), {"unit": "00235"}, follow=True).content.decode()
    citizen = Citizen.objects.get()
    assert citizen.unit_code == "00235"
    assert "Phường Giảng Võ" not in page
    assert "Đống Đa" in citizen.address

    # A unit that this address cannot lie in is no answer.
    assert desk.post(to("settle_unit"), {"unit": "99999"}).status_code == 400
    assert Citizen.objects.get().unit_code == "00235"


# -- the matter -------------------------------------------------------------------------------------------------------


def test_two_matters_on_one_number_and_it_is_done_with_the_last(desk: Client, ticket: Ticket) -> None:
    first, second = a_draft(ticket=ticket), a_draft(ticket=ticket, procedure="marriage")

    desk.post(to("receive", first.pk))
    ticket.refresh_from_db()
    assert ticket.state == TicketState.SERVING
    page = desk.get(to("desk"))
    assert page.context["desk"].selected == second, "the matter that is left opens by itself"

    answer = desk.post(to("receive", second.pk), follow=True)
    ticket.refresh_from_db()
    assert ticket.state == TicketState.DONE
    assert Application.objects.filter(state=State.ACCEPTED).count() == 2
    assert Application.objects.get(pk=second.pk).code in words(answer), "the receipt can still be printed"


def test_receiving_with_things_missing_lists_all_of_them_and_changes_nothing(desk: Client, ticket: Ticket) -> None:
    draft = a_draft(ticket=ticket, complete=False)
    lacking = list(draft.papers.filter(state=PaperState.MISSING).select_related("kind"))
    assert len(lacking) > 1
    before = Application.objects.filter(pk=draft.pk).values().get()

    answer = desk.post(to("receive", draft.pk), headers=HTMX)

    assert answer.status_code == 409
    assert answer["HX-Retarget"] == "#problems"
    for paper in lacking:
        assert paper.kind.name["vi"] in words(answer)
    assert Application.objects.filter(pk=draft.pk).values().get() == before
    assert not Message.objects.exists()


def test_the_receive_button_pressed_twice_gives_one_dossier(desk: Client, ticket: Ticket) -> None:
    draft = a_draft(ticket=ticket)
    assert desk.post(to("receive", draft.pk)).status_code == 302
    code = Application.objects.get().code

    again = desk.post(to("receive", draft.pk))

    assert again.status_code == 409
    assert Application.objects.get().code == code
    assert Message.objects.filter(channel="email").count() == 1


def test_what_is_typed_is_kept_at_once_and_there_after_signing_in_again(desk: Client, ticket: Ticket) -> None:
    draft = a_draft(ticket=ticket, complete=False)
    typed = FORMS["birth"] | {"stay": "1"}
    assert desk.post(to("keep_form", draft.pk), typed, headers=HTMX).status_code == 200
    desk.logout()

    for headers in (HTMX, {"X-Part": "1"}):
        ended = desk.post(to("keep_form", draft.pk), {"child_name": "mất"}, headers=headers)
        assert ended.status_code == 401
        assert "<html" not in ended.content.decode(), "a part: the page around it stays as it was typed"

    user = draft.opened_by
    signed_in = Client()
    answer = signed_in.post(
        reverse("login"), {"username": user.username, "password": PASSWORD, "next": to("desk")}, follow=True
    )
    assert answer.redirect_chain[-1][0] == to("desk")
    assert answer.context["desk"].selected == draft
    assert FORMS["birth"]["child_name"] in signed_in.get(to("desk"), {"view": "form"}).content.decode()


# -- the queue --------------------------------------------------------------------------------------------------------


def test_yesterdays_ticket_is_never_called(as_: As, centre: Any) -> None:
    officer = member_of(Role.COUNTER_OFFICER, centre)
    service = a_counter(centre, officer).services.order_by("order")[0]
    yesterday = MONDAY - timedelta(days=1)
    left = TicketFactory(service=service, number=12, issued_at=yesterday, queue_at=yesterday)

    answer = as_(officer).post(to("call_next"))

    assert answer.status_code == 409
    left.refresh_from_db()
    assert left.state == TicketState.WAITING


def test_calling_the_next_person_takes_at_most_four_statements(as_: As, centre: Any) -> None:
    officer = member_of(Role.COUNTER_OFFICER, centre)
    service = a_counter(centre, officer).services.order_by("order")[0]
    for number in range(1, 31):
        TicketFactory(service=service, number=number)
    client = as_(officer)
    policy_on(None, MONDAY.date())  # read once a process
    with CaptureQueriesContext(connection) as statements:
        assert client.post(to("call_next")).status_code == 302
    assert len(made(statements)) <= 4, "\n".join(made(statements))


def test_receiving_takes_at_most_twenty_five_statements(desk: Client, ticket: Ticket) -> None:
    draft = a_draft(ticket=ticket)
    desk.get(to("desk"))
    with CaptureQueriesContext(connection) as statements:
        assert desk.post(to("receive", draft.pk)).status_code == 302
    assert len(made(statements)) <= 25, "\n".join(made(statements))


def test_the_screen_costs_the_same_with_one_and_with_thirty_waiting(desk: Client, ticket: Ticket) -> None:
    a_draft(ticket=ticket)
    counts = []
    for waiting in (1, 30):
        while Ticket.objects.waiting().count() < waiting:
            TicketFactory(service=ticket.service, number=500 + Ticket.objects.count(), issued_at=MONDAY)
        desk.get(to("desk"))
        with CaptureQueriesContext(connection) as statements:
            assert desk.get(to("desk")).status_code == 200
        counts.append(len(made(statements)))
    assert counts[0] == counts[1]


# -- when something is down -------------------------------------------------------------------------------------------


def test_with_the_broker_down_the_dossier_is_received_and_its_messages_wait(
    desk: Client, ticket: Ticket, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    draft = a_draft(ticket=ticket)
    asked: list[str] = []

    def refuse(name: str, *args: object, **kwargs: object) -> None:
        asked.append(name)
        raise OperationalError("Error 111 connecting to the broker")

    monkeypatch.setattr(app, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.post(to("receive", draft.pk)).status_code == 302

    assert asked, "somebody should have been woken"
    assert Application.objects.get().state == State.ACCEPTED
    assert set(Message.objects.values_list("channel", "state")) == {
        ("email", MessageState.QUEUED),
        ("sms", MessageState.QUEUED),
    }


def test_a_full_disk_is_said_and_leaves_nothing_half_done(
    as_: As, centre: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = a_missing_paper()
    client = as_(paper.application.opened_by)
    typed = {
        "client_key": "mot-lan-thoi",
        "title": "Bằng tốt nghiệp",
        "copies": "3",
        "file": SimpleUploadedFile("scan.jpg", a_picture(), "image/jpeg"),
    }

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    answer = client.post(to("certify", paper.pk), typed, headers=HTMX)

    assert answer.status_code == 503
    assert 'value="Bằng tốt nghiệp"' in answer.content.decode()
    assert answer.context["form"].errors
    paper.refresh_from_db()
    assert paper.state == PaperState.MISSING
    assert not CertificationItem.objects.exists()
    assert not Document.objects.exists()
    assert not Application.objects.exclude(pk=paper.application_id).exists()


def test_a_colleague_cannot_move_this_counters_visit(desk: Client, ticket: Ticket, as_: As) -> None:
    before = ticket.state
    colleague = as_(a_member(Role.COUNTER_OFFICER))
    # Another officer of the centre has nobody at their counter: nothing of this visit moves.
    assert colleague.post(to("end_visit")).status_code == 409
    assert colleague.post(to("scan"), {"payload": CARD}).status_code == 409
    ticket.refresh_from_db()
    assert (ticket.state, ticket.citizen) == (before, None)
    assert not Citizen.objects.filter(identity_number=NUMBER).exists()


def test_a_no_typed_into_the_form_stays_a_no_and_is_printed_as_one(desk: Client, ticket: Ticket) -> None:
    draft = a_draft(ticket=ticket)
    question = {"key": "vaccinated", "kind": "yes_no", "label": {"vi": "Đã tiêm?", "en": "Vaccinated?"}}
    schema = form_schema([{"key": "g", "title": {"vi": "G"}, "fields": [question]}])
    ProcedureVersion.objects.filter(pk=draft.version_id).update(form_schema=schema)
    revisions.changed(revisions.CATALOGUE)
    for typed, kept, printed in (("no", False, "Không"), ("yes", True, "Có")):
        desk.post(to("keep_form", draft.pk), {"vaccinated": typed})
        draft.refresh_from_db()
        form = bound_form(draft, MONDAY)
        assert form.is_valid() and form.form_data() == {"vaccinated": kept}
        lines = declaration(version_of(draft), form_values(draft)).parts[0].lines
        assert [line.value for line in lines] == [printed]
    desk.post(to("keep_form", draft.pk), {"vaccinated": ""})
    draft.refresh_from_db()
    form = bound_form(draft, MONDAY)
    assert form.is_valid() and form.form_data() == {}


@pytest.mark.parametrize("pages", ["0", "-4", "2.5", "99999999", "hai"])
def test_wrong_pages_are_said_beside_their_field_and_stay_typed(
    desk: Client, ticket: Ticket, pages: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "KINDS", {})  # a procedure that goes by the page without documents of its own
    draft = a_draft(procedure="certified_copy", ticket=ticket, complete=False)
    set_quantity(application=draft, pages=2, copies=1, at=MONDAY, acting_user=draft.opened_by)
    answer = desk.post(to("quantity", draft.pk), {"pages": pages, "copies": "1"}, headers=HTMX)
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#quantity"
    body = answer.content.decode()
    assert f'value="{pages}"' in body
    assert 'id="id_pages_error"' in body
    draft.refresh_from_db()
    assert draft.pages == 2


def test_while_the_pages_are_not_counted_the_desk_promises_no_total(
    desk: Client, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "KINDS", {})
    draft = a_draft(procedure="certified_copy", ticket=ticket, complete=False)
    page = desk.get(to("desk") + f"?matter={draft.pk}").content.decode()
    assert "theo số trang" in page.split("data-total>")[1].split("</b>")[0]


def test_a_phone_typed_into_the_form_is_the_contact_at_once(desk: Client, ticket: Ticket) -> None:
    draft = a_draft(procedure="land_change_info", ticket=ticket, complete=False)
    Application.objects.filter(pk=draft.pk).update(contact_phone="")
    answer = desk.post(to("keep_form", draft.pk), {"applicant_phone": "0912 000 111", "stay": "1"}, headers=HTMX)
    assert Application.objects.get(pk=draft.pk).contact_phone == "+84912000111"
    page = answer.content.decode()
    assert 'value="0912 000 111"' in page and 'hx-swap-oob="innerHTML:#contact"' in page
    desk.post(to("keep_form", draft.pk), {"applicant_phone": "0912 000 112"})
    assert Application.objects.get(pk=draft.pk).contact_phone == "+84912000112"
