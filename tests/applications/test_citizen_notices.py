"""The slip's page: told before the call, papers checked while waiting, and a slip the portal does not know yet."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command

from centres.actions.hold_numbers import hold_numbers
from centres.enums import AskedAt, TicketState
from centres.models import HeldNumber, NextNotice, PaperTrip
from portal import clock
from procedures.models import Field
from tests.factories import centres as make
from tests.factories.centres import MORNING
from tests.notifications.test_push import GOOD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
PHONE = "0912 345 678"


@pytest.fixture
def ticket(client):
    with clock.fixed(MORNING):
        client.cookies["django_language"] = "en"
        call_command("load_catalogue", verbosity=0)
        service = make.ServiceFactory(letter="A", field=Field.objects.get(code="land"))
        yield make.TicketFactory(service=service, number=5)


def page(client, ticket) -> str:
    return client.get(f"/t/{ticket.token}/").content.decode()


def test_a_phone_given_with_consent_is_shown_masked_and_can_be_taken_back(client, ticket):
    answer = client.post(f"/t/{ticket.token}/tell/sms/", {"phone": PHONE, "consent": "on"})
    assert answer.status_code == 302
    shown = page(client, ticket)
    assert "•• ••• 678" in shown and "912345678" not in shown and "912 345 678" not in shown
    client.post(f"/t/{ticket.token}/tell/stop/")
    assert not NextNotice.objects.exists()
    assert 'name="phone"' in page(client, ticket)


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({"phone": PHONE}, 400, "Please tick"),
        ({"phone": "12", "consent": "on"}, 400, "not a telephone number"),
        ({"phone": "024 3825 1234", "consent": "on"}, 400, "mobile number"),
        ({}, 400, "Please tick"),
    ],
)
def test_without_consent_or_a_mobile_number_nothing_is_kept(client, ticket, sent, status, words):
    answer = client.post(f"/t/{ticket.token}/tell/sms/", sent)
    assert answer.status_code == status and words in answer.content.decode()
    assert not NextNotice.objects.exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"phone": "024 3825 1234", "consent": "on"}, "phone"), ({"phone": "0912 345 678"}, "consent")],
)
def test_the_sentence_stands_beside_its_field_and_what_was_typed_stays(client, ticket, sent, field):
    shown = client.post(f"/t/{ticket.token}/tell/sms/", sent).content.decode()
    control = re.search(rf'<input id="{field}"[^>]*>', shown)
    assert control and f'aria-describedby="{field}_error"' in control[0] and "data-focus" in control[0]
    said = [tag for tag in re.findall(r'<[^>]*role="alert"[^>]*>', shown) if " hidden" not in tag]
    assert len(said) == 1, "once, beside its field"
    assert f'value="{sent["phone"]}"' in shown
    assert ("checked" in shown) is ("consent" in sent)


def test_asking_without_end_is_slowed(client, ticket):
    for _try in range(10):
        client.post(f"/t/{ticket.token}/tell/sms/", {"phone": "12", "consent": "on"})
    assert client.post(f"/t/{ticket.token}/tell/sms/", {"phone": PHONE, "consent": "on"}).status_code == 429


def test_a_browser_is_kept_and_nonsense_is_not(client, ticket):
    def post(body) -> int:
        return client.post(f"/t/{ticket.token}/tell/browser/", body, content_type="application/json").status_code

    good = {"endpoint": "https://fcm.googleapis.com/fcm/send/x", "expirationTime": None, "keys": GOOD}
    assert post(good) == 204
    assert NextNotice.objects.get().subscription.endpoint == good["endpoint"]
    for bad in (
        "[]",
        "{",
        "null",
        json.dumps(good | {"endpoint": 5}),
        json.dumps(good | {"keys": []}),
        good | {"endpoint": "https://x.example/"},
    ):
        assert post(bad) == 400
    assert NextNotice.objects.count() == 1


def test_who_was_called_is_not_offered_a_notice(client, ticket):
    ticket.leave(MORNING)
    ticket.save()
    assert 'id="tell"' not in page(client, ticket)
    answer = client.post(f"/t/{ticket.token}/tell/sms/", {"phone": PHONE, "consent": "on"})
    assert answer.status_code == 409 and "not waiting any more" in answer.content.decode()


def test_without_a_key_no_browser_is_asked(client, ticket, settings):
    assert "data-push=" in page(client, ticket)
    settings.VAPID_PRIVATE_KEY = ""
    assert "data-push=" not in page(client, ticket)


def test_the_worker_of_notices_is_a_script_for_its_own_pages_only(client):
    answer = client.get("/t/sw.js")
    assert answer["Content-Type"].startswith("text/javascript") and "push-worker" in answer.content.decode()
    assert "Service-Worker-Allowed" not in answer


def test_papers_are_checked_while_waiting_and_the_number_can_be_given_back(client, ticket):
    assert f"/t/{ticket.token}/papers/" in page(client, ticket)
    first = client.get(f"/t/{ticket.token}/papers/", follow=True)
    assert "original land certificate" in first.content.decode()
    path = f"/t/{ticket.token}/papers/land_change_info/"
    assert "You have what is needed" in client.get(f"{path}?yes=land_certificate&no=joint_owners").content.decode()
    missing = client.get(f"{path}?no=land_certificate").content.decode()
    assert re.findall(r'name="choice" value="(\w+)"', missing) == ["number", "back"]
    sent = {"paper": "land_certificate", "choice": "back", "client_key": uuid4().hex}
    for _tap in range(2):
        answer = client.post(f"{path}?no=land_certificate", sent, follow=True)
        assert "Land certificate" in answer.content.decode() and "given back" in answer.content.decode()
    ticket.refresh_from_db()
    assert ticket.state == TicketState.LEFT
    assert PaperTrip.objects.get().asked_at == AskedAt.PHONE


def test_keeping_the_number_goes_on_with_the_next_question(client, ticket):
    path = f"/t/{ticket.token}/papers/land_change_info/"
    sent = {"paper": "land_certificate", "choice": "number", "client_key": uuid4().hex}
    answer = client.post(f"{path}?no=land_certificate", sent, follow=True)
    assert "husband and wife" in answer.content.decode()
    ticket.refresh_from_db()
    assert ticket.state == TicketState.WAITING


def test_a_slip_of_a_kiosk_without_a_line_is_told_that_it_counts(client, ticket):
    kiosk = make.DeviceFactory(centre=ticket.centre)
    hold_numbers(service=ticket.service, device=kiosk, at=MORNING)
    held = HeldNumber.objects.first()
    assert "Your number counts." in client.get(f"/t/{held.token}/").content.decode()
    assert client.get(f"/t/{held.token}/", headers={"X-Part": "1"}).status_code == 404
    held.block.closed_at = MORNING + timedelta(hours=9)
    held.block.save()
    assert client.get(f"/t/{held.token}/").status_code == 404
