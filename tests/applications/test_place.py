"""The number from the phone, and the desk's keys about one number."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from centres.actions.call_next import call_next
from centres.actions.miss_held import miss_held
from centres.enums import Priority, TicketState
from centres.models import Ticket, TicketEvent
from centres.policy import policy_on
from portal import clock
from tests.applications.at_desk import DeskClient
from tests.factories.applications import MONDAY, a_ticket_at_counter
from tests.factories.centres import TicketFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def phone(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def served() -> Ticket:
    return a_ticket_at_counter()


@pytest.fixture
def mine(served: Ticket) -> Ticket:
    return TicketFactory(service=served.service, number=47, issued_at=MONDAY - timedelta(minutes=10))


@pytest.fixture
def desk(served: Ticket) -> Client:
    client = DeskClient()
    client.force_login(served.counter.officer)  # type: ignore[union-attr, arg-type]
    client.cookies["django_language"] = "en"
    return client


def page(client: Client, ticket: Ticket, part: str = "") -> str:
    return client.get(f"/t/{ticket.token}/{part}").content.decode()


def state(ticket: Ticket) -> str:
    return str(Ticket.objects.get(pk=ticket.pk).state)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Your number A047 was given back and is not called any more."),
        ("vi", "Số A047 của bác đã được trả lại, không gọi nữa."),
        ("ko", "A047번은 반납되어 더 이상 호출되지 않습니다."),
    ],
)
def test_what_cannot_be_done_any_more_is_said_to_the_citizen_not_to_an_officer(
    client: Client, mine: Ticket, language: str, said: str
) -> None:
    """Given back in one tab, then 'let me go' in another that still shows the number as waiting."""
    client.cookies["django_language"] = language
    client.post(f"/t/{mine.token}/cancel/")
    answer = client.post(f"/t/{mine.token}/hold/", {"minutes": "30"})
    assert answer.status_code == 409 and said in answer.content.decode()


def test_a_phone_number_that_is_needed_is_not_called_optional(client: Client, mine: Ticket) -> None:
    shown = page(client, mine)
    field = shown[shown.index('<label for="phone">') :].split("</label>")[0]
    assert "không bắt buộc" not in field


def test_leave_and_come_back_from_the_phone(phone: Client, mine: Ticket) -> None:
    assert "I am back by 10:41" in page(phone, mine)
    phone.post(f"/t/{mine.token}/hold/", {"minutes": "15"})
    assert state(mine) == TicketState.PARKED
    assert "Your place is kept until 10:41." in page(phone, mine)
    phone.post(f"/t/{mine.token}/back/")
    assert state(mine) == TicketState.WAITING
    assert Ticket.objects.get(pk=mine.pk).queue_at == mine.queue_at


def test_going_and_coming_without_end_is_slowed(phone: Client, mine: Ticket) -> None:
    for _time in range(10):
        assert phone.post(f"/t/{mine.token}/hold/", {"minutes": "15"}).status_code == 302
        assert phone.post(f"/t/{mine.token}/back/").status_code == 302
    slowed = phone.post(f"/t/{mine.token}/hold/", {"minutes": "15"})
    assert slowed.status_code == 429 and "tried too often" in slowed.content.decode()
    assert state(mine) == TicketState.WAITING
    assert phone.post(f"/t/{mine.token}/cancel/").status_code == 302


@pytest.mark.parametrize("minutes", ["", "0", "61", "-3", "x", "99999"])
def test_a_time_that_cannot_be_is_a_sentence(phone: Client, mine: Ticket, minutes: str) -> None:
    answer = phone.post(f"/t/{mine.token}/hold/", {"minutes": minutes})
    assert answer.status_code == 400
    assert "Choose a time before 11:26." in answer.content.decode()
    assert state(mine) == TicketState.WAITING


def test_a_number_is_given_back_by_its_slip_only_by_post(phone: Client, mine: Ticket) -> None:
    assert phone.get(f"/t/{mine.token}/cancel/").status_code == 303
    assert state(mine) == TicketState.WAITING
    phone.post(f"/t/{mine.token}/cancel/")
    assert state(mine) == TicketState.LEFT
    assert phone.post("/t/khong-co-trang-nay/cancel/").status_code == 404


def test_missed_and_here_after_all(phone: Client, mine: Ticket) -> None:
    Ticket.objects.filter(pk=mine.pk).update(state=TicketState.NO_SHOW, finished_at=MONDAY)
    assert "I am here now" in page(phone, mine)
    phone.post(f"/t/{mine.token}/here/")
    assert state(mine) == TicketState.WAITING


def test_a_place_that_ran_out_is_not_said_to_have_been_called(phone: Client, mine: Ticket) -> None:
    phone.post(f"/t/{mine.token}/hold/", {"minutes": "15"})
    assert "Who comes back later may lose the place." in page(phone, mine)
    with clock.fixed(MONDAY + timedelta(minutes=20)):
        miss_held(at=clock.now())
        after = page(phone, mine)
    assert "You were not back by the time you chose." in after
    assert "nobody came" not in after


def test_anyone_asks_why_and_learns_nothing_about_persons(phone: Client, mine: Ticket, served: Ticket) -> None:
    served.finish(MONDAY)
    served.save()
    elder = TicketFactory(service=mine.service, number=48, priority=Priority.FIRST, priority_ground="age_75")
    call_next(at=MONDAY, acting_user=served.counter.officer)  # type: ignore[union-attr, arg-type]
    answer = page(phone, mine, f"why/?number={elder.label}")
    assert "A048 was called at" in answer and "A047 has not been called." in answer
    assert "A048 goes before others: 75 years or over." in answer
    assert str(served.counter.officer) not in answer  # type: ignore[union-attr]
    wrong = phone.get(f"/t/{mine.token}/why/", {"number": "Z9"})
    assert wrong.status_code == 400 and "There is no such number" in wrong.content.decode()
    assert wrong["Cache-Control"] == "no-store"


def test_the_desk_calls_a_number_with_a_reason_only(desk: Client, mine: Ticket, served: Ticket) -> None:
    served.finish(MONDAY)
    served.save()
    url = reverse("applications:call_one")
    assert desk.post(url, {"number": "a 47", "reason": ""}).status_code == 400
    assert desk.post(url, {"number": "a 47", "reason": "bị mệt"}).status_code == 302
    assert state(mine) == TicketState.CALLED
    assert TicketEvent.objects.get(kind="picked").reason == "bị mệt"


def test_not_here_says_how_many_calls_it_wants(desk: Client, mine: Ticket, served: Ticket) -> None:
    served.finish(MONDAY)
    served.save()
    desk.post(reverse("applications:call_next"))
    first = desk.get(reverse("applications:desk")).content.decode()
    assert "after 2 more calls" in first
    refused = desk.post(reverse("applications:not_here"), headers={"HX-Request": "true"})
    assert refused.status_code == 409 and refused["HX-Trigger"] == "dialog:close"
    for _again in range(policy_on(mine.centre_id, mine.day).recalls):
        desk.post(reverse("applications:call_again"))
    early = desk.post(reverse("applications:not_here"), headers={"HX-Request": "true"})
    assert early["X-Problem"] == "on_the_way" and "20 seconds more" in early.content.decode()
    with clock.fixed(clock.now() + timedelta(minutes=1)):
        assert desk.post(reverse("applications:not_here")).status_code == 302
    assert state(mine) == TicketState.NO_SHOW
    desk.post(reverse("applications:missed_back"), {"number": mine.label})
    assert state(mine) == TicketState.WAITING


def test_the_desk_gives_a_class_holds_a_place_and_passes_on_to_a_counter(
    desk: Client, mine: Ticket, served: Ticket
) -> None:
    desk.post(reverse("applications:give_class"), {"number": mine.label, "ground": "age_75", "reason": "cụ già"})
    assert Ticket.objects.get(pk=mine.pk).priority == Priority.FIRST
    screen = desk.get(reverse("applications:desk")).content.decode()
    assert "leaves, back by 10:41" in screen
    desk.post(reverse("applications:hold_place"), {"minutes": "15"})
    assert Ticket.objects.get(pk=served.pk).park_kind == "held"


def test_setting_aside_for_a_copy_asks_for_one_being_made(desk: Client, served: Ticket) -> None:
    answer = desk.post(reverse("applications:set_aside"), {"copy": "chờ bản sao"})
    assert answer.status_code == 409 and "No copy is being made" in answer.content.decode()
    assert desk.post(reverse("applications:set_aside"), {"reason": "lấy giấy"}).status_code == 302
    assert Ticket.objects.get(pk=served.pk).park_kind == "fetching"
