from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from centres.enums import Priority, PriorityGround
from centres.models import HourSummary
from centres.summaries.rates import rates_of
from centres.summaries.tally import Tally
from tests.factories import centres as make
from tests.factories.centres import MORNING


def past(service, days, hour=9, *, drawn=20, took=300, walk=60, no_show=0, ground=PriorityGround.NONE):
    tally = Tally(drawn=drawn, called=drawn, served=drawn - no_show, no_show=no_show, grounds={str(ground): drawn})
    for _person in range(drawn - no_show):
        tally.service.add(took)
        tally.walking.add(walk)
    day = (MORNING - timedelta(days=days)).date()
    HourSummary.objects.create(centre=service.centre, service=service, day=day, hour=hour, **tally.stored())


def test_with_too_few_visits_nothing_is_said(centre, service):
    past(service, 1, drawn=29)
    assert rates_of(centre.pk, MORNING) is None
    past(service, 40, drawn=500)
    assert rates_of(centre.pk, MORNING) is None, "what is long ago says nothing of today"


def test_a_weekday_has_its_own_pace_where_it_is_known(centre, service):
    past(service, 1, drawn=90)
    past(service, 7, drawn=20)
    assert rates_of(centre.pk, MORNING).arrivals[service.pk, 9] == pytest.approx(55 * 60 / 115)
    past(service, 14, drawn=30)
    assert rates_of(centre.pk, MORNING).arrivals[service.pk, 9] == pytest.approx(25 * 60 / 85)


def test_a_day_that_is_busier_than_usual_goes_on_busier(centre, service):
    past(service, 1, drawn=30)
    usual = rates_of(centre.pk, MORNING).arrivals[service.pk, 9]
    for number in range(1, 41):
        make.TicketFactory(service=service, number=number, issued_at=MORNING - timedelta(minutes=40))
    assert rates_of(centre.pk, MORNING).arrivals[service.pk, 9] > usual


def test_a_call_keeps_the_counter_for_walk_and_service_or_in_vain(centre, service, other_service):
    past(service, 1, drawn=40, took=300, no_show=10)
    past(other_service, 1, drawn=2, took=4000)
    rates = rates_of(centre.pk, MORNING)
    spells = rates.spells[service.pk]
    assert len(spells) == 100 and spells.count(min(spells)) == 25
    assert 45 <= min(spells) < 300 <= max(spells) <= 360
    assert max(rates.spells[other_service.pk]) < 4061, "of so few all services count"
    assert sum(spell < 400 for spell in rates.spells[other_service.pk]) > 90


def test_who_goes_first_is_as_the_policy_of_the_day_says(centre, service):
    past(service, 1, drawn=40, ground=PriorityGround.AGE_75)
    past(service, 2, drawn=60)
    assert dict(rates_of(centre.pk, MORNING).classes) == {Priority.FIRST: 40, Priority.ORDINARY: 60}


def test_thirty_rows_cost_no_more_statements_than_one(centre, service):
    past(service, 1, drawn=40)
    rates_of(centre.pk, MORNING)
    counts = []
    for rows in (0, 30):
        for number in range(rows):
            past(service, 2 + number % 20, hour=number // 20 + 10)
        with CaptureQueriesContext(connection) as made:
            rates_of(centre.pk, MORNING)
        counts.append(len(made))
    assert counts == [2, 2]
