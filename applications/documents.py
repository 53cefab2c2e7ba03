"""What each printed form says, ready to print: its template only lays it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse

from applications.catalogue import facts_of, is_for_elsewhere, version_of
from applications.enums import Delivery
from applications.ledger import lines_owed
from applications.models import Application, CertificationItem, FeeLine, IssuedForm, Original, Paper, PaymentRequest
from applications.models.papers import as_issued
from applications.notarisation.enums import NOT_PAID_FOR
from applications.notarisation.requests import items_of, request_of
from applications.pauses import has_parts
from centres.models import Centre
from portal import clock
from portal.text import mask_email, pick
from portal.vn.dates import date_in_words, format_date, format_moment
from portal.vn.money import amount_in_words, format_vnd
from portal.vn.phones import display_phone, mask_phone
from procedures.enums import CopyForm
from procedures.limits import LimitKind, applicable

# Official papers are Vietnamese whatever the officer reads, so their words are not translated.
VIETNAMESE = "vi"
_COPY_FORMS = {
    CopyForm.ORIGINAL: "Bản chính",
    CopyForm.COMPARED_COPY: "Bản sao, đã đối chiếu bản chính",
    CopyForm.CERTIFIED_COPY: "Bản sao có chứng thực",
    CopyForm.SHOWN: "Xuất trình bản chính",
    CopyForm.LOOKED_UP: "Cơ quan tra cứu, không phải nộp",
}
# The paper that is a copy itself, as many of it as are to be certified.
COPY_TO_CERTIFY, DOCUMENT_TO_SIGN = "copy_to_certify", "document_to_sign"
_LIMIT_OF_PARTS = "Theo từng thủ tục dưới đây"


def qr(content: str) -> str:
    """A QR code (error correction M) as a ``data:`` URL of an SVG picture, for papers and pages alike."""
    return str(segno.make(content, error="m", micro=False).svg_data_uri(border=1, scale=4, omitsize=True))


def tracking_url(application: Application) -> str:
    """The public page of the dossier, as printed in its QR code."""
    return settings.PUBLIC_URL + reverse("applications:ticket", args=[application.token])


def receipt_context(
    application: Application, issued: Mapping[str, Any] | None = None, issued_at: datetime | None = None
) -> dict[str, Any]:
    """Form 01, "Giấy tiếp nhận hồ sơ và hẹn trả kết quả" (Circular 03/2025/TT-VPCP, annex I), for a received dossier.

    Plain texts and lists in Vietnamese. Nothing in it depends on the moment of printing, so the file is the same
    however often it is made: ``issued`` is what the form's row froze of what can change later (a name, an address, the
    due date after a supplement, papers and fees); without it they are as they are now. Originals are those taken into custody
    until it was ``issued_at`` (received, without it). Raises ``ValueError`` for a draft.
    """
    received_at, centre, applicant = application.received_at, application.received_at_centre, application.applicant
    if received_at is None or centre is None or applicant is None or application.code is None:
        raise ValueError("a receipt is for a received dossier")
    frozen = (
        {**receipt_said(application, issued_at or received_at), **as_issued(application)}
        if issued is None
        else with_said(application, issued, issued_at or received_at)
    )
    due_at = datetime.fromisoformat(frozen["due_at"]) if frozen["due_at"] else None
    version = version_of(application)
    number = application.code.rpartition("-")[2]
    total = frozen["total"] or 0
    tracking = tracking_url(application)
    return {
        # Below the name of the centre it belongs to, a branch is "Chi nhánh số 3" (Decree 30/2020, annex I, II.2).
        "centre": centre.short_name[VIETNAMESE] if centre.parent else centre.name[VIETNAMESE],
        "parent": centre.parent.name[VIETNAMESE] if centre.parent else "UBND thành phố Hà Nội",
        "number": f"{official_number(frozen) or number}/TNHS",
        "code": application.code,
        "place_and_date": f"Hà Nội, {date_in_words(clock.local_day(received_at))}",
        "applicant": frozen["applicant"],
        "address": frozen["address"],
        "phone": display_phone(frozen["phone"]) if frozen["phone"] else "",
        "email": frozen["email"],
        "procedure": version.procedure.name[VIETNAMESE],
        "procedure_code": version.procedure.code,
        "papers": frozen["papers"],
        "sets": 1,
        "limit": frozen["limit"],
        "received": _moment_in_words(received_at),
        "due": format_moment(due_at, VIETNAMESE) if due_at else "",
        "due_explanation": pick(frozen["due_explanation"], VIETNAMESE),
        "parts": [
            part | {"due": f"{clock.local(datetime.fromisoformat(part['due_at'])):%H:%M %d/%m/%Y}"}
            for part in frozen.get("parts") or []
        ],
        "office": frozen.get("office", ""),
        "result_where": _result_where(frozen.get("delivery", ""), frozen.get("delivery_address", ""), centre),
        "is_by_post": frozen.get("delivery") == Delivery.POST,
        "fees": [{**fee, "amount": format_vnd(fee["amount"])} for fee in frozen["fees"]],
        "total": format_vnd(total),
        "total_in_words": capital(amount_in_words(total)),
        "book": format_date(date.fromisoformat(frozen["book"]))
        if frozen.get("book")
        else f"{clock.local(received_at):%Y}",
        "book_line": str(frozen.get("line") or int(number)),
        "tracking_url": tracking,
        "tracking_qr": qr(tracking),
        "code_qr": qr(application.code),
        "officer": frozen["officer"],
        "hotline": settings.HOTLINE,
        "is_demo": settings.PORTAL_ENV == "demo",
    }


def _result_where(delivery: str, address: str, centre: Centre) -> str:
    if delivery == Delivery.POST:
        return f"Qua bưu chính, đến {address}"
    if delivery == Delivery.FILE:
        return "Bản điện tử, trên Cổng Dịch vụ công quốc gia"
    return f"Tại {centre.name[VIETNAMESE]}"


def official_number(frozen: Mapping[str, Any]) -> str:
    """The number that a paper was given when it was issued; empty for one of the time before papers had their own."""
    return f"{frozen['no']:04}" if frozen.get("no") else ""


def receipt_said(
    application: Application,
    at: datetime,
    *,
    papers: Sequence[Paper] | None = None,
    originals: Sequence[Original] | None = None,
    lines: Sequence[FeeLine] | None = None,
    request: PaymentRequest | None = None,
    is_new: bool = False,
) -> dict[str, Any]:
    """What a receipt says of papers, fees and the office that decides elsewhere as they are now, in plain values for its row: only what counts is summed up.
    Originals are those taken into custody until ``at``. Whoever has the rows at hand gives them; else they are read. ``is_new``:
    no other ``request`` for a payment can be there than the one that is given."""
    received_at = application.received_at
    if received_at is None:
        raise ValueError("a receipt is for a received dossier")
    lines = lines_owed(application) if lines is None else [line for line in lines if line.is_due]
    if papers is None:
        papers = list(application.papers.select_related("kind"))
    if originals is None:
        originals = list(application.originals.filter(taken_at__lte=at))
    if request is None and not is_new:
        open_ones = application.payment_requests.filter(ended_at__isnull=True, last_day__gte=clock.local_day(at))
        request = open_ones.first()
    return {
        "papers": _papers(application, papers, originals),
        "limit": _LIMIT_OF_PARTS
        if has_parts(application)
        else _limit_in_words(applicable(version_of(application).time_limit, facts_of(application, received_at))),
        "fees": [
            {
                "name": line.name[VIETNAMESE],
                "quantity": line.quantity,
                "amount": line.amount,
                "article": line.article,
            }
            for line in lines
        ],
        "total": sum(line.amount for line in lines),
        **({"pay": _asked_by_code(request)} if request else {}),
        **({"office": application.competent.name[VIETNAMESE]} if is_for_elsewhere(application) else {}),
    }


def _asked_by_code(request: PaymentRequest) -> dict[str, Any]:
    return {
        "reference": request.reference,
        "amount": request.amount,
        "bank": request.bank,
        "account": request.account,
        "holder": request.holder,
        "last_day": request.last_day.isoformat(),
    }


def with_said(application: Application, frozen: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """What a receipt's row froze ``at``, completed as of now where its paper was not drawn yet."""
    return dict(frozen) if "fees" in frozen else {**receipt_said(application, at), **frozen}


def refusal_context(form: IssuedForm) -> dict[str, Any]:
    """Form 03, "Phiếu từ chối tiếp nhận giải quyết hồ sơ" (Circular 03/2025/TT-VPCP, annex I): the document, the rule
    that forbids it with its article, and whom it was said to. Everything that can change later is in ``form.frozen``."""
    application, frozen = form.application, form.frozen
    centre, version = application.helped_at, version_of(application)
    refused = frozen.get("refused") or {}
    tracking = tracking_url(application)
    return {
        "centre": centre.short_name[VIETNAMESE] if centre.parent else centre.name[VIETNAMESE],
        "parent": centre.parent.name[VIETNAMESE] if centre.parent else "UBND thành phố Hà Nội",
        "number": f"{official_number(frozen) or f'{form.pk:04}'}/TCHS",
        "code": application.code or getattr(getattr(application, "arrival", None), "code", ""),
        "place_and_date": f"Hà Nội, {date_in_words(clock.local_day(form.issued_at))}",
        "moment": _moment_in_words(form.issued_at),
        "applicant": frozen.get("applicant", ""),
        "address": frozen.get("address", ""),
        "phone": display_phone(frozen["phone"]) if frozen.get("phone") else "",
        "email": frozen.get("email", ""),
        "procedure": version.procedure.name[VIETNAMESE],
        "procedure_code": version.procedure.code,
        "document": refused.get("title", ""),
        "grounds": refused.get("grounds", []),
        "reason": refused.get("reason", ""),
        "officer": frozen.get("officer", ""),
        "tracking_qr": qr(tracking),
        "hotline": settings.HOTLINE,
        "is_demo": settings.PORTAL_ENV == "demo",
    }


def masked(context: dict[str, Any]) -> dict[str, Any]:
    """The same form for whoever has only its address: how the person is reached shows no more than they recognise."""
    phone, email = context["phone"], context["email"]
    by_post = {"result_where": "Qua bưu chính, đến địa chỉ đã đăng ký"} if context.get("is_by_post") else {}
    return (
        context
        | by_post
        | {
            "phone": mask_phone(phone) if phone else "",
            "email": mask_email(email) if email else "",
            "is_masked": bool(phone or email),
        }
    )


def _papers(application: Application, papers: Sequence[Paper], kept: Sequence[Original]) -> list[dict[str, Any]]:
    """The checklist; a request for certification names each of its documents in the place of "the copy"."""
    version = version_of(application)
    items = items_of(request_of(application, version))
    lines = [
        _paper(paper, application, [original for original in kept if original.paper_id == paper.pk])
        for paper in papers
        if not (items and paper.kind.key in (COPY_TO_CERTIFY, DOCUMENT_TO_SIGN))
    ]
    return lines + [_document(item) for item in items if item.submitted_at or application.for_application_id]


def _document(item: CertificationItem) -> dict[str, Any]:
    """One document to certify; it was received when it was sent to the signer, whatever has become of it since."""
    request = item.certification
    form = "Bản sao" if request.is_of_copies else "Bản chính"
    pages = f"{item.pages} trang"
    if item.state in NOT_PAID_FOR:
        pages = f"{pages}; không chứng thực, không thu phí"
    return {
        "name": item.title,
        "form": _form_asked(form, item),
        "quantity": f"{item.copies:02}",
        "note": pages,
    }


def _form_asked(form: str, item: CertificationItem) -> str:
    if not item.electronic:
        return form
    return f"{form}, có bản điện tử" if item.paper_copies else f"{form} điện tử"


def _paper(paper: Paper, application: Application, kept: list[Original]) -> dict[str, Any]:
    to_certify = paper.kind.key == COPY_TO_CERTIFY
    copies = application.copies if to_certify else paper.copies
    return {
        "name": paper.kind.name[VIETNAMESE],
        "form": "Bản sao" if to_certify else _COPY_FORMS[CopyForm(paper.form_of_copy)],
        "quantity": "" if paper.form_of_copy == CopyForm.LOOKED_UP else f"{copies:02}",
        "note": "; ".join(filter(None, [paper.note, *map(_kept, kept)])),
    }


def _kept(original: Original) -> str:
    """What the receipt says of an original that stays until the result."""
    number = f" {original.number}," if original.number else ""
    return f"giữ lại{number} {original.pages:02} trang"


def _limit_in_words(limit: Any) -> str:
    """The time limit as the law gives it: "04 ngày làm việc"."""
    match LimitKind(limit["kind"]):
        case LimitKind.WORKING_DAYS:
            return f"{limit['days']:02} ngày làm việc"
        case LimitKind.CALENDAR_DAYS:
            return f"{limit['days']:02} ngày"
        case LimitKind.HOURS:
            return f"{limit['hours']:02} giờ"
        case LimitKind.HALF_DAY:
            return "Trong buổi làm việc"
        case LimitKind.SAME_DAY:
            return "Trong ngày làm việc"


def _moment_in_words(moment: Any) -> str:
    local = clock.local(moment)
    return f"{local:%H} giờ {local:%M} phút, {date_in_words(local.date())}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
