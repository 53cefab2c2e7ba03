"""A place in time is kept: while somebody is away, after a missed call, through a job, and to another counter."""

from datetime import UTC, datetime, timedelta

import pytest

from centres.actions.arrive import arrive
from centres.actions.call_next import call_next
from centres.actions.call_number import call_number
from centres.actions.cancel import cancel
from centres.actions.change_priority import change_priority
from centres.actions.close_day import close_day
from centres.actions.counters import close_counter, open_counter, pause_counter
from centres.actions.finish import finish
from centres.actions.hold import come_back, hold, latest_return
from centres.actions.miss import miss
from centres.actions.miss_held import miss_held
from centres.actions.park import park
from centres.actions.recall import recall
from centres.actions.return_missed import return_missed
from centres.actions.transfer import transfer
from centres.actions.unpark import unpark
from centres.counter_times import counter_times
from centres.enums import CounterEventKind, ParkKind, Priority, PriorityGround, TicketEventKind, TicketState
from centres.estimate.seen import spells_on
from centres.hours import hours_on
from centres.models import CounterEvent, Matter, QueuePolicy, Ticket, TicketEvent
from portal import clock
from portal.errors import BadInput, RuleBroken
from tests.factories import centres as make
from tests.factories.centres import MORNING
from tests.moments import hanoi


def minute(number):
    return MORNING + timedelta(minutes=number)


def stored(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def code(action, **arguments):
    with pytest.raises(RuleBroken) as refused:
        action(**arguments)
    assert str(refused.value)
    return refused.value.code


@pytest.fixture
def missed(ticket, officer):
    """Called at 10:00, called twice again, a no-show soon after 10:02."""
    called = call_next(at=MORNING, acting_user=officer)
    recall(ticket=called, at=minute(1), acting_user=officer)
    recall(ticket=called, at=minute(2), acting_user=officer)
    return miss(ticket=called, at=minute(2) + timedelta(seconds=20), acting_user=officer)


def test_a_held_place_is_where_it_was(service, officer, ticket):
    hold(ticket=ticket, back_by=minute(40), at=MORNING)
    later = make.TicketFactory(service=service, number=20, issued_at=minute(1))
    assert call_next(at=minute(2), acting_user=officer) == later
    finish(ticket=stored(later), at=minute(3), acting_user=officer)
    make.TicketFactory(service=service, number=21, issued_at=minute(4))
    come_back(ticket=stored(ticket), at=minute(10))
    assert call_next(at=minute(11), acting_user=officer) == ticket
    # Ten minutes away are no waiting.
    assert (stored(ticket).waited_s, stored(ticket).parked_s, stored(ticket).back_by) == (60, 600, None)


def test_a_held_place_that_is_not_taken_ends_with_its_reason_once(ticket):
    hold(ticket=ticket, back_by=minute(40), at=MORNING)
    assert miss_held(at=minute(40)) == 0
    assert miss_held(at=minute(41)) == 1
    assert miss_held(at=minute(41)) == 0
    event = TicketEvent.objects.get(kind=TicketEventKind.NO_SHOW)
    assert "10:40" in event.reason and event.actor is None
    assert (stored(ticket).state, stored(ticket).park_kind, stored(ticket).parked_s) == (TicketState.NO_SHOW, "", 2460)


@pytest.mark.parametrize("minutes", [0, -5, 61])
def test_a_place_is_held_no_longer_than_the_policy_says(ticket, minutes):
    with pytest.raises(BadInput) as refused:
        hold(ticket=ticket, back_by=minute(minutes), at=MORNING)
    assert refused.value.field == "back_by"


def test_a_place_is_held_no_longer_than_the_doors_are_open(ticket):
    closing = hours_on(ticket.centre, ticket.day)[-1][1]
    near = datetime.combine(ticket.day, closing, tzinfo=clock.HANOI) - timedelta(minutes=20)
    assert latest_return(ticket, near) == near + timedelta(minutes=60)
    ticket.centre.keeps_hours = True
    assert latest_return(ticket, near) == near + timedelta(minutes=20)


def test_the_slip_alone_holds_no_place_of_somebody_called(ticket, officer):
    called = call_next(at=MORNING, acting_user=officer)
    assert code(hold, ticket=called, back_by=minute(20), at=MORNING) == "wrong_state"
    hold(ticket=called, back_by=minute(20), at=MORNING, acting_user=officer)
    assert stored(called).priority == Priority.RETURNING


def test_the_slip_does_not_end_the_wait_for_a_job(ticket, officer):
    called = call_next(at=MORNING, acting_user=officer)
    park(ticket=called, kind=ParkKind.JOB, at=MORNING, acting_user=officer)
    assert code(come_back, ticket=called, at=minute(1)) == "job_running"
    unpark(ticket=called, at=minute(2))
    assert stored(called).state == TicketState.WAITING


def test_after_a_job_the_person_is_first_at_the_same_counter_even_before_the_oldest(service, officer, ticket):
    called = call_next(at=MORNING, acting_user=officer)
    arrive(ticket=called, at=MORNING, acting_user=officer)
    park(ticket=called, kind=ParkKind.JOB, at=minute(5), acting_user=officer)
    make.TicketFactory(service=service, number=20, issued_at=MORNING - timedelta(minutes=30))
    make.TicketFactory(service=service, number=21, priority=Priority.FIRST)
    unpark(ticket=called, at=minute(8))
    again = call_next(at=minute(9), acting_user=officer)
    assert again == called
    assert (again.served_s, again.parked_s, again.jumped) == (300, 180, False)


def test_within_the_grace_the_old_place_after_it_the_end(missed, officer):
    in_time = return_missed(ticket=stored(missed), at=minute(17))
    assert (in_time.state, in_time.queue_at, in_time.finished_at) == (TicketState.WAITING, MORNING, None)
    Ticket.objects.filter(pk=missed.pk).update(state=TicketState.NO_SHOW, finished_at=minute(2))
    assert code(return_missed, ticket=stored(missed), at=minute(18)) == "grace_over"
    late = return_missed(ticket=stored(missed), at=minute(18), acting_user=officer)
    assert (late.queue_at, late.counter) == (minute(18), None)


@pytest.mark.parametrize("begun", [False, True])
def test_who_missed_a_call_may_come_to_any_counter_unless_the_matter_is_open_at_one(missed, service, officer, begun):
    if begun:
        Matter.objects.create(ticket=missed, procedure=make.ProcedureFactory(), created_at=MORNING)
    return_missed(ticket=stored(missed), at=minute(5))
    elsewhere = make.open_counter(missed.centre, [service], number=8).officer
    if begun:
        assert code(call_next, at=minute(6), acting_user=elsewhere) == "nobody_waits"
        assert call_next(at=minute(6), acting_user=officer) == missed
    else:
        assert call_next(at=minute(6), acting_user=elsewhere) == missed


def test_nobody_is_a_no_show_before_they_could_have_come(ticket, officer):
    """Called, called again twice and given up within three seconds: the board had not even said the number."""
    called = call_next(at=MORNING, acting_user=officer)
    for second in (1, 2):
        recall(ticket=called, at=MORNING + timedelta(seconds=second), acting_user=officer)
    for second in (3, 21):
        assert code(miss, ticket=called, at=MORNING + timedelta(seconds=second), acting_user=officer) == "on_the_way"
    assert stored(called).state == TicketState.CALLED
    assert miss(ticket=called, at=MORNING + timedelta(seconds=22), acting_user=officer).state == TicketState.NO_SHOW


def test_how_long_somebody_is_given_to_come_is_the_rule_of_the_centre(ticket, officer):
    QueuePolicy.objects.create(
        centre=ticket.centre, valid_from=clock.local_day(MORNING), cap=3, recalls=0, walk_seconds=0, grace_minutes=15,
        hold_minutes=60, closing_minutes=10, source="test", confidence="U",
    )  # fmt: skip
    called = call_next(at=MORNING, acting_user=officer)
    assert miss(ticket=called, at=MORNING, acting_user=officer).state == TicketState.NO_SHOW


def test_a_no_show_needs_two_recalls(ticket, officer):
    called = call_next(at=MORNING, acting_user=officer)
    assert code(miss, ticket=called, at=MORNING, acting_user=officer) == "call_again_first"
    recall(ticket=called, at=minute(1), acting_user=officer)
    assert code(miss, ticket=called, at=minute(1), acting_user=officer) == "call_again_first"
    recall(ticket=called, at=minute(2), acting_user=officer)
    assert miss(ticket=called, at=minute(3), acting_user=officer).state == TicketState.NO_SHOW


def test_to_another_counter_with_the_place_kept(centre, service, officer, counter, ticket):
    other = make.open_counter(centre, [service], number=4)
    third = make.open_counter(centre, [service], number=5)
    called = call_next(at=MORNING, acting_user=officer)
    transfer(ticket=called, counter=other, at=minute(1), acting_user=officer)
    assert stored(ticket).queue_at == MORNING
    assert code(call_next, at=minute(2), acting_user=third.officer) == "nobody_waits"
    written = ticket.events.exclude(kind=TicketEventKind.CALLED).values_list("kind", "counter")
    assert list(written) == [(TicketEventKind.TRANSFERRED, counter.pk), (TicketEventKind.RETURNED, other.pk)], (
        "the counter that was left, and the one they are kept for"
    )
    assert call_next(at=minute(2), acting_user=other.officer) == ticket


def test_to_a_counter_that_cannot_or_is_closed_is_refused(centre, service, other_service, officer, ticket):
    called = call_next(at=MORNING, acting_user=officer)
    by = {"ticket": called, "at": MORNING, "acting_user": officer}
    assert code(transfer, counter=make.open_counter(centre, [other_service], number=4), **by) == "counter_cannot"
    assert code(transfer, counter=make.CounterFactory(centre=centre, services=[service]), **by) == "counter_closed"
    assert code(transfer, counter=make.open_counter(make.CentreFactory(), []), **by) == "other_centre"
    assert code(transfer, **by) == "nowhere"


def test_a_number_is_called_only_with_a_reason_and_counts_in_the_cap(service, officer, ticket):
    for number in (20, 21, 22, 23):
        make.TicketFactory(service=service, number=number, issued_at=minute(number - 19))
    last, before_last = Ticket.objects.get(number=23), Ticket.objects.get(number=22)
    by = {"at": minute(9), "acting_user": officer}
    with pytest.raises(BadInput):
        call_number(ticket=last, reason="  ", **by)
    call_number(ticket=last, reason="bị mệt", **by)
    event = TicketEvent.objects.get(kind=TicketEventKind.PICKED)
    assert (event.reason, event.actor, event.jumped) == ("bị mệt", officer, True)
    finish(ticket=stored(last), **by)
    for left, expected in ((2, ticket), (1, Ticket.objects.get(number=20))):
        with pytest.raises(RuleBroken, match=f"{left} người") as refused:
            call_number(ticket=before_last, reason="bị mệt", **by)
        assert refused.value.code == "cap_reached"
        called = call_next(**by)
        assert called == expected
        finish(ticket=called, **by)
    assert call_number(ticket=before_last, reason="bị mệt", **by).jumped


def test_a_number_is_called_only_to_a_free_counter_that_can(centre, service, other_service, officer, ticket):
    elsewhere = make.TicketFactory(service=other_service, number=3)
    by = {"reason": "bị mệt", "at": MORNING, "acting_user": officer}
    assert code(call_number, ticket=elsewhere, **by) == "counter_cannot"
    assert code(call_number, ticket=ticket, **by | {"acting_user": make.officer_at(centre)}) == "no_counter"
    call_number(ticket=ticket, **by)
    assert code(call_number, ticket=make.TicketFactory(service=service, number=30), **by) == "counter_busy"


def test_a_class_is_changed_with_reason_and_name(service, officer, ticket):
    by = {"at": MORNING, "acting_user": officer}
    with pytest.raises(BadInput):
        change_priority(ticket=ticket, ground=PriorityGround.AGE_75, reason="", **by)
    with pytest.raises(BadInput):
        change_priority(ticket=ticket, ground=PriorityGround.BOOKED, reason="nói có hẹn", **by)
    change_priority(ticket=ticket, ground=PriorityGround.AGE_75, reason="cụ già", **by)
    event = TicketEvent.objects.get()
    assert (event.kind, event.reason, event.actor) == (TicketEventKind.CLASSED, "cụ già", officer)
    assert (stored(ticket).priority, event.priority) == (Priority.FIRST, Priority.FIRST)
    change_priority(ticket=ticket, ground=PriorityGround.NONE, reason="nhầm số", **by)
    assert stored(ticket).priority == Priority.ORDINARY


def test_a_number_is_given_back_by_the_slip_until_it_is_served(ticket, officer):
    called = call_next(at=MORNING, acting_user=officer)
    arrive(ticket=called, at=MORNING, acting_user=officer)
    assert code(cancel, ticket=called, at=MORNING) == "wrong_state"
    other = make.TicketFactory(service=ticket.service, number=30)
    cancel(ticket=other, at=MORNING)
    assert cancel(ticket=stored(other), at=minute(1)).finished_at == MORNING
    assert TicketEvent.objects.filter(ticket=other).count() == 1


def test_waiting_walking_service_and_parked_are_told_apart(ticket, officer):
    """novosga 314."""
    called = call_next(at=minute(12), acting_user=officer)
    recall(ticket=called, at=minute(13), acting_user=officer)
    arrive(ticket=called, at=minute(14), acting_user=officer)
    park(ticket=called, at=minute(20), acting_user=officer)
    unpark(ticket=called, at=minute(30), acting_user=officer)
    again = call_next(at=minute(31), acting_user=officer)
    arrive(ticket=again, at=minute(33), acting_user=officer)
    finish(ticket=again, at=minute(35), acting_user=officer)
    done = stored(ticket)
    assert (done.waited_s, done.walked_s, done.served_s, done.parked_s) == (720, 180, 480, 600)
    assert (done.first_called_at, done.called_at) == (minute(12), minute(31))


def test_a_counters_day_is_told_apart_with_every_officer_of_it(centre, service, manager):
    counter = make.CounterFactory(centre=centre, services=[service], number=8)
    early, late = make.officer_at(centre), make.officer_at(centre)
    open_counter(counter=counter, at=minute(0), acting_user=early)
    make.TicketFactory(service=service, number=30, issued_at=MORNING)
    called = call_next(at=minute(10), acting_user=early)
    finish(ticket=called, at=minute(25), acting_user=early)
    pause_counter(counter=counter, reason="ăn trưa", at=minute(30), acting_user=early)
    open_counter(counter=counter, at=minute(50), acting_user=early)
    close_counter(counter=counter, at=minute(60), acting_user=manager)
    open_counter(counter=counter, at=minute(70), acting_user=late)
    times = counter_times(centre, MORNING.date(), minute(80))[counter.pk]
    assert (times.open_s, times.paused_s, times.busy_s, times.idle_s) == (3000, 1200, 900, 2100)
    events = CounterEvent.objects.filter(counter=counter).order_by("at")
    assert [(event.kind, event.officer, event.actor) for event in events] == [
        (CounterEventKind.OPENED, early, early),
        (CounterEventKind.PAUSED, early, early),
        (CounterEventKind.RESUMED, early, early),
        (CounterEventKind.CLOSED, early, manager),
        (CounterEventKind.OPENED, late, late),
    ]


@pytest.mark.parametrize(("ended", "until"), [(25, "17:00"), (440, "17:20")])
@pytest.mark.parametrize("seen", ["2026-11-23 20:00", "2026-11-24 09:00"])
def test_a_counter_that_nobody_closed_was_left_at_closing_time_or_with_its_last_visit(
    centre, service, seen, ended, until
):
    centre.keeps_hours = True
    counter, officer = make.CounterFactory(centre=centre, services=[service], number=8), make.officer_at(centre)
    open_counter(counter=counter, at=MORNING, acting_user=officer)
    make.TicketFactory(service=service, number=30, issued_at=MORNING)
    called = call_next(at=minute(10), acting_user=officer)
    finish(ticket=called, at=minute(ended), acting_user=officer)
    times = counter_times(centre, MORNING.date(), hanoi(seen))[counter.pk]
    whole = hanoi(f"2026-11-23 {until}") - MORNING
    assert (times.open_s, times.busy_s) == (whole.total_seconds(), (ended - 10) * 60)
    (spell,) = spells_on(centre, MORNING.date())[counter.pk]
    assert spell == (10 * 3600, 17 * 3600)


def test_the_evening_closes_held_places_and_job_waits_with_their_reason(service, officer, ticket):
    hold(ticket=ticket, back_by=minute(40), at=MORNING)
    make.TicketFactory(service=service, number=30)
    called = call_next(at=MORNING, acting_user=officer)
    park(ticket=called, kind=ParkKind.JOB, at=MORNING, acting_user=officer)
    assert close_day(before=MORNING.date() + timedelta(days=1), at=minute(900)) == 2
    for row in Ticket.objects.all():
        assert (row.state, row.park_kind, row.back_by, row.parked_at) == (TicketState.LEFT, "", None, None)
    assert all(event.reason for event in TicketEvent.objects.filter(kind=TicketEventKind.CLOSED))


def test_around_midnight_in_hanoi_a_number_belongs_to_its_day(service, officer):
    """16:59 and 17:01 UTC are two days in Hanoi: what was held or missed before is not brought back after."""
    before, after = datetime(2026, 11, 23, 16, 59, tzinfo=UTC), datetime(2026, 11, 23, 17, 1, tzinfo=UTC)
    ticket = make.TicketFactory(service=service, issued_at=before)
    # No place is held past the day.
    with pytest.raises(BadInput):
        hold(ticket=ticket, back_by=after, at=before)
    held = hold(ticket=ticket, back_by=before + timedelta(seconds=30), at=before)
    assert code(come_back, ticket=held, at=after) == "other_day"
    miss_held(at=after)
    assert code(return_missed, ticket=stored(held), at=after, acting_user=officer) == "other_day"


def test_a_class_changed_meanwhile_is_not_written_back_by_leaving_or_coming_back(ticket):
    for priority, move in (
        (Priority.FIRST, lambda: hold(ticket=ticket, back_by=MORNING + timedelta(minutes=20), at=MORNING)),
        (Priority.PRIORITY, lambda: come_back(ticket=ticket, at=MORNING)),
    ):
        Ticket.objects.filter(pk=ticket.pk).update(priority=priority)
        move()
        assert Ticket.objects.get(pk=ticket.pk).priority == priority
        assert ticket.events.last().priority == priority
