"""The forms of Circular 03/2025 that follow the receipt: what each says, from what its row kept when it was issued."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from applications.accounts import code_on_receipt
from applications.catalogue import version_of
from applications.documents import (
    VIETNAMESE,
    capital,
    official_number,
    qr,
    receipt_context,
    refusal_context,
    tracking_url,
    with_said,
)
from applications.enums import Method, State
from applications.models import Application, IssuedForm
from centres.models import Centre
from portal import clock
from portal.vn.dates import date_in_words, format_date, format_moment
from portal.vn.money import amount_in_words, format_vnd
from portal.vn.phones import display_phone

RECEIPT = "01"
# No form of the circular: the centre's own paper.
REFUND = "HT"
FEE_RECEIPT, CANCELLATION = "BL", "HB"
_SERIES = {FEE_RECEIPT: "BLDT", CANCELLATION: "HBL"}
# Official papers are Vietnamese whatever the officer reads, so their words are not translated.
_STAGES = {
    State.SUBMITTED: "Trước khi tiếp nhận",
    State.ACCEPTED: "Đã tiếp nhận, chưa phân công thụ lý",
    State.PROCESSING: "Đang thẩm định, chưa có kết quả",
    State.SUPPLEMENT: "Đang chờ người nộp bổ sung hồ sơ",
    State.PAYMENT: "Đang chờ thực hiện nghĩa vụ tài chính",
}
_METHODS = {
    Method.CASH: "Tiền mặt",
    Method.CARD: "Hoàn về thẻ",
    Method.TRANSFER: "Chuyển khoản",
}
_WHO_ASKED = {
    "applicant": "Theo đề nghị của người nộp hồ sơ",
    "office": "Theo quyết định của cơ quan giải quyết",
    "law": "Theo quy định của pháp luật về thời hạn bổ sung hồ sơ",
}


@dataclass(frozen=True)
class PaperOut:
    """One form of the set: its name, its template, what it says, and the tail of its file's name."""

    number: str
    name: str
    template: str
    context: Callable[[IssuedForm], dict[str, Any]]
    slug: str
    is_for_citizen: bool = True


def drawn_from(form: IssuedForm) -> tuple[str, dict[str, Any]]:
    """The template of this form and what it says."""
    paper = PAPERS[form.number]
    return paper.template, paper.context(form)


def title_of(form: IssuedForm) -> str:
    """What the form is called, and the document it is about where it is about one."""
    about = (form.frozen.get("refused") or {}).get("title", "")
    name = PAPERS[form.number].name
    return f"{name}: {about}" if about else name


def file_name(form: IssuedForm) -> str:
    """``H26.30.3-261123-0047-yeu-cau-bo-sung.pdf``; a later one of the same number says which."""
    paper = PAPERS[form.number]
    again = f"-{form.sequence}" if form.sequence > 1 else ""
    return f"{form.application.code or 'ho-so'}-{paper.slug}{again}.pdf"


def _receipt(form: IssuedForm) -> dict[str, Any]:
    said = with_said(form.application, form.frozen, form.issued_at)
    context = receipt_context(form.application, said, form.issued_at) | code_on_receipt(said.get("pay") or {})
    if form.sequence > 1:
        context |= {
            "again": f"Bản thứ {form.sequence:02}, thay bản in trước. Lý do: {form.reason}",
            "place_and_date": f"Hà Nội, {date_in_words(clock.local_day(form.issued_at))}",
        }
    return context


def _head(form: IssuedForm, centre: Centre, sign: str) -> dict[str, Any]:
    """What every slip says at its head and of the person."""
    application, said = form.application, form.frozen
    version = version_of(application)
    tracking = tracking_url(application)
    return {
        # Below the name of the centre it belongs to, a branch is "Chi nhánh số 3" (Decree 30/2020, annex I, II.2).
        "centre": centre.short_name[VIETNAMESE] if centre.parent else centre.name[VIETNAMESE],
        "parent": centre.parent.name[VIETNAMESE] if centre.parent else "UBND thành phố Hà Nội",
        "number": f"{_number_of(application, form)}/{sign}",
        "code": application.code or "",
        "place_and_date": f"Hà Nội, {date_in_words(clock.local_day(form.issued_at))}",
        "applicant": said.get("applicant", ""),
        "address": said.get("address", ""),
        "phone": display_phone(said["phone"]) if said.get("phone") else "",
        "email": said.get("email", ""),
        "procedure": version.procedure.name[VIETNAMESE],
        "procedure_code": version.procedure.code,
        "received": _day(application.received_at),
        "officer": said.get("officer", ""),
        "tracking_url": tracking,
        "tracking_qr": qr(tracking),
        "hotline": settings.HOTLINE,
        "is_demo": settings.PORTAL_ENV == "demo",
    }


def _number_of(application: Application, form: IssuedForm) -> str:
    """The paper's own number in its office and year; of the time before, the dossier's or the row's."""
    if own := official_number(form.frozen):
        return own
    number = application.code.rpartition("-")[2] if application.code else f"{form.pk:04}"
    return number if form.sequence == 1 else f"{number}.{form.sequence}"


def _receiving(application: Application) -> Centre:
    return application.received_at_centre or application.helped_at


def _supplement(form: IssuedForm) -> dict[str, Any]:
    said = form.frozen
    head = _head(form, _receiving(form.application), "HDHS")
    if said.get("part"):
        head["procedure"] = f"{said['part']} ({head['procedure']})"
    return head | {
        "lines": said.get("lines") or [],
        "guidance": said.get("guidance", ""),
        "until": _moment(said.get("until")),
        "again": said.get("again", ""),
        "ends": said.get("ends", False),
        "where": _receiving(form.application).name[VIETNAMESE],
        "address_of_centre": _receiving(form.application).address,
    }


def _apology(form: IssuedForm) -> dict[str, Any]:
    said = form.frozen
    return _head(form, form.application.competent, "XL-GH") | {
        "due_before": _moment(said.get("due_before")),
        "due_after": _moment(said.get("due_after")),
        "why": said.get("why", ""),
        "signer": said.get("signer", ""),
    }


def _control_slip(form: IssuedForm) -> dict[str, Any]:
    said = form.frozen
    return _head(form, form.application.competent, "PKS") | {
        "rows": said.get("rows") or [],
        "due": _moment(said.get("due_at")),
        "consulted": said.get("consulted", ""),
        "signer": said.get("printed_by", ""),
    }


def _refund(form: IssuedForm) -> dict[str, Any]:
    said = form.frozen
    amount = said.get("amount") or 0
    return _head(form, _receiving(form.application), "PHT") | {
        "amount": format_vnd(amount),
        "amount_in_words": capital(amount_in_words(amount)),
        "method": _METHODS.get(said.get("method", ""), ""),
        "voucher": said.get("voucher", ""),
        "reference": said.get("reference", ""),
        "why": said.get("why", ""),
        "taken": format_vnd(said.get("taken") or 0),
        "before": [f"{format_vnd(row['amount'])} (phiếu số {row['voucher']})" for row in said.get("before") or []],
        "owed": format_vnd(said.get("owed") or 0),
        "gone": [
            {
                "name": row["name"],
                "amount": format_vnd(row["amount"]),
                "now": format_vnd(row["now"]) if row["now"] else "",
            }
            for row in said.get("gone") or []
        ],
        "receipts": ", ".join(said.get("receipts") or []),
        "cashier": said.get("cashier", ""),
        "signer": said.get("signer", ""),
    }


def receipt_number_of(form: IssuedForm) -> str:
    """The number of an electronic fee receipt, or of what cancels one, as the books have it: its turn in its office and year."""
    return f"{_SERIES[form.number]}-{clock.local_day(form.issued_at).year}-{official_number(form.frozen)}"


def _fee_receipt(form: IssuedForm) -> dict[str, Any]:
    said = form.frozen
    amount, owed = said.get("amount") or 0, said.get("owed") or 0
    return _head(form, _receiving(form.application), "BLĐT") | {
        "receipt": receipt_number_of(form) if said.get("no") else "",
        "amount": format_vnd(amount),
        "amount_in_words": capital(amount_in_words(amount)),
        "fees": [{"name": row["name"], "amount": format_vnd(row["amount"])} for row in said.get("fees") or []],
        "reference": said.get("reference", ""),
        "account": said.get("account", ""),
        "paid_at": _moment(said.get("paid_at")),
        "left": format_vnd(owed - amount) if amount < owed else "",
        "too_much": format_vnd(amount - owed) if amount > owed else "",
    }


def _cancellation(form: IssuedForm) -> dict[str, Any]:
    said = form.frozen
    amount = said.get("amount") or 0
    return _head(form, _receiving(form.application), "PHBL") | {
        "receipt": receipt_number_of(form) if said.get("no") else "",
        "cancels": said.get("receipt", ""),
        "amount": format_vnd(amount),
        "amount_in_words": capital(amount_in_words(amount)),
        "reference": said.get("reference", ""),
        "why": said.get("why", ""),
        "signer": said.get("signer", ""),
    }


def _stopped(form: IssuedForm) -> dict[str, Any]:
    said = form.frozen
    state = State(said["state"]) if said.get("state") not in ("", None) else State.PROCESSING
    return _head(form, form.application.competent, "TB-DGQ") | {
        "asked_by": _WHO_ASKED.get(said.get("asked_by", ""), ""),
        "why": said.get("why", ""),
        "given_back": said.get("given_back", ""),
        "stage": _STAGES.get(state, ""),
        "fee": said.get("fee", ""),
        "signer": said.get("signer", ""),
        "ended": _moment_in_words(form.issued_at),
    }


def _day(moment: datetime | None) -> str:
    return format_date(clock.local_day(moment)) if moment else ""


def _moment(stored: str | None) -> str:
    return format_moment(datetime.fromisoformat(stored), VIETNAMESE) if stored else ""


def _moment_in_words(moment: datetime) -> str:
    local = clock.local(moment)
    return f"{local:%H} giờ {local:%M} phút, {date_in_words(local.date())}"


PAPERS: Mapping[str, PaperOut] = {
    paper.number: paper
    for paper in [
        PaperOut(RECEIPT, "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "official/receipt.html", _receipt, "giay-hen"),
        PaperOut(
            "02", "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ", "official/supplement.html", _supplement, "yeu-cau-bo-sung"
        ),
        PaperOut(
            "03", "Phiếu từ chối tiếp nhận, giải quyết hồ sơ", "official/refusal.html", refusal_context, "tu-choi"
        ),
        PaperOut(
            "04",
            "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết",
            "official/apology.html",
            _apology,
            "xin-loi-gia-han",
        ),
        PaperOut(
            "06",
            "Phiếu kiểm soát quá trình giải quyết hồ sơ",
            "official/control_slip.html",
            _control_slip,
            "phieu-kiem-soat",
            is_for_citizen=False,
        ),
        PaperOut(
            FEE_RECEIPT,
            "Biên lai điện tử thu phí, lệ phí",
            "official/fee_receipt.html",
            _fee_receipt,
            "bien-lai-dien-tu",
        ),
        PaperOut(
            CANCELLATION,
            "Phiếu huỷ biên lai điện tử",
            "official/receipt_cancelled.html",
            _cancellation,
            "huy-bien-lai",
        ),
        PaperOut(REFUND, "Phiếu hoàn trả phí, lệ phí", "official/refund.html", _refund, "hoan-tra-phi"),
        PaperOut("05", "Thông báo dừng giải quyết hồ sơ", "official/stopped.html", _stopped, "thong-bao-dung"),
    ]
}
