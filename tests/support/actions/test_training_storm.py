"""Seats, tries and certificates asked for at the same instant, on PostgreSQL."""

from __future__ import annotations

import pytest

from centres.actions.counters import open_counter
from portal import clock
from support import courses
from support.actions.ask_training import ask_for
from support.actions.learn import answer
from support.actions.meet import leave_seat, take_seat
from support.enums_training import SeatState
from support.models import Attempt, Certificate, SessionSeat, TrainingRequirement
from tests.centres.actions.test_storm import at_once
from tests.factories.centres import MORNING, CounterFactory, MembershipFactory
from tests.factories.training import a_course, a_rule, a_session, read_all, right_answers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


def test_of_eight_who_want_three_seats_at_once_three_get_one(centre):
    session = a_session(a_course(), centre, seats=3)
    people = [MembershipFactory(centre=centre).user for _each in range(8)]
    at_once(*[lambda user=user: take_seat(session=session, at=MORNING, acting_user=user) for user in people])
    assert SessionSeat.objects.filter(state=SeatState.TAKEN).count() == 3
    holders = [row.user for row in SessionSeat.objects.filter(state=SeatState.TAKEN).select_related("user")]
    at_once(*[lambda user=user: leave_seat(session=session, at=MORNING, acting_user=user) for user in holders])
    states = list(SessionSeat.objects.values_list("state", flat=True))
    assert (states.count("taken"), states.count("waiting"), states.count("left")) == (3, 2, 3)


def test_one_form_sent_by_eight_touches_is_one_try_and_one_certificate(centre, officer):
    course = a_course()
    version = read_all(officer, course)
    said = {"version": version, "answers": right_answers(version), "at": MORNING, "acting_user": officer}
    made = at_once(*[lambda: answer(client_key="khoa-1", **said)] * 8)
    assert {row.pk for row in made} == {Attempt.objects.get().pk}
    assert Certificate.objects.count() == 1


def test_eight_tries_at_once_are_no_more_than_the_day_has(centre, officer):
    course = a_course(tries=3)
    version = read_all(officer, course)
    wrong = {pk: [1] for pk in right_answers(version)}
    said = {"version": version, "answers": wrong, "at": MORNING, "acting_user": officer}
    answers = at_once(*[lambda key=key: answer(client_key=f"khoa-{key}", **said) for key in range(8)])
    assert sorted(getattr(one, "code", "tried") for one in answers) == [*["no_try_left"] * 5, *["tried"] * 3]
    assert courses.progress(officer, version, MORNING).tries_left == 0


def test_the_same_is_asked_for_once(centre, manager):
    said = {"centre": centre, "role": "counter_officer", "course": a_course(), "warns_from": MORNING.date()}
    at_once(*[lambda: ask_for(at=MORNING, acting_user=manager, **said)] * 4)
    assert TrainingRequirement.objects.count() == 1


def test_nobody_untrained_takes_a_seat_however_often_they_press(centre, officer):
    counter = CounterFactory(centre=centre)
    a_rule(a_course(), centre, warns=MORNING.date(), blocks=MORNING.date())
    answers = at_once(*[lambda: open_counter(counter=counter, at=MORNING, acting_user=officer)] * 4)
    assert {one.code for one in answers} == {"training_missing"}
