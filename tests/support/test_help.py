"""Help in the hall: one touch is one request, who is told when, who goes, and what is kept."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from centres.enums import Priority, PriorityGround, Role, TicketState
from notifications.models import Message
from portal import clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from support import asking
from support.actions.ask_for_help import ask_for_help, say_more, take_back
from support.actions.go_to_help import accept, arrive, find_nobody, finish, give_back
from support.actions.helper_shift import begin_shift, end_shift
from support.day import needs_attention
from support.enums_help import HelpEventKind, HelpState, Ring, Urgency
from support.help_day import help_day
from support.helpers import open_requests
from support.models import AssistanceEvent, AssistanceRequest, SupportRules
from support.tasks import mind_help
from tests.factories.centres import MORNING, CentreFactory, MembershipFactory, ServiceFactory, TicketFactory
from tests.factories.help import a_helper, a_point, an_ask

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


def after(seconds):
    return MORNING + timedelta(seconds=seconds)


def told():
    return sorted(
        json.loads(body)["url"] and recipient for body, recipient in Message.objects.values_list("body", "recipient")
    )


def ring_after(seconds):
    with clock.fixed(after(seconds)):
        mind_help()
    return AssistanceRequest.objects.get().ring


def test_a_place_pressed_twenty_times_is_one_request(centre):
    a_helper(centre)
    made = {an_ask(centre, at=after(n)).pk for n in range(20)}
    assert len(made) == 1
    assert list(AssistanceEvent.objects.values_list("kind", flat=True)) == [HelpEventKind.ASKED, HelpEventKind.RUNG]
    assert Message.objects.count() == 1


def test_free_helpers_of_this_hall_are_told_first(centre):
    free, busy = a_helper(centre), a_helper(centre, "Lê Văn Thử")
    a_helper(CentreFactory(), "Ở nơi khác")
    a_helper(centre, "Đang nghỉ", on_duty=False)
    accept(request=an_ask(centre, "Hàng 1"), at=MORNING, acting_user=busy)
    Message.objects.all().delete()
    an_ask(centre)
    assert told() == [str(free.on_call_browsers.get().browser_id)]


def test_what_nobody_answers_goes_to_all_helpers_and_then_to_the_managers(centre, manager):
    a_helper(centre)
    an_ask(centre)
    assert ring_after(30) == Ring.FREE
    assert ring_after(41) == Ring.ALL
    assert ring_after(60) == Ring.ALL
    assert needs_attention(centre, after(60)) == []
    assert ring_after(85) == Ring.MANAGERS
    assert [need[0] for need in needs_attention(centre, after(90))] == ["act"]
    rung = AssistanceEvent.objects.filter(kind=HelpEventKind.RUNG).order_by("pk")
    assert [row.details["people"] for row in rung][-1] == [manager.pk]
    assert ring_after(400) == Ring.MANAGERS
    assert rung.count() == 3


def test_how_long_one_waits_for_more_people_is_a_dated_rule(centre):
    a_helper(centre)
    SupportRules.objects.create(valid_from=clock.today(), source="Quy chế", help_wider_seconds=10)
    an_ask(centre)
    assert ring_after(11) == Ring.ALL


def test_where_no_helper_is_there_the_managers_are_told_at_once(centre):
    assert an_ask(centre).ring == Ring.MANAGERS


def test_one_goes_is_there_and_is_done_and_the_times_are_kept(centre):
    helper = a_helper(centre)
    row = an_ask(centre)
    row = accept(request=row, at=after(12), acting_user=helper)
    assert (row.badge, row.expected_at) == ("áo xanh, thẻ 12", after(72))
    arrive(request=row, at=after(50), acting_user=helper)
    arrive(request=row, at=after(55), acting_user=None)
    finish(request=row, at=after(300), acting_user=helper)
    row.refresh_from_db()
    assert (row.state, row.accepted_at, row.arrived_at, row.ended_at) == (
        HelpState.DONE, after(12), after(50), after(300),
    )  # fmt: skip
    today = help_day(centre, after(400))
    assert (today.asked, today.to_accept, today.to_arrive, today.free) == (1, 12, 50, 1)
    again = accept(request=an_ask(centre, at=after(400)), at=after(400), acting_user=helper)
    assert again.expected_at == after(438), "as long as the last walk took"


def test_who_comes_second_is_told_who_goes(centre):
    first, second = a_helper(centre), a_helper(centre, "Lê Văn Thử")
    row = an_ask(centre)
    accept(request=row, at=MORNING, acting_user=first)
    with pytest.raises(RuleBroken, match="Lan") as refused:
        accept(request=row, at=MORNING, acting_user=second)
    assert refused.value.code == "taken"


def test_a_helper_is_out_for_one_person_at_a_time(centre):
    helper = a_helper(centre)
    accept(request=an_ask(centre, "Hàng 1"), at=MORNING, acting_user=helper)
    with pytest.raises(RuleBroken) as refused:
        accept(request=an_ask(centre, "Hàng 2"), at=MORNING, acting_user=helper)
    assert refused.value.code == "already_out"
    with pytest.raises(RuleBroken):
        end_shift(at=MORNING, acting_user=helper)


def test_who_cannot_go_gives_it_back_and_all_others_are_told(centre):
    helper = a_helper(centre)
    row = an_ask(centre)
    accept(request=row, at=MORNING, acting_user=helper)
    give_back(request=row, at=after(5), acting_user=helper)
    row.refresh_from_db()
    assert (row.state, row.helper, row.accepted_at, row.ring) == (HelpState.WAITING, None, None, Ring.ALL)


def test_only_who_goes_says_more_about_it(centre):
    helper, other = a_helper(centre), a_helper(centre, "Lê Văn Thử")
    row = an_ask(centre)
    accept(request=row, at=MORNING, acting_user=helper)
    for act in (arrive, give_back, find_nobody, finish):
        with pytest.raises(RuleBroken):
            act(request=row, at=MORNING, acting_user=other)
    find_nobody(request=row, at=MORNING, acting_user=helper)
    row.refresh_from_db()
    assert row.state == HelpState.NOBODY


def test_others_than_helpers_of_this_hall_do_not_go(centre, officer, stranger):
    row = an_ask(centre)
    for somebody in (officer, stranger):
        with pytest.raises(NotAllowed):
            accept(request=row, at=MORNING, acting_user=somebody)


def test_old_and_alone_is_first(centre):
    service = ServiceFactory(centre=centre)
    in_turn = an_ask(centre, "1")
    child = TicketFactory(service=service, priority=Priority.PRIORITY, priority_ground=PriorityGround.PREGNANT_OR_CHILD)
    old = TicketFactory(service=service, priority=Priority.FIRST, priority_ground=PriorityGround.AGE_75)
    with_child, of_75 = (
        ask_for_help(place=asking.of_ticket(ticket), at=after(5), acting_user=None) for ticket in (child, old)
    )
    alone = an_ask(centre, "2", at=after(9))
    say_more(request=alone, is_alone=True, at=after(9))
    say_more(request=alone, is_old=True, at=after(10))
    assert list(open_requests(centre.pk)) == [alone, of_75, with_child, in_turn]
    assert [row.urgency for row in open_requests(centre.pk)] == list(Urgency)


def test_taken_back_is_taken_back_and_a_second_time_does_no_harm(centre):
    row = an_ask(centre)
    for _twice in range(2):
        take_back(request=row, at=after(3), acting_user=None)
    row.refresh_from_db()
    assert (row.state, row.ended_at, row.wider_at) == (HelpState.CANCELLED, after(3), None)
    assert an_ask(centre, at=after(9)).pk != row.pk


def test_a_number_of_yesterday_or_one_that_has_ended_calls_nobody(centre):
    service = ServiceFactory(centre=centre)
    old = TicketFactory(service=service, issued_at=MORNING - timedelta(days=1))
    gone = TicketFactory(service=service, state=TicketState.LEFT, finished_at=MORNING)
    for ticket in (old, gone):
        with pytest.raises(RuleBroken):
            ask_for_help(place=asking.of_ticket(ticket), at=MORNING, acting_user=None)


def test_at_night_nobody_is_called_unless_a_helper_is_still_there(centre):
    type(centre).objects.update(keeps_hours=True)
    point, night = a_point(centre), MORNING + timedelta(hours=9)
    point.centre.refresh_from_db()
    with pytest.raises(RuleBroken):
        ask_for_help(place=asking.at_point(point), at=night, acting_user=None)
    a_helper(centre)
    assert ask_for_help(place=asking.at_point(point), at=night, acting_user=None).pk


def test_what_nobody_ends_ends_by_itself(centre):
    helper = a_helper(centre)
    there = accept(request=an_ask(centre, "1"), at=MORNING, acting_user=helper)
    arrive(request=there, at=MORNING, acting_user=helper)
    an_ask(centre, "2")
    with clock.fixed(after(3601)):
        mind_help()
    states = dict(AssistanceRequest.objects.values_list("place", "state"))
    assert states == {"1": HelpState.DONE, "2": HelpState.LAPSED}


def test_a_shift_is_begun_by_helpers_of_this_hall_who_say_what_they_wear(centre, officer):
    helper = a_helper(centre, on_duty=False)
    with pytest.raises(NotAllowed):
        begin_shift(centre=centre, badge="thẻ 1", at=MORNING, acting_user=officer)
    with pytest.raises(BadInput):
        begin_shift(centre=centre, badge=" ", at=MORNING, acting_user=helper)
    one = begin_shift(centre=centre, badge="thẻ 1", at=MORNING, acting_user=helper)
    begin_shift(centre=centre, badge="thẻ 2", at=after(5), acting_user=helper)
    one.refresh_from_db()
    assert one.ended_at == after(5)


def test_a_helper_whose_role_was_taken_away_is_told_nothing(centre):
    helper = a_helper(centre)
    helper.memberships.update(blocked_reason="nghỉ")
    assert an_ask(centre).ring == Ring.MANAGERS


def test_support_without_a_centre_helps_where_it_is(centre):
    user = MembershipFactory(centre=None, role=Role.SUPPORT).user
    begin_shift(centre=centre, badge="thẻ 9", at=MORNING, acting_user=user)
    assert an_ask(centre).ring == Ring.FREE


@pytest.mark.parametrize(
    "changed",
    [{"state": "coming"}, {"state": "here", "helper_id": 1}, {"state": "done"}, {"ended_at": MORNING}],
)
def test_the_database_refuses_what_can_never_be(centre, changed):
    row = an_ask(centre)
    if "helper_id" in changed:
        changed = {**changed, "helper": a_helper(centre), "accepted_at": MORNING, "wider_at": None}
        del changed["helper_id"]
    with pytest.raises(IntegrityError), transaction.atomic():
        AssistanceRequest.objects.filter(pk=row.pk).update(**changed)
