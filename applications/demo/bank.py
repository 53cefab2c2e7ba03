"""The demo's account for fees, and transfers that its bank told of."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from applications.actions.match_notice import match_notice
from applications.actions.take_notice import take_notice
from applications.enums_bank import NoticeSource
from applications.models import BankAccount, PaymentRequest
from applications.payments.notices import Told
from centres.models import Centre

# Nobody has it: an account of digits that no bank gives out.
BANK, ACCOUNT = "970436", "9990000000003"
_UNDER_WAY = timedelta(seconds=40)


def open_account(centre: Centre, day: date) -> BankAccount:
    """Of the branch itself, so that its manager looks after what comes."""
    account, _is_new = BankAccount.objects.get_or_create(
        centre=centre,
        valid_from=date(day.year, 1, 1),
        defaults={
            "bank": BANK,
            "account": ACCOUNT,
            "holder": "TRUNG TAM PVHCC CHI NHANH SO 3",
            "source": "Dữ liệu thử nghiệm",
        },
    )
    return account


def transfer(request: PaymentRequest, at: datetime, *, words: str = "") -> None:
    """Somebody paid by this code; the bank told of it at once."""
    told = Told(
        account=request.account,
        reference=f"FT{at:%y%m%d}{request.pk:06}",
        amount=request.amount,
        text=words or f"IBFT.{request.reference}.CT",
        payer="",
        paid_at=at + _UNDER_WAY,
    )
    notice, _is_new = take_notice(told=told, body="", source=NoticeSource.NOTICE, at=at + _UNDER_WAY)
    match_notice(notice_id=notice.pk, at=at + _UNDER_WAY)
