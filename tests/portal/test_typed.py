"""A session ends in the middle of a form: what was typed comes back, and is sent once."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from centres.enums import Role
from centres.models import Centre, HallAnnouncement
from citizens.models import User
from portal import clock
from portal.typed import Typed, sealed, unsealed
from portal.vn.identity import mask_identity
from tests.factories.centres import CentreFactory, officer_at

PASSWORD = "mot-cua-thu-2026"
WORDS = 'Máy in ở quầy 3 hỏng,\nmời bác "Thử" & bác <b>Mẫu</b> sang quầy 4.'


@pytest.fixture
def centre(db: None) -> Centre:
    return CentreFactory()


@pytest.fixture
def manager(centre: Centre) -> User:
    user = officer_at(centre, Role.MANAGER)
    user.set_password(PASSWORD)
    user.save()
    return user


class Browser(Client):
    """Sends the forms of its pages as they stand, with their tokens, as a browser does."""

    def __init__(self) -> None:
        super().__init__(enforce_csrf_checks=True)

    def lose_the_session(self) -> None:
        del self.cookies[configured.SESSION_COOKIE_NAME]

    def open(self, path: str) -> str:
        return self.get(path).content.decode()

    def send(self, page: str, action: str, typed: dict[str, Any] | None = None, **headers: str) -> Any:
        shown = re.sub(r"<template.*?</template>", "", page, flags=re.S)
        forms = re.findall(r"<form.*?</form>", shown, re.S)
        form = next(each for each in forms if f'action="{action}"' in each or "action=" not in each)
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
        fields: dict[str, list[str]] = {}
        for name, value in hidden:
            fields.setdefault(name, []).append(unescape(value))
        return self.post(unescape(action), {**fields, **(typed or {})}, headers=headers)


def announcement(centre: Centre) -> dict[str, str]:
    return {
        "text": WORDS,
        "from_at": "",
        "until_at": f"{clock.local(clock.now() + timedelta(hours=1)):%Y-%m-%dT%H:%M}",
        "every_minutes": "",
    }


@pytest.fixture
def browser(manager: User) -> Browser:
    browser = Browser()
    browser.force_login(manager)
    return browser


def page_of(browser: Browser, centre: Centre) -> tuple[str, str]:
    address = f"{reverse('centres:day_announcements')}?centre={centre.pk}"
    return address, browser.open(address)


def signed_in_again(browser: Browser, page: str, manager: User, password: str = PASSWORD) -> Any:
    return browser.send(page, reverse("login"), {"username": manager.username, "password": password})


def test_what_a_manager_typed_outlives_the_session(browser: Browser, manager: User, centre: Centre) -> None:
    address, page = page_of(browser, centre)
    browser.lose_the_session()
    answer = browser.send(page, address, announcement(centre))
    assert answer.status_code == 401
    assert "Location" not in answer  # what was typed is in no address
    again = signed_in_again(browser, answer.content.decode(), manager, "wrong")
    assert again.status_code == 200
    offered = signed_in_again(browser, again.content.decode(), manager).content.decode()
    assert "Máy in ở quầy 3 hỏng," in offered
    assert "<b>Mẫu</b>" not in offered
    assert not HallAnnouncement.objects.exists()
    sent = browser.send(offered, address)
    assert sent.status_code == 302
    row = HallAnnouncement.objects.get()
    assert row.text.split() == WORDS.split()
    assert row.centre == centre


def test_nothing_typed_leads_to_sign_in_as_ever(client: Client, centre: Centre) -> None:
    answer = client.post(reverse("centres:day_announcements"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("login"))


def test_what_somebody_else_made_up_is_not_offered(browser: Browser, manager: User) -> None:
    browser.lose_the_session()
    login = browser.open(reverse("login"))
    ours = sealed(Typed("/day/", [("text", "lạ lạ")], []))
    made_up = ours[:-1] + ("B" if ours.endswith("A") else "A")
    answer = browser.send(
        login, reverse("login"), {"username": manager.username, "password": PASSWORD, "typed": made_up}
    )
    assert answer.status_code == 302


def test_a_file_is_asked_for_again(client: Client) -> None:
    address = reverse("applications:dossier_act", args=[1, "propose"])
    answer = client.post(address, {"number": "88/XN", "file": SimpleUploadedFile("ket-qua.pdf", b"%PDF-1.7")})
    assert answer.status_code == 401
    kept = unsealed(unescape(re.search(r'name="typed" value="([^"]+)"', answer.content.decode())[1]))  # type: ignore[index]
    assert kept == Typed(address, [("number", "88/XN")], ["file"])


def test_a_form_older_than_the_last_sign_in_is_offered_again(browser: Browser, manager: User, centre: Centre) -> None:
    address, page = page_of(browser, centre)
    browser.lose_the_session()
    assert signed_in_again(browser, browser.open(reverse("login")), manager).status_code == 302  # in another tab
    refused = browser.send(page, address, announcement(centre), Origin="http://testserver")
    assert refused.status_code == 403
    assert not HallAnnouncement.objects.exists()
    assert browser.send(refused.content.decode(), address).status_code == 302
    assert HallAnnouncement.objects.count() == 1


@pytest.fixture
def colleague(centre: Centre) -> User:
    user = officer_at(centre, Role.MANAGER)
    user.full_name = "Lê Thị Khác"
    user.set_password(PASSWORD)
    user.save()
    return user


def test_whose_it_was_is_said_to_whoever_signs_in(browser: Browser, manager: User, centre: Centre) -> None:
    browser.cookies["django_language"] = "en"
    address, page = page_of(browser, centre)
    browser.lose_the_session()
    answer = browser.send(page, address, announcement(centre))
    offered = signed_in_again(browser, answer.content.decode(), manager).content.decode()
    assert f"Signed in as <b>{manager.full_name}</b>" in offered


@pytest.mark.parametrize("way", ["signed in on its page", "signed in meanwhile", "nobody, then signed in"])
def test_nobody_sends_in_their_name_what_somebody_else_typed(
    browser: Browser, manager: User, colleague: User, centre: Centre, way: str
) -> None:
    browser.cookies["django_language"] = "en"
    address, page = page_of(browser, centre)
    browser.lose_the_session()
    if way == "signed in meanwhile":  # in another tab
        signed_in_again(browser, browser.open(reverse("login")), colleague)
        answer = browser.send(page, address, announcement(centre), Origin="http://testserver")
    elif way == "nobody, then signed in":
        del browser.cookies[configured.CSRF_COOKIE_NAME]
        answer = browser.send(page, address, announcement(centre), Origin="http://testserver")
        answer = browser.send(answer.content.decode(), address)
        answer = signed_in_again(browser, answer.content.decode(), colleague)
    else:
        answer = browser.send(page, address, announcement(centre))
        answer = signed_in_again(browser, answer.content.decode(), colleague)
    offered = answer.content.decode()
    assert "{#" not in offered
    assert f"{manager.full_name} typed this" in offered
    assert "Lê Thị Khác is signed in" in offered
    assert "Máy in ở quầy 3 hỏng," in offered, "it can be read and copied"
    assert f'action="{unescape(address)}"' not in offered
    again = browser.send(offered, reverse("login"))
    assert again.status_code == 200
    assert "error-summary" not in again.content.decode()
    back = signed_in_again(browser, again.content.decode(), manager).content.decode()
    assert browser.send(back, address).status_code == 302
    assert HallAnnouncement.objects.get().events.get().actor == manager


def test_a_script_gets_a_sentence_and_the_page_stays(browser: Browser, centre: Centre) -> None:
    own = {"Origin": "http://testserver", "HX-Request": "true"}
    answer = browser.post(reverse("centres:day_announcements"), announcement(centre), headers=own)
    assert (answer.status_code, answer["HX-Retarget"]) == (403, "#problems")
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", ""])
def test_what_comes_from_elsewhere_is_not_offered(browser: Browser, centre: Centre, origin: str) -> None:
    address = f"{reverse('centres:day_announcements')}?centre={centre.pk}"
    headers = {"Origin": origin} if origin else {}
    answer = browser.post(address, announcement(centre), headers=headers)
    assert answer.status_code == 403
    assert "Máy in" not in answer.content.decode()


@pytest.mark.parametrize("name", ["password", "key"])
def test_no_page_shows_a_secret_again(browser: Browser, name: str) -> None:
    answer = browser.post(
        reverse("login"), {"username": "quay1", name: PASSWORD}, headers={"Origin": "http://testserver"}
    )
    assert answer.status_code == 403
    assert PASSWORD not in answer.content.decode()


@settings(max_examples=100)
@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=200))), st.lists(st.text(max_size=20)))
def test_whatever_was_typed_comes_back_as_it_was(fields: list[tuple[str, str]], files: list[str]) -> None:
    typed = Typed("/day/?centre=3", fields, files)
    assert unsealed(sealed(typed)) == typed


def test_each_value_is_shown_with_its_name_and_no_key_or_mark_of_a_choice() -> None:
    fields = [
        ("propose-number", "KQ-38"),
        ("propose-drop_file", "on"),
        ("sign-proposal", "41"),
        ("hand-over-signature", "data:image/png;base64,AAAA"),
        ("client_key", "khoa-1234567890abcdef"),
        ("centre", "3"),
        ("next", "/day/lists and more"),
        ("sealed", "eyJhIjoxfQ:1tXyZ0:abcdefghijklmnopqrstuvwxyz012345"),
        ("phone", "0912345678"),
        ("identity", "001190012345"),
        ("until_at", "2026-11-30T17:00"),
        ("text", ""),
    ]
    with translation.override("en"):
        shown = [(str(name), text) for name, text in Typed("/", fields, []).lines]
    assert shown == [
        ("Number of the result", "KQ-38"),
        ("", "0912345678"),
        ("", mask_identity("001190012345")),
        ("", "2026-11-30T17:00"),
    ]


def test_who_signs_in_instead_reads_a_word_without_a_space(browser: Browser, manager: User, colleague: User) -> None:
    address = reverse("applications:dossier_act", args=[1, "propose"])
    page = browser.open(reverse("centres:day_announcements"))
    page_of_it = unescape(re.search(r'name="page_of" value="([^"]+)"', page)[1])  # type: ignore[index]
    browser.lose_the_session()
    token = unescape(re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1])  # type: ignore[index]
    typed = {"csrfmiddlewaretoken": token, "page_of": page_of_it, "propose-number": "KQ-38"}
    answer = browser.post(address, typed)
    offered = signed_in_again(browser, answer.content.decode(), colleague).content.decode()
    assert f"{manager.full_name}" in offered
    assert "Số của kết quả" in offered
    assert "KQ-38" in offered
