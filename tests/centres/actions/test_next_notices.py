"""Told once, shortly before the call, and forgotten in the evening."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from centres.actions.call_next import call_next
from centres.actions.finish import finish
from centres.actions.hold import come_back, hold
from centres.actions.next_notices import do_not_tell, forget_phones, tell_by_push, tell_by_sms, tell_those_who_are_next
from centres.actions.transfer import transfer
from centres.enums import Priority
from centres.models import NextNotice, NoticeRule, QueuePolicy, Ticket
from centres.notice_rules import ahead_on
from centres.told import Wish, wishes_of
from notifications.actions.deliver import deliver
from notifications.enums import MessageState
from notifications.models import Message, PushSubscription
from portal import clock
from portal.errors import BadInput, RuleBroken
from tests.factories import centres as make
from tests.factories.centres import MORNING
from tests.notifications.test_push import GOOD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
PHONE = "0912 345 678"
DAY = clock.local_day(MORNING)


@pytest.fixture
def queue(service) -> list[Ticket]:
    return [
        make.TicketFactory(service=service, number=n, issued_at=MORNING + timedelta(seconds=n), language="en")
        for n in range(1, 8)
    ]


def told() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("reference", flat=True))


def test_told_when_two_people_are_ahead_and_only_once(queue, counter, officer):
    tell_by_sms(ticket=queue[3], phone=PHONE, consents=True, at=MORNING)
    assert tell_those_who_are_next(at=MORNING) == 0
    call_next(at=MORNING + timedelta(minutes=1), acting_user=officer)
    assert tell_those_who_are_next(at=MORNING) == 1
    for _sweep in range(3):
        assert tell_those_who_are_next(at=MORNING) == 0
    message = Message.objects.get()
    assert (message.recipient, message.channel, message.kind) == ("+84912345678", "sms", "next_in_line")
    assert message.body.startswith("Number A004: 2 people are before you.")
    assert message.body.endswith(f"/t/{queue[3].token}/")
    assert NextNotice.objects.get().told_at == MORNING


def test_who_is_next_at_once_is_told_at_once(queue):
    tell_by_sms(ticket=queue[0], phone=PHONE, consents=True, at=MORNING)
    tell_those_who_are_next(at=MORNING)
    assert Message.objects.get().body.startswith("Number A001 is next.")


def test_who_was_told_left_the_line_and_came_back_is_told_again(queue):
    tell_by_sms(ticket=queue[0], phone=PHONE, consents=True, at=MORNING)
    assert tell_those_who_are_next(at=MORNING) == 1
    minute = MORNING + timedelta(minutes=1)
    hold(ticket=queue[0], back_by=minute + timedelta(minutes=20), at=minute)
    assert tell_those_who_are_next(at=minute) == 0
    come_back(ticket=queue[0], at=minute + timedelta(minutes=5))
    assert tell_those_who_are_next(at=minute + timedelta(minutes=5)) == 1
    assert Message.objects.count() == 2
    assert tell_those_who_are_next(at=minute + timedelta(minutes=6)) == 0


def test_who_was_told_stopped_it_and_asked_again_with_another_number_is_told(queue):
    tell_by_sms(ticket=queue[0], phone=PHONE, consents=True, at=MORNING)
    assert tell_those_who_are_next(at=MORNING) == 1
    do_not_tell(ticket=queue[0])
    tell_by_sms(ticket=queue[0], phone="0987 654 321", consents=True, at=MORNING)
    assert tell_those_who_are_next(at=MORNING) == 1
    assert Message.objects.get(state="queued").recipient == "+84987654321"


def test_who_was_told_and_is_passed_on_to_another_service_is_told_of_that_turn_too(
    queue, centre, other_service, counter, officer
):
    tell_by_sms(ticket=queue[0], phone=PHONE, consents=True, at=MORNING)
    assert tell_those_who_are_next(at=MORNING) == 1
    ticket = call_next(at=MORNING + timedelta(minutes=1), acting_user=officer)
    make.open_counter(centre, [other_service], number=9)
    transfer(ticket=ticket, service=other_service, at=MORNING + timedelta(minutes=2), acting_user=officer)
    assert tell_those_who_are_next(at=MORNING + timedelta(minutes=2)) == 1
    assert Message.objects.count() == 2


def away_and_back(ticket: Ticket, times: int) -> None:
    """Told, away, back, and told again, so many times."""
    for turn in range(times):
        at = MORNING + timedelta(minutes=turn)
        tell_those_who_are_next(at=at)
        hold(ticket=ticket, back_by=at + timedelta(minutes=20), at=at)
        come_back(ticket=ticket, at=at)


def test_going_and_coming_all_day_sends_one_phone_no_more_than_the_rule_says(centre, queue):
    tell_by_sms(ticket=queue[0], phone=PHONE, consents=True, at=MORNING)
    away_and_back(queue[0], 6)
    assert Message.objects.count() == 3
    assert NextNotice.objects.get().told_at is not None
    do_not_tell(ticket=queue[0])
    with pytest.raises(RuleBroken) as refused:
        tell_by_sms(ticket=queue[0], phone="0987 654 321", consents=True, at=MORNING)
    assert refused.value.code == "enough_sms" and "3 SMS" in str(refused.value)
    NoticeRule.objects.create(centre=centre, ahead=2, most_sms=5, valid_from=date(2026, 1, 1), source="test")
    tell_by_sms(ticket=queue[0], phone="0987 654 321", consents=True, at=MORNING)


def test_the_page_says_sent_only_of_what_was_sent(queue):
    """The gateway was away too long: the notice is not sent any more, and nobody reads that it was."""
    tell_by_sms(ticket=queue[0], phone=PHONE, consents=True, at=MORNING)
    assert wishes_of(queue[0]) == [Wish("+84912345678")]
    tell_those_who_are_next(at=MORNING)
    assert wishes_of(queue[0]) == [Wish("+84912345678", is_written=True)]
    late = MORNING + timedelta(hours=1)
    assert deliver(message_id=Message.objects.get().pk, at=late) == MessageState.EXPIRED
    assert wishes_of(queue[0]) == [Wish("+84912345678", is_written=True, is_lost=True)]
    # Back in the line there is another turn to be told of.
    hold(ticket=queue[0], back_by=late + timedelta(minutes=20), at=late)
    come_back(ticket=queue[0], at=late)
    assert wishes_of(queue[0]) == [Wish("+84912345678")]
    tell_those_who_are_next(at=late)
    assert deliver(message_id=Message.objects.latest("pk").pk, at=late) == MessageState.SENT
    [wish] = wishes_of(queue[0])
    assert wish.sent_at is not None and wish.sent_at >= late and not wish.is_lost


def test_a_browser_of_ones_own_is_told_of_every_turn(queue):
    tell_by_push(ticket=queue[0], endpoint="https://fcm.googleapis.com/x", **GOOD, at=MORNING)
    away_and_back(queue[0], 6)
    assert Message.objects.count() == 6


def test_stopping_on_one_slip_leaves_the_other_slip_of_the_same_phone(queue):
    browser = {"endpoint": "https://fcm.googleapis.com/x", **GOOD}
    tell_by_push(ticket=queue[0], **browser, at=MORNING)
    tell_by_push(ticket=queue[1], **browser, at=MORNING)
    do_not_tell(ticket=queue[0])
    assert NextNotice.objects.get().ticket == queue[1]
    do_not_tell(ticket=queue[1])
    assert not PushSubscription.objects.exists()


def test_stopping_takes_the_number_out_of_what_was_sent_too(queue):
    tell_by_sms(ticket=queue[0], phone=PHONE, consents=True, at=MORNING)
    tell_those_who_are_next(at=MORNING)
    do_not_tell(ticket=queue[0])
    message = Message.objects.get()
    assert (message.recipient, message.body, message.state) == ("", "", "dead")


def test_a_notice_that_could_not_be_sent_in_time_is_not_sent_hours_later(queue):
    tell_by_sms(ticket=queue[0], phone=PHONE, consents=True, at=MORNING)
    tell_those_who_are_next(at=MORNING)
    message = Message.objects.get()
    assert deliver(message_id=message.pk, at=MORNING + timedelta(hours=2)) == MessageState.EXPIRED


def first_come(service, *numbers: int) -> list[Ticket]:
    """People of the first class who came after the queue."""
    later = MORNING + timedelta(minutes=5)
    return [make.TicketFactory(service=service, number=n, issued_at=later, priority=Priority.FIRST) for n in numbers]


def test_without_a_cap_those_with_priority_stand_ahead(centre, service, queue, counter):
    QueuePolicy.objects.create(
        centre=centre, valid_from=DAY, cap=1, recalls=2, grace_minutes=15, hold_minutes=60, closing_minutes=10,
        source="test", confidence="U",
    )  # fmt: skip
    first_come(service, 20, 21, 22)
    tell_by_sms(ticket=queue[0], phone=PHONE, consents=True, at=MORNING)
    assert tell_those_who_are_next(at=MORNING) == 0


def test_the_cap_lets_the_ordinary_be_told_in_time(service, queue, counter, officer):
    """Of three calls one overtakes: A020, A001, A002, A021, A003 … is how they are called, and so they are told."""
    late = first_come(service, 20, 21, 22)
    for ticket in (*queue[:3], *late[:2]):
        tell_by_sms(ticket=ticket, phone=PHONE, consents=True, at=MORNING)
    assert tell_those_who_are_next(at=MORNING) == 3
    assert told() == ["A020", "A001", "A002"]
    assert Message.objects.get(reference="A002").body.startswith("Number A002: 2 people are before you.")
    called = []
    for minute in range(1, 4):
        ticket = call_next(at=MORNING + timedelta(minutes=5 + minute), acting_user=officer)
        called.append(ticket.label)
        finish(ticket=ticket, at=MORNING + timedelta(minutes=5 + minute), acting_user=officer)
    assert called == ["A020", "A001", "A002"]
    tell_those_who_are_next(at=MORNING + timedelta(minutes=9))
    assert told() == ["A020", "A001", "A002", "A021", "A003"]


def test_people_of_other_services_at_the_same_counter_are_before_one(centre, service, other_service, queue):
    make.open_counter(centre, [service, other_service], number=8)
    last = make.TicketFactory(service=other_service, number=1, issued_at=MORNING + timedelta(minutes=9))
    tell_by_sms(ticket=last, phone=PHONE, consents=True, at=MORNING)
    assert tell_those_who_are_next(at=MORNING) == 0
    make.open_counter(centre, [other_service], number=9)
    assert tell_those_who_are_next(at=MORNING) == 1


def test_who_is_kept_for_a_counter_is_told_by_its_turn(service, queue, counter):
    back = make.TicketFactory(
        service=service, number=30, issued_at=MORNING + timedelta(minutes=9), priority=Priority.RETURNING
    )
    Ticket.objects.filter(pk=back.pk).update(counter=counter)
    for ticket in (back, queue[1], queue[2]):
        tell_by_sms(ticket=ticket, phone=PHONE, consents=True, at=MORNING)
    tell_those_who_are_next(at=MORNING)
    assert sorted(told()) == ["A002", "A030"]


def test_phone_and_browser_are_each_told(queue):
    tell_by_sms(ticket=queue[0], phone=PHONE, consents=True, at=MORNING)
    tell_by_push(ticket=queue[0], endpoint="https://fcm.googleapis.com/x", **GOOD, at=MORNING)
    assert tell_those_who_are_next(at=MORNING) == 2
    assert sorted(Message.objects.values_list("channel", flat=True)) == ["push", "sms"]


def test_another_number_replaces_the_first_until_it_is_sent(queue):
    tell_by_sms(ticket=queue[0], phone=PHONE, consents=True, at=MORNING)
    tell_by_sms(ticket=queue[0], phone="0987 654 321", consents=True, at=MORNING)
    assert NextNotice.objects.get().phone == "+84987654321"
    tell_those_who_are_next(at=MORNING)
    with pytest.raises(RuleBroken) as refused:
        tell_by_sms(ticket=queue[0], phone=PHONE, consents=True, at=MORNING)
    assert refused.value.code == "told_already"


@pytest.mark.parametrize("phone", ["", "12", "024 3825 1234", "+1 555 0100", "<script>"])
def test_a_phone_that_takes_no_sms_is_refused(queue, phone):
    with pytest.raises(BadInput):
        tell_by_sms(ticket=queue[0], phone=phone, consents=True, at=MORNING)
    assert not NextNotice.objects.exists()


def test_who_does_not_wait_is_not_told(queue, counter, officer):
    tell_by_sms(ticket=queue[0], phone=PHONE, consents=True, at=MORNING)
    call_next(at=MORNING + timedelta(minutes=1), acting_user=officer)
    assert tell_those_who_are_next(at=MORNING) == 0
    queue[0].refresh_from_db()
    for ticket, at in ((queue[0], MORNING), (queue[1], MORNING + timedelta(days=1))):
        with pytest.raises(RuleBroken) as refused:
            tell_by_sms(ticket=ticket, phone=PHONE, consents=True, at=at)
        assert refused.value.code == "not_waiting"


def test_nobody_is_told_on_another_day(queue):
    tell_by_sms(ticket=queue[0], phone=PHONE, consents=True, at=MORNING)
    assert tell_those_who_are_next(at=MORNING + timedelta(days=1)) == 0


def test_the_rule_of_the_centre_goes_before_the_citys_and_both_have_dates(centre, queue):
    assert ahead_on(centre.pk, DAY) == 2
    NoticeRule.objects.create(ahead=4, valid_from=date(2026, 1, 1), source="city")
    NoticeRule.objects.create(ahead=9, valid_from=date(2027, 1, 1), source="next year")
    assert ahead_on(centre.pk, DAY) == 4
    NoticeRule.objects.create(centre=centre, ahead=1, valid_from=date(2026, 1, 1), valid_to=DAY, source="centre")
    NoticeRule.objects.create(centre=centre, ahead=0, valid_from=DAY, source="from today")
    assert ahead_on(centre.pk, DAY) == 0
    assert ahead_on(make.CentreFactory().pk, DAY) == 4
    tell_by_sms(ticket=queue[1], phone=PHONE, consents=True, at=MORNING)
    assert tell_those_who_are_next(at=MORNING) == 0


def test_forgotten_in_the_evening_and_on_request(queue):
    tell_by_sms(ticket=queue[0], phone=PHONE, consents=True, at=MORNING)
    tell_by_push(ticket=queue[0], endpoint="https://fcm.googleapis.com/x", **GOOD, at=MORNING)
    tell_those_who_are_next(at=MORNING)
    forget_phones(before=DAY)
    assert NextNotice.objects.count() == 2
    forget_phones(before=DAY + timedelta(days=1))
    assert not NextNotice.objects.exists() and not PushSubscription.objects.exists()
    assert set(Message.objects.values_list("recipient", "body")) == {("", "")}
    tell_by_sms(ticket=queue[1], phone=PHONE, consents=True, at=MORNING)
    tell_by_push(ticket=queue[1], endpoint="https://fcm.googleapis.com/x", **GOOD, at=MORNING)
    do_not_tell(ticket=queue[1])
    assert not NextNotice.objects.exists() and not PushSubscription.objects.exists()


def statements(ticket_count: int, service) -> int:
    for number in range(100, 100 + ticket_count):
        ticket = make.TicketFactory(service=service, number=number, issued_at=MORNING + timedelta(hours=1))
        tell_by_sms(ticket=ticket, phone=PHONE, consents=True, at=MORNING)
    with CaptureQueriesContext(connection) as asked:
        tell_those_who_are_next(at=MORNING)
    return len(asked)


def test_a_sweep_costs_one_statement_without_wishes_and_no_more_for_thirty_than_for_one(service, queue):
    assert statements(0, service) == 1
    statements(1, service)  # the rules of the day are in memory now
    for many in (1, 30):
        Ticket.objects.filter(number__gte=100).delete()
        assert statements(many, service) == 7
