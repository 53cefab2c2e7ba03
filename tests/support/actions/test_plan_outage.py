"""Outages are announced seven working days ahead, or they are none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from centres.models import Outage
from portal.errors import BadInput, NotAllowed, RuleBroken
from support.actions.plan_outage import earliest_day, end_outage, plan_outage
from support.models import SupportRules
from tests.factories.centres import MORNING, CentreFactory, MembershipFactory
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
START, END = hanoi("2026-12-03 17:30"), hanoi("2026-12-03 22:00")


@pytest.fixture(autouse=True)
def days():
    call_command("load_national_days", verbosity=0)


def plan(centre, user, **given):
    said = {"what": {"vi": "Nâng cấp hệ thống"}, "from_at": START, "until_at": END, "at": MORNING}
    return plan_outage(centre=centre, acting_user=user, **{**said, **given})


def test_the_seventh_working_day_after_today_is_the_first(centre, supporter):
    assert earliest_day(MORNING) == date(2026, 12, 3)
    assert plan(centre, supporter).announced_by == supporter
    with pytest.raises(BadInput) as refused:
        plan(centre, supporter, from_at=START - timedelta(days=1))
    assert refused.value.code == "too_soon" and "03/12/2026" in str(refused.value)


def test_days_off_do_not_count(db):
    assert earliest_day(hanoi("2026-12-28 10:00")) == date(2027, 1, 7), "New Year's Day is none of the seven"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"until_at": START}, "until_at"), ({"until_at": START + timedelta(days=8)}, "until_at"), ({"what": {"en": "x"}}, "what"),
     ({"from_at": START + timedelta(days=400), "until_at": END + timedelta(days=400)}, "from_at")],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(centre, supporter, wrong, field):
    with pytest.raises(BadInput) as refused:
        plan(centre, supporter, **wrong)
    assert refused.value.field == field and not Outage.objects.exists()


def test_two_at_one_time_in_one_place_are_one_too_many(centre, supporter, stranger):
    city = MembershipFactory(role="support", centre=None).user
    plan(centre, supporter)
    for place, user in ((centre, supporter), (None, city)):
        with pytest.raises(BadInput) as refused:
            plan(place, user)
        assert refused.value.code == "overlaps"
    assert plan(CentreFactory(), city)


def test_each_for_their_own_centres(centre, manager, stranger, supporter):
    for place, user in ((centre, stranger), (centre, manager), (None, supporter)):
        with pytest.raises(NotAllowed):
            plan(place, user)


def test_called_off_before_and_over_sooner_afterwards(centre, supporter):
    first = plan(centre, supporter)
    assert end_outage(outage=first, at=MORNING, acting_user=supporter).cancelled_at == MORNING
    second = plan(centre, supporter)
    ended = end_outage(outage=second, at=START + timedelta(hours=1), acting_user=supporter)
    assert ended.over_at == START + timedelta(hours=1)
    with pytest.raises(RuleBroken):
        end_outage(outage=second, at=END, acting_user=supporter)


def test_notice_and_length_are_those_of_the_rules_of_that_day(centre, supporter):
    SupportRules.objects.create(valid_from=date(2026, 1, 1), source="test", outage_notice_days=3, outage_most_hours=4)
    assert earliest_day(MORNING) == date(2026, 11, 27), "the 24th is a holiday"
    with pytest.raises(BadInput) as refused:
        plan(centre, supporter)
    assert refused.value.code == "bad_end"
