"""The code that pays a sum to a centre's account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import F, Q
from django.utils.functional import cached_property

from applications.documents import qr
from applications.models import Application, BankAccount, PaymentRequest
from applications.payments.reference import grouped
from applications.payments.vietqr import payload
from portal.vn.dates import format_date
from portal.vn.money import format_vnd


def account_on(centre_id: int | None, day: date) -> BankAccount | None:
    """The centre's own account in force, else the city's."""
    rows = BankAccount.objects.filter(Q(centre=centre_id) | Q(centre__isnull=True), valid_from__lte=day)
    return rows.order_by(F("centre").asc(nulls_last=True), "-valid_from").first()


def last_day_of(account: BankAccount, day: date) -> date:
    """Until when a code that is made on this day is shown, that day included."""
    return day + timedelta(days=account.code_days)


def text_of(request: PaymentRequest) -> str:
    """What a bank's app reads: the account, the sum, and the reference as the purpose."""
    return payload(bank=request.bank, account=request.account, amount=request.amount, purpose=request.reference)


@dataclass(frozen=True)
class PayCode:
    """A dossier's code as it is shown: never after its last day, and for what is due now alone."""

    request: PaymentRequest

    @cached_property
    def picture(self) -> str:
        return qr(text_of(self.request))

    @property
    def text(self) -> str:
        return text_of(self.request)

    @property
    def sandbox(self) -> str:
        """In the demo, where its bank takes the code; nothing elsewhere."""
        if settings.PORTAL_ENV == "production" or not settings.BANK_SANDBOX_URL:
            return ""
        return f"{settings.BANK_SANDBOX_URL}/pay?{urlencode({'qr': self.text})}"

    @property
    def reference(self) -> str:
        """In groups, to be compared with what the bank's app shows."""
        return grouped(self.request.reference)


def code_on_receipt(said: Mapping[str, Any]) -> dict[str, Any]:
    """The code to pay as it stood on the receipt when it was issued (``documents.receipt_said``); nothing where none was asked
    for."""
    if not said:
        return {}
    text = payload(bank=said["bank"], account=said["account"], amount=said["amount"], purpose=said["reference"])
    return {
        "pay_qr": qr(text),
        "pay_amount": format_vnd(said["amount"]),
        "pay_reference": grouped(said["reference"]),
        "pay_account": said["account"],
        "pay_holder": said["holder"],
        "pay_until": format_date(date.fromisoformat(said["last_day"])),
    }


def open_request(dossier: Application) -> PaymentRequest | None:
    return dossier.payment_requests.filter(ended_at__isnull=True).first()


def code_of(dossier: Application, due: int, day: date) -> PayCode | None:
    """The code to show for this sum on this day; ``None`` where nothing is due or none holds. At most one statement."""
    request = open_request(dossier) if due else None
    if request is None or request.amount != due or request.last_day < day:
        return None
    return PayCode(request)
