from datetime import timedelta

import pytest

from centres.actions.counters import close_counter, open_for, set_services
from centres.enums import CounterState, Role, TicketState
from centres.models import Counter, SkillChange
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.factories import centres as make
from tests.factories.centres import MORNING

LATER = MORNING + timedelta(minutes=5)


@pytest.fixture
def free(centre, service):
    return make.CounterFactory(centre=centre, number=8, services=[service])


def test_a_manager_opens_a_counter_for_an_officer(free, centre, manager):
    officer = make.officer_at(centre)
    open_for(counter=free, officer=officer, reason="đông người", at=LATER, acting_user=manager)
    stored = Counter.objects.get(pk=free.pk)
    assert (stored.state, stored.officer, stored.state_since) == (CounterState.OPEN, officer, LATER)
    assert stored.state_reason == "đông người"


def test_the_officer_leaves_the_counter_where_they_sat(free, counter, officer, manager):
    open_for(counter=free, officer=officer, at=LATER, acting_user=manager)
    counter.refresh_from_db()
    assert (counter.state, counter.officer) == (CounterState.CLOSED, None)


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.LEADER])
def test_only_somebody_of_the_counters_is_put_there(free, centre, manager, role):
    with pytest.raises(BadInput) as refused:
        open_for(counter=free, officer=make.officer_at(centre, role), at=LATER, acting_user=manager)
    assert refused.value.field == "officer"


def test_a_stranger_or_an_officer_decides_nothing(free, centre, stranger, service):
    for user in (stranger, make.officer_at(centre)):
        with pytest.raises(NotAllowed):
            open_for(counter=free, officer=make.officer_at(centre), at=LATER, acting_user=user)
        with pytest.raises(NotAllowed):
            set_services(counter=free, services=[service], reason="x", at=LATER, acting_user=user)
    assert Counter.objects.get(pk=free.pk).state == CounterState.CLOSED


def test_a_counter_gets_other_services_with_a_reason(free, service, other_service, manager):
    set_services(counter=free, services=[other_service, service], reason="A đông", at=LATER, acting_user=manager)
    assert set(free.services.all()) == {service, other_service}
    change = SkillChange.objects.get()
    assert (change.before, change.after, change.reason, change.actor, change.at) == (
        "A",
        "A, B",
        "A đông",
        manager,
        LATER,
    )


def test_the_same_services_change_nothing(free, service, manager):
    set_services(counter=free, services=[service], reason="", at=LATER, acting_user=manager)
    assert not SkillChange.objects.exists()


@pytest.mark.parametrize(("wanted", "reason", "code"), [("none", "x", "no_services"), ("other", "", "reason_missing"),
                                                         ("elsewhere", "x", "other_centre")])  # fmt: skip
def test_what_cannot_be_is_refused(free, other_service, manager, wanted, reason, code):
    services = {"none": [], "other": [other_service], "elsewhere": [make.ServiceFactory()]}[wanted]
    with pytest.raises(BadInput) as refused:
        set_services(counter=free, services=services, reason=reason, at=LATER, acting_user=manager)
    assert refused.value.code == code
    assert not SkillChange.objects.exists()


def test_closing_keeps_the_reason_and_waits_for_who_is_there(counter, service, manager):
    ticket = make.TicketFactory(service=service, number=5, state=TicketState.CALLED, counter=counter, called_at=MORNING)
    with pytest.raises(RuleBroken):
        close_counter(counter=counter, reason="họp", at=LATER, acting_user=manager)
    type(ticket).objects.filter(pk=ticket.pk).update(state=TicketState.DONE, finished_at=LATER)
    close_counter(counter=counter, reason="họp", at=LATER, acting_user=manager)
    counter.refresh_from_db()
    assert (counter.state, counter.state_reason) == (CounterState.CLOSED, "họp")
