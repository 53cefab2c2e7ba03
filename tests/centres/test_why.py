"""Anyone may ask why one number was called before another; the answer comes from the record and names no citizen."""

from datetime import timedelta

import pytest

from centres.actions.arrive import arrive
from centres.actions.call_next import call_next
from centres.actions.call_number import call_number
from centres.actions.change_priority import change_priority
from centres.actions.close_day import close_day
from centres.actions.counters import close_counter, set_services
from centres.actions.finish import finish
from centres.actions.hold import hold
from centres.actions.leave import leave
from centres.actions.miss import miss
from centres.actions.miss_held import miss_held
from centres.actions.park import park
from centres.actions.recall import recall
from centres.actions.return_missed import return_missed
from centres.actions.transfer import transfer
from centres.actions.unpark import unpark
from centres.enums import ParkKind, Priority, PriorityGround
from centres.labels import find_by_label
from centres.why import why
from portal import clock
from portal.errors import BadInput
from tests.factories import centres as make
from tests.factories.centres import MORNING

pytestmark = pytest.mark.usefixtures("in_english")


def minute(number):
    return MORNING + timedelta(minutes=number)


@pytest.fixture
def drawn(service):
    """drawn(45, at=2): a number of the service, drawn two minutes after the start."""

    def draw(number, at=0, **more):
        return make.TicketFactory(service=more.pop("service", service), number=number, issued_at=minute(at), **more)

    return draw


@pytest.fixture
def served(officer):
    """Call the next person and serve them to the end, at this minute."""

    def serve(at):
        ticket = call_next(at=minute(at), acting_user=officer)
        return finish(ticket=ticket, at=minute(at), acting_user=officer)

    return serve


def find_number(text, like):
    return find_by_label(text, like.centre_id, like.day)


def text(*args, **more):
    return " ".join(why(*args, **more))


def test_who_came_first_was_called_first(drawn, served):
    early, late = drawn(45), drawn(47, at=1)
    served(5), served(6)
    assert text(late, early) == (
        "A045 was called at 10:05, A047 at 10:06. A045 was in line before A047 (10:00:00, 10:01:00)."
    )


def test_a_class_goes_first_and_the_ground_is_for_staff(drawn, served):
    drawn(45)
    elder = drawn(47, at=1, priority=Priority.PRIORITY, priority_ground=PriorityGround.DISABLED)
    served(5)
    ordinary = find_number("a 45", elder)
    assert text(elder, ordinary) == (
        "A047 was called at 10:05; A045 has not been called. A047 goes before others: priority by law."
    )
    assert "with a disability" in text(elder, ordinary, for_staff=True)
    assert "disab" not in text(elder, ordinary)


def test_the_turn_of_the_ordinary_is_explained_by_the_cap(drawn, served):
    for number in (1, 2):
        drawn(number)
    drawn(3, at=1, priority=Priority.FIRST)
    elder = drawn(4, at=1, priority=Priority.FIRST)
    served(5), served(6)
    assert "of 3 calls at a counter at most one overtakes" in text(find_number("A001", elder), elder)


def test_called_by_number_names_the_officer_to_staff_only(drawn, officer):
    first, sick = drawn(45), drawn(47, at=1)
    call_number(ticket=sick, reason="cháu bé sốt", at=minute(5), acting_user=officer)
    assert f"{officer} called A047 by its number: cháu bé sốt" in text(sick, first, for_staff=True)
    public = text(sick, first)
    assert "by its number" in public and str(officer) not in public and "sốt" not in public


def test_a_class_that_an_officer_saw(drawn, served, officer):
    first, mother = drawn(45), drawn(47, at=1)
    change_priority(
        ticket=mother, ground=PriorityGround.PREGNANT_OR_CHILD, reason="bế con", at=minute(3), acting_user=officer
    )
    served(5)
    assert "An officer saw that at 10:03 and wrote it down." in text(mother, first)
    assert "bế con" in text(mother, first, for_staff=True) and "bế con" not in text(mother, first)


def test_back_from_a_job(drawn, officer, served):
    job = drawn(45)
    call_next(at=minute(1), acting_user=officer)
    job.refresh_from_db()
    park(ticket=job, kind=ParkKind.JOB, at=minute(2), acting_user=officer)
    waiting = drawn(47, at=2)
    unpark(ticket=job, at=minute(3))
    served(4)
    assert "A045 had been at this counter before and came back to it" in text(waiting, job)


def test_away_when_the_call_came(drawn, served):
    away, there = drawn(45), drawn(47, at=1)
    hold(ticket=away, back_by=minute(40), at=minute(2))
    served(5)
    assert "A045 was away from 10:02 on; its place was kept." in text(there, away)


def test_missed_and_back_at_the_end(drawn, officer, served):
    missed, other = drawn(45), drawn(47, at=1)
    call_next(at=minute(2), acting_user=officer)
    missed.refresh_from_db()
    for _ in range(2):
        recall(ticket=missed, at=minute(3), acting_user=officer)
    miss(ticket=missed, at=minute(4), acting_user=officer)
    served(5)
    assert "A045 was called at 10:02, A047 at 10:05." in text(other, missed)
    return_missed(ticket=missed, at=minute(30), acting_user=officer)
    third, fourth = drawn(48, at=29), drawn(49, at=32)
    served(31)
    assert text(third, missed) == (
        "A045 was called at 10:02, A048 at 10:31. A048 had not been drawn yet. When A048 was called, A045 was no longer at "
        "a counter. A048 was in line before A045 (10:29:00, 10:30:00). A045 had missed its call before and came again "
        "later."
    )
    served(33)
    assert text(missed, fourth) == (
        "A045 was called at 10:33; A049 has not been called. A045 was in line before A049 (10:30:00, 10:32:00)."
    )


def test_another_service_and_a_transfer_that_kept_the_place(drawn, service, other_service, officer, centre, served):
    passed_on = drawn(45)
    other_officer = make.open_counter(centre, [other_service], number=9).officer
    waits = drawn(7, at=1, service=other_service)
    call_next(at=minute(2), acting_user=officer)
    passed_on.refresh_from_db()
    arrive(ticket=passed_on, at=minute(2), acting_user=officer)
    transfer(ticket=passed_on, service=other_service, at=minute(3), acting_user=officer)
    assert call_next(at=minute(4), acting_user=other_officer) == passed_on
    assert "It was passed on from another counter and kept its place." in text(waits, passed_on)
    stranger = drawn(50, at=1)
    assert "did not do what A050 waited for" in text(passed_on, stranger)


def test_nobody_called_yet(drawn):
    first, elder = drawn(45), drawn(47, at=1, priority=Priority.FIRST)
    assert text(first, elder) == ("Neither A045 nor A047 has been called yet. A047 goes before A045: 75 years or over.")


def test_who_left_is_told_so_and_nobody_is_said_to_be_before_them(drawn, officer, served):
    gone, there = drawn(45), drawn(47, at=1)
    leave(ticket=gone, at=minute(3), acting_user=officer)
    assert text(gone, there) == "Neither A045 nor A047 was called. A045 left at 10:03."
    served(5)
    assert text(gone, there) == "A047 was called at 10:05; A045 has not been called. A045 left at 10:03."


def test_who_left_after_the_other_was_called(drawn, officer, served):
    early, late = drawn(45), drawn(47, at=1)
    served(5)
    leave(ticket=late, at=minute(8), acting_user=officer)
    assert text(early, late) == (
        "A045 was called at 10:05; A047 has not been called. "
        "A045 was in line before A047 (10:00:00, 10:01:00). A047 left at 10:08."
    )


def test_a_place_kept_and_given_up(drawn, served):
    away, there = drawn(45), drawn(47, at=1)
    hold(ticket=away, back_by=minute(10), at=minute(2))
    assert (
        text(away, there) == "Neither A045 nor A047 has been called yet. A045 is away; its place is kept until 10:10."
    )
    miss_held(at=minute(11))
    away.refresh_from_db()
    given_up = "A045 was away and not back in time; at 10:11 its place was given up."
    assert text(away, there) == f"Neither A045 nor A047 was called. {given_up}"
    served(12)
    assert text(away, there) == f"A047 was called at 10:12; A045 has not been called. {given_up}"


def test_the_end_of_the_day(drawn):
    one, other = drawn(45), drawn(47)
    evening = minute(14 * 60)
    close_day(before=clock.local_day(evening), at=evening)
    one.refresh_from_db(), other.refresh_from_db()
    assert text(one, other) == (
        "Neither A045 nor A047 was called. A045 was not called before the day ended. "
        "A047 was not called before the day ended."
    )


def test_called_and_passed_on_to_a_counter_that_was_busy_with_others(drawn, officer, service, centre, served):
    passed_on, other = drawn(45), drawn(47, at=1)
    fifth = make.open_counter(centre, [service], number=5)
    served_there = call_next(at=minute(2), acting_user=officer)
    transfer(ticket=served_there, counter=fifth, at=minute(3), acting_user=officer)
    served(5)
    passed_on.refresh_from_db()
    assert text(passed_on, other) == (
        "A045 was called at 10:02, A047 at 10:05. A045 was in line before A047 (10:00:00, 10:01:00). "
        "When A047 was called, A045 was no longer at a counter. A045 waited for counter 5."
    )


def test_back_at_another_counter_because_the_first_has_closed(drawn, counter, officer, service, centre):
    job, other = drawn(45), drawn(47, at=1)
    fifth = make.open_counter(centre, [service], number=5)
    park(ticket=call_next(at=minute(2), acting_user=officer), kind=ParkKind.JOB, at=minute(3), acting_user=officer)
    job.refresh_from_db()
    close_counter(counter=counter, at=minute(4), acting_user=officer)
    unpark(ticket=job, at=minute(5))
    assert call_next(at=minute(6), acting_user=fifth.officer) == job
    assert "A045 had been at a counter before and came back: such people are called first." in text(job, other)


def test_a_counter_that_gives_other_services_now(drawn, officer, counter, other_service, manager, served):
    other, mine = drawn(7, service=other_service), drawn(45, at=1)
    served(5)
    set_services(
        counter=counter,
        services=[counter.services.get(), other_service],
        reason="đông",
        at=minute(9),
        acting_user=manager,
    )
    assert "Counter 3 did not do what B007 waited for." in text(mine, other)


@pytest.mark.parametrize("asked", ["", "47", "Z999", "A0a7", "A047; DROP"])
def test_a_number_that_is_none_is_a_sentence(drawn, asked):
    with pytest.raises(BadInput) as refused:
        find_number(asked, drawn(45))
    assert refused.value.field == "number"


def test_only_numbers_of_the_same_centre_and_day(drawn):
    drawn(45, at=-60 * 24)
    make.TicketFactory(service=make.ServiceFactory(letter="A"), number=45)
    with pytest.raises(BadInput):
        find_number("A045", drawn(47))
