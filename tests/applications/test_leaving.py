"""A colleague leaves or moves: nothing lies with nobody, and nothing of theirs opens a door any more."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from applications.actions.leave_service import leave, move
from applications.actions.people import note_absence
from applications.enums import EventKind, State
from applications.leaving import plan_of, registers_kept_by
from applications.models import Absence, Application
from applications.tasks import hand_on_left
from centres.actions.staff import join
from centres.enums import CounterState, Role, StaffChangeKind
from centres.models import Centre, Counter, Membership, StaffChange
from citizens.actions.accounts import first_sign_in
from citizens.models import ApiToken, User
from portal.errors import BadInput, NotAllowed, RuleBroken
from support.models import Equipment, FollowUp, OnCallContact, OnCallShift
from tests.factories.applications import (
    MONDAY,
    a_centre,
    a_counter,
    a_dossier,
    a_member,
    a_ticket_at_counter,
    member_of,
)
from tests.factories.certifications import a_submitted_item, an_approved_item
from tests.factories.equipment import a_thing
from tests.factories.registers import a_line
from tests.factories.signing import a_delegation, a_factor, a_key
from tests.factories.support import an_incident, on_call

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=3)


@pytest.fixture
def city(centre: Centre) -> User:
    a_member(Role.CITY_ADMIN, None, full_name="Quản trị hai")
    return a_member(Role.CITY_ADMIN, None)


def _named(person: User, at: Any = LATER, centre: Centre | None = None) -> dict[str, Any]:
    """What the page sends: the plan that was shown, and the first colleague for everything."""
    plan = plan_of(person, centre, at)
    return {"to": {task.key: task.choices[0].pk for task in plan.tasks if task.choices}, "seen": plan.seen}


def _leave(person: User, city: User, **more: Any) -> User:
    given = {"reason": "Nghỉ việc", **_named(person), **more}
    return leave(person=person, at=LATER, acting_user=city, **given)


def test_what_lies_with_somebody_goes_to_named_colleagues_in_one_act(centre: Centre, city: User) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    person = dossier.handler
    assert person is not None
    colleague = a_member(Role.SPECIALIST, centre, full_name="Nguyễn Thu Hà")
    away = a_member(Role.SPECIALIST, centre, full_name="Vũ Đi Vắng")
    note_absence(centre=centre, person=away, substitute=person, from_day=date(2026, 11, 24),
                 to_day=date(2026, 11, 25), at=MONDAY, acting_user=member_of(Role.MANAGER, centre))  # fmt: skip
    _issued, key = ApiToken.issue(person, "máy quét")
    Membership.objects.create(user=person, role=Role.SUPPORT, valid_from=date(2026, 1, 1))
    shift, incident = on_call(person), an_incident(centre)
    type(incident).objects.filter(pk=incident.pk).update(owner=person, state="acknowledged")
    FollowUp.objects.create(incident=incident, what="Thay máy in", owner=person, due_on=date(2026, 12, 1))
    OnCallContact.objects.create(user=person, phone="+84900000001")
    tablet = a_thing(centre, place="Bàn hướng dẫn", kind="tablet", name="Máy tính bảng")
    Equipment.objects.filter(pk=tablet.pk).update(holder=person)
    a_factor(person)
    signing = a_key(person)
    deed = a_delegation(person, centre)
    _leave(person, city)
    dossier = Application.objects.get(pk=dossier.pk)
    assert dossier.handler in (colleague, away)
    assert Absence.objects.get().substitute == colleague
    ahead = OnCallShift.objects.get(until_at__gt=LATER)
    assert (ahead.user != person, ahead.from_at, ahead.until_at) == (True, LATER, shift.until_at)
    assert FollowUp.objects.get().owner != person
    tablet.refresh_from_db()
    assert tablet.holder not in (None, person) and tablet.events.latest("pk").kind == "handed"
    incident.refresh_from_db()
    assert incident.owner not in (None, person)
    person.refresh_from_db()
    assert not person.is_active and not person.has_usable_password()
    assert not OnCallContact.objects.filter(user=person).exists()
    assert signing.end.reason == deed.end.reason == "Nghỉ việc"
    assert Client().get("/api/v1/applications/", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    assert {row.valid_to for row in Membership.objects.filter(user=person)} == {LATER.date()}
    row = StaffChange.objects.get()
    assert (row.kind, row.person, row.by) == (StaffChangeKind.LEFT, person, city)
    assert any(str(dossier.handler) in line for line in row.details)


def test_registers_are_handed_over_and_the_counter_is_closed(centre: Centre, city: User) -> None:
    officer = a_member(Role.COUNTER_OFFICER, centre, full_name="Giữ Sổ")
    register = a_line(centre, signer=officer).register
    colleague = a_member(Role.COUNTER_OFFICER, centre, full_name="Nhận Sổ")
    seat = a_counter(centre, officer)
    assert list(registers_kept_by(officer)) == [register]
    _leave(officer, city, to={f"register-{register.pk}": colleague.pk})
    assert list(registers_kept_by(colleague)) == [register]
    seat = Counter.objects.get(pk=seat.pk)
    assert (seat.state, seat.officer) == (CounterState.CLOSED, None)


def test_every_session_ends_and_the_history_stays(centre: Centre, city: User, client: Client) -> None:
    officer = a_member(Role.COUNTER_OFFICER, centre, full_name="Có Phiên")
    client.force_login(officer)
    assert client.get(reverse("applications:desk")).status_code == 200
    assert Session.objects.count() == 1
    _leave(officer, city)
    assert client.get(reverse("applications:desk")).status_code == 302
    User.objects.filter(pk=officer.pk).update(is_active=True)  # even then the old session is none
    assert client.get(reverse("applications:desk")).status_code == 302


def test_it_refuses_while_something_has_no_successor_and_then_nothing_changed(centre: Centre, city: User) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    person = dossier.handler
    assert person is not None
    plan = plan_of(person, None, LATER)
    assert any("1" in problem for problem in plan.problems)
    with pytest.raises(RuleBroken) as none:
        _leave(person, city)
    assert none.value.code == "no_successor"
    a_member(Role.SPECIALIST, centre, full_name="Nguyễn Thu Hà")
    for wrong, code in (({"to": {}}, "nobody_named"), ({"to": {f"dossiers-{centre.pk}": city.pk}}, "nobody_named"),
                        ({"seen": "old"}, "changed_meanwhile"), ({"reason": " "}, "reason_missing")):  # fmt: skip
        with pytest.raises(RuleBroken) as refused:
            _leave(person, city, **wrong)
        assert refused.value.code == code
    person.refresh_from_db()
    assert person.is_active and not StaffChange.objects.exists()
    assert Application.objects.get(pk=dossier.pk).handler == person


def test_who_still_serves_somebody_or_has_a_signature_open_stays_until_it_is_done(centre: Centre, city: User) -> None:
    ticket = a_ticket_at_counter(centre=centre)
    assert ticket.counter is not None and ticket.counter.officer is not None
    officer = ticket.counter.officer
    a_member(Role.COUNTER_OFFICER, centre, full_name="Còn Lại")
    assert ticket.label in plan_of(officer, None, LATER).problems[0]
    item = an_approved_item()
    assert item.entry is not None
    problems = plan_of(item.entry.signer, None, LATER).problems
    assert any("1" in problem for problem in problems)


def test_the_only_signer_stays_while_documents_wait(centre: Centre, city: User) -> None:
    a_submitted_item()
    leader = member_of(Role.LEADER, centre)
    before = plan_of(leader, None, LATER).problems
    assert before
    a_delegation(member_of(Role.COUNTER_OFFICER, centre), centre)
    after = plan_of(leader, None, LATER).problems
    assert len(after) < len(before)


def test_the_last_city_administrator_and_oneself_stay(centre: Centre) -> None:
    only = a_member(Role.CITY_ADMIN, None)
    assert plan_of(only, None, LATER).problems
    with pytest.raises(BadInput) as oneself:
        _leave(only, only)
    assert oneself.value.code == "oneself"
    officer = member_of(Role.COUNTER_OFFICER, centre)
    with pytest.raises(NotAllowed):
        _leave(officer, member_of(Role.MANAGER, centre))


def test_moving_hands_over_here_and_begins_there_on_its_day(centre: Centre, city: User) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    person = dossier.handler
    assert person is not None
    colleague = a_member(Role.SPECIALIST, centre, full_name="Nguyễn Thu Hà")
    there = a_centre("chi-nhanh-4", "H26.30.4")
    token, _key = ApiToken.issue(person, "máy quét")
    move(person=person, centre=centre, new_centre=there, role=Role.SPECIALIST, title="", first_day=date(2026, 12, 1),
         reason="Điều động", at=LATER, acting_user=city, **_named(person, centre=centre))  # fmt: skip
    assert Application.objects.get(pk=dossier.pk).handler == colleague
    held = Membership.objects.filter(user=person).order_by("valid_from")
    assert [(row.centre, row.valid_from > LATER.date(), row.valid_to) for row in held] == [
        (centre, False, date(2026, 11, 30)), (there, True, None),
    ]  # fmt: skip
    person.refresh_from_db()
    token.refresh_from_db()
    assert person.is_active and token.revoked_at is None


def _moves_on_the_first(person: User, centre: Centre, city: User, to: Centre) -> None:
    move(person=person, centre=centre, new_centre=to, role=Role.SPECIALIST, title="", first_day=date(2026, 12, 1),
         reason="Điều động", at=LATER, acting_user=city, **_named(person, centre=centre))  # fmt: skip


def test_what_is_taken_after_the_move_was_written_down_goes_on_when_the_last_day_is_over(
    centre: Centre, city: User, as_: Any, at_hanoi: Any
) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    colleague = dossier.handler
    assert colleague is not None
    person = a_member(Role.SPECIALIST, centre, full_name="Sắp Đi")
    _moves_on_the_first(person, centre, city, a_centre("chi-nhanh-4", "H26.30.4"))
    Application.objects.filter(pk=dossier.pk).update(handler=person)
    dossier.steps.update(holder=person)
    at_hanoi("2026-11-24 09:00")
    page = as_(member_of(Role.MANAGER, centre)).get(f"/dossiers/people/?centre={centre.pk}").content.decode()
    assert "30/11" in page
    at_hanoi("2026-11-30 23:50")
    hand_on_left()
    assert Application.objects.get(pk=dossier.pk).handler == person
    at_hanoi("2026-12-01 00:10")
    hand_on_left()
    hand_on_left()
    assert Application.objects.get(pk=dossier.pk).handler == colleague
    assert dossier.steps.get(to_at__isnull=True).holder == colleague
    event = dossier.events.get(kind=EventKind.HANDED_ON)
    assert (event.actor, event.details["to_id"]) == (None, colleague.pk)


def test_whoever_succeeds_somebody_and_goes_names_another(centre: Centre, city: User) -> None:
    person = a_member(Role.SPECIALIST, centre, full_name="Sắp Đi")
    colleague = a_member(Role.SPECIALIST, centre, full_name="Nguyễn Thu Hà")
    third = a_member(Role.SPECIALIST, centre, full_name="Còn Lại")
    _moves_on_the_first(person, centre, city, a_centre("chi-nhanh-4", "H26.30.4"))
    role = Membership.objects.get(user=person, centre=centre)
    Membership.objects.filter(pk=role.pk).update(successor=colleague)
    _leave(colleague, city, to={f"dossiers-{centre.pk}": third.pk})
    role.refresh_from_db()
    assert role.successor == third


def test_whoever_stays_after_all_keeps_the_dossiers(centre: Centre, city: User) -> None:
    person = a_member(Role.SPECIALIST, centre, full_name="Sắp Đi")
    a_member(Role.SPECIALIST, centre, full_name="Nguyễn Thu Hà")
    _moves_on_the_first(person, centre, city, a_centre("chi-nhanh-4", "H26.30.4"))
    join(person=person, username="", full_name="", centre=centre, role=Role.SPECIALIST, first_day=date(2026, 11, 26),
         at=LATER, acting_user=city)  # fmt: skip
    role = Membership.objects.get(user=person, centre=centre)
    assert (role.valid_to, role.successor) == (None, None)


def test_whoever_comes_back_joins_anew_with_the_same_name_and_no_old_password(centre: Centre, city: User) -> None:
    officer = a_member(Role.COUNTER_OFFICER, centre, full_name="Trở Lại")
    old = officer.password
    link = first_sign_in(officer)
    _leave(officer, city)
    assert Client().get(link, follow=True).context["validlink"] is False
    back = {"person": officer, "username": "", "full_name": "", "centre": centre, "role": Role.COUNTER_OFFICER}
    join(first_day=LATER.date() + timedelta(days=30), at=LATER, acting_user=city, **back)
    officer.refresh_from_db()
    assert officer.is_active and officer.password != old and not officer.has_usable_password()
    assert Membership.objects.filter(user=officer).count() == 2
    with pytest.raises(BadInput) as twice:
        join(first_day=LATER.date() + timedelta(days=60), at=LATER, acting_user=city, **back)
    assert twice.value.code == "has_role"
    assert list(StaffChange.objects.values_list("kind", flat=True)) == ["left", "joined"]


def test_a_new_colleague_sets_the_password_once_by_the_link(centre: Centre, city: User) -> None:
    person = join(person=None, username="moi.vao", full_name="Người  Mới", centre=centre, role=Role.COUNTER_OFFICER,
                  first_day=LATER.date(), at=LATER, acting_user=city)  # fmt: skip
    assert (person.full_name, person.has_usable_password()) == ("Người Mới", False)
    link, browser = first_sign_in(person), Client()
    page = browser.get(link, follow=True)
    words = {"new_password1": "mot-cua-2026-moi", "new_password2": "mot-cua-2026-moi"}
    done = browser.post(page.redirect_chain[-1][0], words)
    assert done.status_code == 302 and browser.session["_auth_user_id"] == str(person.pk)
    assert Client().get(link, follow=True).context["validlink"] is False
    for wrong in ({"username": "moi.vao"}, {"username": "có cách trống"}, {"full_name": " "}):
        given = {"username": "khac", "full_name": "Khác", **wrong}
        with pytest.raises(BadInput):
            join(person=None, centre=centre, role=Role.SPECIALIST, first_day=LATER.date(), at=LATER,
                 acting_user=city, **given)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "field"), [({"full_name": "😀<b>123"}, "full_name"), ({"username": "QUAY-MOI"}, "username")]
)
def test_a_new_account_has_the_name_of_a_person_and_no_user_name_in_other_letters(
    centre: Centre, city: User, typed: dict[str, str], field: str
) -> None:
    given: dict[str, Any] = {"centre": centre, "role": Role.SPECIALIST, "first_day": LATER.date(), "at": LATER}
    join(person=None, username="quay-moi", full_name="Lê Thị Mới", acting_user=city, **given)
    new = {"username": "quay-khac", "full_name": "Lê Thị Khác", **typed}
    with pytest.raises(BadInput) as refused:
        join(person=None, acting_user=city, **new, **given)
    assert refused.value.field == field
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="QUAY-MOI")
