"""The page of "what if": what is asked, and what is shown of the answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from centres.enums import CounterState, TicketState
from centres.forms_day import TryForm
from centres.models import CalendarDay, Centre, HourSummary
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
