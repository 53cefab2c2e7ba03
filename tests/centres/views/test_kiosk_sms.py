"""The SMS before the call, asked for at the kiosk."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from centres.enums import TicketState
from centres.models import Device, NextNotice, Ticket
from centres.views import kiosk_visit
from portal import clock
from tests.factories import centres as make
from tests.factories.centres import MORNING

pytestmark = pytest.mark.usefixtures("in_english")
PHONE = "0912 345 678"


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


@pytest.fixture
def kiosk(client, centre, ticket):
    """Whoever has just drawn this number stands before it."""
    make.DeviceFactory(centre=centre, key_hash=Device.hash_of("khóa"))
    client.post(reverse("centres:kiosk_sign_in"), {"key": "khóa"})
    client.cookies[kiosk_visit.COOKIE] = ticket.token
    client.cookies["django_language"] = "en"
    return client


def path(ticket: Ticket, page: str = "kiosk_sms") -> str:
    return reverse(f"centres:{page}", kwargs={"token": ticket.token})


def slip(kiosk, ticket: Ticket) -> str:
    return kiosk.get(path(ticket, "kiosk_ticket")).content.decode()


def test_a_number_typed_with_consent_is_kept_for_this_ticket_and_shown_masked(kiosk, ticket):
    answer = kiosk.post(path(ticket), {"phone": PHONE, "consent": "on"})
    assert answer.url == path(ticket, "kiosk_ticket")
    wish = NextNotice.objects.get()
    assert (wish.ticket, wish.phone, wish.consent_at) == (ticket, "+84912345678", MORNING)
    shown = slip(kiosk, ticket)
    assert "An SMS to •• ••• 678" in shown
    assert "912345678" not in shown and "912 345 678" not in shown


def test_the_number_stays_off_the_printed_slip(kiosk, ticket):
    kiosk.post(path(ticket), {"phone": PHONE, "consent": "on"})
    (line,) = re.findall(r"<p class=\"([^\"]*)\"[^>]*>(?:(?!</p>).)*An SMS to", slip(kiosk, ticket), re.DOTALL)
    assert "no-print" in line


def test_nobody_has_to_give_a_number(kiosk, ticket):
    page = kiosk.get(path(ticket))
    assert "no-store" in page["Cache-Control"]
    skip = path(ticket, "kiosk_ticket")
    assert re.search(rf'<a class="button" href="{skip}">', page.content.decode())
    assert not NextNotice.objects.exists()


def test_a_mistyped_number_is_changed_by_typing_it_again(kiosk, ticket):
    for phone in (PHONE, "0987 654 321"):
        kiosk.post(path(ticket), {"phone": phone, "consent": "on"})
    assert NextNotice.objects.get().phone == "+84987654321"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"phone": "12", "consent": "on"}, "not a telephone number"),
        ({"phone": "024 3825 1234", "consent": "on"}, "mobile number"),
        ({"phone": PHONE}, "Without it no SMS is sent"),
        ({"consent": "on"}, "not a telephone number"),
    ],
)
def test_what_cannot_be_used_is_said_and_stays_typed(kiosk, ticket, sent, words):
    answer = kiosk.post(path(ticket), sent)
    page = answer.content.decode()
    assert answer.status_code == 400 and words in page and 'aria-invalid="true"' in page
    assert sent.get("phone", "")[:3] in re.search(r'id="phone".*?value="([^"]*)"', page)[1]
    assert not NextNotice.objects.exists()


@pytest.mark.parametrize(
    ("before", "key", "after"),
    [
        ("", "0", "0"),
        ("0912", "3", "0912 3"),
        ("0912 345 67", "8", "0912 345 678"),
        ("0912 3", "erase", "0912"),
        ("", "erase", ""),
        ("0912 345 678", "clear", ""),
        ("84912 345 678", "9", "8491 234 5678"),
        ("0912", "\u0663", "0912"),
    ],
)
def test_without_scripts_each_key_is_one_request(kiosk, ticket, before, key, after):
    answer = kiosk.post(path(ticket), {"phone": before, "key": key})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert set(re.findall(r'name="phone"[^>]*value="([^"]*)"', page)) == {after}
    assert not NextNotice.objects.exists()


def test_who_is_called_already_is_offered_none(kiosk, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(state=TicketState.LEFT, finished_at=MORNING)
    assert path(ticket) not in slip(kiosk, ticket)
    answer = kiosk.post(path(ticket), {"phone": PHONE, "consent": "on"})
    assert answer.status_code == 409 and "not waiting any more" in answer.content.decode()


def test_where_no_sms_leaves_the_house_none_is_promised(kiosk, ticket, settings):
    settings.PORTAL_ENV, settings.SMS_URL = "production", "file:///nowhere"
    assert path(ticket) not in slip(kiosk, ticket)
    answer = kiosk.post(path(ticket), {"phone": PHONE, "consent": "on"})
    assert answer.status_code == 400 and not NextNotice.objects.exists()


def test_one_slip_asks_ten_times_an_hour(kiosk, ticket):
    answers = [kiosk.post(path(ticket), {"phone": "12", "consent": "on"}).status_code for _ in range(11)]
    assert answers == [400] * 10 + [429]


def test_a_slip_of_another_centre_is_not_there(kiosk, service):
    other = make.TicketFactory(service=make.ServiceFactory(letter="B"))
    assert kiosk.get(path(other)).status_code == 404
    assert kiosk.post(path(other), {"phone": PHONE, "consent": "on"}).status_code == 404
