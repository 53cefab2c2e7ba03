"""Who the desk shows: always the applicant of the matter that is open, and nobody is changed silently."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from applications.actions.edit_draft import keep_form
from applications.enums import PaperState
from applications.models import Application
from centres.enums import Role
from centres.models import Ticket
from citizens.models import Citizen
from tests.applications.test_desk import CARD, NUMBER, OTHER_CARD, to, words
from tests.factories.applications import MONDAY, a_draft, a_ticket_at_counter
from tests.factories.citizens import CitizenFactory

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
OTHER = "001085099999"


@pytest.fixture(autouse=True)
def _day(at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 10:26")


@pytest.fixture
def ticket(centre: Any) -> Ticket:
    return a_ticket_at_counter()


@pytest.fixture
def desk(as_: As, ticket: Ticket) -> Client:
    return as_(Role.COUNTER_OFFICER)


@pytest.fixture
def draft(desk: Client, ticket: Ticket) -> Application:
    """The first person was scanned, their contact was typed and their matter is open."""
    CitizenFactory(identity_number=OTHER, full_name="Trần Văn Bình", phone="+84987654321")
    hoa = CitizenFactory(identity_number=NUMBER, full_name="Nguyễn Thị Hoà", phone="+84912000111")
    desk.post(to("scan"), {"payload": NUMBER})
    return a_draft(ticket=ticket, citizen=hoa)


def test_a_second_card_changes_nothing_before_the_officer_has_chosen(
    desk: Client, ticket: Ticket, draft: Application
) -> None:
    before = Application.objects.filter(pk=draft.pk).values().get()

    page = desk.post(to("scan"), {"payload": OTHER_CARD, "matter": draft.pk}, follow=True)

    assert Application.objects.filter(pk=draft.pk).values().get() == before
    ticket.refresh_from_db()
    assert ticket.citizen_id == draft.applicant_id
    assert page.context["desk"].person == draft.applicant
    assert page.context["other"].full_name == "Trần Văn Bình"
    assert 'value="change"' in page.content.decode() and 'value="keep"' in page.content.decode()
    again = desk.get(to("desk"), {"matter": draft.pk})
    assert again.context["other"] is not None, "a page loaded again asks again"


def test_keeping_the_applicant_changes_nothing_and_asks_no_more(desk: Client, draft: Application) -> None:
    before = Application.objects.filter(pk=draft.pk).values().get()
    desk.post(to("scan"), {"payload": OTHER_CARD, "matter": draft.pk})

    page = desk.post(to("applicant"), {"choice": "keep", "matter": draft.pk}, follow=True)

    assert page.context["other"] is None
    assert page.context["desk"].person == draft.applicant
    assert Application.objects.filter(pk=draft.pk).values().get() == before


def test_changing_the_applicant_changes_every_draft_that_named_the_first_and_takes_their_contact_out(
    desk: Client, ticket: Ticket, draft: Application
) -> None:
    assert draft.applicant is not None
    second = a_draft(ticket=ticket, citizen=draft.applicant, procedure="marriage")
    keep_form(application=second, values={"wife_name": "Tên khác"}, at=MONDAY, acting_user=draft.opened_by)
    paper = draft.papers.first()
    draft.papers.filter(pk=paper.pk).update(state=PaperState.ON_FILE)
    desk.post(to("scan"), {"payload": OTHER_CARD, "matter": draft.pk})

    page = desk.post(to("applicant"), {"choice": "change", "matter": draft.pk}, follow=True)

    other = Citizen.objects.get(identity_number=OTHER)
    for row in Application.objects.filter(matter__ticket=ticket):
        assert (row.applicant, row.contact_phone, row.contact_email) == (other, other.phone, other.email)
    ticket.refresh_from_db()
    assert ticket.citizen == other
    paper.refresh_from_db()
    assert paper.state == PaperState.MISSING, "the paper on file was the first person's"
    assert page.context["desk"].person == other
    assert "Nguyễn Thị Hoà" not in words(page)


def test_the_pane_shows_the_applicant_of_the_open_matter(desk: Client, ticket: Ticket, draft: Application) -> None:
    other = CitizenFactory(full_name="Phạm Văn Nam")
    theirs = a_draft(ticket=ticket, citizen=other, procedure="marriage")
    assert desk.get(to("desk"), {"matter": theirs.pk}).context["desk"].person == other
    assert desk.get(to("desk"), {"matter": draft.pk}).context["desk"].person == draft.applicant


def test_a_contact_typed_for_one_person_is_not_stored_for_another(desk: Client, draft: Application) -> None:
    stale = CitizenFactory()
    answer = desk.post(to("contact", draft.pk), {"phone": "0987654321", "email": "", "person": stale.pk})
    assert answer.status_code == 409
    before = draft.contact_phone
    draft.refresh_from_db()
    assert draft.contact_phone == before


def test_with_no_draft_yet_a_second_card_simply_serves(desk: Client, ticket: Ticket) -> None:
    desk.post(to("scan"), {"payload": CARD})
    page = desk.post(to("scan"), {"payload": OTHER_CARD}, follow=True)
    assert page.context["desk"].person.full_name == "Trần Văn Bình"
    assert page.context["other"] is None


def test_the_form_is_kept_while_it_is_typed_and_no_request_is_aborted(desk: Client, draft: Application) -> None:
    page = desk.get(to("desk"), {"matter": draft.pk, "view": "form"}).content.decode()
    form = page.split('id="procedure-form"')[1].split(">")[0]
    assert "input delay:600ms" in form and "change" in form
    assert 'hx-sync="this:queue last"' in form, "a later save waits, it does not cancel the one on its way"
    assert "data-keep" in form and "js/keep" in page
    assert "<noscript><button" in page, "without a script the form has its button"
