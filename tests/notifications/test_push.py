"""Web push against a push service of our own: what arrives is decrypted with the browser's own keys."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from notifications.actions.deliver import deliver
from notifications.actions.forget import forget_addresses, forget_browsers
from notifications.actions.queue import queue_notice
from notifications.actions.send_again import send_again
from notifications.actions.subscribe import subscribe
from notifications.channels.outcome import Unreachable
from notifications.channels.push_key import public_key
from notifications.checks import push_key_is_one
from notifications.enums import Channel, MessageState
from notifications.message import Notice, Recipient
from notifications.models import Message, PushSubscription
from portal.errors import BadInput
from tests.factories.notifications import MessageFactory
from tests.moments import hanoi
from tests.services import free_port

NOW = hanoi("2026-11-23 10:26")
pytestmark = pytest.mark.django_db


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class PushService:
    """Answers with ``status``, and keeps what it was sent."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.status = 201
        self.location = ""
        self.taken: list[tuple[dict[str, str], bytes]] = []


@pytest.fixture
def service(settings) -> Iterator[PushService]:
    settings.PUSH_HOSTS = ["127.0.0.1"]
    with push_service() as running:
        yield running


@contextmanager
def push_service() -> Iterator[PushService]:
    port = free_port()
    running = PushService(f"http://127.0.0.1:{port}")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            running.taken.append(({key.lower(): value for key, value in self.headers.items()}, body))
            self.send_response(running.status)
            if running.location:
                self.send_header("Location", running.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()


class Browser:
    """A browser's half: its keys, and reading what was encrypted for it."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)

    @property
    def keys(self) -> dict[str, str]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": text(point), "auth": text(self.auth)}

    def read(self, body: bytes) -> dict[str, str]:
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        return json.loads(plain)


def browser_of(service: PushService, browser: Browser) -> PushSubscription:
    return subscribe(endpoint=f"{service.url}/abc", **browser.keys, at=NOW)


def message_to(browser: PushSubscription) -> Message:
    body = json.dumps({"title": "Sắp đến lượt", "body": "Còn 2 người", "url": "/t/x/"})
    return MessageFactory(channel=Channel.PUSH, recipient=str(browser.pk), subject="", body=body)


def test_only_that_browser_can_read_it_and_the_service_knows_who_sends(service):
    browser = Browser()
    assert deliver(message_id=message_to(browser_of(service, browser)).pk, at=NOW) == MessageState.SENT
    ((headers, body),) = service.taken
    assert browser.read(body) == {"title": "Sắp đến lượt", "body": "Còn 2 người", "url": "/t/x/"}
    assert "Sắp".encode() not in body
    assert headers["authorization"].startswith("vapid t=") and f"k={public_key()}" in headers["authorization"]
    assert int(headers["ttl"]) > 0 and headers["content-encoding"] == "aes128gcm"
    with pytest.raises(Exception, match=r"."):
        Browser().read(body)


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(service, status):
    message = message_to(browser_of(service, Browser()))
    service.status = status
    assert deliver(message_id=message.pk, at=NOW) == MessageState.DEAD
    assert not PushSubscription.objects.exists()
    message.refresh_from_db()
    assert message.last_error == f"The browser is gone ({status})."


@pytest.mark.parametrize(
    ("status", "state"),
    [(400, MessageState.DEAD), (413, MessageState.DEAD), (429, MessageState.QUEUED), (500, MessageState.QUEUED)],
)
def test_a_service_that_refuses_or_stumbles(service, status, state):
    message = message_to(browser_of(service, Browser()))
    service.status = status
    assert deliver(message_id=message.pk, at=NOW) == state
    assert PushSubscription.objects.exists()


def test_a_service_that_sends_us_elsewhere_is_not_followed(service):
    with push_service() as inner:
        service.status, service.location = 307, f"{inner.url}/inside"
        assert deliver(message_id=message_to(browser_of(service, Browser())).pk, at=NOW) == MessageState.DEAD
        assert not inner.taken


def test_a_service_that_is_down_is_tried_again(settings):
    settings.PUSH_HOSTS = ["127.0.0.1"]
    browser = subscribe(endpoint=f"http://127.0.0.1:{free_port()}/x", **Browser().keys, at=NOW)
    message = message_to(browser)
    with pytest.raises(Unreachable):
        deliver(message_id=message.pk, at=NOW)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.QUEUED, 0)


def test_a_browser_that_was_dropped_meanwhile_is_not_written_to(service):
    browser = browser_of(service, Browser())
    message = message_to(browser)
    browser.delete()
    assert deliver(message_id=message.pk, at=NOW) == MessageState.DEAD
    assert not service.taken


GOOD = Browser().keys


@pytest.mark.parametrize(
    ("endpoint", "keys"),
    [
        ("https://evil.example/x", GOOD),
        ("https://fcm.googleapis.com.evil.example/x", GOOD),
        ("https://evilfcm.googleapis.com/x", GOOD),
        ("http://fcm.googleapis.com/x", GOOD),
        ("https://fcm.googleapis.com:8080/x", GOOD),
        ("https://user:pw@fcm.googleapis.com/x", GOOD),
        ("http://127.0.0.1/x", GOOD),
        ("http://[::1", GOOD),
        ("file:///etc/passwd", GOOD),
        ("", GOOD),
        ("https://fcm.googleapis.com/" + "x" * 1000, GOOD),
        ("https://fcm.googleapis.com/\n", GOOD),
        ("https://fcm.googleapis.com/x", GOOD | {"auth": "abc"}),
        ("https://fcm.googleapis.com/x", GOOD | {"p256dh": "abc"}),
        ("https://fcm.googleapis.com/x", GOOD | {"p256dh": text(b"\x04" + b"\x01" * 64)}),
        ("https://fcm.googleapis.com/x", GOOD | {"p256dh": "ế"}),
    ],
)
def test_an_address_no_browser_would_send_is_refused(endpoint, keys):
    with pytest.raises(BadInput):
        subscribe(endpoint=endpoint, **keys, at=NOW)


def test_the_services_of_browsers_are_believed_and_one_browser_is_one_row():
    for endpoint in ("https://fcm.googleapis.com/fcm/send/a", "https://updates.push.services.mozilla.com/wpush/v2/b"):
        for _again in range(2):
            subscribe(endpoint=endpoint, **GOOD, at=NOW)
    assert PushSubscription.objects.count() == 2


class Say(Notice):
    kind = "say"

    def subject(self) -> str:
        return "Title"

    def sms(self) -> str:
        return "SMS"

    def push(self) -> str:
        return "Push"


def test_each_browser_of_a_person_is_told_once(service):
    ids = tuple(subscribe(endpoint=f"{service.url}/{n}", **GOOD, at=NOW).pk for n in range(2))
    for _again in range(2):
        queue_notice(notice=Say(), recipient=Recipient(phone="+84912345678", browsers=ids), dedup_key="say:1", at=NOW)
    assert sorted(Message.objects.values_list("channel", flat=True)) == ["push", "push", "sms"]


def test_in_the_evening_addresses_go_and_what_was_sent_stays_known():
    old = MessageFactory(sms=True, kind="next_in_line", state=MessageState.SENT, sent_at=NOW, created_at=NOW)
    waiting = MessageFactory(sms=True, kind="next_in_line", created_at=NOW)
    other = MessageFactory(sms=True, created_at=NOW)
    subscribe(endpoint="https://fcm.googleapis.com/x", **GOOD, at=NOW)
    night = hanoi("2026-11-24 00:00")
    assert forget_addresses(kind="next_in_line", before=NOW) == 0
    assert forget_addresses(kind="next_in_line", before=night) == 2
    assert forget_browsers(before=night) == 1
    for row in (old, waiting, other):
        row.refresh_from_db()
    assert [(row.recipient, row.body, row.state) for row in (old, waiting)] == [("", "", "sent"), ("", "", "dead")]
    assert other.recipient
    assert send_again(message_ids=[old.pk, waiting.pk], at=night, acting_user=None) == 0


def test_a_key_that_is_none_stops_the_start_and_no_key_offers_nothing(settings):
    assert push_key_is_one(None) == []
    settings.VAPID_PRIVATE_KEY = "no key"
    assert [error.id for error in push_key_is_one(None)] == ["notifications.E002"]
    settings.VAPID_PRIVATE_KEY = ""
    assert public_key() == "" and push_key_is_one(None) == []
