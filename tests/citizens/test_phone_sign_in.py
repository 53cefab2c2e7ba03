"""A citizen signs in with a phone: the code comes by SMS, the same is done for every number, and guessing costs time."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from applications.models import Application
from citizens.actions.citizen_sessions import IDLE, LONGEST, forget_sessions, session_by_key
from citizens.actions.phone_code import (
    MINUTES,
    SENT_FROM_ADDRESS,
    SENT_HERE,
    TRIES,
    WRONG_FROM_ADDRESS,
    forget_phone_codes,
)
from citizens.citizen_session import COOKIE, HANDLE_COOKIE
from citizens.models import CitizenSession, PhoneCode
from citizens.tasks import forget_sign_ins
from notifications.models import Message
from portal import clock
from tests.factories.applications import PHONE, a_dossier
from tests.factories.citizens import as_citizen

pytestmark = pytest.mark.django_db
TYPED = "0912 345 678"


@pytest.fixture
def phone(client: Client) -> Client:
    """A citizen's telephone, reading English."""
    client.cookies["django_language"] = "en"
    return client


def ask(client: Client, number: str = TYPED, **more: Any) -> HttpResponse:
    return client.post("/me/sign-in/", {"phone": number}, **more)  # type: ignore[return-value]


def the_code() -> str:
    """As the newest SMS says it."""
    found = re.search(r"\d{6}", Message.objects.filter(kind="sign_in_code").latest("pk").body)
    assert found
    return found[0]


def give(client: Client, code: str, **more: Any) -> HttpResponse:
    return client.post("/me/code/", {"otp": code}, **more)  # type: ignore[return-value]


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_the_code_of_the_sms_signs_in(phone: Client) -> None:
    assert ask(phone)["Location"] == "/me/code/"
    answer = give(phone, f"{the_code()[:3]} {the_code()[3:]}")
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    assert phone.get("/me/").status_code == 200
    message = Message.objects.get()
    assert (message.channel, message.body, message.recipient) == ("sms", "", ""), "a used code leaves the outbox"


def test_the_cookies_go_to_my_pages_alone_and_no_script_reads_them(phone: Client) -> None:
    handle = ask(phone).cookies[HANDLE_COOKIE]
    key = give(phone, the_code()).cookies[COOKIE]
    for cookie in (handle, key):
        assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/me/", True, "Lax")


def test_neither_code_nor_keys_are_kept_as_they_are(phone: Client) -> None:
    ask(phone)
    code = the_code()
    row = PhoneCode.objects.get()
    assert code not in f"{row.code_hash} {row.handle_hash}"
    assert phone.cookies[HANDLE_COOKIE].value not in f"{row.code_hash} {row.handle_hash}"
    give(phone, code)
    assert CitizenSession.objects.get().key_hash != phone.cookies[COOKIE].value


def test_known_and_unknown_numbers_are_answered_alike(phone: Client, django_assert_num_queries: Any) -> None:
    a_dossier()
    answers, counts = [], []
    for number in (TYPED, "0987 654 321"):
        fresh = Client(headers={"accept-language": "en"})
        fresh.cookies["django_language"] = "en"
        before = PhoneCode.objects.count()
        sent = ask(fresh, number)
        page = fresh.get("/me/code/").content.decode()
        answers.append(
            (sent.status_code, sent["Location"], re.sub(r"\d{4}</b>|value=\"[^\"]+\"|nonce=\"[^\"]+\"", "", page))
        )
        counts.append(PhoneCode.objects.count() - before)
    assert answers[0] == answers[1]
    assert counts == [1, 1]


@pytest.mark.parametrize("number", ["", "12345", "024 3825 1234", "+1 202 555 0100", "0912 345 67x"])
def test_what_takes_no_sms_is_told_and_sends_nothing(phone: Client, number: str) -> None:
    assert ask(phone, number).status_code == 400
    assert not PhoneCode.objects.exists()


def test_is_offered_only_where_an_sms_reaches_somebody(phone: Client, settings: Any) -> None:
    settings.PORTAL_ENV = "production"
    page = phone.get("/me/sign-in/").content.decode()
    assert 'name="phone"' not in page
    assert "Signing in is not possible here yet" in page
    assert ask(phone).status_code == 404
    assert not PhoneCode.objects.exists()


def test_another_browser_cannot_use_the_code(phone: Client) -> None:
    ask(phone)
    code = the_code()
    assert give(Client(), code).status_code == 400
    stranger = Client()
    ask(stranger, "0987 654 321", REMOTE_ADDR="10.1.1.1")
    assert give(stranger, code).status_code in (302, 400)
    assert give(phone, code).status_code == 302, "and locks nobody out"


def test_a_code_is_good_once_and_for_five_minutes(phone: Client, at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 10:00")
    ask(phone)
    code, handle = the_code(), phone.cookies[HANDLE_COOKIE].value
    assert give(phone, code).status_code == 302
    again = Client()
    again.cookies[HANDLE_COOKIE] = handle
    assert give(again, code).status_code == 400, "replayed"
    ask(again, REMOTE_ADDR="10.1.1.2")
    late = the_code()
    at_hanoi(f"2026-11-23 10:0{MINUTES}")
    assert give(again, late).status_code == 400


def test_five_wrong_tries_end_a_code(phone: Client) -> None:
    ask(phone)
    code = the_code()
    answers = [give(phone, another(code)) for _try in range(TRIES)]
    assert {answer.status_code for answer in answers} == {400}
    assert give(phone, code).status_code == 400
    assert len({str(answer.context["form"].errors) for answer in answers}) == 1


def test_one_browser_has_three_codes_sent_to_a_number(phone: Client) -> None:
    for _time in range(SENT_HERE):
        assert ask(phone).status_code == 302
    assert ask(phone).status_code == 429
    assert ask(phone, REMOTE_ADDR="10.1.1.3").status_code == 302, "the number's owner elsewhere still gets one"


def test_a_number_gets_six_codes_an_hour_wherever_they_are_asked_for(phone: Client) -> None:
    answers = [ask(phone, REMOTE_ADDR=f"10.1.1.{host}").status_code for host in range(7)]
    assert answers == [302] * 6 + [429]


def test_an_address_has_so_many_sent(phone: Client) -> None:
    answers = [ask(phone, f"09123{number:05}").status_code for number in range(SENT_FROM_ADDRESS + 1)]
    assert answers == [302] * SENT_FROM_ADDRESS + [429]


def test_an_address_guesses_so_often(phone: Client) -> None:
    answers = {give(Client(), "000000").status_code for _try in range(WRONG_FROM_ADDRESS)}
    assert answers == {400}
    ask(phone)
    assert give(phone, the_code()).status_code == 429
    cache.clear()


def test_a_session_ends_when_nobody_touches_it_and_after_a_working_day(phone: Client, at_hanoi: Any) -> None:
    began = at_hanoi("2026-11-23 08:00")
    key = as_citizen(phone, phone=PHONE).cookies[COOKIE].value
    assert session_by_key(key, began + IDLE - timedelta(seconds=1)) is not None
    assert session_by_key(key, began + 2 * IDLE - timedelta(seconds=1)) is None
    moment, key = began, as_citizen(phone, phone=PHONE).cookies[COOKIE].value
    while session_by_key(key, moment) is not None:
        moment += timedelta(minutes=10)
    assert moment - began == LONGEST


def test_signing_out_ends_it_on_the_server_too(phone: Client) -> None:
    key = as_citizen(phone, phone=PHONE).cookies[COOKIE].value
    assert phone.post("/me/sign-out/").status_code == 302
    phone.cookies[COOKIE] = key
    assert phone.get("/me/")["Location"] == "/me/sign-in/"


def test_signing_in_anew_ends_the_session_before(phone: Client) -> None:
    key = as_citizen(phone, phone="+84987654321").cookies[COOKIE].value
    ask(phone)
    give(phone, the_code())
    assert session_by_key(key, clock.now()) is None


def test_staff_are_no_citizens_and_citizens_no_staff(phone: Client, client: Client) -> None:
    from tests.factories.citizens import UserFactory  # noqa: PLC0415

    staff = Client()
    staff.force_login(UserFactory())
    assert staff.get("/me/")["Location"] == "/me/sign-in/"
    as_citizen(phone, phone=PHONE)
    assert phone.get("/desk/")["Location"].startswith("/sign-in/")
    assert "_auth_user_id" not in phone.session


def test_a_made_up_key_is_nobodys(phone: Client) -> None:
    for key in ("", "1", "x" * 43, "\0", "é"):
        phone.cookies[COOKIE] = key
        assert phone.get("/me/")["Location"] == "/me/sign-in/"


def test_what_is_over_is_forgotten(phone: Client, at_hanoi: Any) -> None:
    at_hanoi("2026-11-20 10:00")
    ask(phone)
    as_citizen(phone, phone=PHONE)
    at_hanoi("2026-11-22 10:00")
    forget_sign_ins()
    assert not PhoneCode.objects.exists()
    assert Message.objects.get().body == ""
    assert CitizenSession.objects.exists()
    later = at_hanoi("2026-12-22 10:00")
    assert (forget_phone_codes(at=later), forget_sessions(at=later)) == (0, 1)
    assert Application.objects.count() == 0
