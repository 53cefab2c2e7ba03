"""The code that pays a sum to a centre's account."""

from __future__ import annotations

import re
from datetime import date

from django.db.models import F, Q

from applications.models import BankAccount
from applications.payments.vietqr import LONGEST_PURPOSE, payload


def account_on(centre_id: int | None, day: date) -> BankAccount | None:
    """The centre's own account in force, else the city's."""
    rows = BankAccount.objects.filter(Q(centre=centre_id) | Q(centre__isnull=True), valid_from__lte=day)
    return rows.order_by(F("centre").asc(nulls_last=True), "-valid_from").first()


def purpose_of(code: str) -> str:
    """A dossier's code as a bank keeps it: letters and digits alone, which is enough to find it again."""
    return re.sub(r"[^0-9A-Za-z]", "", code)[-LONGEST_PURPOSE:]


def code_to_pay(account: BankAccount, amount: int, code: str) -> str:
    """The text of the code for this sum and dossier."""
    return payload(bank=account.bank, account=account.account, amount=amount, purpose=purpose_of(code))
