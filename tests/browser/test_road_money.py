"""A dossier that will be late, and one that costs something more: the apology with its new date; asked, paid, given back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from applications import tasks
from applications.enums import PaymentState, State
from applications.models import Application, Payment
from portal import clock
from tests.browser.road import COUNTER, LEADER, SPECIALIST, Road
from tests.factories.applications import a_dossier

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def road(browser: Browser, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    road = Road(browser, live_server.url, monkeypatch, "money")
    yield road
    road.end()


def now(dossier: Application) -> Application:
    return Application.objects.get(pk=dossier.pk)


def test_late_with_an_apology_and_dues_that_are_paid_and_given_back(transactional_db: None, road: Road) -> None:
    foreseen_late(road)
    asked_paid_and_given_back(road)


def foreseen_late(road: Road) -> None:
    dossier = a_dossier(state=State.PROCESSING, procedure="land_change_info")
    assert dossier.due_at is not None
    due = clock.local_day(dossier.due_at)
    road.now = dossier.due_at.replace(hour=1, minute=30)  # 08:30 in Hanoi
    tasks.foresee_lateness()
    assert dossier.extensions.get().drafted_by is None
    leader = road.open(LEADER, "/dossiers/?list=apologies")
    expect(leader.locator("table")).to_contain_text(dossier.code or "")
    road.seen(leader, "apologies")
    leader = road.step(LEADER, dossier, "sign-apology", reason="Chờ văn bản trả lời của phường Kim Liên")
    road.seen(leader, "apologised", axe=True)
    new = clock.local_day(now(dossier).due_at or road.now)
    assert new > due
    form = road.form(leader, dossier, "04")
    for words in ("Chờ văn bản trả lời", f"{new:%d/%m/%Y}", "xin lỗi"):
        assert words.lower() in form.lower(), words
    phone = road.track(dossier)
    expect(phone.locator(".when")).to_contain_text(f"{new:%d/%m/%Y}")
    road.seen(phone, "late-citizen", axe=True)
    # The printed receipt says the old date: the desk is told, and a new one is issued; both are kept.
    counter = road.open(COUNTER, dossier)
    expect(counter.locator("[name=new-receipt-reason]")).to_have_value("Ngày hẹn trả kết quả đã thay đổi.")
    counter = road.step(COUNTER, dossier, "new-receipt", phone="0987 654 321")
    receipts = list(dossier.issued_forms.filter(number="01").order_by("sequence"))
    said = [
        road.paper(counter, f"/dossiers/{dossier.pk}/forms/{form.pk}.pdf", f"receipt-{form.sequence}")
        for form in receipts
    ]
    assert f"{due:%d/%m/%Y}" in said[0]
    assert "0987 654 321" in said[1]
    assert "Ngày hẹn trả kết quả đã thay đổi" in said[1]
    road.seen(counter, "two-receipts")


def asked_paid_and_given_back(road: Road) -> None:
    dossier = a_dossier(state=State.PROCESSING, at=road.at("2026-11-30 08:30"))
    road.at("2026-11-30 10:00")
    page = road.step(
        SPECIALIST,
        dossier,
        "ask-payment",
        name="Lệ phí xác minh",
        amount="50.000",
        article="Nghị quyết 06/2020/NQ-HĐND",
    )
    assert now(dossier).state == State.PAYMENT
    road.seen(page, "asked-to-pay")
    phone = road.track(dossier)
    expect(phone.locator(".card.pay")).to_contain_text("50.000")
    road.seen(phone, "to-pay", axe=True)
    road.at("2026-11-30 11:00")
    counter = road.step(COUNTER, dossier, "take-fee", method="cash", receipt_number="BL 0001")
    assert now(dossier).state == State.PROCESSING
    assert now(dossier).payment_state == PaymentState.PAID
    road.seen(counter, "paid")
    road.at("2026-11-30 14:00")
    leader = road.open(LEADER, dossier)
    box = road.fill(leader, "refund", reason="Thuộc diện miễn lệ phí", method="cash", receipt_number="PC 0001")
    box.locator("[name=refund-fallen]").first.check()
    box.locator("[name=refund-cashier]").select_option(str(road.who(COUNTER).pk))
    road.seen(leader, "refund", axe=True)
    road.send(leader, leader.locator("button[formaction$='/refund/']"), "/refund/")
    expect(leader.locator("#messages")).to_be_visible()
    assert now(dossier).payment_state == PaymentState.REFUNDED
    form = road.form(leader, dossier, "HT")
    for words in ("50.000", "Thuộc diện miễn lệ phí", "PC 0001"):
        assert words in form, words
    assert Payment.objects.filter(application=dossier).count() == 2
    phone = road.track(dossier)
    expect(phone.locator(".timeline")).to_contain_text("hoàn", ignore_case=True)
    road.seen(phone, "given-back-citizen")
