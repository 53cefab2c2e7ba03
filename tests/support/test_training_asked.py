"""What a counter asks for: warned, blocked, excepted, and seen by the manager."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from centres.actions.counters import open_counter, open_for, pause_counter
from centres.enums import CounterState, Role
from portal import clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from support import law_lessons
from support.actions import ask_training, write_course
from support.actions.learn import read_law
from support.day import needs_attention
from support.models import TrainingException, TrainingRequirement
from support.training import Asked, lacks_by_centre, lacks_of
from support.training_staff import people_at
from tests.factories.centres import (
    MORNING,
    CentreFactory,
    CounterFactory,
    FieldFactory,
    MembershipFactory,
    ProcedureFactory,
    ServiceFactory,
)
from tests.factories.training import a_course, a_new_law, a_rule, a_teacher, passed

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


@pytest.fixture
def land():
    return FieldFactory(code="land")


@pytest.fixture
def counter(centre, land):
    return CounterFactory(centre=centre, services=[ServiceFactory(centre=centre, field=land)])


def opens(counter, officer, at=MORNING):
    return open_counter(counter=counter, at=at, acting_user=officer)


def why_not(counter, officer):
    with pytest.raises(RuleBroken) as refused:
        opens(counter, officer)
    counter.refresh_from_db()
    assert (refused.value.code, counter.state) == ("training_missing", CounterState.CLOSED)
    return refused.value


def test_where_nothing_is_asked_for_everybody_opens(counter, officer):
    a_course()
    assert opens(counter, officer).officer == officer


def test_it_warns_from_one_day_and_blocks_from_another(counter, officer, centre):
    course = a_course()
    rule = a_rule(course, centre, warns=TOMORROW, blocks=TOMORROW + timedelta(days=7))
    assert lacks_of(officer, counter, TODAY) == []
    (lack,) = lacks_of(officer, counter, TOMORROW)
    assert (lack.blocks, lack.from_day) == (False, TOMORROW + timedelta(days=7))
    opens(counter, officer)
    (lack,) = lacks_of(officer, counter, rule.blocks_from)
    assert lack.blocks


def test_a_blocked_officer_is_told_what_is_missing_and_where_and_opens_once_it_is_done(counter, officer):
    course = a_course()
    a_rule(course, warns=YESTERDAY, blocks=TODAY)
    problem = why_not(counter, officer)
    assert [(str(lack), lack.href) for lack in problem.details["missing"]] == [
        (course.title, f"/support/training/courses/{course.pk}/")
    ]
    assert course.title in str(problem)
    passed(officer, course)
    assert opens(counter, officer).state == CounterState.OPEN


def test_a_manager_cannot_open_it_for_them_either(counter, officer, manager):
    a_rule(a_course(), warns=YESTERDAY, blocks=TODAY)
    with pytest.raises(RuleBroken) as refused:
        open_for(counter=counter, officer=officer, at=MORNING, acting_user=manager)
    assert refused.value.code == "training_missing"


def test_whoever_sits_there_already_goes_on_after_a_pause(counter, officer):
    opens(counter, officer)
    pause_counter(counter=counter, reason="Uống nước", at=MORNING, acting_user=officer)
    a_rule(a_course(), warns=YESTERDAY, blocks=TODAY)
    assert opens(counter, officer).state == CounterState.OPEN


def test_only_the_role_and_the_field_that_are_asked_of(counter, officer, manager, centre):
    course = a_course()
    a_rule(course, warns=YESTERDAY, blocks=TODAY, field=FieldFactory(code="justice"))
    assert lacks_of(officer, counter, TODAY) == []
    a_rule(course, warns=YESTERDAY, blocks=TODAY, role=Role.MANAGER)
    assert lacks_of(officer, counter, TODAY) == []
    assert len(lacks_of(manager, counter, TODAY)) == 1


def test_a_centre_s_own_row_stands_before_the_city_s(counter, officer, centre):
    course = a_course()
    a_rule(course, warns=YESTERDAY, blocks=TODAY)
    own = a_rule(course, centre, warns=YESTERDAY - timedelta(days=1), blocks=None)
    (lack,) = lacks_of(officer, counter, TODAY)
    assert not lack.blocks
    other = CentreFactory()
    MembershipFactory(user=officer, centre=other)
    assert lacks_of(officer, CounterFactory(centre=other), TODAY)[0].blocks
    ask_training.ask_no_more(requirement=own, at=MORNING, acting_user=a_teacher())
    assert not lacks_of(officer, counter, TODAY)[0].blocks, "ended from tomorrow on"
    assert lacks_of(officer, counter, TOMORROW)[0].blocks


def test_a_certificate_that_has_ended_or_was_of_an_older_version_is_missing_again(counter, officer):
    course = a_course(valid_months=1)
    a_rule(course, warns=YESTERDAY, blocks=TODAY)
    row = passed(officer, course)
    (soon,) = lacks_of(officer, counter, TODAY)
    assert not soon.blocks and soon.from_day == row.valid_until + timedelta(days=1)
    assert lacks_of(officer, counter, row.valid_until + timedelta(days=1))[0].blocks
    other = a_course("Luật đất đai")
    a_rule(other, warns=YESTERDAY, blocks=TODAY)
    passed(officer, other)
    version = write_course.begin_version(course=other, acting_user=a_teacher())
    write_course.describe_version(version=version, earlier_until=TOMORROW, acting_user=a_teacher())
    write_course.publish_version(version=version, at=MORNING, acting_user=a_teacher())

    def blocked(day):
        return [lack.blocks for lack in lacks_of(officer, counter, day) if "Luật" in lack.what]

    assert (blocked(TODAY), blocked(TOMORROW + timedelta(days=1))) == ([False], [True])


def test_a_course_that_is_retired_or_not_taught_yet_keeps_nobody_out(counter, officer):
    course = a_course()
    a_rule(course, warns=YESTERDAY, blocks=TODAY)
    write_course.retire_course(course=course, at=MORNING, acting_user=a_teacher())
    assert lacks_of(officer, counter, TODAY) == []


def test_in_an_emergency_a_manager_excepts_somebody_and_it_is_written_down(counter, officer, manager, centre):
    course = a_course()
    a_rule(course, warns=YESTERDAY, blocks=TODAY)
    said = {"centre": centre, "person": officer, "last_day": TODAY, "at": MORNING}
    with pytest.raises(NotAllowed):
        ask_training.except_from(reason="x", acting_user=officer, **said)
    with pytest.raises(BadInput):
        ask_training.except_from(reason=" ", acting_user=manager, **said)
    with pytest.raises(BadInput):
        ask_training.except_from(reason="x", acting_user=manager, **{**said, "last_day": TODAY + timedelta(days=3)})
    row = ask_training.except_from(reason="Hai người ốm", acting_user=manager, **said)
    assert (row.granted_by, row.reason, row.lacked) == (manager, "Hai người ốm", [course.title])
    assert opens(counter, officer).state == CounterState.OPEN
    assert lacks_of(officer, counter, TOMORROW)[0].blocks, "for these days only"


def test_nobody_excepts_themselves_and_nothing_missing_needs_no_exception(officer, manager, centre):
    for person, code in ((manager, "oneself"), (officer, "nothing_missing")):
        with pytest.raises(RuleBroken) as refused:
            ask_training.except_from(
                centre=centre, person=person, last_day=TODAY, reason="x", at=MORNING, acting_user=manager
            )
        assert refused.value.code == code


def test_requirements_that_cannot_be(centre, manager, officer):
    course, elsewhere = a_course(), a_course("Nơi khác", CentreFactory())
    good = {"centre": centre, "role": Role.COUNTER_OFFICER, "course": course, "warns_from": TODAY, "at": MORNING}
    for change, code in (
        ({"role": Role.LEADER}, "bad_role"),
        ({"course": elsewhere}, "other_centre"),
        ({"warns_from": YESTERDAY}, "bad_day"),
        ({"warns_from": TOMORROW, "blocks_from": TODAY}, "bad_day"),
    ):
        with pytest.raises(BadInput) as refused:
            ask_training.ask_for(acting_user=manager, **{**good, **change})
        assert refused.value.code == code
    for user, where in ((officer, centre), (manager, None)):
        with pytest.raises(NotAllowed):
            ask_training.ask_for(acting_user=user, **{**good, "centre": where})
    ask_training.ask_for(acting_user=manager, **good)
    with pytest.raises(RuleBroken) as again:
        ask_training.ask_for(acting_user=manager, **good)
    assert again.value.code == "asked_already"


def test_the_database_refuses_a_block_before_its_warning_and_an_exception_without_reason(centre, officer, manager):
    rule = a_rule(None, centre, warns=TODAY, blocks=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingRequirement.objects.filter(pk=rule.pk).update(blocks_from=YESTERDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingException.objects.create(
            centre=centre, user=officer, first_day=TODAY, last_day=TODAY, granted_by=manager, at=MORNING
        )


def test_new_law_is_a_lesson_for_those_who_give_it_and_can_keep_a_counter_closed(counter, officer, centre, land):
    procedure = ProcedureFactory(field=land)
    law = a_new_law(procedure, first_day=TOMORROW)
    a_new_law(ProcedureFactory(field=FieldFactory(code="justice")), first_day=TOMORROW)
    assert law_lessons.for_user(officer, TODAY) == [law]
    a_rule(None, warns=YESTERDAY, blocks=YESTERDAY)
    assert not law_lessons.is_near(law, TOMORROW - timedelta(days=31))
    (lack,) = lacks_of(officer, counter, TODAY)
    assert (lack.blocks, lack.from_day, lack.href) == (False, TOMORROW, f"/support/training/law/{law.pk}/")
    assert lacks_of(officer, counter, TOMORROW)[0].blocks
    read_law(version=law, at=MORNING, acting_user=officer)
    read_law(version=law, at=MORNING, acting_user=officer)
    assert lacks_of(officer, counter, TOMORROW) == []


def test_what_new_law_changes_is_read_from_the_versions_themselves(land, in_english):
    assert law_lessons.changes(a_new_law(ProcedureFactory(field=land), first_day=TODAY)) == [
        "The time limit has changed.",
        "Legal basis now: Nghị định 1/2026/NĐ-CP. Before: –.",
    ]


def test_law_of_long_ago_and_law_nobody_gives_here_is_no_lesson(counter, officer, stranger, land):
    law = a_new_law(ProcedureFactory(field=land), first_day=TODAY - timedelta(days=91))
    assert law_lessons.for_user(officer, TODAY) == []
    assert law_lessons.for_user(officer, TODAY - timedelta(days=1)) == [law]
    with pytest.raises(NotAllowed):
        read_law(version=law, at=MORNING, acting_user=stranger)


def test_the_manager_s_day_says_who_lacks_what_for_what_they_give_today(counter, officer, manager, centre, in_english):
    assert needs_attention(centre, MORNING) == []
    course = a_course()
    opens(counter, officer)
    colleague = MembershipFactory(centre=centre).user
    passed(colleague, course)
    a_rule(course, warns=YESTERDAY, blocks=TODAY)
    url = f"/support/training/staff/?centre={centre.pk}"
    assert needs_attention(centre, MORNING) == [
        ("act", f"1 officer may not open a counter, training is missing: {officer}.", url)
    ]
    TrainingRequirement.objects.update(blocks_from=TOMORROW)
    assert needs_attention(centre, MORNING) == [
        ("warn", f"1 officer lacks training for today's services: {officer}.", url)
    ]


def test_whoever_sits_at_a_counter_is_asked_about_that_counter_only(counter, officer, centre):
    justice = FieldFactory(code="justice")
    other = CounterFactory(centre=centre, services=[ServiceFactory(centre=centre, field=justice, letter="Z")])
    course = a_course()
    a_rule(course, warns=YESTERDAY, blocks=TODAY, field=justice)
    free = MembershipFactory(centre=centre).user
    opens(counter, officer)
    found = {person.user: person.is_blocked for person in people_at(centre, TODAY)}
    assert (found[officer], found[free]) == (False, True)
    assert lacks_of(officer, other, TODAY)[0].blocks


def test_the_staff_of_a_centre_is_read_in_as_many_statements_for_thirty_as_for_one(counter, centre, land):
    course = a_course()
    a_rule(course, warns=YESTERDAY, blocks=TODAY)
    a_rule(None, warns=YESTERDAY, blocks=TODAY)
    a_new_law(ProcedureFactory(field=land), first_day=TODAY)

    def statements():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            people_at(centre, TODAY)
        return len(seen)

    passed(MembershipFactory(centre=centre).user, course)
    one = statements()
    for _each in range(29):
        passed(MembershipFactory(centre=centre).user, course)
    assert statements() == one


def test_mine_by_centre(counter, officer, centre):
    a_rule(a_course(), centre, warns=YESTERDAY, blocks=TODAY)
    ((where, lacks),) = lacks_by_centre(officer, TODAY)
    assert (where, len(lacks)) == (centre, 1)
    assert Asked(centre, [], law_lessons.Reach(), TODAY).lacks(officer.pk, law_lessons.Reach()) == []
