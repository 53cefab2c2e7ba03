"""What may be here already is pointed out before it is received, and somebody decides."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from applications.actions.edit_draft import keep_form
from applications.actions.ending import withdraw
from applications.actions.other_matter import go_on_as_other_matter
from applications.actions.receive import receive
from applications.actions.take_in import Handed, Person, take_in
from applications.duplicates import Duplicate, side_by_side, twins_of, undecided
from applications.history_words import told
from applications.models import Application, Event, HandlingRules
from centres.enums import Role
from centres.models import Centre
from citizens.models import Citizen
from portal.errors import BadInput
from tests.applications.at_desk import to, words
from tests.factories.applications import FORMS, MONDAY, a_centre, a_dossier, a_draft, a_ticket_at_counter
from tests.factories.citizens import CitizenFactory
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
LAND = "land_change_info"
DAYS_LATER = MONDAY + timedelta(days=3)


@pytest.fixture
def person(centre: Centre) -> Citizen:
    return CitizenFactory(address="12 ngõ 5 phố Chùa Bộc, phường Kim Liên, Hà Nội")


def again(person: Citizen, procedure: str = "birth", at: Any = DAYS_LATER, **form: Any) -> Application:
    """A draft of the same person of which nobody has decided anything."""
    draft = a_draft(procedure=procedure, citizen=person, at=at)
    Application.objects.filter(pk=draft.pk).update(other_matter={})
    draft.refresh_from_db()
    if form:
        draft = keep_form(application=draft, values=form, at=at, acting_user=draft.opened_by)
    return draft


def test_the_same_matter_again_is_not_received_until_somebody_has_decided(person: Citizen) -> None:
    first = a_dossier(citizen=person)
    draft = again(person)
    officer = draft.opened_by
    with pytest.raises(Duplicate) as refusal:
        receive(application=draft, at=DAYS_LATER, acting_user=officer)
    (named,) = refusal.value.details["duplicates"]
    assert (named["code"], named["state"], named["centre"]) == (first.code, first.state, "chi-nhanh-3")
    assert not Event.objects.filter(application=draft).exists()
    with pytest.raises(BadInput):
        go_on_as_other_matter(application=draft, reason=" ", at=DAYS_LATER, acting_user=officer)
    go_on_as_other_matter(application=draft, reason="Bản chính lần trước bị mất", at=DAYS_LATER, acting_user=officer)
    dossier = receive(application=draft, at=DAYS_LATER, acting_user=officer)
    quote = told(dossier.events.first()).quote
    assert first.code in quote
    assert "Bản chính lần trước bị mất" in quote


def test_what_came_after_the_decision_is_pointed_out_again(person: Citizen) -> None:
    a_dossier(citizen=person)
    draft = again(person)
    draft = go_on_as_other_matter(application=draft, reason="Khác", at=DAYS_LATER, acting_user=draft.opened_by)
    assert not undecided(draft, twins_of(draft, DAYS_LATER))
    later = a_dossier(citizen=person, at=DAYS_LATER)
    assert undecided(draft, twins_of(draft, DAYS_LATER)) == [later]


@pytest.mark.parametrize(
    ("procedure", "form", "found"),
    [
        ("birth", {"child_name": "NGUYEN  GIA BAO", "birth_place": "Bệnh viện E"}, True),
        ("birth", {"child_name": "Nguyễn Gia Hân"}, False),
        ("birth", {"child_name": ""}, False),
        (LAND, {"new_address": "14 ngõ 5"}, True),
        (LAND, {"certificate_serial": "AB 999999"}, True),  # the same parcel
        (LAND, {"certificate_serial": "AB 999999", "parcel_number": "46"}, False),
        (LAND, {"certificate_serial": "AB 999999", "parcel_number": "045", "map_sheet": "012"}, True),
        (LAND, {"certificate_serial": "ab123456", "parcel_number": "46"}, True),
        ("birth", {"child_born": "02/11/2026"}, True),
    ],
)
def test_the_same_object_is_what_its_fields_say(person: Citizen, procedure: str, form: Any, found: bool) -> None:
    a_dossier(procedure=procedure, citizen=person)
    draft = again(person, procedure, **form)
    assert bool(twins_of(draft, DAYS_LATER)) == found


def test_only_this_person_this_procedure_and_these_days_count(person: Citizen) -> None:
    first = a_dossier(citizen=person)
    assert not twins_of(again(CitizenFactory(address="x")), DAYS_LATER)
    assert not twins_of(again(person, LAND), DAYS_LATER)
    draft = again(person)
    assert twins_of(draft, MONDAY + timedelta(days=29)) == [first]
    assert not twins_of(draft, MONDAY + timedelta(days=31))
    HandlingRules.objects.create(valid_from=hanoi("2026-11-24 00:00").date(), source="thử", duplicate_days=60)
    assert twins_of(draft, MONDAY + timedelta(days=31)) == [first]
    withdraw(application=first, reason="Nộp nhầm", at=DAYS_LATER, acting_user=first.received_by)
    assert not twins_of(draft, DAYS_LATER)
    assert not twins_of(again(person, "certified_copy"), DAYS_LATER), "anyone may have a copy certified again"


def test_one_statement_finds_them_however_many_there_are(person: Citizen) -> None:
    draft = again(person)
    for count in (1, 4):
        while Application.objects.filter(applicant=person).count() <= count:
            a_dossier(citizen=person)
        twins_of(draft, DAYS_LATER)
        with CaptureQueriesContext(connection) as statements:
            assert len(twins_of(draft, DAYS_LATER)) == count
        assert len(statements) == 1, [row["sql"] for row in statements]


@pytest.mark.postgres
def test_they_are_found_by_the_index_of_a_citizens_applications(person: Citizen) -> None:
    a_dossier(citizen=person)
    draft = again(person)
    twins_of(draft, DAYS_LATER)
    with CaptureQueriesContext(connection) as statements:
        twins_of(draft, DAYS_LATER)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + statements[0]["sql"].replace("%", "%%"))
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert re.search(r"Index.* on applications_application", plan), plan
    assert re.search(r"Index Cond: \(\(?applicant_id", plan), plan


def test_side_by_side_shows_what_differs_here_and_only_where_it_lies_elsewhere(person: Citizen) -> None:
    a_dossier(citizen=person)
    a_dossier(citizen=person, ticket=a_ticket_at_counter(centre=a_centre("chi-nhanh-4", "H26.30.4"), citizen=person))
    draft = again(person, birth_place="Bệnh viện E")
    elsewhere, here = side_by_side(draft, twins_of(draft, DAYS_LATER))
    assert (elsewhere.is_here, elsewhere.differences, here.is_here) == (False, [], True)
    assert [(row[1], row[2]) for row in here.differences] == [("Bệnh viện E", "Bệnh viện Phụ sản Hà Nội")]


def test_the_desk_shows_both_and_goes_on_with_a_reason(person: Citizen, as_: As, at_hanoi: Any) -> None:
    at_hanoi("2026-11-26 10:26")
    first = a_dossier(citizen=person)
    draft = again(person, birth_place="Bệnh viện E")
    desk = as_(Role.COUNTER_OFFICER)
    page = desk.get(f"/desk/?matter={draft.pk}")
    text = words(page)
    assert "data-twins" in page.content.decode()
    assert all(word in text for word in (first.code, "Bệnh viện E", "Bệnh viện Phụ sản Hà Nội"))
    answer = desk.post(to("receive", draft.pk))
    assert answer.status_code == 409
    assert first.code in answer.content.decode()
    assert desk.post(to("other_matter", draft.pk), {"reason": ""}).status_code == 400
    assert desk.post(to("other_matter", draft.pk), {"reason": "Con thứ hai"}).status_code == 302
    assert "data-twins" not in desk.get(f"/desk/?matter={draft.pk}").content.decode()
    assert desk.post(to("receive", draft.pk)).status_code == 302


def test_a_counters_own_program_is_told_and_says_why_it_goes_on(person: Citizen, as_: As, at_hanoi: Any) -> None:
    at_hanoi("2026-11-26 10:26")
    first = a_dossier(citizen=person)
    ticket = a_ticket_at_counter(citizen=person, at=DAYS_LATER)
    body = {
        "ticket": ticket.pk,
        "procedure": "1.001193",
        "citizen": {"identity_number": person.identity_number},
        "papers": [{"kind": kind} for kind in ("birth_form", "birth_notice", "identity_document")],
        "form": FORMS["birth"],
    }
    client = as_(Role.COUNTER_OFFICER)
    url = "/api/v1/applications/receive/"
    answer = client.post(url, body, content_type="application/json")
    assert answer.status_code == 409, answer.content
    assert answer.json()["code"] == "duplicate"
    assert [row["code"] for row in answer.json()["duplicates"]] == [first.code]
    answer = client.post(url, {**body, "other_matter": "Con sinh đôi"}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    event = Event.objects.filter(application=answer.json()["id"]).first()
    assert "Con sinh đôi" in told(event).quote


def test_the_program_hands_in_the_originals_with_the_papers(person: Citizen) -> None:
    a_draft(procedure=LAND, citizen=person)
    ticket = a_ticket_at_counter(citizen=person)
    handed = Handed(
        procedure=LAND,
        person=Person(person.identity_number),
        papers={"land_change_form", "land_certificate", "land_change_proof"},
        originals={"land_certificate": [{"number": "CT 7", "pages": 4}]},
        form=FORMS[LAND],
        phone="+84912345678",
    )
    dossier, _fee = take_in(
        ticket_id=ticket.pk, handed=handed, finish_ticket=True, at=MONDAY, acting_user=ticket.counter.officer
    )
    assert [(row.number, row.pages) for row in dossier.originals.all()] == [("CT 7", 4)]
