"""Sessions: seats, the waiting list, the code that changes, and who was there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from notifications.models import Message
from portal import clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from support import courses, session_codes
from support.actions import learn, meet
from support.enums_training import SeatState
from support.models import Certificate, SessionSeat, TrainingSession
from tests.factories.centres import MORNING, CentreFactory, MembershipFactory
from tests.factories.citizens import UserFactory
from tests.factories.training import a_course, a_session, a_teacher, read_all, right_answers

pytestmark = pytest.mark.django_db
BEGINS = MORNING + timedelta(hours=4)


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


@pytest.fixture
def course(centre):
    return a_course(needs_session=True)


def somebody(centre, number):
    user = UserFactory(email=f"can-bo-{number}@example.vn")
    return MembershipFactory(centre=centre, user=user).user


def take(session, user):
    return meet.take_seat(session=session, at=MORNING, acting_user=user)


def there(session, user, at=BEGINS, word=None):
    word = session_codes.scanned(session, user) if word is None else word
    return meet.be_there(session=session, scanned=word, at=at, acting_user=user)


def test_a_full_session_has_a_waiting_list_and_the_first_of_it_moves_up_and_is_told(centre, course):
    session = a_session(course, centre)
    one, two, three = (somebody(centre, number) for number in range(3))
    assert [take(session, user).state for user in (one, two, three, one)] == [
        SeatState.TAKEN, SeatState.WAITING, SeatState.WAITING, SeatState.TAKEN,
    ]  # fmt: skip
    meet.leave_seat(session=session, at=MORNING, acting_user=one)
    states = dict(SessionSeat.objects.values_list("user", "state"))
    assert states == {one.pk: SeatState.LEFT, two.pk: SeatState.TAKEN, three.pk: SeatState.WAITING}
    told = Message.objects.get(kind="training_seat")
    assert told.recipient == two.email and str(course) in told.subject
    assert take(session, one).state == SeatState.WAITING, "at the end of the list"


def test_whoever_waits_and_leaves_moves_nobody(centre, course):
    session = a_session(course, centre)
    one, two = (somebody(centre, number) for number in range(2))
    take(session, one), take(session, two)
    meet.leave_seat(session=session, at=MORNING, acting_user=two)
    assert not Message.objects.exists()
    assert meet.leave_seat(session=session, at=MORNING, acting_user=two) is None


def test_called_off_tells_everybody_who_meant_to_come(centre, course):
    session = a_session(course, centre)
    one, two, gone = (somebody(centre, number) for number in range(3))
    for user in (one, two, gone):
        take(session, user)
    meet.leave_seat(session=session, at=MORNING, acting_user=gone)
    with pytest.raises(BadInput):
        meet.call_off(session=session, reason="", at=MORNING, acting_user=a_teacher())
    meet.call_off(session=session, reason="Giảng viên ốm", at=MORNING, acting_user=a_teacher())
    assert {row.recipient for row in Message.objects.filter(kind="training_off")} == {one.email, two.email}
    with pytest.raises(RuleBroken):
        take(session, gone)


def test_the_code_changes_and_the_last_ones_open_the_page_for_a_moment(centre, course):
    session, other = a_session(course, centre), a_session(course, centre)
    code = session_codes.code_at(session, BEGINS)
    assert session_codes.is_shown(session, code, BEGINS + timedelta(seconds=40))
    assert not session_codes.is_shown(session, code, BEGINS + timedelta(seconds=80))
    assert not session_codes.is_shown(other, code, BEGINS)
    assert not session_codes.is_shown(session, "", BEGINS)


def test_whoever_scans_is_there_and_gets_the_certificate_that_waited_for_it(centre, officer, course):
    version = read_all(officer, course)
    learn.answer(version=version, answers=right_answers(version), client_key="khoa-1", at=MORNING, acting_user=officer)
    assert not Certificate.objects.exists()
    session = a_session(course, centre)
    seat = there(session, officer)
    assert (seat.state, seat.attended_at, seat.seen_by) == (SeatState.TAKEN, BEGINS, None)
    assert there(session, officer, BEGINS + timedelta(minutes=5)).attended_at == BEGINS
    assert Certificate.objects.get().user == officer
    assert courses.was_there(officer, version)


def test_a_word_of_somebody_else_or_of_another_session_says_nothing(centre, officer, course):
    session, other = a_session(course, centre), a_session(course, centre)
    colleague = somebody(centre, 1)
    for word in (
        session_codes.scanned(session, colleague),
        session_codes.scanned(other, officer),
        "",
        "x" * 30,
    ):
        with pytest.raises(RuleBroken) as refused:
            there(session, officer, word=word)
        assert refused.value.code == "scan_again"


def test_nobody_is_there_before_it_begins_or_long_after(centre, officer, course):
    session = a_session(course, centre)
    for at in (BEGINS - timedelta(hours=1), BEGINS + timedelta(hours=3)):
        with pytest.raises(RuleBroken):
            there(session, officer, at)


def test_the_trainer_sees_those_on_the_list_and_nobody_else_does(centre, officer, manager, stranger, course):
    trainer = somebody(centre, 9)
    session = a_session(course, centre, trainer)
    take(session, officer)
    said = {"session": session, "person": officer, "at": BEGINS}
    with pytest.raises(NotAllowed):
        meet.mark_there(acting_user=stranger, **said)
    assert meet.mark_there(acting_user=trainer, **said).seen_by == trainer
    with pytest.raises(RuleBroken) as refused:
        meet.mark_there(acting_user=manager, **{**said, "person": stranger})
    assert refused.value.code == "not_on_list"


def test_sessions_that_cannot_be(centre, course):
    nowhere, late = {"place": ""}, {"until_at": BEGINS}
    for said in (
        nowhere,
        late,
        {"from_at": MORNING - timedelta(minutes=1)},
        {"seats": 0},
        {"place": "", "link": "http://hop.example.vn"},
    ):
        with pytest.raises(BadInput):
            a_session(course, centre, **said)
    with pytest.raises(BadInput):
        a_session(a_course("Nơi khác", CentreFactory()), centre)
    session = a_session(course, centre, place="", link="https://hop.example.vn/mot-cua")
    for change in ({"link": ""}, {"seats": 0}, {"until_at": session.from_at}, {"cancelled_at": MORNING}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TrainingSession.objects.filter(pk=session.pk).update(**change)


def test_a_seat_at_a_session_for_others_is_refused(centre, stranger):
    session = a_session(a_course(centre=centre), centre)
    with pytest.raises(NotAllowed):
        take(session, stranger)
    with pytest.raises(NotAllowed):
        there(session, stranger)
