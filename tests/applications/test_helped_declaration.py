"""A helper of the hall fills the form in with the citizen: with their consent, in their name, and the history says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from applications.actions.declare import begin
from applications.actions.edit_draft import acknowledge
from applications.actions.mark_paper import mark_paper
from applications.actions.receive import receive
from applications.actions.take_over_declaration import take_over_declaration
from applications.catalogue import notices_for
from applications.declaration_codes import spoken
from applications.enums import PAPER_THERE, EventKind
from applications.history_words import told
from applications.models import Application, Declaration
from centres.enums import Role
from centres.models import Centre, Ticket
from citizens.models import User
from portal.errors import BadInput, NotAllowed
from procedures.catalogue_cache import version_in_force
from tests.applications.at_desk import CARD, As, to, words
from tests.factories.applications import MONDAY, a_member
from tests.factories.declarations import a_declaration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
BIRTH = "1.001193"


@pytest.fixture
def helper(centre: Centre) -> User:
    return a_member(Role.HELPER, centre)


def helped(helper: User, **given: Any) -> Declaration:
    row = a_declaration(**given)
    Declaration.objects.filter(pk=row.pk).update(helped_by=helper, agreed_at=MONDAY)
    return Declaration.objects.get(pk=row.pk)


def test_without_the_citizens_consent_nothing_begins(as_: As, helper: User) -> None:
    tablet = as_(helper)
    address = reverse("applications:declare_start", args=[BIRTH])
    assert 'name="agreed"' in tablet.get(address).content.decode()
    refused = tablet.post(address)
    assert refused.status_code == 400 and "Hãy hỏi người dân trước" in words(refused)
    assert not Declaration.objects.exists()
    begun = tablet.post(address, {"agreed": "on"})
    row = Declaration.objects.get()
    assert begun.status_code == 302 and row.token in begun["Location"]
    assert (row.helped_by, row.agreed_at) == (helper, MONDAY)


@pytest.mark.parametrize("role", [Role.COUNTER_OFFICER, None])
def test_whoever_is_no_helper_fills_in_for_themselves(
    as_: As, client: Client, centre: Centre, role: str | None
) -> None:
    person = as_(role) if role else client
    address = reverse("applications:declare_start", args=[BIRTH])
    assert 'name="agreed"' not in person.get(address).content.decode()
    person.post(address, {"agreed": "on"})
    assert Declaration.objects.get().helped_by is None


def test_the_rule_holds_below_the_pages(helper: User, centre: Centre) -> None:
    version = version_in_force("birth", MONDAY.date())
    assert version is not None
    with pytest.raises(BadInput) as silent:
        begin(version=version, facts={}, at=MONDAY, helper=helper)
    assert silent.value.code == "not_agreed"
    with pytest.raises(NotAllowed):
        begin(version=version, facts={}, at=MONDAY, helper=a_member(Role.SPECIALIST), is_agreed=True)
    row = begin(version=version, facts={}, at=MONDAY, helper=helper, is_agreed=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.filter(pk=row.pk).update(agreed_at=None)


def test_citizen_and_helper_read_on_each_page_who_helps_and_the_helper_goes_on_to_the_next(
    as_: As, client: Client, helper: User
) -> None:
    row = helped(helper)
    for name in ("check", "papers", "done"):
        assert "Lan" in words(client.get(reverse(f"applications:declare_{name}", args=[row.token])))
    done = reverse("applications:declare_done", args=[row.token])
    onward = reverse("support:helping")
    assert onward in as_(helper).get(done).content.decode()
    assert onward not in client.get(done).content.decode()
    assert (
        "data-helped"
        not in client.get(reverse("applications:declare_done", args=[a_declaration().token])).content.decode()
    )


def test_the_desk_and_the_history_say_who_helped(as_: As, helper: User, ticket: Ticket) -> None:
    row = helped(helper)
    desk = as_(Role.COUNTER_OFFICER)
    desk.post(to("scan"), {"payload": CARD})
    page = desk.post(to("scan"), {"payload": spoken(row.code)}, follow=True)
    assert "Hà Thu Lan" in words(page)
    draft = Application.objects.get()
    assert draft.opened_by is not None
    by: dict[str, Any] = {"at": MONDAY + timedelta(minutes=5), "acting_user": draft.opened_by}
    for notice in notices_for(draft, MONDAY):
        if notice.get("acknowledge"):
            draft = acknowledge(application=draft, notice=notice["key"], **by)
    for paper in draft.papers.exclude(state__in=PAPER_THERE):
        mark_paper(paper=paper, there=True, **by)
    dossier = receive(application=Application.objects.get(pk=draft.pk), **by)
    event = dossier.events.get(kind=EventKind.RECEIVED)
    assert event.details["helped_by"] == "Hà Thu Lan"
    assert "Hà Thu Lan" in told(event).sentence and "đồng ý" in told(event).sentence


def test_a_declaration_made_alone_says_nothing_of_it(ticket: Ticket) -> None:
    row = a_declaration()
    assert ticket.counter is not None and ticket.counter.officer is not None
    take_over_declaration(declaration=row, ticket=ticket, at=MONDAY, acting_user=ticket.counter.officer)
    row.refresh_from_db()
    assert row.helped_by is None and row.application is not None
