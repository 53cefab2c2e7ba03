"""My applications: everything of whoever is signed in, on one page, and nothing of anybody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from applications.enums import State
from applications.mine import CONTACT_FOR
from applications.models import Application
from centres.enums import Role
from citizens.actions.bind_phone import BOUND_FOR, WRONG, bind_phone, claim_phone
from citizens.actions.citizen_sessions import session_by_key
from citizens.actions.merge import merge
from citizens.citizen_session import COOKIE
from citizens.models import Citizen, CitizenPhone, Look, PhoneClaim
from portal import clock
from portal.errors import BadInput
from tests.factories.applications import MONDAY, PHONE, a_centre, a_dossier, a_ticket_at_counter, member_of
from tests.factories.citizens import CitizenFactory, UserFactory, as_citizen

pytestmark = pytest.mark.django_db
OTHER = "+84987654321"


@pytest.fixture(autouse=True)
def monday(at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 15:00")


@pytest.fixture
def phone(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


def a_person(**known: Any) -> Citizen:
    return CitizenFactory(address="12 ngõ 5 phố Chùa Bộc, phường Kim Liên, Hà Nội", **known)


def page_of(client: Client, query: str = "") -> str:
    return client.get(f"/me/{query}").content.decode()


def bind(citizen: Citizen, number: str = PHONE) -> CitizenPhone:
    key = as_citizen(Client(), phone=number).cookies[COOKIE].value
    session = session_by_key(key, clock.now())
    assert session
    return bind_phone(
        number=claim_phone(session=session, at=clock.now()), phone_last4=number[-4:], citizen=citizen, unit="Chi nhánh",
        at=clock.now(), acting_user=UserFactory(),
    )  # fmt: skip


def test_says_where_it_stands_what_to_do_and_by_when(phone: Client) -> None:
    waits = a_dossier(state=State.SUPPLEMENT)
    runs = a_dossier()
    page = page_of(as_citizen(phone, phone=PHONE))
    assert page.index("We need something from you") < page.index(">Received<"), "what waits for the citizen comes first"
    for words in ("Please bring what is missing to", "Please bring it before", "Result before", waits.code, runs.code):
        assert words in page
    assert f'href="/t/{waits.token}/?first=dossier"' in page
    assert phone.get(f"/t/{waits.token}/?first=dossier").status_code == 200


def test_is_kept_by_no_browser(phone: Client) -> None:
    assert "no-store" in as_citizen(phone, phone=PHONE).get("/me/")["Cache-Control"]


def test_a_phone_alone_shows_what_names_it_as_contact_and_nobodys_name(phone: Client) -> None:
    person = a_person()
    mine, elsewhere = a_dossier(citizen=person), a_dossier(citizen=person, phone=OTHER)
    page = page_of(as_citizen(phone, phone=PHONE))
    assert mine.code in page
    assert elsewhere.code not in page
    assert elsewhere.token not in page
    assert person.full_name not in page
    assert "See all my dossiers" in page


def test_the_phone_that_a_counter_typed_is_no_proof(phone: Client) -> None:
    """The record's phone is what somebody said last; only a card seen and a code typed bind it."""
    person = a_person(phone=OTHER)
    dossier = a_dossier(citizen=person)
    assert dossier.code not in page_of(as_citizen(phone, phone=OTHER))


def test_a_bound_phone_shows_all_that_is_the_persons(phone: Client) -> None:
    person = a_person()
    dossiers = [a_dossier(citizen=person), a_dossier(citizen=person, phone=OTHER)]
    other = a_dossier(citizen=a_person(), phone=OTHER)
    bind(person)
    page = page_of(as_citizen(phone, phone=PHONE))
    assert all(row.code in page for row in dossiers)
    assert person.full_name in page
    assert other.code not in page


def test_vneid_shows_all_that_is_the_persons_and_no_more(phone: Client) -> None:
    person = a_person(phone=PHONE)
    mine, other = a_dossier(citizen=person, phone=OTHER), a_dossier(citizen=a_person())
    page = page_of(as_citizen(phone, citizen=person))
    assert mine.code in page
    assert other.code not in page


def test_a_merged_record_leads_to_the_one_that_counts(phone: Client) -> None:
    one, survivor = a_person(), a_person()
    dossier = a_dossier(citizen=one, phone=OTHER)
    as_citizen(phone, citizen=one)
    bind(one)
    merge(merged=one, survivor=survivor, reason="một người", at=clock.now(), acting_user=UserFactory())
    assert dossier.code in page_of(phone)
    assert dossier.code in page_of(as_citizen(Client(), phone=PHONE))


def test_an_old_dossier_is_not_shown_to_whoever_has_the_number_now(phone: Client) -> None:
    dossier = a_dossier()
    Application.objects.filter(pk=dossier.pk).update(changed_at=clock.now() - CONTACT_FOR)
    assert dossier.code not in page_of(as_citizen(phone, phone=PHONE))


def test_a_binding_does_not_outlive_the_number(phone: Client) -> None:
    person = a_person()
    dossier = a_dossier(citizen=person, phone=OTHER)
    row = bind(person)
    assert dossier.code in page_of(as_citizen(phone, phone=PHONE))
    CitizenPhone.objects.filter(pk=row.pk).update(bound_at=clock.now() - BOUND_FOR)
    assert dossier.code not in page_of(phone)


def test_a_stranger_another_citizen_and_a_guess_learn_nothing(phone: Client) -> None:
    dossier = a_dossier()
    assert phone.get("/me/")["Location"] == "/me/sign-in/"
    for who in ({"phone": OTHER}, {"citizen": a_person()}):
        session = as_citizen(Client(), **who)  # type: ignore[arg-type]
        for query in ("", "?page=2", f"?citizen={dossier.applicant_id}", f"?phone={PHONE}"):
            page = page_of(session, query)
            assert dossier.code not in page
            assert dossier.token not in page
    for guess in (dossier.pk, dossier.applicant_id, dossier.code):
        assert phone.get(f"/me/{guess}/").status_code == 404


@pytest.mark.parametrize("by", ["phone", "vneid"])
def test_costs_as_many_statements_for_thirty_as_for_one(phone: Client, by: str) -> None:
    person = a_person()
    a_dossier(citizen=person, state=State.SUPPLEMENT)
    if by == "phone":
        bind(person)
    as_citizen(phone, **({"phone": PHONE} if by == "phone" else {"citizen": person}))
    page_of(phone)
    with CaptureQueriesContext(connection) as one:
        page_of(phone)
    for state in [State.ACCEPTED] * 22 + [State.SUPPLEMENT] * 3 + [State.DONE] * 2 + [State.RETURNED] * 2:
        a_dossier(citizen=person, state=state)
    with CaptureQueriesContext(connection) as thirty:
        page = page_of(phone)
    assert page.count("?first=dossier") == 30
    assert len(thirty) <= len(one) + 1, "\n".join(query["sql"][:120] for query in thirty.captured_queries)
    assert len(thirty) < 22


class TestBinding:
    """A counter binds the phone: the citizen says a number, the officer has the card."""

    @pytest.fixture
    def desk(self) -> Client:
        centre = a_centre()
        self.officer = member_of(Role.COUNTER_OFFICER, centre)
        self.person = a_person(full_name="Phạm Thị Hoa")
        self.ticket = a_ticket_at_counter(centre=centre, citizen=self.person, at=MONDAY)
        desk = Client()
        desk.cookies["django_language"] = "en"
        desk.force_login(self.officer)
        return desk

    def number(self, client: Client) -> str:
        page = as_citizen(client, phone=PHONE).post("/me/card/").content.decode()
        return page.split("data-claim>")[1].split("<")[0]

    def give(self, desk: Client, number: str, last4: str = PHONE[-4:], **more: Any) -> Any:
        body = {
            "ticket": self.ticket.pk,
            "person": self.person.pk,
            "number": number,
            "phone_last4": last4,
            "seen": "on",
        }
        return desk.post("/desk/person/phone/", {**body, **more})

    def test_binds_and_is_recorded_as_a_look(self, desk: Client, phone: Client) -> None:
        dossier = a_dossier(citizen=self.person, phone=OTHER)
        self.ticket = a_ticket_at_counter(citizen=self.person, at=MONDAY)
        number = self.number(phone)
        assert self.person.full_name in desk.get("/desk/person/phone/").content.decode()
        assert self.give(desk, number)["Location"] == "/desk/"
        row = CitizenPhone.objects.get()
        assert (row.citizen, row.phone, row.bound_by) == (self.person, PHONE, self.officer)
        assert Look.objects.filter(citizen=self.person, user=self.officer).exists()
        assert dossier.code in page_of(phone)

    def test_asks_for_the_card(self, desk: Client, phone: Client) -> None:
        assert self.give(desk, self.number(phone), seen="").status_code == 422
        assert not CitizenPhone.objects.exists()

    def test_a_slip_of_the_finger_binds_nobodys_phone(self, desk: Client, phone: Client) -> None:
        number = self.number(phone)
        assert self.give(desk, number, "0000").status_code == 400
        assert self.give(desk, f"{(int(number.replace(' ', '')) + 1) % 10**8:08}").status_code == 400
        assert not CitizenPhone.objects.exists()
        assert self.give(desk, number).status_code == 302

    def test_another_persons_card_meanwhile_binds_nothing(self, desk: Client, phone: Client) -> None:
        assert self.give(desk, self.number(phone), person=a_person().pk).status_code == 409
        assert not CitizenPhone.objects.exists()

    def test_a_number_is_good_once_and_an_hour(self, desk: Client, phone: Client, at_hanoi: Any) -> None:
        number = self.number(phone)
        assert self.give(desk, number).status_code == 302
        assert self.give(desk, number).status_code == 400
        second = self.number(phone)
        at_hanoi("2026-11-23 16:01")
        assert self.give(desk, second).status_code == 400

    def test_whoever_signed_out_is_bound_to_nobody(self, desk: Client, phone: Client) -> None:
        number = self.number(phone)
        phone.post("/me/sign-out/")
        assert self.give(desk, number).status_code == 400

    def test_guessing_stops(self, desk: Client, phone: Client) -> None:
        number = self.number(phone)
        for guess in range(WRONG):
            self.give(desk, f"{guess:08}")
        assert self.give(desk, number).status_code == 429

    def test_a_phone_belongs_to_one_person_and_a_person_has_one_phone(self, desk: Client, phone: Client) -> None:
        before, lost = a_person(), bind(self.person, OTHER)
        theirs = bind(before)
        self.give(desk, self.number(phone))
        for row in (lost, theirs):
            row.refresh_from_db()
            assert row.ended_at is not None
        assert CitizenPhone.objects.get(ended_at__isnull=True).citizen == self.person

    def test_the_holder_unties_it(self, desk: Client, phone: Client) -> None:
        dossier = a_dossier(citizen=self.person, phone=OTHER)
        bind(self.person)
        assert dossier.code in page_of(as_citizen(phone, phone=PHONE))
        phone.post("/me/card/untie/")
        assert dossier.code not in page_of(phone)

    def test_the_number_is_not_kept_as_it_is(self, desk: Client, phone: Client) -> None:
        number = self.number(phone).replace(" ", "")
        assert number not in PhoneClaim.objects.get().number_hash

    def test_nobody_without_a_counter_binds(self, phone: Client, desk: Client) -> None:
        number = self.number(phone)
        stranger = Client()
        stranger.force_login(UserFactory())
        assert self.give(stranger, number).status_code == 409
        assert self.give(as_citizen(Client(), phone=OTHER), number).status_code in (302, 401)
        assert not CitizenPhone.objects.exists()


def test_the_record_number_binds_the_current_record() -> None:
    one, survivor = a_person(), a_person()
    merge(merged=one, survivor=survivor, reason="một người", at=clock.now(), acting_user=UserFactory())
    one.refresh_from_db()
    assert bind(one).citizen == survivor
    with pytest.raises(BadInput):
        bind_phone(number="00000000", phone_last4="0000", citizen=one, unit="x", at=clock.now() + timedelta(hours=1),
                   acting_user=UserFactory())  # fmt: skip
