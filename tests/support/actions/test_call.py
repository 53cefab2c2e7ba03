"""On call: level after level, until somebody answers; whoever does not answer never ends the chain."""

from __future__ import annotations

from datetime import timedelta

import pytest

from centres.enums import Role
from notifications.enums import Channel
from notifications.models import Message, PushSubscription
from portal.errors import BadInput, NotAllowed
from support import on_call as rota
from support.actions import handle
from support.actions.call import call, due_calls
from support.actions.on_call import keep_contact, put_on_call, take_off_call
from support.enums import IncidentEventKind, Severity
from support.models import OnCallBrowser, OnCallShift
from tests.factories.centres import MORNING, CentreFactory, MembershipFactory
from tests.factories.citizens import UserFactory
from tests.factories.support import an_incident, on_call

pytestmark = pytest.mark.django_db


def supporter_of(centre, name, role=Role.SUPPORT):
    user = UserFactory(full_name=name, email=f"{name}@example.vn")
    MembershipFactory(user=user, role=role, centre=centre)
    return user


def called(incident):
    return [event.note for event in incident.events.filter(kind=IncidentEventKind.CALLED)]


def run(incident, minutes):
    """The clock's work every minute for so long."""
    for minute in range(minutes):
        at = MORNING + timedelta(minutes=minute)
        for incident_id in due_calls(at):
            call(incident_id=incident_id, at=at)


def test_nobody_answers_so_the_next_level_is_told_and_then_all_again(centre):
    first, second = supporter_of(centre, "mot"), supporter_of(centre, "hai")
    on_call(second, level=2)
    on_call(first, centre=centre)
    made = an_incident(centre, severity=Severity.MANY)  # every five minutes
    run(made, 21)
    assert called(made) == ["mot", "hai", "mot", "hai", "mot"]


def test_without_a_rota_support_and_then_the_city_are_told(centre):
    supporter_of(centre, "mot"), supporter_of(None, "thanhpho", Role.CITY_ADMIN), supporter_of(CentreFactory(), "xa")
    made = an_incident(centre, severity=Severity.STANDSTILL)  # every three
    run(made, 7)
    assert called(made) == ["mot", "thanhpho", "mot"]


def test_with_nobody_at_all_it_goes_on_trying(centre):
    made = an_incident(centre, severity=Severity.STANDSTILL)
    run(made, 7)
    assert called(made) == ["", "", ""]
    made.refresh_from_db()
    assert made.call_at is not None


def test_who_answers_ends_it(centre, supporter):
    on_call(supporter)
    made = an_incident(centre, severity=Severity.MANY)
    run(made, 1)
    handle.acknowledge(incident=made, at=MORNING + timedelta(minutes=2), acting_user=supporter)
    run(made, 30)
    assert len(called(made)) == 1


def test_a_reopened_one_calls_again(centre, supporter):
    made = an_incident(centre, severity=Severity.MANY)
    handle.resolve(incident=made, note="xong", at=MORNING, acting_user=supporter)
    handle.reopen(incident=made, note="chưa", at=MORNING, acting_user=supporter)
    assert due_calls(MORNING) == [made.pk]


def test_what_is_not_urgent_calls_nobody(centre):
    an_incident(centre, severity=Severity.ONE)
    assert due_calls(MORNING + timedelta(days=1)) == []


def test_they_are_told_by_every_channel_they_have(centre, supporter, settings):
    keep_contact(phone="0912 345 678", email="", acting_user=supporter)
    browser = PushSubscription.objects.create(
        endpoint="https://x", endpoint_hash="1", p256dh="a", auth="b", created_at=MORNING
    )
    OnCallBrowser.objects.create(user=supporter, browser=browser)
    on_call(supporter)
    made = an_incident(centre, severity=Severity.MANY)
    call(incident_id=made.pk, at=MORNING)
    sent = {message.channel: message for message in Message.objects.all()}
    assert set(sent) == {Channel.EMAIL, Channel.SMS, Channel.PUSH}
    assert sent[Channel.SMS].recipient == "+84912345678" and sent[Channel.EMAIL].recipient == "truc@example.vn"
    assert f"/support/incidents/{made.pk}/" in sent[Channel.PUSH].body
    assert sent[Channel.SMS].not_after == MORNING + timedelta(minutes=5)


def test_only_shifts_of_now_and_of_this_centre_count(centre, supporter):
    other = CentreFactory()
    hour = timedelta(hours=1)
    for place, start, end in ((centre, -2, -1), (other, -1, 1), (centre, 1, 2)):
        OnCallShift.objects.create(
            user=supporter, centre=place, from_at=MORNING + start * hour, until_at=MORNING + end * hour
        )
    assert not rota.shifts_at(centre.pk, MORNING).exists()
    assert rota.shifts_at(other.pk, MORNING).exists()


def test_the_rota_is_kept_by_support_for_their_own_centres(centre, supporter, officer, stranger):
    given = {"centre": centre, "level": 1, "from_at": MORNING, "until_at": MORNING + timedelta(hours=8), "at": MORNING}
    shift = put_on_call(user=supporter, acting_user=supporter, **given)
    with pytest.raises(NotAllowed):
        put_on_call(user=supporter, acting_user=stranger, **given)
    with pytest.raises(NotAllowed):
        put_on_call(user=supporter, acting_user=supporter, **given | {"centre": None})
    for wrong in ({"user": officer}, {"level": 4}, {"until_at": MORNING}, {"until_at": MORNING + timedelta(days=40)}):
        with pytest.raises(BadInput):
            put_on_call(**{"user": supporter, **given, **wrong}, acting_user=supporter)
    with pytest.raises(NotAllowed):
        take_off_call(shift=shift, at=MORNING, acting_user=stranger)
    take_off_call(shift=shift, at=MORNING + timedelta(hours=1), acting_user=supporter)
    shift.refresh_from_db()
    assert shift.until_at == MORNING + timedelta(hours=1)


def test_the_browser_of_somebody_on_call_outlasts_the_night(supporter):
    from notifications.actions.forget import forget_browsers  # noqa: PLC0415

    for lasts in (True, False):
        PushSubscription.objects.create(
            endpoint=f"https://{lasts}", endpoint_hash=str(lasts), p256dh="a", auth="b", created_at=MORNING, lasts=lasts
        )
    assert forget_browsers(before=MORNING + timedelta(days=1)) == 1
    assert PushSubscription.objects.get().lasts
