"""Signing in with VNeID: the full code flow with a real provider in its own process, and what must not get through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from citizens import vneid
from citizens.citizen_session import COOKIE
from citizens.models import Citizen, CitizenSession, User, VneidAccount
from tests.factories.citizens import CitizenFactory
from tests.vneid import at_vneid, settings_for, vneid_sandbox

pytestmark = pytest.mark.django_db
BACK = "http://testserver/me/vneid/back/"
ANH = "001190001234"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with vneid_sandbox(tmp_path_factory.mktemp("vneid"), BACK) as address:
        yield address


@pytest.fixture
def phone(client: Client, issuer: str, settings: Any) -> Client:
    """A citizen's telephone, reading English, at a portal that knows the sandbox."""
    lead_to(issuer, settings)
    client.cookies["django_language"] = "en"
    return client


def lead_to(issuer: str, settings: Any) -> None:
    for name, value in settings_for(issuer).items():
        setattr(settings, name, value)


def begin(client: Client) -> str:
    answer = client.get("/me/vneid/")
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def come_back(client: Client, address: str) -> HttpResponse:
    assert address.startswith(BACK)
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")  # type: ignore[return-value]


def sign_in(client: Client, person: str = "anh", action: str = "grant") -> HttpResponse:
    return come_back(client, at_vneid(begin(client), person, action))


def refused(answer: HttpResponse, status: int, words: str) -> None:
    assert answer.status_code == status, answer.content.decode()
    assert words in answer.content.decode()
    assert COOKIE not in answer.cookies
    assert not CitizenSession.objects.exists()


def test_the_code_flow_signs_in_who_vneid_names(phone: Client) -> None:
    asked = parse_qs(urlsplit(begin(phone)).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["state"][0] and asked["nonce"][0] and asked["code_challenge"][0]
    answer = sign_in(phone)
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    assert "Nguyễn Thị Ánh" in phone.get("/me/").content.decode()
    citizen = Citizen.objects.get()
    assert (citizen.identity_number, citizen.birth_text, citizen.identity_source) == (ANH, "01/02/1990", "vneid")
    assert (CitizenSession.objects.get().level, VneidAccount.objects.get().level) == (2, 2)
    assert not User.objects.exists(), "a citizen is no user of the staff's kind"
    assert "_auth_user_id" not in phone.session


def test_a_known_person_is_found_and_keeps_their_record(phone: Client) -> None:
    known = CitizenFactory(identity_number=ANH, full_name="Nguyễn Thị Ánh", identity_source="card")
    sign_in(phone)
    sign_in(phone)
    assert Citizen.objects.get() == known
    assert VneidAccount.objects.get().citizen == known


@pytest.mark.parametrize("other", [{"full_name": "Trần Thị Bích"}, {"birth_text": "03/04/1985"}])
def test_a_record_that_may_be_somebody_elses_is_not_opened(phone: Client, other: dict[str, str]) -> None:
    CitizenFactory(**{"identity_number": ANH, "full_name": "Nguyễn Thị Ánh", **other})
    refused(sign_in(phone), 400, "did not say clearly who you are")


def test_spelling_without_marks_is_the_same_name(phone: Client) -> None:
    CitizenFactory(identity_number=ANH, full_name="Nguyen Thi Anh")
    assert sign_in(phone).status_code == 302


def test_a_level_too_low_opens_nothing(phone: Client) -> None:
    refused(sign_in(phone, "tre"), 403, "level 2 is needed")
    assert not Citizen.objects.exists()


def test_the_needed_level_is_configured(phone: Client, settings: Any) -> None:
    settings.VNEID_LEVEL_NEEDED = 1
    assert sign_in(phone, "tre").status_code == 302
    assert CitizenSession.objects.get().level == 1


def test_the_claims_names_are_configured(phone: Client, settings: Any) -> None:
    settings.VNEID_NUMBER = "another_name"
    refused(sign_in(phone), 400, "did not say clearly who you are")


def test_refused_there_is_refused_here(phone: Client) -> None:
    refused(sign_in(phone, action="cancel"), 403, "You did not let VNeID tell us who you are")


def test_another_state_or_none_is_refused(phone: Client) -> None:
    address = at_vneid(begin(phone), "anh")
    wrong = re.sub(r"state=[^&]+", "state=abcdefgh", address)
    refused(come_back(phone, wrong), 400, "too long or was used already")
    refused(come_back(phone, re.sub(r"&?state=[^&]+", "", address)), 400, "Please begin again")


def test_another_browser_cannot_use_the_way_back(phone: Client) -> None:
    address = at_vneid(begin(phone), "anh")
    stranger = Client()
    stranger.cookies["django_language"] = "en"
    refused(come_back(stranger, address), 400, "Please begin again")
    begin(stranger)
    refused(come_back(stranger, address), 400, "Please begin again")


def test_a_replayed_way_back_is_refused(phone: Client) -> None:
    address = at_vneid(begin(phone), "anh")
    assert come_back(phone, address).status_code == 302
    again = come_back(phone, address)
    assert again.status_code == 400
    assert COOKIE not in again.cookies


def test_a_code_of_another_sign_in_is_refused(phone: Client) -> None:
    """Somebody puts the code of their own account into the victim's browser: the challenge is another one."""
    attacker = Client()
    code = parse_qs(urlsplit(at_vneid(begin(attacker), "nam")).query)["code"][0]
    mine = at_vneid(begin(phone), "anh")
    refused(come_back(phone, re.sub(r"code=[^&]+", f"code={code}", mine)), 400, "Please begin again")


def test_a_made_up_code_is_refused(phone: Client) -> None:
    mine = at_vneid(begin(phone), "anh")
    refused(come_back(phone, re.sub(r"code=[^&]+", "code=abc", mine)), 400, "Please begin again")


def test_another_nonce_is_refused(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    address = at_vneid(begin(phone), "anh")
    session = phone.session
    for state, _at, _provider in session["socialaccount_states"].values():
        state["nonce"] = "another"
    session.save()
    refused(come_back(phone, address), 400, "Please begin again")


def test_an_answer_about_another_person_is_refused(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vneid.Client, "_fetch_user_info", lambda *_: {"sub": "999", "identity_number": ANH})
    refused(sign_in(phone), 400, "Please begin again")


@pytest.mark.parametrize("answer", [{}, [], "x", {"sub": None}])
def test_an_answer_that_is_none_is_refused(phone: Client, monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    monkeypatch.setattr(vneid.Client, "_fetch_user_info", lambda *_: answer)
    assert sign_in(phone).status_code == 400
    assert not CitizenSession.objects.exists()


def test_a_configuration_of_another_issuer_is_refused(
    phone: Client, settings: Any, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = at_vneid(begin(phone), "anh")
    monkeypatch.setattr(vneid.Provider, "server_url", f"{issuer}/.well-known/openid-configuration")
    settings.VNEID_ISSUER = "https://vneid.example.vn"
    refused(phone.get("/me/vneid/"), 503, "VNeID does not answer now")  # type: ignore[arg-type]
    refused(come_back(phone, address), 400, "Please begin again")


def test_vneid_that_does_not_answer_is_said(phone: Client, settings: Any) -> None:
    settings.VNEID_ISSUER = "http://127.0.0.1:9"
    answer = phone.get("/me/vneid/")
    refused(answer, 503, "VNeID does not answer now")


def test_is_offered_only_where_it_is_set_up(client: Client, settings: Any, issuer: str) -> None:
    assert 'href="/me/vneid/"' not in client.get("/me/sign-in/").content.decode()
    assert (client.get("/me/vneid/").status_code, client.get("/me/vneid/back/").status_code) == (404, 404)
    lead_to(issuer, settings)
    assert 'href="/me/vneid/"' in client.get("/me/sign-in/").content.decode()


def test_staffs_own_session_is_left_alone(phone: Client, client: Client) -> None:
    from tests.factories.citizens import UserFactory  # noqa: PLC0415

    user = UserFactory()
    phone.force_login(user)
    assert sign_in(phone).status_code == 302
    assert int(phone.session["_auth_user_id"]) == user.pk
    assert phone.post("/me/sign-out/").status_code == 302
    assert int(phone.session["_auth_user_id"]) == user.pk


class TestTooLate:
    """A provider whose answers are over when they come."""

    def test_an_expired_token_is_refused(self, tmp_path: Path, settings: Any, client: Client) -> None:
        client.cookies["django_language"] = "en"
        with vneid_sandbox(tmp_path, BACK, "--token-seconds", "-60") as issuer:
            lead_to(issuer, settings)
            refused(sign_in(client), 400, "too long or was used already")

    def test_an_expired_code_is_refused(self, tmp_path: Path, settings: Any, client: Client) -> None:
        client.cookies["django_language"] = "en"
        with vneid_sandbox(tmp_path, BACK, "--code-seconds", "-1") as issuer:
            lead_to(issuer, settings)
            refused(sign_in(client), 400, "too long or was used already")


def test_the_sandbox_starts_again_where_it_was(tmp_path: Path) -> None:
    for _time in range(2):
        with vneid_sandbox(tmp_path, BACK) as issuer:
            assert issuer
