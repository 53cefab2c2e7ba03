"""A morning without the shared cache: slower, and nobody is sent home."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.cache import caches
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from applications.enums import State
from applications.models import Application
from centres.enums import DeviceKind, Role, TicketState
from centres.models import Device, Ticket
from portal import live, rediscache, sessions
from portal.ratelimit import TooMany, count
from procedures import revisions
from procedures.catalogue_cache import load_calendar, versions_on
from tests import services
from tests.factories.applications import MONDAY, a_centre, a_counter, a_draft, a_ticket_at_counter, member_of
from tests.factories.centres import DeviceFactory
from tests.factories.citizens import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: LazySettings) -> Iterator[services.Redis]:
    usual = settings.CACHES
    with services.redis() as redis:
        settings.CACHES = {
            "default": {"BACKEND": "portal.rediscache.KeptRedisCache", "LOCATION": f"{redis.url}/1"},
            "tries": {"BACKEND": "portal.rediscache.TriesCache", "LOCATION": f"{redis.url}/1"},
        }
        yield redis
        caches["tries"]._here.clear()  # type: ignore[attr-defined]
        settings.CACHES = usual  # what comes after a test clears the cache
        rediscache._paused_until.clear()
        sessions._stale.clear()


@pytest.fixture
def monday(at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 10:26")


def _kiosk() -> Client:
    centre = a_centre()
    DeviceFactory(centre=centre, kind=DeviceKind.KIOSK, key_hash=Device.hash_of("khóa"))
    kiosk = Client()
    kiosk.post(reverse("centres:kiosk_sign_in"), {"key": "khóa"})
    return kiosk


def test_a_kiosk_draws_a_desk_calls_and_a_receipt_is_given(server: services.Redis, monday: None) -> None:
    kiosk, officer = _kiosk(), member_of(Role.COUNTER_OFFICER, a_centre())
    service = a_counter(a_centre(), officer).services.order_by("order")[0]
    desk = Client()
    desk.force_login(officer)
    assert desk.get(reverse("applications:desk")).status_code == 200
    server.stop()

    assert kiosk.get(reverse("centres:kiosk")).status_code == 200
    key = uuid4().hex
    drawn = kiosk.post(reverse("centres:kiosk_draw"), {"service": service.letter, "client_key": key, "ground": ""})
    assert drawn.status_code == 302
    ticket = Ticket.objects.get(client_key=key)
    assert kiosk.get(drawn["Location"]).status_code == 200

    assert desk.post(reverse("applications:call_next")).status_code == 302
    ticket.refresh_from_db()
    assert ticket.state == TicketState.CALLED
    assert desk.get(reverse("applications:desk")).status_code == 200
    assert desk.get(reverse("applications:desk_queue")).status_code == 200

    draft = a_draft(ticket=a_ticket_at_counter(officer=officer), officer=officer)
    assert desk.post(reverse("applications:receive", args=[draft.pk])).status_code == 302
    assert Application.objects.get(pk=draft.pk).state == State.ACCEPTED
    assert desk.get(reverse("applications:receipt", args=[draft.pk])).status_code == 200
    page = Client().get(reverse("applications:ticket", args=[draft.token]))
    assert page.status_code == 200


def test_people_sign_in_and_out_without_it(server: services.Redis) -> None:
    user = UserFactory()
    user.set_password("mot-mat-khau-dai")
    user.save()
    server.stop()
    client = Client()
    answer = client.post(reverse("login"), {"username": user.username, "password": "mot-mat-khau-dai"})
    assert answer.status_code == 302
    assert client.get(reverse("room")).status_code in (200, 302)
    assert client.session["_auth_user_id"] == str(user.pk)
    client.post(reverse("logout"))
    assert "sign-in" in client.get(reverse("room"))["Location"]


def test_who_signed_out_meanwhile_stays_out_once_it_is_back(server: services.Redis) -> None:
    client = Client()
    client.force_login(UserFactory())
    cookie = client.cookies["sessionid"].value
    keys = [f"django.contrib.sessions.cached_db{cookie}"]
    assert caches["default"].get_many(keys), "its copy lies in the cache"
    before = caches["default"].get(keys[0])
    server._halt()
    client.post(reverse("logout"))
    server._start()
    rediscache._paused_until.clear()
    caches["default"].set(keys[0], before)  # as a server that keeps its data would have it
    stolen = Client()
    stolen.cookies["sessionid"] = cookie
    assert "sign-in" in stolen.get(reverse("room"))["Location"]


def test_tries_are_counted_all_the_same(server: services.Redis) -> None:
    count("track", "1.2.3.4", limit=3, seconds=900)
    server.stop()
    for _try in range(3):
        count("track", "1.2.3.4", limit=3, seconds=900)
    with pytest.raises(TooMany):
        count("track", "1.2.3.4", limit=3, seconds=900)


def test_passwords_are_counted_all_the_same(server: services.Redis) -> None:
    user = UserFactory()
    server.stop()
    statuses = {
        Client().post(reverse("login"), {"username": user.username, "password": "sai"}).status_code for _n in range(10)
    }
    assert 429 in statuses


def test_a_live_page_is_made_anew_each_time(server: services.Redis) -> None:
    assert live.version("queue:1") == live.version("queue:1")
    server.stop()
    assert live.version("queue:1") != live.version("queue:1")


def test_nobody_is_told_that_nothing_changed_while_nobody_can_know(
    server: services.Redis, settings: LazySettings, rf: RequestFactory
) -> None:
    settings.LIVE_URL = "/live/events"

    def part(tag: str = "") -> HttpResponse:
        request = rf.get("/board/calls/", headers={"If-None-Match": tag} if tag else {})
        made = lambda: HttpResponse("A047")  # noqa: E731
        return live.unchanged(request) or live.answer(request, ["queue:1"], made, shared="board.1", early=True)

    tag = part()["ETag"]
    assert part(tag).status_code == 304
    server.stop()
    assert [part(tag).status_code for _time in range(2)] == [200, 200]


@pytest.mark.django_db(transaction=True)
def test_a_change_is_no_error_when_nobody_can_be_told(server: services.Redis, settings: LazySettings) -> None:
    settings.LIVE_URL = "/live/events"
    server.stop()
    with transaction.atomic():
        live.bump("queue:1")


def test_the_law_is_not_read_again_at_each_request(
    server: services.Redis, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    a_centre()
    versions_on(MONDAY.date()), load_calendar()
    server.stop()
    with django_assert_num_queries(0):
        versions_on(MONDAY.date()), load_calendar()
    later = time.monotonic() + revisions.BELIEVED_SECONDS + 1
    monkeypatch.setattr(revisions.time, "monotonic", lambda: later)
    held = revisions.current(revisions.CALENDAR)
    assert revisions.current(revisions.CALENDAR) == held
    revisions.changed(revisions.CALENDAR)
    assert revisions.current(revisions.CALENDAR) != held


def test_a_silent_server_costs_one_wait_and_not_one_a_question(
    server: services.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    monkeypatch.setattr(rediscache.redis.Redis, "execute_command", lambda *_a, **_o: asked.append(1.0) or _timeout())
    for _time in range(20):
        live.version("queue:1")
    assert len(asked) == 1


def _timeout() -> None:
    raise rediscache.redis.TimeoutError("Timeout reading from socket")


def test_waits_are_short(server: services.Redis) -> None:
    caches["default"].get("x")
    connection = caches["default"]._cache.get_client().connection_pool.connection_kwargs  # type: ignore[attr-defined]
    assert connection["socket_timeout"] <= 1
    assert connection["socket_connect_timeout"] <= 1
