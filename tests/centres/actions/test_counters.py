from datetime import timedelta

import pytest

from centres.actions.counters import close_counter, open_counter, pause_counter
from centres.enums import CounterState, Role, TicketState
from centres.models import Counter
from portal.errors import NotAllowed, RuleBroken
from tests.factories import centres as make
from tests.factories.centres import MORNING

LATER = MORNING + timedelta(minutes=5)


@pytest.fixture
def free(centre, service):
    return make.CounterFactory(centre=centre, number=8, services=[service])


def test_an_officer_takes_a_free_seat(free, centre):
    officer = make.officer_at(centre)
    open_counter(counter=free, at=LATER, acting_user=officer)
    stored = Counter.objects.get(pk=free.pk)
    assert (stored.state, stored.officer, stored.state_since) == (CounterState.OPEN, officer, LATER)


def test_taking_another_seat_frees_the_first(free, counter, officer):
    open_counter(counter=free, at=LATER, acting_user=officer)
    counter.refresh_from_db()
    assert (counter.state, counter.officer) == (CounterState.CLOSED, None)
    assert officer.counter.pk == free.pk or Counter.objects.get(officer=officer) == free


def test_a_taken_seat_is_refused_by_name(counter, officer, centre):
    with pytest.raises(RuleBroken) as refused:
        open_counter(counter=counter, at=LATER, acting_user=make.officer_at(centre))
    assert refused.value.code == "counter_taken"
    assert str(officer) in str(refused.value)


def test_moving_while_somebody_is_at_the_counter_is_refused(free, counter, officer, service):
    make.TicketFactory(service=service, number=5, state=TicketState.CALLED, counter=counter, called_at=MORNING)
    for act in (
        lambda: open_counter(counter=free, at=LATER, acting_user=officer),
        lambda: close_counter(counter=counter, at=LATER, acting_user=officer),
    ):
        with pytest.raises(RuleBroken) as refused:
            act()
        assert refused.value.code == "counter_busy"
        assert "A005" in str(refused.value)
    assert Counter.objects.get(officer=officer) == counter


def test_pausing_keeps_the_officer_and_the_reason(counter, officer):
    pause_counter(counter=counter, reason="ăn trưa", at=LATER, acting_user=officer)
    counter.refresh_from_db()
    assert (counter.state, counter.state_reason, counter.officer) == (CounterState.PAUSED, "ăn trưa", officer)
    open_counter(counter=counter, at=LATER, acting_user=officer)
    counter.refresh_from_db()
    assert (counter.state, counter.state_reason) == (CounterState.OPEN, "")


def test_a_closed_counter_cannot_be_paused(free, centre):
    with pytest.raises(RuleBroken) as refused:
        pause_counter(counter=free, reason="", at=LATER, acting_user=make.officer_at(centre, Role.MANAGER))
    assert refused.value.code == "counter_closed"


def test_a_manager_closes_a_counter_somebody_left_open(counter, centre):
    close_counter(counter=counter, at=LATER, acting_user=make.officer_at(centre, Role.MANAGER))
    counter.refresh_from_db()
    assert (counter.state, counter.officer) == (CounterState.CLOSED, None)


def test_others_touch_no_counter(counter, free, centre, stranger):
    colleague = make.officer_at(centre)
    for act in (
        lambda: open_counter(counter=free, at=LATER, acting_user=stranger),
        lambda: pause_counter(counter=counter, reason="", at=LATER, acting_user=colleague),
        lambda: close_counter(counter=counter, at=LATER, acting_user=stranger),
    ):
        with pytest.raises(NotAllowed):
            act()
