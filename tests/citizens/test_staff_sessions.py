"""Staff see where they are signed in, and end a session from elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citizens.actions.accounts import first_sign_in
from citizens.actions.staff_sessions import browser_of, forget_ended_sessions
from citizens.models import StaffSession, User
from portal import clock
from tests.factories.citizens import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


@pytest.fixture
def huong() -> User:
    return UserFactory(username="huong")


def signed_in(**more: Any) -> Client:
    client = Client(headers={"user-agent": CHROME}, **more)
    client.cookies["django_language"] = "en"
    answer = client.post("/sign-in/", {"username": "huong", "password": PASSWORD})
    assert answer.status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/sessions/").status_code == 200


def test_every_sign_in_is_listed_with_browser_and_address(huong: User) -> None:
    here, there = signed_in(), signed_in(REMOTE_ADDR="10.0.0.7")
    page = here.get("/sessions/").content.decode()
    assert page.count("Chrome, Windows") == 2
    assert "10.0.0.7" in page
    assert page.count(">this one<") == 1
    assert there.session.session_key not in page, "a key is nobody's to read"


def test_one_is_ended_from_elsewhere_and_at_once(huong: User) -> None:
    here, left_open = signed_in(), signed_in()
    row = StaffSession.objects.get(session_key=left_open.session.session_key)
    assert is_in(left_open)
    assert here.post("/sessions/end/", {"session": row.pk}).status_code == 302
    assert not is_in(left_open)
    assert is_in(here)


def test_all_others_are_ended_together(huong: User) -> None:
    here, others = signed_in(), [signed_in(), signed_in()]
    here.post("/sessions/end/", {"all": "1"})
    assert not any(is_in(other) for other in others)
    assert is_in(here)


def test_nobody_ends_anothers(huong: User) -> None:
    theirs = signed_in()
    row = StaffSession.objects.get()
    stranger = Client()
    stranger.force_login(UserFactory())
    for body in ({"session": row.pk}, {"all": "1"}, {"session": "x"}, {"session": "9" * 30}, {"session": "٣"}):
        stranger.post("/sessions/end/", body)
    assert is_in(theirs)
    assert "Chrome" not in stranger.get("/sessions/").content.decode()


def test_the_first_sign_in_by_a_link_is_listed_too(client: Client) -> None:
    person = UserFactory()
    page = client.get(first_sign_in(person), follow=True)
    client.post(page.request["PATH_INFO"], {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert StaffSession.objects.get().user == person


def test_signing_in_over_somebody_else_is_listed(huong: User) -> None:
    client = Client()
    client.force_login(UserFactory())
    client.post("/sign-in/", {"username": "huong", "password": PASSWORD})
    row = StaffSession.objects.get()
    assert (row.user, row.session_key) == (huong, client.session.session_key)
    assert int(client.session["_auth_user_id"]) == huong.pk


def test_the_administration_is_entered_by_the_same_page(huong: User) -> None:
    User.objects.filter(pk=huong.pk).update(is_staff=True, is_superuser=True)
    client = Client()
    asked = client.get("/admin/citizens/look/", follow=True)
    assert asked.request["PATH_INFO"] == "/sign-in/"
    assert asked.context["next"] == "/admin/citizens/look/"
    assert client.get("/admin/login/?next=//example.com/", follow=True).request["PATH_INFO"] == "/sign-in/"
    answer = client.post("/sign-in/", {"username": "huong", "password": PASSWORD, "next": "/admin/"})
    assert answer["Location"] == "/admin/"
    assert StaffSession.objects.get().user == huong


def test_what_is_over_is_neither_listed_nor_kept(huong: User, at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 08:00")
    here, out = signed_in(), signed_in()
    out.post("/sign-out/")
    assert here.get("/sessions/").content.decode().count("Chrome") == 1
    at_hanoi("2026-11-23 08:30")
    assert forget_ended_sessions(at=clock.now()) == 1
    Session.objects.all().delete()
    assert forget_ended_sessions(at=clock.now()) == 1
    assert not StaffSession.objects.exists()


def test_costs_as_many_statements_for_thirty_as_for_one(huong: User) -> None:
    here = signed_in()
    here.get("/sessions/")
    with CaptureQueriesContext(connection) as one:
        here.get("/sessions/")
    for _time in range(29):
        other = Client(headers={"user-agent": CHROME})
        other.force_login(huong)
        StaffSession.objects.create(
            user=huong, session_key=other.session.session_key, began_at=clock.now(), browser="Chrome, Windows"
        )
    with CaptureQueriesContext(connection) as thirty:
        page = here.get("/sessions/").content.decode()
    assert page.count("Chrome, Windows") == 30
    assert len(thirty) == len(one)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (CHROME, "Chrome, Windows"),
        (f"{CHROME} Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_browsers_are_named_as_people_name_them(agent: str, name: str) -> None:
    assert browser_of(agent) == name
