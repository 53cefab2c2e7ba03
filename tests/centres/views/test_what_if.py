"""The page of "what if": what is asked, and what is shown of the answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from centres.enums import CounterState, TicketState
from centres.forms_day import TryForm
from centres.models import CalendarDay, Centre, CounterEvent, DaySummary, HourSummary
from centres.order import Place
from centres.rest_of_day import Desk, MoveCounter, OfficerOut, OpenCounter
from centres.summaries.tally import Tally
from centres.what_if import change_of, hall_now
from portal import clock
from tests.factories import centres as make
from tests.factories.centres import MORNING
from tests.moments import hanoi


@pytest.fixture
def known(centre, service):
    """The same morning a week and two weeks ago: thirty people an hour, ten minutes each."""
    for weeks in (1, 2):
        for hour in (9, 10, 11):
            tally = Tally(drawn=30, called=30, served=30, grounds={"": 30})
            for _person in range(30):
                tally.service.add(600)
                tally.walking.add(30)
            day = MORNING.date() - timedelta(weeks=weeks)
            HourSummary.objects.create(centre=centre, day=day, hour=hour, service=service, **tally.stored())
    return centre


@pytest.fixture
def client(client, manager, counter):
    client.force_login(manager)
    client.cookies["django_language"] = "en"
    with clock.fixed(MORNING):
        yield client


def ask(client, **data):
    return client.get(reverse("centres:day_what_if"), {"start": "10:30", "end": "11:00", **data})


def change(centre, **data):
    form = TryForm({"start": "10:30", "end": "11:00", **data}, centre=centre, at=MORNING)
    assert form.is_valid(), form.errors
    return change_of(form)


def test_the_form_says_what_is_tried(centre, service, other_service, counter):
    start, end = hanoi("2026-11-23 10:30"), hanoi("2026-11-23 11:00")
    both = [service.pk, other_service.pk]
    assert change(centre, what="open", services=both) == OpenCounter(frozenset(both), start, end)
    one = change(centre, what="open", services=[service.pk], counter=counter.pk, end="")
    assert one == OpenCounter(frozenset({service.pk}), start, None, counter.pk)
    moved = change(centre, what="move", services=[other_service.pk], counter=counter.pk)
    assert moved == MoveCounter(counter.pk, frozenset({other_service.pk}), start, end)
    assert change(centre, what="out", counter=counter.pk) == OfficerOut(counter.pk, start, end)


def test_the_hall_is_taken_as_it_stands(centre, service, other_service, counter):
    closed = make.CounterFactory(centre=centre, number=9, services=[other_service], state=CounterState.CLOSED)
    ago = MORNING - timedelta(minutes=5)
    make.TicketFactory(
        service=service, number=1, state=TicketState.CALLED, counter=counter, issued_at=ago, called_at=ago
    )
    waits = make.TicketFactory(service=other_service, number=2, priority=10)
    make.TicketFactory(service=service, number=3, state=TicketState.LEFT, finished_at=MORNING)
    found = hall_now(centre, MORNING)
    assert found.waiting == (Place(waits.pk, other_service.pk, 10, MORNING),)
    assert found.desks == (
        Desk(counter.pk, frozenset({service.pk}), True, service.pk, 300.0),
        Desk(closed.pk, frozenset({other_service.pk}), False),
    )
    assert found.hours == (
        (hanoi("2026-11-23 08:00"), hanoi("2026-11-23 11:30")),
        (hanoi("2026-11-23 13:30"), hanoi("2026-11-23 17:00")),
    )


class TestAwayNow:
    """A counter that calls nobody at this moment is not away for the rest of the day."""

    def back(self, centre, counter, at=MORNING):
        return next(desk.back for desk in hall_now(centre, at).desks if desk.counter_id == counter.pk)

    @pytest.mark.parametrize(("ago", "minutes"), [(20, 20), (1, 5)])
    def test_a_pause_lasts_as_long_again(self, centre, counter, ago, minutes):
        counter.state, counter.state_since = CounterState.PAUSED, MORNING - timedelta(minutes=ago)
        counter.save()
        assert self.back(centre, counter) == MORNING + timedelta(minutes=minutes)

    @pytest.fixture
    def week_before(self, centre, service):
        """On this weekday, a counter called from eight to noon and from two on, with a pause in the morning."""
        centre.keeps_hours = True
        centre.save()
        desk = make.CounterFactory(centre=centre, services=[service], number=7)
        day = "2026-11-16"
        DaySummary.objects.create(centre=centre, day=day, drawn=9, built_at=MORNING)
        DaySummary.objects.create(centre=centre, day="2026-11-20", drawn=9, built_at=MORNING)
        for kind, at in (
            ("opened", "07:55"), ("paused", "09:10"), ("resumed", "10:40"), ("closed", "11:30"), ("opened", "14:00"),
            ("closed", "17:00"),
        ):  # fmt: skip
            CounterEvent.objects.create(counter=desk, kind=kind, at=hanoi(f"{day} {at}"))
        return desk

    @pytest.mark.parametrize(
        ("now", "expected"),
        [("07:30", "08:00"), ("08:02", "08:07"), ("09:00", "10:00"), ("10:30", "14:00"), ("12:00", "14:00")],
    )
    def test_a_closed_counter_opens_with_the_doors_as_on_this_weekday(self, centre, week_before, now, expected):
        """Late, it is late for as long again."""
        back = self.back(centre, week_before, hanoi(f"2026-11-23 {now}"))
        assert back == hanoi(f"2026-11-23 {expected}")

    @pytest.mark.parametrize(
        ("now", "since", "expected"),
        [("09:00", "08:45", "14:00"), ("13:40", "11:32", "14:00"), ("14:30", "14:20", None)],
    )
    def test_one_that_was_closed_is_not_back_in_the_same_hours(self, centre, week_before, now, since, expected):
        week_before.state_since = hanoi(f"2026-11-23 {since}")
        week_before.save()
        back = self.back(centre, week_before, hanoi(f"2026-11-23 {now}"))
        assert back == (hanoi(f"2026-11-23 {expected}") if expected else None)

    def test_one_that_did_not_open_then_stays_closed(self, centre, week_before):
        never = make.CounterFactory(centre=centre, number=9)
        assert self.back(centre, never, hanoi("2026-11-23 07:30")) is None

    def test_before_the_doors_open_the_day_is_played_with_the_counters_that_will_be_there(
        self, client, known, counter, service, week_before
    ):
        counter.state = CounterState.CLOSED
        counter.save()
        with clock.fixed(hanoi("2026-11-23 07:30")):
            answer = ask(client, what="out", counter=week_before.pk, start="09:00", end="11:30")
        found = answer.context["answer"]
        assert found.unserved_before < found.unserved_after
        page = answer.content.decode()
        for said in ("Counter 7 is closed and taken to open at 08:00", "Taken to stay closed today: 3."):
            assert said in page

    def test_what_is_taken_of_a_pause_is_said(self, client, known, counter, service):
        counter.state, counter.state_since = CounterState.PAUSED, MORNING - timedelta(minutes=12)
        counter.save()
        page = ask(client, what="open", services=[service.pk]).content.decode()
        assert "Counter 3 is paused and taken to call again from 10:12" in page


class TestWithoutEffect:
    """Before and after would be the same: the manager reads why instead."""

    def refused(self, client, **data):
        answer = ask(client, **data)
        assert answer.status_code == 400 and "answer" not in answer.context
        ((field, (problem,)),) = answer.context["form"].errors.items()
        return field, str(problem)

    def test_a_counter_that_is_away_cannot_be_taken_away(self, client, known, centre, service, other_service):
        closed = make.CounterFactory(centre=centre, services=[service], number=9).pk
        for data in ({"what": "out"}, {"what": "move", "services": [other_service.pk]}):
            field, said = self.refused(client, counter=closed, **data)
            assert field == "counter" and "Counter 9 calls nobody in that time" in said

    def test_a_counter_does_it_already(self, client, known, counter, service):
        for what in ("open", "move"):
            field, said = self.refused(client, what=what, counter=counter.pk, services=[service.pk])
            assert field == "services" and "Counter 3 does this already in that time" in said

    def test_nobody_calls_while_the_doors_are_closed(self, client, known, service):
        field, said = self.refused(client, what="open", services=[service.pk], start="11:45", end="13:00")
        assert field == "start" and "closed in that time" in said

    def test_enough_are_there_already(self, client, known, centre, other_service):
        """The change is real, and nobody is called sooner."""
        answer = ask(client, what="open", services=[other_service.pk])
        assert answer.status_code == 200
        assert "makes no difference" in answer.content.decode()


def test_where_hours_are_not_confirmed_the_evening_goes_on(centre):
    evening = hanoi("2026-11-23 18:00")
    assert hall_now(centre, evening).hours == ((evening, hanoi("2026-11-23 20:00")),)
    centre.keeps_hours = True
    assert hall_now(centre, evening).hours == ()


def test_waits_before_and_after_are_shown_as_plot_and_table(client, known, service):
    for number in range(1, 13):
        make.TicketFactory(service=service, number=number)
    answer = ask(client, what="open", services=[service.pk])
    assert answer.status_code == 200
    page = answer.content.decode()
    assert page.count("data:image/svg+xml;base64,") == 1
    assert f"outlook-{service.pk}" in page and "10:45" in page
    found = answer.context["answer"]
    assert found.overall_after[0] < found.overall_before[0]
    assert found.unserved_after < found.unserved_before


def test_a_centre_without_a_past_says_so(client, service):
    assert 'class="note info"' in ask(client, what="open", services=[service.pk]).content.decode()


def test_on_a_day_off_there_is_nothing_to_try(client, known, centre, service):
    Centre.objects.update(keeps_hours=True)
    CalendarDay.objects.create(centre=centre, day=MORNING.date(), hours=[], reason="nghỉ")
    answer = ask(client, what="open", services=[service.pk])
    assert answer.status_code == 400
    assert answer.context["form"].non_field_errors()


@pytest.mark.parametrize(
    "data",
    [
        {"what": "move"}, {"what": "out"}, {"what": "open"}, {"what": "x"}, {"what": "open", "end": "10:00"},
        {"what": "open", "start": "08:00", "end": "09:00"}, {"what": "out", "counter": "999999"},
        {"what": "open", "start": ""},
    ],
)  # fmt: skip
def test_what_is_missing_or_over_is_asked_for(client, data):
    answer = ask(client, **data)
    assert answer.status_code == 400
    assert "answer" not in answer.context


def test_a_counter_or_a_service_of_another_centre_is_no_choice(client, known):
    elsewhere = make.ServiceFactory()
    seat = make.open_counter(elsewhere.centre, [elsewhere], number=1)
    assert ask(client, what="open", services=[elsewhere.pk]).status_code == 400
    assert ask(client, what="out", counter=seat.pk).status_code == 400


def test_the_form_begins_with_the_service_that_needs_it(client, service):
    page = client.get(reverse("centres:day_what_if"), {"service": service.pk}).content.decode()
    assert 'value="10:15"' in page
    assert f'value="{service.pk}" ' in page and "checked" in page


def test_thirty_people_cost_no_more_statements_than_one(client, known, service):
    counts = []
    for numbers in (range(1, 2), range(2, 32)):
        for number in numbers:
            make.TicketFactory(service=service, number=number)
        ask(client, what="open", services=[service.pk])
        with CaptureQueriesContext(connection) as made:
            ask(client, what="open", services=[service.pk])
        counts.append(len(made))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("services", ["abc", "999999"])
def test_a_service_that_is_none_gets_a_sentence_of_the_portal(client, counter, services):
    client.cookies["django_language"] = "vi"
    answer = client.get(reverse("centres:day_what_if"), {"what": "open", "services": services, "start": "10:30"})
    assert answer.status_code == 400
    assert "Xin chọn trong các dịch vụ của trung tâm." in answer.content.decode()
