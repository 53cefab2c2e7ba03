"""A screen says that it is there, and that costs no statement each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from centres import beats
from centres.device_access import remember
from centres.enums import DeviceKind
from portal import clock
from tests.factories.centres import MORNING, DeviceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_noted(monkeypatch):
    monkeypatch.setattr(beats, "_notes", beats._Notes())


def screen(device) -> Client:
    client, answer = Client(), HttpResponse()
    remember(answer, device)
    client.cookies.update(answer.cookies)
    return client


def test_it_is_written_down_when_a_screen_was_there(at_hanoi):
    at = at_hanoi("2026-11-23 10:00:01")
    kiosk = DeviceFactory(kind=DeviceKind.KIOSK)
    assert screen(kiosk).post("/beat/").status_code == 204
    kiosk.refresh_from_db()
    assert timedelta() <= at - kiosk.last_seen_at <= timedelta(seconds=beats.WRITE_SECONDS)


def test_many_screens_are_one_statement(at_hanoi):
    at_hanoi("2026-11-23 10:00:00")
    clients = [screen(DeviceFactory(kind=DeviceKind.BOARD)) for _number in range(20)]
    clients[0].post("/beat/")
    with CaptureQueriesContext(connection) as asked:
        for client in clients:
            client.post("/beat/")
        at_hanoi("2026-11-23 10:00:06")
        clients[0].post("/beat/")
    assert len(asked) == 2, "those of each step of five seconds"


def test_nobody_elses_cookie_counts(at_hanoi):
    at_hanoi("2026-11-23 10:00")
    kiosk, revoked = DeviceFactory(), DeviceFactory(revoked_at=MORNING)
    assert Client().post("/beat/").status_code == 401
    forged = Client()
    forged.cookies["kiosk_device"] = f"{kiosk.pk}:x"
    assert forged.post("/beat/").status_code == 401
    assert screen(revoked).post("/beat/").status_code == 204
    for device in (kiosk, revoked):
        device.refresh_from_db()
        assert device.last_seen_at is None


def test_looking_at_it_shows_nothing(client):
    assert client.get("/beat/").status_code == 404


def test_an_older_note_does_not_turn_the_clock_back(at_hanoi):
    at_hanoi("2026-11-23 10:00")
    kiosk = DeviceFactory(last_seen_at=MORNING + timedelta(minutes=1))
    screen(kiosk).post("/beat/")
    kiosk.refresh_from_db()
    assert kiosk.last_seen_at == MORNING + timedelta(minutes=1)
    assert clock.now() == MORNING
