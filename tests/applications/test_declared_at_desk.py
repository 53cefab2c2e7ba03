"""What was declared at home, taken over at the desk: everything is there, once, and the card says who it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from applications.actions.declare import discard
from applications.actions.edit_draft import acknowledge
from applications.actions.mark_paper import mark_paper
from applications.actions.receive import NotComplete, receive
from applications.actions.take_over_declaration import take_over_declaration
from applications.catalogue import bound_form, form_values, notices_for
from applications.declaration_codes import new_code, spoken
from applications.enums import PAPER_THERE
from applications.history_words import told
from applications.models import Application, Declaration
from centres.enums import Role
from centres.models import Ticket
from portal import clock
from portal.errors import RuleBroken
from procedures import revisions
from procedures.catalogue_cache import version_in_force
from procedures.models import ProcedureVersion
from procedures.own_case import can_be_declared
from tests.applications.at_desk import CARD, OTHER_CARD, As, to, words
from tests.applications.test_at_once import together
from tests.applications.test_declare import KEYS
from tests.factories.applications import MONDAY, a_centre, a_member, a_ticket_at_counter
from tests.factories.citizens import CitizenFactory
from tests.factories.declarations import a_declaration, plausible, reloaded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def desk(as_: As, ticket: Ticket) -> Client:
    client = as_(Role.COUNTER_OFFICER)
    client.cookies["django_language"] = "en"
    return client


def scanned(desk: Client, payload: str) -> Any:
    return desk.post(to("scan"), {"payload": payload}, follow=True)


@pytest.mark.parametrize("key", KEYS[:8])
def test_the_desks_form_accepts_every_declaration_unchanged(key: str, ticket: Ticket) -> None:
    call_command("load_units", verbosity=0)
    version = version_in_force(key, clock.today())
    assert version is not None and can_be_declared(version)
    row = a_declaration(key, answers=plausible(version))
    officer = ticket.counter.officer  # type: ignore[union-attr]
    draft = take_over_declaration(declaration=row, ticket=ticket, at=MONDAY, acting_user=officer)
    form = bound_form(draft, MONDAY)
    assert form.is_valid(), form.errors
    home = {name: value for name, value in row.answers.items() if value not in ("", None)}
    assert {name: value for name, value in form.form_data().items() if name in home} == home


def test_what_is_not_taken_in_here_is_refused_with_where_to_go(desk: Client, ticket: Ticket) -> None:
    version = version_in_force("household_business", clock.today())
    assert version is not None
    page = scanned(desk, a_declaration("household_business", answers=plausible(version)).code)
    assert page.status_code == 422 and "not taken in here yet" in words(page)


def test_a_code_makes_the_matter_with_all_that_was_declared(desk: Client, ticket: Ticket) -> None:
    row = a_declaration(yes=("no_birth_paper",))
    page = scanned(desk, spoken(row.code).lower())
    draft = Application.objects.get()
    assert draft.matter is not None and draft.matter.ticket_id == ticket.pk
    assert draft.form_data["child_name"] == "Nguyễn Gia Bảo"
    assert draft.facts["no_birth_paper"] is True and draft.facts["authorised"] is False
    assert "birth_witness" in {paper.kind.key for paper in draft.papers.select_related("kind")}
    assert draft.contact_phone == "+84912345678"
    assert draft.applicant is None, "who it is comes from the card"
    assert "Declared at home on 23/11/2026" in words(page)
    row = reloaded(row)
    assert (row.application, row.used_at, row.used_by) == (draft, MONDAY, ticket.counter.officer)  # type: ignore[union-attr]
    form = desk.get(to("desk"), {"matter": draft.pk, "view": "form"}).content.decode()
    assert form.count("declared at home") == 2 * len([value for value in row.answers.values() if value])


def test_the_address_of_its_page_does_the_same(desk: Client, ticket: Ticket) -> None:
    row = a_declaration()
    scanned(desk, f"https://mot-cua.example/declare/{row.token}/")
    assert reloaded(row).application is not None


def test_the_card_says_who_it_is_and_the_officer_sees_both(desk: Client, ticket: Ticket) -> None:
    row = a_declaration()
    scanned(desk, row.code)
    page = scanned(desk, CARD)
    draft = Application.objects.get()
    values = form_values(draft)
    assert (values["applicant_name"], values["applicant_born"]) == ("Nguyễn Thị Hoà", "15/06/1990")
    assert values["applicant_residence"] == "12 ngõ 5, phường Kim Liên, Hà Nội", (
        "where somebody lives is no card's to say"
    )
    shown = words(page)
    assert "Nguyễn Thị Hoà" in shown and "declared Nguyễn Thị Ánh" in shown
    assert "declared 001190000321" in shown
    form = words(desk.get(to("desk"), {"matter": draft.pk, "view": "form"}))
    assert "Declared at home: Nguyễn Thị Ánh" in form


def test_the_card_first_and_the_code_after_it_come_to_the_same(desk: Client, ticket: Ticket) -> None:
    scanned(desk, CARD)
    scanned(desk, a_declaration().code)
    draft = Application.objects.get()
    assert draft.applicant is not None
    assert form_values(draft)["applicant_name"] == "Nguyễn Thị Hoà"
    assert "applicant_name" not in draft.form_data


def test_of_two_spouses_the_card_speaks_for_its_own(desk: Client, ticket: Ticket) -> None:
    scanned(desk, a_declaration("marriage").code)
    scanned(desk, CARD)
    values = form_values(Application.objects.get())
    assert values["wife_name"] == "Nguyễn Thị Hoà" and values["husband_name"] == "Phạm Văn Nam"


def test_what_an_officer_typed_stays_whatever_the_card_says(desk: Client, ticket: Ticket) -> None:
    scanned(desk, a_declaration().code)
    draft = Application.objects.get()
    desk.post(to("keep_form", draft.pk), {"applicant_name": "Nguyễn Thị Hòa"})
    scanned(desk, CARD)
    assert form_values(Application.objects.get())["applicant_name"] == "Nguyễn Thị Hòa"


def test_pages_and_copies_stand_beside_the_fee(desk: Client, ticket: Ticket) -> None:
    scanned(desk, a_declaration("certified_copy", answers={"page_count": "4", "copy_count": "3"}).code)
    draft = Application.objects.get()
    assert (draft.pages, draft.copies) == (4, 3)
    assert "page_count" not in draft.form_data


def test_what_is_certified_document_by_document_waits_for_its_documents(desk: Client, ticket: Ticket) -> None:
    scanned(desk, a_declaration("certified_copy", answers={"page_count": "4", "copy_count": "3"}).code)
    draft = Application.objects.get()
    with pytest.raises(NotComplete) as refused:
        receive(application=draft, at=MONDAY, acting_user=draft.opened_by)
    assert any(getattr(one, "href", "").endswith("#documents") for one in refused.value.details["missing"])


def test_a_draft_just_opened_for_it_is_used(desk: Client, ticket: Ticket) -> None:
    row = a_declaration()
    desk.post(to("choose"), {"procedure": "1.001193"})
    scanned(desk, row.code)
    assert Application.objects.count() == 1


def test_it_is_used_once_and_the_second_desk_is_told_by_whom_and_when(desk: Client, ticket: Ticket, as_: As) -> None:
    row = a_declaration()
    scanned(desk, row.code)
    other = a_member(Role.COUNTER_OFFICER, full_name="Phạm Văn Thử")
    a_ticket_at_counter(officer=other)
    second = as_(other)
    second.cookies["django_language"] = "en"
    page = second.post(to("scan"), {"payload": row.code})
    assert page.status_code == 422
    assert "already taken over: Lê Thị Hương" in words(page) and "10:26 Monday 23/11/2026" in words(page)
    assert Application.objects.count() == 1
    home = Client().get(f"/declare/{row.token}/check/")
    assert home.status_code == 409 and "Nguyễn Gia Bảo" not in words(home)


def test_taken_back_at_the_desk_it_can_be_used_again(desk: Client, ticket: Ticket) -> None:
    row = a_declaration()
    scanned(desk, row.code)
    desk.post(to("drop", Application.objects.get().pk))
    assert reloaded(row).application is None and reloaded(row).answers
    scanned(desk, row.code)
    assert Application.objects.get().declaration == row


@pytest.mark.parametrize(
    ("why", "said"), [("deleted", "deleted by its owner on 23/11"), ("expired", "kept until 23/11")]
)
def test_what_is_gone_says_so_at_the_desk(desk: Client, ticket: Ticket, why: str, said: str) -> None:
    past, born = MONDAY - timedelta(days=30), {"child_born": "2026-10-02"}
    row = a_declaration(at=past if why == "expired" else MONDAY, answers=born)
    if why == "deleted":
        discard(declaration=row, at=MONDAY)
    page = scanned(desk, row.code)
    assert page.status_code == 422 and said in words(page)
    assert not Application.objects.exists()


def test_guessing_codes_costs_time(desk: Client, ticket: Ticket) -> None:
    cache.clear()
    row = a_declaration()
    for _time in range(10):
        code = new_code()
        assert "No declaration has this code" in words(scanned(desk, code))
    page = scanned(desk, row.code)
    assert "tried too often" in words(page) and not Application.objects.exists()


def test_a_mistyped_code_names_nobody(desk: Client, ticket: Ticket) -> None:
    row = a_declaration()
    wrong = row.code[:-1] + str((int(row.code[-1]) + 1) % 10)
    assert "digit by digit" in words(scanned(desk, wrong))


def test_with_nobody_at_the_counter_nothing_is_taken_over(as_: As, centre: Any) -> None:
    row = a_declaration()
    assert as_(Role.COUNTER_OFFICER).post(to("scan"), {"payload": row.code, "ticket": "1"}).status_code == 409
    assert reloaded(row).application is None


def test_received_its_history_says_so_and_the_answers_from_home_are_erased(desk: Client, ticket: Ticket) -> None:
    row = a_declaration()
    CitizenFactory(identity_number="001190012345", full_name="Nguyễn Thị Hoà", address="Phường Kim Liên, Hà Nội")
    scanned(desk, row.code)
    scanned(desk, "001190012345")
    draft = Application.objects.get()
    by: dict[str, Any] = {"at": MONDAY, "acting_user": ticket.counter.officer}  # type: ignore[union-attr]
    for notice in notices_for(draft, MONDAY):
        acknowledge(application=draft, notice=notice["key"], **by)
    for paper in draft.papers.exclude(state__in=PAPER_THERE):
        mark_paper(paper=paper, there=True, **by)
    dossier = receive(application=draft, **by)
    event = dossier.events.get()
    assert event.details["declared_at_home"] is True
    assert dossier.form_data["child_name"] == "Nguyễn Gia Bảo"
    assert "declared it at home" in told(event).sentence or "tại nhà" in told(event).sentence
    row = reloaded(row)
    assert (row.answers, row.facts, row.why_erased, row.application) == ({}, {}, "received", dossier)
    assert "already taken over" in words(scanned(desk, row.code)) or Ticket.objects.get(pk=ticket.pk).state == "done"


@pytest.fixture
def changed_birth() -> ProcedureVersion:
    """From the next day on births ask for the mother's job, must have her name, and not for the number of the paper."""
    version = version_in_force("birth", clock.today())
    assert version is not None
    new = ProcedureVersion.objects.get(procedure=version.procedure, number=2)
    schema = {**new.form_schema, "properties": dict(new.form_schema["properties"])}
    schema["properties"]["mother_job"] = {
        **schema["properties"]["mother_residence"],
        "x-label": {"vi": "Nghề", "en": "Job"},
    }
    del schema["properties"]["birth_notice_number"]
    schema["required"] = [*schema["required"], "mother_job"]
    schema["x-groups"] = [
        {**group, "fields": [*(key for key in group["fields"] if key != "birth_notice_number"),
                             *(["mother_job"] if group["key"] == "mother" else [])]}
        for group in schema["x-groups"]
    ]  # fmt: skip
    ProcedureVersion.objects.filter(pk=new.pk).update(form_schema=schema)
    revisions.changed(revisions.CATALOGUE)
    return new


def test_left_under_old_rules_it_keeps_its_answers_says_what_is_new_and_asks_it(
    client: Client, centre: Any, changed_birth: ProcedureVersion, at_hanoi: Any
) -> None:
    client.cookies["django_language"] = "en"
    at_hanoi("2027-02-20 09:00")
    row = a_declaration(at=clock.now(), answers={"birth_notice_number": "01234", "child_born": "2027-02-10"})
    at_hanoi("2027-03-02 09:00")
    answer = client.get(f"/declare/{row.token}/done/", follow=True)
    assert answer.redirect_chain[-1][0].endswith("/rules/")
    assert "New question: Job." in words(answer) and "Not asked any more" in words(answer)
    answer = client.post(f"/declare/{row.token}/rules/", follow=True)
    assert answer.redirect_chain[-1][0].endswith("/fill/mother_job/"), "what is missing is asked"
    row = reloaded(row)
    assert row.version == changed_birth and row.answers["child_name"] == "Nguyễn Gia Bảo"
    client.post(f"/declare/{row.token}/fill/mother_job/", {"mother_job": "Giáo viên"})
    client.post(f"/declare/{row.token}/check/")
    assert reloaded(row).done_at is not None


def test_the_desk_says_what_changed_since_it_was_declared(
    desk: Client, changed_birth: ProcedureVersion, at_hanoi: Any
) -> None:
    at_hanoi("2027-02-20 09:00")
    row = a_declaration(at=clock.now(), answers={"child_born": "2027-02-10"})
    at = at_hanoi("2027-03-02 09:00")
    a_ticket_at_counter(at=at)
    page = scanned(desk, row.code)
    assert "New question: Job." in words(page)
    draft = Application.objects.get()
    assert draft.version == changed_birth and draft.form_data["child_name"] == "Nguyễn Gia Bảo"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_desks_at_once_take_it_over_once() -> None:
    row, centre = a_declaration(), a_centre()
    officers = [a_member(Role.COUNTER_OFFICER, centre, full_name=f"Cán bộ {number}") for number in range(4)]
    tickets = [a_ticket_at_counter(officer=officer) for officer in officers]

    def work(number: int) -> str:
        try:
            take_over_declaration(
                declaration=Declaration.objects.get(pk=row.pk),
                ticket=Ticket.objects.get(pk=tickets[number].pk),
                at=MONDAY,
                acting_user=officers[number],
            )
        except RuleBroken as problem:
            return f"{problem.code} {problem}"
        return "taken"

    found = together(4, work)
    assert found.count("taken") == 1
    winner = officers[found.index("taken")]
    assert all(f"declaration_used {winner}" in line.replace("This declaration was already taken over: ", "")
               or str(winner) in line for line in found if line != "taken")  # fmt: skip
    assert Application.objects.count() == 1


def test_the_desks_page_costs_no_more_statements_for_it(desk: Client, ticket: Ticket) -> None:
    desk.post(to("choose"), {"procedure": "1.001193"})
    plain = Application.objects.get()
    desk.get(to("desk"), {"matter": plain.pk})
    with CaptureQueriesContext(connection) as before:
        desk.get(to("desk"), {"matter": plain.pk})
    scanned(desk, a_declaration().code)
    desk.get(to("desk"), {"matter": plain.pk})
    with CaptureQueriesContext(connection) as after:
        desk.get(to("desk"), {"matter": plain.pk})
    assert len(after) == len(before)


def test_another_card_is_asked_about_as_ever(desk: Client, ticket: Ticket) -> None:
    scanned(desk, a_declaration().code)
    scanned(desk, CARD)
    page = desk.post(to("scan"), {"payload": OTHER_CARD, "matter": Application.objects.get().pk}, follow=True)
    assert page.context["other"].full_name == "Trần Văn Bình"
