"""Numbers that stand on papers: organisations, passports, land certificates, certificates of birth from a clinic.

Only an organisation's number has a check digit; the others are held to their shape and no further.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from portal.vn.problems import InvalidValue, Problem
from portal.vn.text import nfc, strip_invisible

_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_ORGANISATION = re.compile(r"(\d{9})(\d)(?:-?(\d{3}))?", re.ASCII)
_BIRTH_NOTICE = re.compile(r"[0-9A-Z]{5}\.GCS\.[0-9A-Z]{5}\.[0-9]{2}")
_SERIAL = re.compile(r"([A-ZĐ]{1,2})([0-9]{6}|[0-9]{8})")
_PASSPORT = re.compile(r"(?=.*[0-9])[0-9A-Z]{5,9}")


class InvalidCode(InvalidValue):
    """Not a number of this kind of paper."""


def parse_organisation_code(raw: str) -> str:
    """The number of an enterprise or its branch (mã số doanh nghiệp, mã số thuế), as "0100109106" or "0100109106-001".

    Circular 105/2020/TT-BTC art. 5: nine digits, a check digit, and three more for a dependent unit. Raises InvalidCode.
    """
    found = _ORGANISATION.fullmatch(_bare(raw, " ."))
    if not found or int(found[2]) != 10 - sum(w * int(d) for w, d in zip(_WEIGHTS, found[1], strict=True)) % 11:
        raise InvalidCode(
            Problem("organisation_code", _("This is not the number of an organisation. It has 10 digits, a branch 13."))
        )
    return found[1] + found[2] + (f"-{found[3]}" if found[3] else "")


def parse_birth_notice_code(raw: str) -> str:
    """The number of a clinic's certificate of birth, "01234.GCS.00123.26": clinic, serial and year. Raises InvalidCode."""
    code = _bare(raw, " ").upper()
    if not _BIRTH_NOTICE.fullmatch(code):
        raise InvalidCode(
            Problem(
                "birth_notice_code", _("This is not the number of a certificate of birth, such as 01234.GCS.00123.26.")
            )
        )
    return code


def parse_certificate_serial(raw: str) -> str:
    """The serial of a land certificate, "CT 123456" or, since 2025, "AA 01234567". Raises InvalidCode."""
    found = _SERIAL.fullmatch(_bare(raw, " .-").upper())
    if not found:
        raise InvalidCode(
            Problem("certificate_serial", _("This is not the serial of a land certificate, such as CT 123456."))
        )
    return f"{found[1]} {found[2]}"


def parse_passport(raw: str) -> str:
    """A passport's number of any country (ICAO 9303: at most nine letters and digits). Raises InvalidCode."""
    code = _bare(raw, " -").upper()
    if not _PASSPORT.fullmatch(code):
        raise InvalidCode(Problem("passport", _("This is not the number of a passport, such as C1234567.")))
    return code


def _bare(raw: str, fillers: str) -> str:
    return strip_invisible(nfc(raw)).strip().translate(dict.fromkeys(map(ord, fillers)))
