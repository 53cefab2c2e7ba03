"""What the paper of a day closing says: a Vietnamese official paper, without personal data of citizens."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from applications.documents import VIETNAMESE, capital
from applications.enums import Method, PaymentKind
from applications.models import Countersignature, DayClosing, Payment, RefusedCount
from applications.till import counts_before, payments_of
from portal import clock
from portal.vn.dates import date_in_words, format_date, format_moment
from portal.vn.money import amount_in_words, format_vnd

TEMPLATE = "official/day_closing.html"
# Official papers are Vietnamese whatever the officer reads, so their words are not translated.
METHODS = {Method.CASH: "Tiền mặt", Method.CARD: "Thẻ (máy POS)", Method.TRANSFER: "Chuyển khoản"}
_KINDS = {PaymentKind.PAID: "Thu", PaymentKind.REFUNDED: "Hoàn trả"}


def paper_context(closing: DayClosing, signed: Countersignature | None) -> dict[str, Any]:
    centre = closing.centre
    return {
        "centre": centre.short_name[VIETNAMESE] if centre.parent else centre.name[VIETNAMESE],
        "parent": centre.parent.name[VIETNAMESE] if centre.parent else "UBND thành phố Hà Nội",
        "number": f"{closing.pk:05}/CQ",
        "place_and_date": f"Hà Nội, {date_in_words(clock.local_day(closing.at))}",
        "day": format_date(closing.day),
        "turn": closing.sequence,
        "corrects": f"{closing.corrects_id:05}/CQ" if closing.corrects_id else "",
        "cashier": str(closing.cashier),
        "closed": format_moment(closing.at, VIETNAMESE),
        "change_money": format_vnd(closing.change_money),
        "lines": table_of(closing),
        "difference": signed_vnd(closing.difference),
        "differs": closing.differs,
        "note": closing.note,
        "counts_before": [sums_of(count) for count in counts_before(closing)],
        "cash_in_words": capital(amount_in_words(closing.counted_cash)),
        "payments": [_line(row) for row in payments_of(closing)],
        "manager": str(signed.by) if signed else "",
        "manager_at": format_moment(signed.at, VIETNAMESE) if signed else "",
        "manager_note": signed.note if signed else "",
        "is_demo": settings.PORTAL_ENV == "demo",
    }


def table_of(closing: DayClosing) -> list[dict[str, Any]]:
    """By way of payment: taken, given back, what there should be, what was counted, the difference."""
    rows = []
    for method in Method:
        expected = getattr(closing, f"expected_{method.value}")
        counted = getattr(closing, f"counted_{method.value}")
        rows.append(
            {
                "method": METHODS[method],
                "label": method.label,
                "taken": format_vnd(getattr(closing, f"taken_{method.value}")),
                "returned": format_vnd(getattr(closing, f"returned_{method.value}")),
                "expected": signed_vnd(expected),
                "counted": signed_vnd(counted),
                "difference": signed_vnd(counted - expected),
                "differs": counted != expected,
            }
        )
    return rows


def sums_of(count: RefusedCount) -> dict[str, str]:
    """A count that was refused, in words."""
    return {
        "at": format_moment(count.at, VIETNAMESE),
        "cash": signed_vnd(count.counted_cash),
        "card": signed_vnd(count.counted_card),
        "transfer": signed_vnd(count.counted_transfer),
        "change_money": format_vnd(count.change_money),
    }


def signed_vnd(amount: int) -> str:
    return format_vnd(amount) if amount >= 0 else f"−{format_vnd(-amount)}"


def _line(row: Payment) -> dict[str, str]:
    return {
        "at": f"{clock.local(row.at):%H:%M} {format_date(clock.local_day(row.at))}",
        "kind": _KINDS[PaymentKind(row.kind)],
        "method": METHODS[Method(row.method)],
        "receipt": row.receipt_number,
        "reference": row.reference,
        "code": row.application.code or "",
        "amount": signed_vnd(row.amount if row.kind == PaymentKind.PAID else -row.amount),
    }
