"""Video calls with the support team: one touch is one call, whoever is on call is told, and every use of a link is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from centres.enums import Role, TicketState
from centres.models import Ticket
from notifications.models import Message
from portal import clock
from portal.errors import NotAllowed, RuleBroken
from support import asking, video
from support.actions.video_call import answer, ask, end, enter
from support.enums_video import VideoEventKind, VideoState
from support.models import SupportRules, VideoCall, VideoCallEvent
from support.tasks import mind_help
from tests.factories.centres import MORNING, CentreFactory, MembershipFactory, ServiceFactory, TicketFactory
from tests.factories.help import a_helper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning(settings):
    settings.VIDEO_CALL_URL = "https://meet.example/{room}"
    with clock.fixed(MORNING):
        yield


@pytest.fixture
def ticket(centre):
    return TicketFactory(service=ServiceFactory(centre=centre), issued_at=MORNING)


def a_supporter(centre, role=Role.SUPPORT):
    return a_helper(centre, "Ngô Thị Thử", on_duty=False, role=role)


def a_call(ticket, at=MORNING, **given):
    return ask(place=asking.of_ticket(ticket), language="vi", at=at, acting_user=None, **given)


def kinds():
    return list(VideoCallEvent.objects.values_list("kind", flat=True))


def after(minutes):
    return MORNING + timedelta(minutes=minutes)


def test_a_touch_again_is_the_same_call_and_support_is_told_once(centre, ticket):
    a_supporter(centre), a_supporter(CentreFactory())
    made = {a_call(ticket, after(n)).pk for n in range(5)}
    assert len(made) == 1 and kinds() == [VideoEventKind.ASKED, VideoEventKind.TOLD]
    assert Message.objects.count() == 1
    body = Message.objects.get().body
    assert ticket.label in body and "/support/video-calls/" in body


def test_of_two_who_answer_one_does_and_only_the_two_of_the_call_enter(centre, ticket):
    first, second, elsewhere = a_supporter(centre), a_supporter(centre), a_supporter(CentreFactory())
    call = a_call(ticket)
    with pytest.raises(RuleBroken):
        enter(call=call, at=MORNING, acting_user=None)
    with pytest.raises(NotAllowed):
        answer(call=call, at=MORNING, acting_user=elsewhere)
    answer(call=call, at=after(1), acting_user=first)
    with pytest.raises(RuleBroken) as late:
        answer(call=call, at=after(1), acting_user=second)
    assert late.value.code == "answered_already"
    with pytest.raises(RuleBroken):
        enter(call=call, at=after(2), acting_user=second)
    room = VideoCall.objects.get().room
    assert enter(call=call, at=after(2), acting_user=first) == f"https://meet.example/{room}"
    assert enter(call=call, at=after(2), acting_user=None).endswith(room) and len(room) == 32
    assert kinds()[2:] == [VideoEventKind.ANSWERED, VideoEventKind.ENTERED, VideoEventKind.ENTERED]


def test_the_link_is_short_lived_and_the_next_call_has_another_room(centre, ticket):
    by = a_supporter(centre)
    call = answer(call=a_call(ticket), at=MORNING, acting_user=by)
    with pytest.raises(RuleBroken) as closed:
        enter(call=call, at=after(30), acting_user=by)
    assert closed.value.code == "link_closed"
    with clock.fixed(after(30)):
        mind_help()
    call.refresh_from_db()
    assert call.state == VideoState.ENDED and kinds()[-1] == VideoEventKind.ENDED
    assert a_call(ticket, after(31)).room != call.room


def test_what_nobody_answers_ends_by_itself_after_the_minutes_in_force(centre, ticket):
    SupportRules.objects.create(valid_from=MORNING.date(), source="x", video_lapse_minutes=3)
    call = a_call(ticket)
    for minutes, state in ((2, VideoState.WAITING), (4, VideoState.LAPSED)):
        with clock.fixed(after(minutes)):
            mind_help()
        call.refresh_from_db()
        assert call.state == state


def test_either_side_ends_it_and_a_second_time_does_no_harm(centre, ticket):
    by = a_supporter(centre)
    call = a_call(ticket)
    end(call=call, at=after(1), acting_user=None)
    end(call=call, at=after(1), acting_user=None)
    assert VideoCall.objects.get().state == VideoState.CANCELLED
    call = answer(call=a_call(ticket, after(2)), at=after(2), acting_user=by)
    with pytest.raises(NotAllowed):
        end(call=call, at=after(3), acting_user=a_supporter(CentreFactory()))
    end(call=call, at=after(3), acting_user=by)
    assert kinds().count(VideoEventKind.ENDED) == 1 and kinds().count(VideoEventKind.CANCELLED) == 1


def test_a_number_of_yesterday_or_one_that_is_done_calls_nobody(centre, ticket, settings):
    with pytest.raises(RuleBroken) as old:
        a_call(ticket, MORNING + timedelta(days=1))
    Ticket.objects.filter(pk=ticket.pk).update(state=TicketState.LEFT, finished_at=MORNING)
    ticket.refresh_from_db()
    with pytest.raises(RuleBroken) as gone:
        a_call(ticket)
    assert old.value.code == gone.value.code == "not_of_now"
    settings.VIDEO_CALLS = False
    with pytest.raises(RuleBroken) as off:
        a_call(ticket)
    assert off.value.code == "no_video_calls"


@pytest.mark.parametrize("given", ["001190012345", "Nguyễn Thị Ánh", "<b>", "x" * 60, "0912 345 678"])
def test_what_is_no_code_is_not_kept_as_one(ticket, given):
    kept = a_call(ticket, reference=given).reference
    assert kept in ("", given) and not any(char in kept for char in " <ỄÁ")
    assert a_call(TicketFactory(service=ticket.service, number=77), reference="H26.30.3-261123-0001").reference


def test_an_address_without_a_place_for_the_room_gets_it_at_its_end(ticket, settings):
    settings.VIDEO_CALL_URL = "https://meet.example/rooms"
    call = a_call(ticket)
    assert video.address_of(call) == f"https://meet.example/rooms/{call.room}"


def test_from_the_phone_to_the_room_through_the_pages(client, centre, ticket):
    by = a_supporter(centre)
    address = reverse("support:ticket_video", args=[ticket.token])
    assert address in client.get(reverse("support:ticket_help", args=[ticket.token])).content.decode()
    assert client.post(address, {"do": "ask"}).status_code == 302
    assert client.get(f"{address}enter/").status_code == 409
    call = VideoCall.objects.get()

    support = type(client)()
    support.force_login(by)
    listed = support.get(reverse("support:video_calls")).content.decode()
    assert ticket.label in listed and call.room not in listed
    assert support.post(reverse("support:video_act", args=[call.pk, "answer"])).status_code == 302
    entered = support.get(reverse("support:video_enter", args=[call.pk]))
    assert entered["Location"] == f"https://meet.example/{call.room}" and entered["Referrer-Policy"] == "no-referrer"

    page = client.get(address).content.decode()
    assert f"{address}enter/" in page and call.room not in page
    assert client.get(f"{address}enter/")["Location"].endswith(call.room)
    assert client.post(address, {"do": "end", "call": call.pk}).status_code == 302
    assert client.get(f"{address}enter/").status_code == 302, "back to where one can call again"
    assert "/video-calls/" not in client.get(address).content.decode()


def test_an_officer_calls_about_a_dossier_and_support_reads_its_code_only(client, centre):
    by, officer = a_supporter(centre), MembershipFactory(centre=centre, role=Role.COUNTER_OFFICER).user
    client.force_login(officer)
    client.post(reverse("support:video"), {"do": "ask", "reference": "h26.30.3-261123-0001"})
    assert VideoCall.objects.get().reference == "H26.30.3-261123-0001"
    for user, is_link in ((by, False), (a_supporter(None, Role.CITY_ADMIN), True)):
        client.force_login(user)
        page = client.get(reverse("support:video_calls")).content.decode()
        assert "H26.30.3-261123-0001" in page
        assert ("?code=H26.30.3-261123-0001" in page) is is_link


def test_the_list_costs_the_same_for_one_call_and_for_thirty(client, centre, ticket):
    client.force_login(a_supporter(centre))
    a_call(ticket)
    address = reverse("support:video_calls_part")
    client.get(address)

    def statements():
        with CaptureQueriesContext(connection) as counted:
            assert client.get(address).status_code == 200
        return len(counted)

    one = statements()
    for number in range(30):
        a_call(TicketFactory(service=ticket.service, number=100 + number))
    assert statements() == one
