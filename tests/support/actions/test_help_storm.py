"""Many who ask and many who go at the same instant, on PostgreSQL."""

from __future__ import annotations

import pytest

from support import asking
from support.actions.ask_for_help import ask_for_help
from support.actions.go_to_help import accept, widen
from support.enums_help import HelpEventKind, HelpState
from support.models import AssistanceEvent, AssistanceRequest
from tests.centres.actions.test_storm import at_once
from tests.factories.centres import MORNING
from tests.factories.help import a_helper, a_point, an_ask

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_eight_touches_at_once_are_one_request(centre):
    a_helper(centre)
    place = asking.at_point(a_point(centre))
    made = at_once(*[lambda: ask_for_help(place=place, at=MORNING, acting_user=None)] * 8)
    assert {row.pk for row in made} == {AssistanceRequest.objects.get().pk}
    assert AssistanceEvent.objects.filter(kind=HelpEventKind.RUNG).count() == 1


def test_of_six_helpers_who_go_at_once_one_does(centre):
    helpers = [a_helper(centre, f"Người {name}") for name in "ABCDEF"]
    row = an_ask(centre)
    answers = at_once(*[lambda user=user: accept(request=row, at=MORNING, acting_user=user) for user in helpers])
    assert sorted(getattr(answer, "code", "goes") for answer in answers) == ["goes", *["taken"] * 5]
    assert AssistanceEvent.objects.filter(kind=HelpEventKind.ACCEPTED).count() == 1


def test_a_helper_who_touches_two_at_once_is_out_for_one(centre):
    helper = a_helper(centre)
    rows = [an_ask(centre, name) for name in "12345678"]
    answers = at_once(*[lambda row=row: accept(request=row, at=MORNING, acting_user=helper) for row in rows])
    assert sorted(getattr(answer, "code", "goes") for answer in answers) == [*["already_out"] * 7, "goes"]
    assert AssistanceRequest.objects.filter(state=HelpState.COMING).count() == 1


def test_two_workers_widen_once(centre):
    a_helper(centre)
    row = an_ask(centre)
    assert sorted(at_once(*[lambda: widen(request_id=row.pk, at=row.wider_at)] * 2)) == [False, True]
