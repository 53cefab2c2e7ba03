"""What is custom about a hall is a dated row of the centre or the city: every reader goes by that of the day."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from centres import figures
from centres.actions.hold import hold_choices
from centres.day import needs_attention
from centres.enums import Priority, TicketEventKind, TicketState
from centres.estimate.now import Forecast, Wait
from centres.estimate.waits import Range
from centres.models import QueuePolicy
from centres.policy import policy_on
from portal import shared
from tests.factories import centres as make
from tests.factories.centres import MORNING

TODAY = MORNING.date()
A_DAY = timedelta(days=1)
HALF_AN_HOUR = timedelta(minutes=30)


def rule(centre, first=TODAY, last=None, **figures):
    given = {"cap": 3, "recalls": 2, "grace_minutes": 15, "hold_minutes": 60, "closing_minutes": 10} | figures
    return QueuePolicy.objects.create(
        centre=centre, valid_from=first, valid_to=last, source="test", confidence="U", **given
    )


def ago(minutes):
    return MORNING - timedelta(minutes=minutes)


def needs(centre):
    return [(severity, str(sentence)) for severity, sentence, _url in needs_attention(centre, MORNING)]


@pytest.fixture
def others(centre):
    """Rules that must not count today: yesterday's, tomorrow's and another centre's."""
    strange = {
        "long_wait_minutes": 1, "idle_minutes": 0, "ahead_minutes": 600, "soon_minutes": 0, "hold_choices": [2],
    }  # fmt: skip
    rule(centre, TODAY - A_DAY, TODAY - A_DAY, **strange)
    rule(centre, TODAY + A_DAY, **strange)
    rule(make.CentreFactory(), **strange)


def test_a_city_without_rows_goes_by_the_file(centre):
    policy = policy_on(centre.pk, TODAY)
    assert (policy.long_wait, policy.soon, policy.pace) == (HALF_AN_HOUR, HALF_AN_HOUR, HALF_AN_HOUR)
    assert (policy.ahead, policy.idle) == (timedelta(minutes=60), timedelta(minutes=5))
    assert [each // timedelta(minutes=1) for each in policy.holds] == [15, 30, 60]


def test_the_command_loads_the_same_figures(centre):
    by_file = policy_on(centre.pk, TODAY)
    call_command("load_queue_policies")
    assert QueuePolicy.objects.get().source
    assert policy_on(centre.pk, TODAY) == by_file


def test_a_wait_is_long_where_the_centre_says_so(centre, service, counter, others):
    make.TicketFactory(service=service, issued_at=ago(20))
    assert needs(centre) == []
    rule(centre, TODAY, TODAY, long_wait_minutes=19)
    ((severity, sentence),) = needs(centre)
    assert severity == "act" and "20" in sentence


def test_a_free_counter_is_idle_where_the_centre_says_so(centre, service, counter, others):
    counter.state_since = ago(4)
    counter.save()
    make.TicketFactory(service=service, issued_at=ago(4))
    assert needs(centre) == []
    rule(centre, TODAY, TODAY, idle_minutes=3)
    assert [severity for severity, _sentence in needs(centre)] == ["act"]


class TestForesight:
    @pytest.fixture(autouse=True)
    def rush(self, centre, service, counter, others):
        """Eight came and four were called in half an hour: the long wait comes in time."""
        counter.state_since = ago(30)
        counter.save()
        for number in range(1, 5):
            served = make.TicketFactory(
                service=service, number=number, state=TicketState.DONE, counter=counter, issued_at=ago(29),
                called_at=ago(10), arrived_at=ago(9), finished_at=ago(2), waited_s=1140, walked_s=60, served_s=420,
            )  # fmt: skip
            served.events.create(kind=TicketEventKind.CALLED, at=ago(10), counter=counter)
            served.events.create(kind=TicketEventKind.DONE, at=ago(2), counter=counter)
        for number in range(5, 9):
            make.TicketFactory(service=service, number=number, issued_at=ago(1))

    def test_what_is_long_is_said_with_its_minutes(self, centre):
        rule(centre, TODAY, TODAY, long_wait_minutes=37)
        ((severity, sentence),) = needs(centre)
        assert severity == "act" and " 37 " in sentence

    @pytest.mark.parametrize(("high", "is_said"), [(240, False), (400, True)])
    def test_of_whoever_comes_now_the_manager_hears_what_they_are_told(self, centre, service, high, is_said):
        rule(centre, TODAY, TODAY, long_wait_minutes=5)
        assert len(needs(centre)) == 1
        wait = Range(60, 120, high)
        told = Forecast(MORNING, {}, {(service.pk, Priority.ORDINARY): Wait(wait, wait, 4)})
        shared.keep(f"waits:{centre.pk}", told, 60)
        assert len(needs(centre)) == is_said

    def test_soon_makes_it_urgent(self, centre):
        rule(centre, TODAY, TODAY, long_wait_minutes=45, soon_minutes=10)
        assert [severity for severity, _sentence in needs(centre)] == ["warn"]

    def test_nobody_looks_further_ahead_than_the_rule(self, centre):
        rule(centre, TODAY, TODAY, long_wait_minutes=45, ahead_minutes=10)
        assert needs(centre) == []

    def test_the_pace_is_that_of_the_rules_time(self, centre, service):
        ((_service, flow),) = figures.flows(centre, MORNING, timedelta(minutes=5))
        assert (flow.arrivals, flow.calls) == (4, 0)
        rule(centre, TODAY, TODAY, long_wait_minutes=45, pace_minutes=5)
        assert needs(centre) == [], "without calls the pace is not known"


def test_the_choices_of_a_held_place_are_those_of_the_centre(service, others):
    ticket = make.TicketFactory(service=service)
    assert [minutes for minutes, _until in hold_choices(ticket, MORNING)] == [15, 30, 60]
    rule(service.centre, TODAY, TODAY, hold_choices=[40, 10, 90])
    assert hold_choices(ticket, MORNING) == [
        (10, MORNING + timedelta(minutes=10)),
        (40, MORNING + timedelta(minutes=40)),
    ], "in order, and none past the longest"


def test_the_rules_cost_no_statement_once_they_are_known(service, others, django_assert_num_queries):
    ticket = make.TicketFactory(service=service)
    policy_on(None, TODAY)
    with django_assert_num_queries(0):
        hold_choices(ticket, MORNING)


@pytest.mark.parametrize("choices", [[0], ["15"], [True], [1000], {"15": 1}, 15])
def test_a_held_place_has_whole_minutes(centre, choices):
    with pytest.raises(ValidationError) as refused:
        rule(centre, hold_choices=choices).full_clean()
    assert "hold_choices" in refused.value.message_dict


@pytest.mark.parametrize("name", ["long_wait_minutes", "ahead_minutes", "pace_minutes"])
def test_no_time_at_all_is_refused_by_the_database(centre, name):
    with pytest.raises(IntegrityError), transaction.atomic():
        rule(centre, **{name: 0})
