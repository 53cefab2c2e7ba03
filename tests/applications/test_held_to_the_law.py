"""What a dossier is held to: the rules of its day, the person named, and the key it was begun with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from applications.actions.bring_up_to_date import RulesChanged, bring_up_to_date
from applications.actions.choose import choose
from applications.actions.edit_draft import answer_facts, drop_draft, keep_form
from applications.actions.mark_paper import use_held_document
from applications.actions.receive import NotComplete, receive
from applications.actions.supplement import accept_supplement
from applications.actions.take_in import Handed, OtherPerson, Person, take_in
from applications.catalogue import quote_for
from applications.enums import PaperState, State
from applications.models import Application
from centres.actions.finish import finish
from centres.enums import Role
from citizens.models import Citizen, HeldDocument, Look
from portal.errors import BadInput, RuleBroken
from procedures.models import Procedure, ProcedureVersion
from tests.factories.applications import FORMS, MONDAY, a_dossier, a_draft, a_ticket_at_counter, member_of
from tests.factories.citizens import CitizenFactory
from tests.moments import hanoi

pytestmark = pytest.mark.django_db


def typed(draft: Application, **values: Any) -> Application:
    return keep_form(application=draft, values=values, at=MONDAY, acting_user=draft.opened_by)


def received(draft: Application) -> Application:
    return receive(application=draft, at=MONDAY, acting_user=draft.opened_by)


@pytest.mark.parametrize("written", ["01/01/2010", "01012010", "2010-01-01", "1-1-2010", "1.1.2010"])
def test_a_boy_of_sixteen_is_refused_however_his_birthday_is_written(written: str) -> None:
    draft = typed(a_draft(procedure="marriage"), husband_born=written)
    with pytest.raises(NotComplete):
        received(draft)


@pytest.mark.parametrize("written", ["01/01/2030", "01012030", "2030-01-01", "24/11/2026"])
def test_a_birthday_that_has_not_come_is_no_birthday(written: str) -> None:
    with pytest.raises(NotComplete):
        received(typed(a_draft(procedure="marriage"), husband_born=written))


@pytest.mark.parametrize("written", ["01/01/2026", "01012026", "2026-01-01"])
def test_a_late_birth_costs_the_same_however_its_day_is_written(written: str) -> None:
    assert quote_for(typed(a_draft(), child_born=written), MONDAY).total == 5000


def test_nobody_answers_what_the_portal_finds() -> None:
    draft = typed(a_draft(), child_born="2026-01-01")
    with pytest.raises(BadInput):
        answer_facts(application=draft, facts={"late_registration": False}, at=MONDAY, acting_user=draft.opened_by)
    draft.facts = {"late_registration": False}
    assert quote_for(draft, MONDAY).total == 5000


def test_a_draft_is_received_under_the_rules_of_its_day() -> None:
    draft = a_draft()
    later = hanoi("2027-03-23 09:00")
    ProcedureVersion.objects.filter(pk=draft.version_id).update(effective_to=hanoi("2027-02-28 00:00").date())
    successor = ProcedureVersion.objects.filter(
        procedure=draft.version.procedure, effective_from__gt=MONDAY.date()
    ).first()
    assert successor is not None, "the catalogue knows the law of March 2027"
    with pytest.raises(RulesChanged):
        receive(application=draft, at=later, acting_user=draft.opened_by)
    there = draft.papers.exclude(state=PaperState.MISSING).count()
    draft = bring_up_to_date(application=draft, at=later, acting_user=draft.opened_by)
    assert draft.version == successor
    assert draft.form_data["child_name"] == FORMS["birth"]["child_name"]
    assert set(draft.papers.values_list("requirement__version", flat=True)) == {successor.pk}
    assert draft.papers.exclude(state=PaperState.MISSING).count() >= there > 0
    assert receive(application=draft, at=later, acting_user=draft.opened_by).state == State.ACCEPTED


def test_what_is_only_listed_is_not_taken_in() -> None:
    ticket = a_ticket_at_counter()
    listed = Procedure.objects.filter(is_listed_only=True).first()
    assert listed is not None
    with pytest.raises(RuleBroken) as refused:
        choose(ticket=ticket, procedure=listed, at=MONDAY, acting_user=ticket.counter.officer)
    assert refused.value.code == "listed_only"


def test_a_choice_sent_twice_is_one_draft() -> None:
    ticket = a_ticket_at_counter()
    birth = Procedure.objects.get(key="birth")
    first, second = (
        choose(ticket=ticket, procedure=birth, client_key="mot-lan-thoi", at=MONDAY, acting_user=ticket.counter.officer)
        for _turn in range(2)
    )
    assert first == second
    assert ticket.matters.count() == 1


def handed(**more: Any) -> Handed:
    person = Person("001190012345", "Nguyễn Thị Ánh", "01/02/1990", "female", "12 ngõ 5", **more.pop("person", {}))
    papers = {"birth_form", "birth_notice", "identity_document"}
    return Handed("1.001193", person, papers, form=FORMS["birth"], phone="+84912345678", **more)


def test_a_dossier_sent_twice_is_one() -> None:
    ticket = a_ticket_at_counter()
    sent = {"ticket_id": ticket.pk, "handed": handed(client_key="khoa-cua-quay"), "finish_ticket": True, "at": MONDAY}
    first, second = (take_in(**sent, acting_user=ticket.counter.officer) for _turn in range(2))
    assert first == second
    assert Application.objects.count() == 1


def test_a_number_known_under_another_name_is_nobody_elses() -> None:
    ticket = a_ticket_at_counter()
    other = CitizenFactory(
        identity_number="001190012345", full_name="Trần Văn Khác", birth_text="1970", phone="+84987654321"
    )
    sent = {"ticket_id": ticket.pk, "finish_ticket": True, "at": MONDAY, "acting_user": ticket.counter.officer}
    with pytest.raises(OtherPerson) as refused:
        take_in(handed=handed(), **sent)
    assert len(refused.value.details["warnings"]) == 2
    other.refresh_from_db()
    assert (other.full_name, other.phone) == ("Trần Văn Khác", "+84987654321")
    assert not Application.objects.exists()
    take_in(handed=handed(person={"is_same_person": True}), **sent)
    assert Look.objects.filter(citizen=other).count() == 1


def held_copy(citizen: Citizen, kind: str, **more: Any) -> HeldDocument:
    return HeldDocument.objects.create(
        citizen=citizen, kind_key=kind, sha256=f"{len(more):064}", title="Bản sao", media_type="application/pdf",
        pages=1, created_at=MONDAY, **more,
    )  # fmt: skip


def test_a_copy_on_file_stands_for_no_original_and_not_after_its_end() -> None:
    draft = a_draft(complete=False)
    forms = {paper.form_of_copy: paper for paper in draft.papers.select_related("kind")}
    original = forms["original"]
    copy = held_copy(draft.applicant, original.kind.key)
    with pytest.raises(BadInput):
        use_held_document(paper=original, held=copy, at=MONDAY, acting_user=draft.opened_by)
    original.form_of_copy = "certified_copy"
    original.save()
    expired = held_copy(draft.applicant, original.kind.key, valid_until=MONDAY.date() - timedelta(days=1))
    with pytest.raises(BadInput):
        use_held_document(paper=original, held=expired, at=MONDAY, acting_user=draft.opened_by)
    for _turn in range(2):
        use_held_document(paper=original, held=copy, at=MONDAY, acting_user=draft.opened_by)
    assert draft.documents.count() == 1


def test_a_visit_does_not_end_over_something_that_is_open() -> None:
    draft = a_draft()
    ticket = draft.matter.ticket
    with pytest.raises(RuleBroken) as refused:
        finish(ticket=ticket, at=MONDAY, acting_user=draft.opened_by)
    assert refused.value.code == "matters_open"
    drop_draft(application=draft, at=MONDAY, acting_user=draft.opened_by)
    finish(ticket=ticket, at=MONDAY, acting_user=draft.opened_by)


def test_waiting_within_one_day_moves_no_limit_that_is_counted_in_days() -> None:
    dossier = a_dossier(state=State.SUPPLEMENT, procedure="land_change_info")
    before = dossier.due_at
    dossier = accept_supplement(
        application=dossier,
        note="",
        at=dossier.paused_at + timedelta(minutes=1),
        acting_user=member_of(Role.SPECIALIST, dossier.competent),
    )
    assert dossier.due_at == before


def test_a_divided_ward_is_asked_about_before_the_receipt_names_it() -> None:
    draft = a_draft(procedure="land_change_info")  # with Hanoi's units loaded
    person = draft.applicant
    person.address, person.unit_code, person.card_address = "", "", "8 ngõ 31, Láng Hạ, Đống Đa, Hà Nội"
    person.save()
    with pytest.raises(NotComplete) as refused:
        received(draft)
    assert len(refused.value.details["missing"]) == 1
