"""What stands on a certified copy, from the rows it is made from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from applications.documents import VIETNAMESE
from applications.notarisation.codes import shown
from applications.notarisation.compose import CopyText, SignatureText, SignerText
from applications.notarisation.enums import IdentityPaper, RegisterKind
from applications.notarisation.models import CertificationItem, Signatory
from applications.notarisation.signing.keys import Role, is_configured
from applications.notarisation.signing.stamp import Stamp

# Under Circular 01/2020 the person who certifies signs as such where no title of theirs is on record.
SIGNER_TITLE = "Người thực hiện chứng thực"
PAPERS: dict[str, str] = {
    IdentityPaper.CARD: "căn cước",
    IdentityPaper.PASSPORT: "hộ chiếu",
    IdentityPaper.OTHER: "giấy tờ tùy thân",
}


def copy_text(item: CertificationItem) -> CopyText:
    """The words for an approved item. Nothing in them depends on when the file is made. Raises ``ValueError``."""
    entry, request = item.entry, item.certification
    if entry is None:
        raise ValueError("a copy is made once its number is taken")
    register, centre = entry.register, request.application.helped_at
    said: dict[str, Any] = {
        "number": entry.number,
        # The first volume of the year; a register that fills a second one comes with closing registers.
        "register": f"01/{register.year} - {register.kind}",
        "title": item.title,
        "at": entry.at,
        "issuer": centre.short_name[VIETNAMESE],
        "issuer_above": centre.parent.name[VIETNAMESE] if centre.parent else "Ủy ban nhân dân thành phố Hà Nội",
        "signer": str(item.signs),
        "signer_title": item.signer_title or SIGNER_TITLE,
        # Its own: the line of the register may hold several documents of one type.
        "pages": item.pages,
        "copies": item.copies,
        "code": shown(item.check_code or ""),
        "link": checking_url(item.check_code or ""),
        "is_demo": settings.PORTAL_ENV == "demo",
        "is_signed": is_configured(),
    }
    if request.is_of_copies:
        return CopyText(**said)
    return SignatureText(
        **said,
        officer=str(item.submitted_by or item.signs),
        place=centre.name[VIETNAMESE],
        signatories=tuple(_signer_text(one) for one in item.signatories.all()),
        is_translation=request.kind == RegisterKind.TRANSLATORS,
    )


def _signer_text(one: Signatory) -> SignerText:
    issued = f", cấp ngày {one.issued_on:%d/%m/%Y}" if one.issued_on else ""
    by = f", nơi cấp: {one.issued_by}" if one.issued_by else ""
    return SignerText(
        name=one.full_name,
        paper=PAPERS[one.identity_paper],
        number=one.identity_number,
        issued=issued + by,
        by_fingerprint=one.by_fingerprint,
        from_language=one.from_language,
        to_language=one.to_language,
    )


def checking_url(code: str) -> str:
    """The public page that checks this copy, as printed in its QR code."""
    return str(settings.PUBLIC_URL + reverse("applications:verify_code", args=[code]))


def stamp_of(text: CopyText, role: Role, at: datetime) -> Stamp:
    """What the visible stamp says of whoever signs ``at``."""
    name = text.signer if role == Role.SIGNER else f"{text.issuer}, {text.issuer_above}"
    return Stamp(name=name, at=at, number=f"{text.number}, quyển {text.register}")
