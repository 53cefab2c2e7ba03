"""The 12-digit personal identification number (số định danh cá nhân): PPP G YY NNNNNN.

PPP is the province of birth registration (or the country, from 100 on), G the sex and century, YY the year of birth.
It has no check digit, so a number that disagrees with a person's data is a reason to look twice, never to refuse.
Source: Circular 59/2021/TT-BCA, Article 4; Law on Identification 26/2023/QH15, Article 46 (old nine-digit cards).
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from portal.vn.dates import PartialDate
from portal.vn.problems import InvalidValue, Problem
from portal.vn.text import strip_invisible

_DATA = Path(__file__).parent / "data"
_FIRST_COUNTRY_CODE = 100
# Numbers given from 1/7/2025 use the codes of the 34 new provinces; in that year itself both were given.
_LAST_YEAR_OF_OLD_PROVINCES = 2025
MAX_AGE = 130

Warning_ = Problem


class Sex(StrEnum):
    """Sex as on the identity card (giới tính)."""

    MALE = "male"
    FEMALE = "female"


class IdentityCode(StrEnum):
    """Codes of the errors and warnings of this module."""

    EMPTY = "identity_empty"
    OLD_CARD = "identity_old_card"
    NOT_TWELVE_DIGITS = "identity_not_twelve_digits"
    UNKNOWN_PROVINCE = "identity_unknown_province"
    YEAR_MISMATCH = "identity_year_mismatch"
    SEX_MISMATCH = "identity_sex_mismatch"
    YEAR_IN_FUTURE = "identity_year_in_future"


class InvalidIdentity(InvalidValue):
    """Not a 12-digit identity number."""


@dataclass(frozen=True)
class IdentityNumber:
    """An identity number and what it says; the number stays out of ``repr`` and so out of logs."""

    number: str = field(repr=False)
    province_code: str
    province_name: str
    sex: Sex
    birth_year: int = field(repr=False)

    @property
    def born_abroad(self) -> bool:
        return int(self.province_code) >= _FIRST_COUNTRY_CODE


@cache
def _provinces() -> dict[str, str]:
    """Names of the 63 provinces up to 2025, by three-digit code."""
    with (_DATA / "cccd_province_codes.csv").open(encoding="utf-8", newline="") as rows:
        return {row["code3"]: row["province_before_2025"] for row in csv.DictReader(rows)}


@cache
def _new_provinces() -> dict[str, str]:
    """Names of the 34 provinces since 1/7/2025, by three-digit code."""
    with (_DATA / "cccd_province_codes.csv").open(encoding="utf-8", newline="") as rows:
        return {row["new_gso_code_2025"].zfill(3): row["new_province"].split(" (")[0] for row in csv.DictReader(rows)}


@cache
def _sex_and_century() -> dict[str, tuple[Sex, int]]:
    """Sex and first year of the century, by the fourth digit."""
    with (_DATA / "cccd_gender_century.csv").open(encoding="utf-8", newline="") as rows:
        return {
            row["digit"]: (Sex.MALE if row["sex"] == "Nam" else Sex.FEMALE, int(row["years"][:4]))
            for row in csv.DictReader(rows)
        }


def _province_name(code: str, birth_year: int) -> str:
    """The province's name, empty when unknown or abroad."""
    if birth_year > _LAST_YEAR_OF_OLD_PROVINCES and code in _new_provinces():
        return _new_provinces()[code]
    return _provinces().get(code) or _new_provinces().get(code, "")


def parse_identity_number(raw: str) -> IdentityNumber:
    """Read an identity number; spaces, dots and hyphens between its digits are allowed.

    Raises InvalidIdentity when it does not have 12 digits, and for nothing else.
    """
    number = re.sub(r"[\s.\-]", "", strip_invisible(raw))
    if not number:
        raise InvalidIdentity(
            Problem(IdentityCode.EMPTY, _("The identity number is empty. Please type its 12 digits."), "number")
        )
    if re.fullmatch(r"[0-9]{9}", number):
        raise InvalidIdentity(
            Problem(
                IdentityCode.OLD_CARD,
                _(
                    "Nine digits are an old identity card (CMND), no longer valid as an identity paper since "
                    "01/01/2025. Please type the 12-digit number of the citizen or identity card."
                ),
                "number",
            )
        )
    if not re.fullmatch(r"[0-9]{12}", number):
        raise InvalidIdentity(
            Problem(
                IdentityCode.NOT_TWELVE_DIGITS,
                _("An identity number has exactly 12 digits. Please check it on the card and type it again."),
                "number",
            )
        )
    sex, century = _sex_and_century()[number[3]]
    birth_year = century + int(number[4:6])
    return IdentityNumber(
        number=number,
        province_code=number[:3],
        province_name=_province_name(number[:3], birth_year),
        sex=sex,
        birth_year=birth_year,
    )


def check_identity(
    number: str | IdentityNumber,
    birth_date: date | PartialDate | None = None,
    sex: str | None = None,
    today: date | None = None,
) -> list[Warning_]:
    """Return what does not fit between a number and the person's data: warnings for the officer, never a refusal.

    Raises InvalidIdentity when ``number`` does not have 12 digits.
    """
    identity = number if isinstance(number, IdentityNumber) else parse_identity_number(number)
    warnings = []
    if not identity.born_abroad and not identity.province_name:
        warnings.append(
            Warning_(
                IdentityCode.UNKNOWN_PROVINCE,
                _("The number begins with %(code)s, which is no known province. Please compare it with the card."),
                "number",
                {"code": identity.province_code},
            )
        )
    if birth_date is not None and birth_date.year != identity.birth_year:
        warnings.append(
            Warning_(
                IdentityCode.YEAR_MISMATCH,
                _("The number says born in %(year)d, the birth date says otherwise. Please compare with the card."),
                "birth_date",
                {"year": identity.birth_year},
            )
        )
    if sex in (Sex.MALE, Sex.FEMALE) and sex != identity.sex:
        warnings.append(
            Warning_(
                IdentityCode.SEX_MISMATCH,
                _("The number and the sex given do not agree. Please compare with the card."),
                "sex",
            )
        )
    if today is not None and identity.birth_year > today.year:
        warnings.append(
            Warning_(
                IdentityCode.YEAR_IN_FUTURE,
                _("The number says a year of birth that has not come yet. Please compare it with the card."),
                "number",
            )
        )
    return warnings


def mask_identity(number: str) -> str:
    """Return a form fit for screens: ``001 045 ••• 345``; of anything but 12 digits only the last three are kept."""
    if re.fullmatch(r"[0-9]{12}", number):
        return f"{number[:3]} {number[3:6]} ••• {number[9:]}"
    return f"••• ••• {number[-3:]}" if len(number) > 6 else "••• •••"
