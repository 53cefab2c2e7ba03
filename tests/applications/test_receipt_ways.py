"""The desk whose printer dies: the receipt comes out at another counter, or goes to the citizen's phone."""

from __future__ import annotations

from typing import Any

import pytest

from applications.enums import State
from applications.models import Application
from centres.actions.counters import close_counter
from centres.enums import Role
from centres.models import Ticket
from citizens.models import Look, User
from notifications.enums import Channel
from notifications.models import Message
from portal import clock
from support.models import Equipment, PrintElsewhere
from tests.applications.at_desk import As, to, words
from tests.factories.applications import a_counter, a_dossier, a_draft, a_member
from tests.factories.centres import CentreFactory
from tests.factories.equipment import a_thing
from tests.factories.support import an_incident

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def officer(ticket: Ticket) -> User:
    assert ticket.counter and ticket.counter.officer
    return ticket.counter.officer


@pytest.fixture
def dossier(ticket: Ticket) -> Application:
    made = a_dossier(ticket=ticket, phone="", email="")
    assert made.state == State.ACCEPTED
    # Nobody said how to reach them, the form neither.
    made.contact_phone = ""
    made.save(update_fields=["contact_phone"])
    return made


@pytest.fixture
def printer(centre: Any, ticket: Ticket) -> Equipment:
    """Of this counter."""
    return a_thing(centre, ticket.counter)


@pytest.fixture
def colleague(centre: Any, ticket: Ticket) -> User:
    return a_member(Role.COUNTER_OFFICER, centre, "Phạm Văn Thử")


@pytest.fixture
def other(centre: Any, colleague: User) -> Equipment:
    """The printer of the next counter."""
    return a_thing(centre, a_counter(centre, colleague))


def test_the_page_says_so_by_itself_once_the_fault_is_reported(
    as_: As,
    officer: User,
    dossier: Application,
    printer: Equipment,
    other: Equipment,
    django_capture_on_commit_callbacks: Any,
) -> None:
    client = as_(officer)
    assert 'id="receipt-ways"' in client.get(f"{to('desk')}?matter={dossier.pk}").content.decode()
    before = client.get(to("receipt_ways", dossier.pk))
    assert "<details>" in before.content.decode() and str(other.counter) in words(before)
    with django_capture_on_commit_callbacks(execute=True):
        an_incident(dossier.helped_at, equipment=printer)
    after = client.get(to("receipt_ways", dossier.pk), headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200 and "<details open>" in after.content.decode()


def test_a_colleague_prints_it_and_the_officer_reads_where_it_lies(
    as_: As, officer: User, colleague: User, dossier: Application, printer: Equipment, other: Equipment
) -> None:
    an_incident(dossier.helped_at, equipment=printer)
    client = as_(officer)
    assert client.post(to("receipt_elsewhere", dossier.pk), {"printer": other.pk}).status_code == 302
    paper = PrintElsewhere.objects.get()
    assert str(dossier.code) in paper.what and dossier.applicant and dossier.applicant.full_name not in paper.what
    theirs = as_(colleague)
    waiting = theirs.get("/support/prints/").content.decode()
    assert f'href="{to("receipt", dossier.pk)}"' in waiting
    assert theirs.get(paper.path)["Content-Type"] == "application/pdf"
    assert theirs.post(f"/support/prints/{paper.pk}/done/").status_code == 302
    assert paper.what not in theirs.get("/support/prints/").content.decode()
    assert str(other.counter) in words(as_(officer).get(to("receipt_ways", dossier.pk)))
    assert Look.objects.filter(user=colleague, citizen=dossier.applicant).exists(), "whoever printed it has looked"


def test_whoever_waits_is_told_when_that_counter_closes(
    as_: As, officer: User, colleague: User, dossier: Application, other: Equipment
) -> None:
    client = as_(officer)
    client.post(to("receipt_elsewhere", dossier.pk), {"printer": other.pk})
    assert 'role="alert"' not in client.get(to("receipt_ways", dossier.pk)).content.decode()
    assert other.counter
    close_counter(counter=other.counter, at=clock.now(), acting_user=colleague)
    page = client.get(to("receipt_ways", dossier.pk)).content.decode()
    assert 'role="alert"' in page and "<details open>" in page


def test_it_goes_to_the_phone_that_is_known_or_to_one_that_is_typed(
    as_: As, officer: User, dossier: Application, other: Equipment
) -> None:
    client = as_(officer)
    assert client.post(to("receipt_to_phone", dossier.pk), {"phone": "04 1234"}).status_code == 400
    client.post(to("receipt_elsewhere", dossier.pk), {"printer": other.pk})
    assert client.post(to("receipt_to_phone", dossier.pk), {"phone": "0912 345 678"}).status_code == 302
    client.post(to("receipt_to_phone", dossier.pk), {"phone": "0912 345 678"})
    sent = Message.objects.get(kind="receipt_here")
    assert (sent.channel, sent.recipient) == (Channel.SMS, "+84912345678")
    assert f"/t/{dossier.token}/" in sent.body and str(dossier.code) in sent.body
    dossier.refresh_from_db()
    assert dossier.contact_phone == "", "it is kept for nothing else"
    assert not PrintElsewhere.objects.get().is_waiting, "nobody prints it then"
    Application.objects.filter(pk=dossier.pk).update(contact_phone="+84987654321")
    Message.objects.all().delete()
    client.post(to("receipt_to_phone", dossier.pk))
    assert Message.objects.get(kind="receipt_here").recipient == "+84987654321"


def test_a_draft_has_no_receipt(as_: As, officer: User, ticket: Ticket, other: Equipment) -> None:
    draft = a_draft(ticket=ticket)
    client = as_(officer)
    assert client.post(to("receipt_elsewhere", draft.pk), {"printer": other.pk}).status_code == 409
    assert client.post(to("receipt_to_phone", draft.pk)).status_code == 409
    assert not PrintElsewhere.objects.exists()


def test_a_printer_of_another_hall_is_refused(as_: As, officer: User, dossier: Application) -> None:
    far = a_thing(CentreFactory(), place="Sảnh")
    assert as_(officer).post(to("receipt_elsewhere", dossier.pk), {"printer": far.pk}).status_code == 409
    assert as_(officer).post(to("receipt_elsewhere", dossier.pk), {"printer": ""}).status_code == 404
