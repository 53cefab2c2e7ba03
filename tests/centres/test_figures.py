"""What the manager is told of the hall now: who waits since when, which counter is free for whom, and at what pace."""

from __future__ import annotations

from datetime import timedelta

import pytest

from centres import figures
from centres.actions.arrive import arrive
from centres.actions.call_next import call_next
from centres.actions.counters import close_counter, open_counter, pause_counter
from centres.actions.finish import finish
from centres.actions.hold import come_back, hold
from centres.actions.park import park
from centres.actions.transfer import transfer
from centres.actions.unpark import unpark
from centres.day import needs_attention
from centres.enums import ParkKind
from centres.foresight import foresee
from centres.ticket_lists import ticket_list
from centres.wanted import time_wanted
from tests.factories import centres as make
from tests.factories.centres import MORNING

pytestmark = pytest.mark.usefixtures("in_english")
HALF_AN_HOUR = timedelta(minutes=30)


def minute(number):
    return MORNING + timedelta(minutes=number)


def needs(centre, at):
    return [sentence for severity, sentence, _url in needs_attention(centre, at) if severity == "act"]


def at_the_counter(officer, number=0):
    """Called and there since then."""
    ticket = call_next(at=minute(number), acting_user=officer)
    return arrive(ticket=ticket, at=minute(number), acting_user=officer)


class TestHowLongSomebodyWaits:
    def waits(self, centre, at):
        """As the page says it, twice: of the whole hall and of the service."""
        (queue,) = figures.queues(centre, at)
        longest = figures.numbers(centre, at).longest_wait
        assert longest == at - queue.since
        return longest // timedelta(minutes=1)

    def test_whoever_comes_back_from_a_certification_waits_from_then_on(self, centre, ticket, officer):
        called = at_the_counter(officer)
        park(ticket=called, kind=ParkKind.JOB, at=minute(10), acting_user=officer)
        make.TicketFactory(service=ticket.service, number=90, issued_at=minute(55))
        at_the_counter(officer, 56)
        unpark(ticket=called, at=minute(58))
        assert self.waits(centre, minute(60)) == 2
        assert needs(centre, minute(60)) == []

    def test_somebody_who_came_back_and_is_forgotten_is_not_hidden(self, centre, ticket, officer, service):
        called = at_the_counter(officer)
        park(ticket=called, kind=ParkKind.JOB, at=minute(10), acting_user=officer)
        make.TicketFactory(service=service, number=90, issued_at=minute(9))
        at_the_counter(officer, 11)
        unpark(ticket=called, at=minute(12))
        assert self.waits(centre, minute(60)) == 48
        (sentence,) = needs(centre, minute(60))
        assert "48" in sentence

    def test_the_time_away_on_a_held_place_is_no_waiting(self, centre, ticket, officer):
        hold(ticket=ticket, back_by=minute(55), at=minute(5))
        come_back(ticket=ticket, at=minute(50))
        at_the_counter(make.open_counter(centre, [ticket.service], number=9).officer, 50)
        other = make.TicketFactory(service=ticket.service, number=91, issued_at=minute(3))
        hold(ticket=other, back_by=minute(55), at=minute(5))
        come_back(ticket=other, at=minute(50))
        assert self.waits(centre, minute(60)) == 2 + 10

    def test_whoever_is_passed_on_waits_from_then_on(self, centre, ticket, other_service, officer):
        called = at_the_counter(officer)
        transfer(ticket=called, service=other_service, at=minute(57), acting_user=officer)
        make.open_counter(centre, [other_service], number=9)
        assert self.waits(centre, minute(60)) == 3

    def test_the_longest_is_named(self, centre, ticket, officer, service):
        called = at_the_counter(officer)
        park(ticket=called, kind=ParkKind.JOB, at=minute(10), acting_user=officer)
        unpark(ticket=called, at=minute(20))
        second = make.TicketFactory(service=service, number=90, issued_at=minute(15))
        assert figures.numbers(centre, minute(30)).longest == second
        held = make.TicketFactory(service=service, number=91, issued_at=minute(1))
        hold(ticket=held, back_by=minute(28), at=minute(2))
        come_back(ticket=held, at=minute(27))
        shown = ticket_list(centre, minute(30), {"show": "waiting"}).tickets
        assert list(shown) == [second, called, held], "the list behind it has them in the same order"


class TestAFreeCounter:
    def test_is_not_blamed_for_people_kept_for_another(self, centre, counter, service, officer):
        other = make.open_counter(centre, [service], number=8)
        for number in (1, 2):
            make.TicketFactory(service=service, number=number)
        passed_on = at_the_counter(officer)
        at_the_counter(other.officer)
        transfer(ticket=passed_on, counter=other, at=minute(1), acting_user=officer)
        assert needs(centre, minute(20)) == []
        close_counter(counter=counter, at=minute(20), acting_user=officer)
        open_counter(counter=counter, at=minute(20), acting_user=officer)
        pause_counter(counter=other, reason="họp", at=minute(21), acting_user=other.officer)
        (sentence,) = needs(centre, minute(29))
        assert sentence.startswith("Counter 3 ") and "1 person" in sentence, (
            "anybody may call them once that counter calls nobody"
        )

    def test_is_not_blamed_for_somebody_who_has_just_come_back(self, centre, counter, ticket, officer):
        called = at_the_counter(officer)
        park(ticket=called, at=minute(2), acting_user=officer)
        unpark(ticket=called, at=minute(40), acting_user=officer)
        assert needs(centre, minute(41)) == []

    def test_is_free_since_somebody_left_it(self, centre, counter, service, other_service, ticket, officer):
        to = make.open_counter(centre, [other_service], number=8)
        called = at_the_counter(officer, 1)
        transfer(ticket=called, service=other_service, counter=to, at=minute(20), acting_user=officer)
        free = {seat.counter: seat.free_since for seat in figures.seats(centre, minute(30))}
        assert free == {counter: minute(20), to: MORNING}


class TestThePaceOfCalls:
    def flow(self, centre, at):
        ((_service, flow),) = figures.flows(centre, at, HALF_AN_HOUR)
        return flow

    def serve(self, officer, first, last, every=2):
        for number in range(first, last, every):
            called = call_next(at=minute(number), acting_user=officer)
            finish(ticket=called, at=minute(number + every), acting_user=officer)

    @pytest.fixture
    def desk(self, centre, service):
        """Closed, with its officer beside it, and twenty people who came half an hour before."""
        for number in range(1, 21):
            make.TicketFactory(service=service, number=number, issued_at=minute(-31))
        return make.CounterFactory(centre=centre, services=[service], number=8), make.officer_at(centre)

    def test_right_after_opening_is_that_since_the_opening(self, centre, desk):
        """A person every two minutes; measured over half an hour it would be one in six."""
        counter, officer = desk
        open_counter(counter=counter, at=minute(0), acting_user=officer)
        self.serve(officer, 0, 10)
        flow = self.flow(centre, minute(10))
        assert (flow.calls, flow.waiting, flow.pace * 60) == (5, 15, 0.5)
        assert foresee(flow, timedelta(minutes=45), timedelta(minutes=60)) is None, "15 people are half an hour"

    def test_leaves_out_the_time_in_which_nobody_waited(self, centre, service, counter, officer):
        """A person every two minutes once they came; over the whole half hour it would be one in six."""
        for number in range(1, 11):
            make.TicketFactory(service=service, number=number, issued_at=minute(20))
        self.serve(officer, 20, 30)
        flow = self.flow(centre, minute(30))
        assert (flow.calls, flow.waiting, flow.pace * 60) == (5, 5, pytest.approx(0.5))
        assert foresee(flow, timedelta(minutes=45), timedelta(minutes=60)) is None, "5 people are ten minutes"

    def test_counts_the_time_in_which_somebody_waited_and_nobody_was_called(self, centre, service, counter, officer):
        for number in range(1, 11):
            make.TicketFactory(service=service, number=number, issued_at=minute(0))
        self.serve(officer, 20, 30)
        assert self.flow(centre, minute(30)).pace * 60 == pytest.approx(5 / 30)

    def test_leaves_out_who_waited_for_another_counter(self, centre, service, counter, officer):
        other = make.open_counter(centre, [service], number=8)
        make.TicketFactory(service=service, number=1, issued_at=minute(0))
        passed_on = at_the_counter(officer)
        transfer(ticket=passed_on, counter=other, at=minute(1), acting_user=officer)
        spans = {each.pk: [(minute(0), minute(30))] for each in (counter, other)}
        wanted = time_wanted(centre, [counter, other], spans, minute(0), minute(30))
        assert wanted == {counter.pk: timedelta(minutes=1), other.pk: timedelta(minutes=29)}

    def test_leaves_out_the_pause_at_noon(self, centre, desk):
        counter, officer = desk
        open_counter(counter=counter, at=minute(1), acting_user=officer)
        self.serve(officer, 1, 7)
        pause_counter(counter=counter, reason="ăn trưa", at=minute(7), acting_user=officer)
        open_counter(counter=counter, at=minute(24), acting_user=officer)
        self.serve(officer, 24, 30)
        assert self.flow(centre, minute(30)).pace * 60 == pytest.approx(0.5)

    def test_of_one_more_counter_counts_from_its_opening(self, centre, service, desk):
        counter, officer = desk
        open_counter(counter=counter, at=minute(1), acting_user=officer)
        self.serve(officer, 1, 29)
        more, second = make.CounterFactory(centre=centre, services=[service], number=9), make.officer_at(centre)
        open_counter(counter=more, at=minute(28), acting_user=second)
        self.serve(second, 28, 30)
        assert self.flow(centre, minute(30)).pace * 60 == pytest.approx(1.0, rel=0.1), (
            "two counters, each as quick as the first"
        )

    def test_is_not_known_of_counters_that_have_just_opened(self, centre, counter, service):
        for number in range(1, 5):
            make.TicketFactory(
                service=service, number=number, issued_at=minute(-20), called_at=minute(-9), finished_at=minute(-2),
                state="done", counter=counter,
            )  # fmt: skip
        assert foresee(self.flow(centre, MORNING), HALF_AN_HOUR, HALF_AN_HOUR) is None
