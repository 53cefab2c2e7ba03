"""Codes of an authenticator app: right once, throttled, for a short while in one session; recovery codes in its place."""

from __future__ import annotations

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP

from applications.models import RecoveryCode, SecondFactor, SigningRules
from applications.notarisation import second_factor as factors
from applications.signing_session import check_open, open_by_code
from centres.enums import Role
from citizens.models import User
from portal import clock
from portal.errors import BadInput, NotAllowed
from portal.ratelimit import TooMany
from tests.applications.at_desk import words
from tests.factories.applications import MONDAY, a_centre, a_member, member_of
from tests.factories.citizens import PASSWORD
from tests.factories.signing import SECRET, a_factor

pytestmark = pytest.mark.django_db
As = Callable[[Any], Client]
LASTS = timedelta(minutes=10)


def code_at(at: datetime, drift: int = 0) -> str:
    """What the app of ``a_factor`` shows so many half minutes later."""
    return code_of(base64.b32decode(SECRET), at, drift)


def code_of(secret: bytes, at: datetime, drift: int = 0) -> str:
    app = TOTP(secret, drift=drift)
    app.time = at.timestamp()
    return f"{app.token():06}"


@pytest.fixture
def leader(db: None) -> User:
    user = member_of(Role.LEADER, a_centre())
    a_factor(user)
    return user


def opened(leader: User, code: str, at: datetime = MONDAY) -> dict[str, Any]:
    session: dict[str, Any] = {}
    factors.open_signing(session, user=leader, code=code, at=at, lasts=LASTS)
    return session


def test_a_right_code_opens_signing_in_that_session_for_a_short_while(leader: User) -> None:
    session = opened(leader, code_at(MONDAY))
    assert factors.open_until(session, leader, MONDAY) == MONDAY + LASTS
    assert factors.open_until(session, leader, MONDAY + LASTS) is None
    assert factors.open_until({}, leader, MONDAY) is None, "another session"
    assert factors.open_until(session, a_member(Role.LEADER), MONDAY) is None, "another person"


def test_no_code_opens_twice_nor_does_an_earlier_one_after_it(leader: User) -> None:
    opened(leader, code_at(MONDAY))
    for used in (code_at(MONDAY), code_at(MONDAY, drift=-1)):
        with pytest.raises(BadInput) as refused:
            opened(leader, used)
        assert refused.value.code == "code_wrong"
    opened(leader, code_at(MONDAY, drift=1))


@pytest.mark.parametrize("drift", [-2, 2])
def test_a_clock_may_be_off_by_half_a_minute_and_no_more(leader: User, drift: int) -> None:
    with pytest.raises(BadInput):
        opened(leader, code_at(MONDAY, drift=drift))
    opened(leader, code_at(MONDAY, drift=drift // 2))


@pytest.mark.parametrize("wrong", ["", "12345", "abcdef", "٣٤٥٦٧٨", "000000000000"])
def test_what_is_no_code_is_wrong(leader: User, wrong: str) -> None:
    with pytest.raises(BadInput):
        opened(leader, wrong)


def test_guessing_is_stopped_even_for_the_right_code(leader: User) -> None:
    for _try in range(factors.TRIES):
        with pytest.raises(BadInput):
            opened(leader, "000000")
    with pytest.raises(TooMany):
        opened(leader, code_at(MONDAY))
    assert SecondFactor.objects.get(user=leader).last_step == -1, "the right code was not used up"


def test_the_secret_is_not_in_the_database_in_the_clear_and_outlives_a_new_key_of_the_site(
    leader: User, settings: LazySettings
) -> None:
    kept = SecondFactor.objects.get(user=leader).sealed_secret
    assert SECRET not in kept and base64.b32decode(SECRET).hex() not in kept
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-one-" * 5
    opened(leader, code_at(MONDAY))
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(BadInput) as refused:
        opened(leader, code_at(MONDAY, drift=1))
    assert refused.value.code == "factor_unreadable"


def test_a_recovery_code_stands_in_once_and_only_its_hash_is_kept(leader: User) -> None:
    codes = factors.renew_recovery_codes(user=leader, code=code_at(MONDAY), at=MONDAY)
    assert len(set(codes)) == factors.RECOVERY_CODES
    hashes = RecoveryCode.objects.values_list("code_hash", flat=True)
    assert not {code.replace("-", "") for code in codes} & set(hashes)
    assert factors.open_until(opened(leader, codes[0].lower()), leader, MONDAY) is not None
    with pytest.raises(BadInput):
        opened(leader, codes[0])
    factors.renew_recovery_codes(user=leader, code=codes[1], at=MONDAY)
    with pytest.raises(BadInput):
        opened(leader, codes[2])


def test_another_phone_shuts_what_the_old_one_had_opened(leader: User) -> None:
    session = opened(leader, code_at(MONDAY))
    factors.forget_own_factor(user=leader, code=code_at(MONDAY, drift=1), at=MONDAY)
    assert factors.open_until(session, leader, MONDAY) is None
    a_factor(leader)
    assert factors.open_until(session, leader, MONDAY) is None


def test_the_minutes_are_a_dated_rule_of_the_city(leader: User) -> None:
    SigningRules.objects.create(valid_from=clock.local_day(MONDAY), source="QĐ thử", factor_minutes=3)
    session: dict[str, Any] = {}
    open_by_code(session, user=leader, code=code_at(MONDAY), at=MONDAY)
    check_open(session, leader, MONDAY + timedelta(minutes=2))
    with pytest.raises(NotAllowed) as refused:
        check_open(session, leader, MONDAY + timedelta(minutes=3))
    assert refused.value.code == "factor_shut"


def test_without_one_no_code_opens_anything() -> None:
    with pytest.raises(BadInput) as refused:
        opened(member_of(Role.LEADER, a_centre()), "123456")
    assert refused.value.code == "no_factor"


# -- the pages -------------------------------------------------------------------------------------------------------

FACTOR = "/signing/factor/"


def act(key: str) -> str:
    return reverse("applications:signing_factor_act", args=[key])


def test_it_is_set_up_with_the_password_a_picture_and_a_first_code(as_: As, at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 10:26")
    leader = as_(Role.LEADER)
    user = member_of(Role.LEADER, a_centre())
    assert "data:image/svg" not in leader.get(FACTOR).content.decode()
    refused = leader.post(act("begin"), {"password": "sai"})
    assert refused.status_code == 400 and not SecondFactor.objects.exists()
    leader.post(act("begin"), {"password": PASSWORD})
    shown = leader.get(FACTOR).content.decode()
    row = SecondFactor.objects.get(user=user)
    assert "data:image/svg" in shown and row.manual_code in shown
    wrong = leader.post(act("confirm"), {"otp": "000000"})
    assert wrong.status_code == 400 and 'id="confirm_otp_error"' in wrong.content.decode()
    done = leader.post(act("confirm"), {"otp": code_of(row.secret, clock.now())})
    assert done.content.decode().count("<li>") == factors.RECOVERY_CODES
    assert row.manual_code not in leader.get(FACTOR).content.decode(), "shown once"
    with pytest.raises(BadInput):
        factors.begin_factor(user=user, at=MONDAY)


def test_what_was_begun_in_one_session_is_shown_in_no_other(as_: As) -> None:
    as_(Role.LEADER).post(act("begin"), {"password": PASSWORD})
    row = SecondFactor.objects.get()
    assert row.manual_code not in as_(Role.LEADER).get(FACTOR).content.decode()


def test_it_opens_and_shuts_and_goes_back_to_where_one_came_from(as_: As, leader: User, at_hanoi: Any) -> None:
    at = at_hanoi("2026-11-23 10:26")
    client = as_(leader)
    gone = client.post(act("open"), {"otp": code_at(at), "next": "/signing/confirm/?item=1"})
    assert gone["Location"] == "/signing/confirm/?item=1"
    assert "10:36" in words(client.get(FACTOR))
    client.post(act("shut"))
    assert "10:36" not in words(client.get(FACTOR))
    away = client.post(act("open"), {"otp": code_at(at, drift=1), "next": "//evil.example/"})
    assert away["Location"] == "/signing/"


def test_only_signers_have_one(as_: As) -> None:
    for role in (Role.COUNTER_OFFICER, Role.SPECIALIST, Role.MANAGER):
        assert as_(role).get(FACTOR).status_code == 403
        assert as_(role).post(act("begin"), {"password": PASSWORD}).status_code == 403
    assert as_(Role.LEADER).post(act("nothing")).status_code == 404


def test_a_code_is_never_offered_again_after_the_session_ended(client: Client) -> None:
    answer = client.post(reverse("applications:signing_sign"), {"item": "1", "otp": "123456"})
    assert "123456" not in answer.content.decode()


def test_the_demo_shows_its_codes_and_nothing_else_does(
    as_: As, leader: User, settings: LazySettings, at_hanoi: Any
) -> None:
    at = at_hanoi("2026-11-23 10:26")
    assert code_at(at) not in as_(leader).get(FACTOR).content.decode()
    settings.PORTAL_ENV = "demo"
    assert code_at(at) in as_(leader).get(FACTOR).content.decode()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_eight_who_send_the_same_code_at_once_one_gets_in() -> None:
    leader = member_of(Role.LEADER, a_centre())
    a_factor(leader)

    def send(_number: int) -> bool:
        try:
            return factors.open_until(opened(leader, code_at(MONDAY)), leader, MONDAY) is not None
        except (BadInput, TooMany):
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(send, range(8))) == 1
