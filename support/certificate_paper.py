"""A certificate of training as a paper, and what its public page may say of a name."""

from __future__ import annotations

from django.conf import settings

from centres.qr import qr_picture
from portal import clock, pdf
from portal.text import pick
from portal.vn.dates import format_date
from support.models import Certificate
from support.models.training import CODE_LENGTH, CODE_LETTERS

# Who issues what is not one centre's.
CITY = "Trung tâm Phục vụ hành chính công thành phố Hà Nội"
_GROUP = 4
_MEANT = str.maketrans("OIL", "011")


def initials(name: str) -> str:
    """ "Nguyễn Thị Mẫu" is "N.T.M."."""
    return "".join(f"{word[0].upper()}." for word in name.split() if word[0].isalpha())


def shown(code: str) -> str:
    """In groups of four, as printed."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def tidy(text: str) -> str:
    """The code that somebody typed, whatever they put between; empty when it cannot be one."""
    code = "".join(char for char in text.upper() if char.isalnum()).translate(_MEANT)
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS) else ""


def certificate_pdf(certificate: Certificate, address: str) -> bytes:
    """One sheet, A4 across, in Vietnamese; ``address`` is what its code opens."""
    course = certificate.version.course
    context = {
        "certificate": certificate,
        "course": course,
        "issuer": pick(course.centre.name, "vi") if course.centre else CITY,
        "is_demo": settings.PORTAL_ENV == "demo",
        "issued": format_date(clock.local_day(certificate.issued_at)),
        "until": format_date(certificate.valid_until) if certificate.valid_until else "",
        "code": shown(certificate.code),
        "address": address,
        "picture": qr_picture(address),
    }
    return pdf.render("official/training_certificate.html", context, variant=pdf.Variant.READABLE)
