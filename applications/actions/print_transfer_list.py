"""Making the file of a list of originals handed over."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from applications.documents import VIETNAMESE, qr
from applications.models import TransferList
from centres.models import Centre
from portal import clock, files, pdf
from portal.vn.dates import date_in_words

TEMPLATE = "official/transfer_list.html"


def print_transfer_list(*, transfer: TransferList) -> TransferList:
    """The PDF of a list, made once from what it said when it was sent, and kept.

    Two at once draw the same bytes, which the store keeps once. Raises ``Unavailable`` when the store is full.
    """
    if transfer.sha256:
        return transfer
    stored = files.store([pdf.render(TEMPLATE, paper_context(transfer), language=VIETNAMESE)])
    transfer.sha256, transfer.size = stored.sha256, stored.size
    TransferList.objects.filter(pk=transfer.pk, sha256="").update(sha256=stored.sha256, size=stored.size)
    return transfer


def address_of(transfer: TransferList) -> str:
    """The list's page, as its QR code says it."""
    return settings.PUBLIC_URL + reverse("applications:transfer_list", args=[transfer.pk])


def paper_context(transfer: TransferList) -> dict[str, Any]:
    """What the list says, ready to print. Vietnamese only: an official paper."""
    branch = transfer.branch.name[VIETNAMESE]
    giver, taker = (branch, transfer.office) if transfer.is_out else (transfer.office, branch)
    sent = clock.local(transfer.sent_at)
    lines = transfer.frozen.get("lines", [])
    return {
        "parent": transfer.origin.parent.name[VIETNAMESE] if transfer.origin.parent else "UBND thành phố Hà Nội",
        "centre": _head(transfer.origin) if transfer.is_out else transfer.office,
        "number": f"{transfer.number:02}/PBG",
        "place_and_date": f"Hà Nội, {date_in_words(sent.date())}",
        "moment": f"{sent:%H} giờ {sent:%M} phút, {date_in_words(sent.date())}",
        "giver": giver,
        "taker": taker,
        "sender": transfer.frozen.get("sender", ""),
        "lines": lines,
        "pages": sum(line["pages"] for line in lines),
        "qr": qr(address_of(transfer)),
        "is_demo": settings.PORTAL_ENV == "demo",
    }


def _head(centre: Centre) -> str:
    # Below the name of the centre it belongs to, a branch is "Chi nhánh số 3" (Decree 30/2020, annex I, II.2).
    return centre.short_name[VIETNAMESE] if centre.parent else centre.name[VIETNAMESE]
