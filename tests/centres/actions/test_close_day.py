from datetime import timedelta

import pytest

from centres.actions.close_day import close_day
from centres.enums import IN_HALL, CounterState, TicketEventKind, TicketState
from centres.models import Ticket, TicketEvent
from centres.tasks import close_yesterday
from portal import clock
from tests.factories import centres as make
from tests.factories.centres import MORNING

YESTERDAY = MORNING - timedelta(days=1)


@pytest.fixture
def left_over(service, centre):
    for number, state in enumerate(IN_HALL, start=1):
        counter = make.CounterFactory(centre=centre, number=50 + number)
        make.TicketFactory(
            service=service, number=number, issued_at=YESTERDAY, called_at=YESTERDAY, counter=counter, state=state
        )


def test_what_earlier_days_left_open_is_closed_with_a_reason(left_over, ticket):
    assert close_day(before=MORNING.date(), at=MORNING) == len(IN_HALL)
    assert set(Ticket.objects.filter(day=YESTERDAY.date()).values_list("state", flat=True)) == {TicketState.LEFT}
    events = TicketEvent.objects.filter(kind=TicketEventKind.CLOSED)
    assert len(events) == len(IN_HALL) and all(event.reason for event in events)
    ticket.refresh_from_db()
    assert ticket.state == TicketState.WAITING


def test_closing_again_changes_nothing(left_over):
    close_day(before=MORNING.date(), at=MORNING)
    assert close_day(before=MORNING.date(), at=MORNING) == 0
    assert TicketEvent.objects.count() == len(IN_HALL)


def test_more_than_one_batch_is_closed(left_over, monkeypatch):
    monkeypatch.setattr("centres.actions.close_day.BATCH", 3)
    assert close_day(before=MORNING.date(), at=MORNING) == len(IN_HALL)


def test_a_counter_nobody_closed_is_closed_and_todays_is_not(centre, service, counter):
    forgotten = make.open_counter(centre, [service], number=40)
    forgotten.state_since = YESTERDAY
    forgotten.save()
    close_day(before=MORNING.date(), at=MORNING)
    forgotten.refresh_from_db()
    counter.refresh_from_db()
    assert (forgotten.state, forgotten.officer) == (CounterState.CLOSED, None)
    assert counter.state == CounterState.OPEN


def test_the_task_closes_up_to_today_in_hanoi(left_over):
    with clock.fixed(MORNING):
        assert close_yesterday() == len(IN_HALL)
