"""Dates as people in Vietnam write and say them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from portal.vn.problems import InvalidValue, Problem

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
EARLIEST_YEAR = 1800

_WEEKDAYS = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ko": ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"),
}
_PARTIAL = re.compile(r"(?:(?:([0-9]{1,2})[/.-])?([0-9]{1,2})[/.-])?([0-9]{4})")
_DIGITS = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")


def format_date(d: date) -> str:
    """Return ``02/07/2025``."""
    return f"{d.day:02}/{d.month:02}/{d.year:04}"


def weekday_name(d: date, lang: str) -> str:
    """Return the weekday in Vietnamese, Korean or (for any other language) English, fit for mid-sentence."""
    names = _WEEKDAYS.get(lang.split("-")[0].lower(), _WEEKDAYS["en"])
    return names[d.weekday()]


def format_moment(dt: datetime, lang: str) -> str:
    """Return ``17:00 thứ Hai 30/11/2026`` in Hanoi's time. A naive ``dt`` is taken as Hanoi's time already."""
    local = dt.astimezone(HANOI) if dt.tzinfo else dt
    return f"{local:%H:%M} {weekday_name(local, lang)} {format_date(local)}"


def date_in_words(d: date) -> str:
    """Return ``ngày 02 tháng 7 năm 2025``.

    Days under 10 and months 1 and 2 get a zero in front (Decree 30/2020/NĐ-CP, Appendix I).
    """
    month = f"{d.month:02}" if d.month <= 2 else str(d.month)
    return f"ngày {d.day:02} tháng {month} năm {d.year}"


def age_on(birth: date, on: date) -> int:
    """Return completed years of age. Raises ValueError when ``on`` is before ``birth``."""
    if on < birth:
        raise ValueError("the day asked for is before the birth")
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


class InvalidPartialDate(InvalidValue):
    """Neither a date, nor a month, nor a year."""


@dataclass(frozen=True)
class PartialDate:
    """A birth date of which only the year, or the month and year, may be known."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise _invalid()
        try:
            date(self.year, self.month or 1, self.day or 1)
        except ValueError as error:
            raise _invalid() from error
        if self.year < EARLIEST_YEAR or self.month == 0 or self.day == 0:
            raise _invalid()

    @classmethod
    def parse(cls, raw: str) -> PartialDate:
        """Read ``1945``, ``02/1945``, ``01/02/1945`` (also with ``.`` or ``-``, or ``01021945``), ``1945-02-01`` or ``1945-02``.

        Raises InvalidPartialDate.
        """
        text = raw.strip()
        if iso := _ISO.fullmatch(text):
            year, month, day = iso.groups()
        elif local := _DIGITS.fullmatch(text) or _PARTIAL.fullmatch(text):
            day, month, year = local.groups()
        else:
            raise _invalid()
        return cls(int(year), int(month) if month else None, int(day) if day else None)

    @property
    def earliest(self) -> date:
        """The first day that it can be."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def is_full(self) -> bool:
        return self.day is not None

    def as_date(self) -> date | None:
        """The exact date, or None when it is not known."""
        if self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)

    def format(self) -> str:
        """Return ``1945``, ``02/1945`` or ``01/02/1945``."""
        parts = [f"{part:02}" for part in (self.day, self.month) if part is not None]
        return "/".join([*parts, f"{self.year:04}"])

    def __str__(self) -> str:
        return self.format()


def _invalid() -> InvalidPartialDate:
    return InvalidPartialDate(
        Problem(
            "date_invalid",
            _("This is not a date. Please type day/month/year, month/year or only the year, for example 01/02/1945."),
        )
    )
