"""A NUL is nothing that PostgreSQL's text can hold: no address, field or message with one breaks a page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applications.models import Application
from tests.applications.at_desk import DeskClient
from tests.factories.applications import PHONE, a_dossier, a_draft, a_ticket_at_counter
from tests.factories.citizens import CitizenFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day(at_hanoi: Any) -> None:
    at_hanoi("2026-11-23 10:26")


@pytest.mark.parametrize(
    "address",
    [
        "/t/a%00b/",
        "/t/a%00b/receipt.pdf",
        "/t/a%00b/why/",
        "/book/b/%00/",
        "/book/3/%00/days/",
        "/api/v1/appointments/%00/",
        "/api/v1/procedures/1%00/",
        "/api/v1/centres/x/slots/%00/",
    ],
)
def test_an_address_with_one_is_not_found(client: Client, address: str) -> None:
    client.raise_request_exception = False
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "address", ["/?q=%00", "/units/?q=%00", "/api/v1/units/?q=ha%00ng", "/track/?code=%00", "/%00=1"]
)
def test_a_question_with_one_is_answered_as_without(client: Client, address: str) -> None:
    client.raise_request_exception = False
    assert client.get(address).status_code == client.get(address.replace("%00", "")).status_code


def test_a_citizens_words_stay_without_it(client: Client) -> None:
    dossier = a_dossier()
    assert dossier.matter is not None
    ticket = dossier.matter.ticket
    assert client.post(f"/t/{ticket.token}/rate/", {"score": "3", "comment": "tốt\0 lắm"}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.rating.comment == "tốt lắm"


def test_a_scanner_that_stutters_serves_and_a_reason_is_kept() -> None:
    CitizenFactory(identity_number="001190012345", full_name="Nguyễn Thị Hoà")
    ticket = a_ticket_at_counter()
    desk = DeskClient()
    desk.force_login(ticket.counter.officer)  # type: ignore[union-attr, arg-type]
    assert desk.post(reverse("applications:scan"), {"payload": "001190\x00012345"}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.citizen is not None and ticket.citizen.full_name == "Nguyễn Thị Hoà"
    draft = a_draft(ticket=ticket, citizen=ticket.citizen, procedure="marriage", complete=False)
    kept = {"stay": "1", "other_name": "Bình\0", "contact_phone": PHONE}
    assert desk.post(reverse("applications:keep_form", args=[draft.pk]), kept).status_code == 302
    assert "\0" not in str(Application.objects.get(pk=draft.pk).form_data)
    assert desk.post(reverse("applications:set_aside"), {"reason": "lấy\0 giấy"}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.park_reason == "lấy giấy"
