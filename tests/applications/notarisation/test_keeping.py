"""A register is opened, handed over and closed by named people, and that is kept in a chain of its own."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from applications.actions.close_register import close_register
from applications.actions.hand_over_register import hand_over_register, possible_keepers
from applications.actions.strike_entry import strike_entry
from applications.models import Register, RegisterNote
from applications.notarisation.keeping import NoteKind, keeper_of, note, strikes_of
from centres.enums import Role
from centres.models import Membership
from portal import chain
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.factories.applications import MONDAY, a_centre, a_member, member_of
from tests.factories.registers import a_line, a_register
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
NEW_YEAR = hanoi("2027-01-04 08:15")


def notes_of(register: Register) -> list[tuple[str, int]]:
    return [(row.kind, row.number) for row in register.notes.all()]


def test_whoever_signs_the_first_line_opens_and_keeps_the_register() -> None:
    register = a_register(3)
    opened = register.notes.get()
    assert (opened.kind, opened.number, opened.keeper) == (NoteKind.OPENED, 0, register.entries.first().signer)
    assert chain.verify(register.notes.all()) is None


def test_a_register_is_handed_over_from_one_person_to_another() -> None:
    register, leader = a_register(2), member_of(Role.LEADER, a_centre())
    hand_over_register(register=register, to=leader, reason=" nghỉ  phép ", at=MONDAY, acting_user=leader)
    assert keeper_of(register.notes.all()) == leader
    assert notes_of(register) == [("opened", 0), ("handed_over", 2)]
    assert chain.verify(register.notes.all()) is None
    # Sent twice, it is one hand-over.
    hand_over_register(register=register, to=leader, reason="nghỉ phép", at=MONDAY, acting_user=leader)
    assert register.notes.count() == 2


def test_who_keeps_a_register_works_there_now() -> None:
    register, centre = a_register(1), a_centre()
    leader, next_door = member_of(Role.LEADER, centre), member_of(Role.LEADER, a_centre("chi-nhanh-4", "H26.30.4"))
    gone = a_member(Role.COUNTER_OFFICER, centre)
    Membership.objects.filter(user=gone).update(valid_to=MONDAY.date() - timedelta(days=1))
    assert {next_door, gone, member_of(Role.SPECIALIST, centre)}.isdisjoint(possible_keepers(centre, MONDAY))
    for person in (next_door, gone):
        with pytest.raises(BadInput) as refused:
            hand_over_register(register=register, to=person, reason="nghỉ", at=MONDAY, acting_user=leader)
        assert (refused.value.code, refused.value.field) == ("keeper_not_here", "to")


def test_a_hand_over_says_why() -> None:
    register, leader = a_register(1), member_of(Role.LEADER, a_centre())
    for reason, code in (("  ", "reason_missing"), ("x" * 201, "reason_too_long")):
        with pytest.raises(BadInput) as refused:
            hand_over_register(register=register, to=leader, reason=reason, at=MONDAY, acting_user=leader)
        assert refused.value.code == code


@pytest.mark.parametrize("role", [Role.COUNTER_OFFICER, Role.SPECIALIST])
def test_only_those_who_lead_the_centre_or_the_city_act(role: Role) -> None:
    register, person = a_register(1), member_of(role, a_centre())
    with pytest.raises(NotAllowed):
        hand_over_register(register=register, to=person, reason="nghỉ", at=MONDAY, acting_user=person)
    with pytest.raises(NotAllowed):
        close_register(register=register, last_number=1, at=NEW_YEAR, acting_user=person)
    assert register.notes.count() == 1


@pytest.mark.parametrize("role", [Role.LEADER, Role.MANAGER, Role.CITY_ADMIN])
def test_after_its_year_a_register_is_closed_and_takes_no_line(role: Role) -> None:
    register = a_register(2)
    person = member_of(role, a_centre()) if role != Role.CITY_ADMIN else a_member(role)
    closed = close_register(register=register, last_number=2, at=NEW_YEAR, acting_user=person)
    assert (closed.number, closed.line, closed.by) == (2, register.last_hash, person)
    with pytest.raises(RuleBroken) as refused:
        a_line()
    assert refused.value.code == "register_closed"
    with pytest.raises(RuleBroken):
        close_register(register=register, last_number=2, at=NEW_YEAR, acting_user=person)
    with pytest.raises(RuleBroken):
        hand_over_register(register=register, to=person, reason="nghỉ", at=NEW_YEAR, acting_user=person)
    # The new year's register begins by itself.
    assert str(a_line(at=NEW_YEAR)) == "0001/2027 SCT/BS"


def test_a_register_is_not_closed_within_its_year_nor_unseen() -> None:
    register, leader = a_register(2), member_of(Role.LEADER, a_centre())
    for number, at, code in ((2, hanoi("2026-12-31 23:59"), "year_not_over"), (1, NEW_YEAR, "last_number_changed")):
        with pytest.raises(RuleBroken) as refused:
            close_register(register=register, last_number=number, at=at, acting_user=leader)
        assert refused.value.code == code


def test_the_database_holds_one_opening_and_one_closing() -> None:
    register = a_register(1)
    signer = register.entries.get().signer
    with pytest.raises(IntegrityError), transaction.atomic():
        note(register, NoteKind.OPENED, at=MONDAY, by=signer, keeper=signer)


def test_a_strike_stands_in_the_registers_own_chain() -> None:
    register = a_register(3)
    entry = register.entries.get(sequence=2)
    strike_entry(entry=entry, reason="nhầm tên", at=MONDAY, acting_user=member_of(Role.LEADER, a_centre()))
    struck = strikes_of(register, [1, 2, 3])
    assert {number: row.reason for number, row in struck.items()} == {2: "nhầm tên"}
    assert struck[2].line == entry.hash
    assert keeper_of(register.notes.all()) == entry.signer, "a strike does not change who keeps the register"
    assert chain.verify(register.notes.all()) is None


def test_the_cover_is_part_of_what_is_chained() -> None:
    register = a_register(1)
    Register.objects.filter(pk=register.pk).update(year=2025)
    assert chain.verify(RegisterNote.objects.select_related("register")) == chain.Fault(1, "changed")


def test_registers_from_before_notes_are_given_their_opening() -> None:
    register = a_register(2, at=hanoi("2026-03-02 09:00"))
    opened = register.notes.get()
    before = opened.chained_body(), opened.hash
    RegisterNote.objects.all().delete()
    import_module("applications.migrations.0012_registers_so_far").opened_so_far(apps, None)
    made = register.notes.get()
    assert (made.chained_body(), made.hash) == before
    assert made.at.date() == date(2026, 3, 2)
