"""Two officers of one hall, two windows, one computer: nobody works on somebody else's person, or in somebody's name."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.enums import State
from applications.models import Application
from centres.actions.park import park
from centres.enums import Role, TicketState
from centres.models import Ticket
from citizens.models import User
from tests.applications.at_desk import As, to
from tests.factories.applications import MONDAY, a_counter, a_draft, a_member
from tests.factories.certifications import a_missing_paper, a_picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def draft(ticket: Ticket) -> Application:
    return a_draft(ticket=ticket)


@pytest.fixture
def colleague(centre: Any, ticket: Ticket) -> User:
    """At counter 2, or wherever a second counter of this hall is."""
    other = a_member(Role.COUNTER_OFFICER, centre, "Phạm Văn Thử")
    a_counter(centre, other)
    return other


def keys(draft: Application) -> dict[str, tuple[str, dict[str, Any]]]:
    paper = a_missing_paper(draft)
    return {
        "answer": (to("answer", draft.pk), {"asked": "joint_owners", "yes": "joint_owners"}),
        "form": (to("keep_form", draft.pk), {"child_name": "Lê Thị Khác"}),
        "contact": (to("contact", draft.pk), {"phone": "0911 111 111"}),
        "tick": (to("tick", paper.pk), {"there": "1"}),
        "certify": (
            to("certify", paper.pk),
            {
                "file": SimpleUploadedFile("giay.jpg", a_picture()),
                "copies": "1",
                "title": "Giấy",
                "client_key": "k" * 20,
            },
        ),
        "drop": (to("drop", draft.pk), {}),
        "receive": (to("receive", draft.pk), {}),
    }


@pytest.mark.parametrize("key", ["answer", "form", "contact", "tick", "certify", "drop", "receive"])
def test_a_colleague_does_not_work_on_whoever_stands_at_another_counter(
    as_: As, draft: Application, colleague: User, key: str
) -> None:
    address, typed = keys(draft)[key]
    was = Application.objects.filter(pk=draft.pk).values().get()
    client = as_(colleague)
    client.cookies["django_language"] = "en"
    refused = client.post(address, typed, headers=HTMX)
    assert refused.status_code in (400, 403)
    assert "Only the officer there can do this" in refused.content.decode()
    assert Application.objects.filter(pk=draft.pk).values().get() == was


def test_once_the_person_is_set_aside_a_colleague_may_go_on(
    as_: As, draft: Application, ticket: Ticket, colleague: User
) -> None:
    park(ticket=ticket, reason="lấy giấy", at=MONDAY, acting_user=ticket.counter.officer)
    assert as_(colleague).post(to("contact", draft.pk), {"phone": "0911 111 111"}).status_code == 302


def test_a_matter_taken_back_in_another_window_is_said_to_be_gone(as_: As, draft: Application, ticket: Ticket) -> None:
    officer = as_(ticket.counter.officer)
    officer.cookies["django_language"] = "en"
    assert officer.post(to("drop", draft.pk)).status_code == 302
    for name in ("keep_form", "receive", "drop"):
        answer = officer.post(to(name, draft.pk), {"child_name": "Lê"}, headers=HTMX)
        assert (answer.status_code, answer["X-Problem"], answer["HX-Retarget"]) == (410, "matter_gone", "#problems")
        assert "load the page anew" in answer.content.decode()
    checklist = officer.get(to("papers", draft.pk), headers={**HTMX, "X-Part": "1"})
    assert checklist.status_code == 200 and "load the page anew" in checklist.content.decode()
    assert officer.get(to("papers", draft.pk)).status_code == 404


class TestSharedComputer:
    """The page is of whoever opened it; somebody else has signed in since, in another tab."""

    def test_nothing_is_done_in_the_others_name(self, as_: As, draft: Application, colleague: User) -> None:
        page_of = str(draft.matter.ticket.counter.officer_id)
        client = as_(colleague)
        client.cookies["django_language"] = "en"
        for address in (to("receive", draft.pk), to("keep_form", draft.pk), to("call_next")):
            refused = client.post(address, {}, headers={**HTMX, "X-User": page_of})
            assert refused.status_code == 401
            assert "Phạm Văn Thử is signed in on this computer now" in refused.content.decode()
        draft.refresh_from_db()
        assert draft.state == State.DRAFT
        assert Ticket.objects.get().state == TicketState.SERVING

    def test_nor_are_the_others_people_shown(self, as_: As, draft: Application, colleague: User) -> None:
        other = {"X-User": str(draft.matter.ticket.counter.officer_id), "X-Part": "1"}
        assert as_(colleague).get(to("desk_queue"), headers=other).status_code == 401

    def test_ones_own_page_goes_on(self, as_: As, draft: Application) -> None:
        officer = draft.matter.ticket.counter.officer
        client = as_(officer)
        assert f'data-user="{officer.pk}"' in client.get(reverse("applications:desk")).content.decode()
        assert client.get(to("desk_queue"), headers={"X-User": str(officer.pk), "X-Part": "1"}).status_code == 200
