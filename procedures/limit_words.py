"""The sentence that explains a due date, in every language at once: it is stored with the dossier.

The sentences are put together here and not through gettext, because all three are made in the same moment and must
still be there, word for word, when the dossier is opened years later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.text import LANGUAGES
from portal.vn.dates import weekday_name

SATURDAY, SUNDAY = 5, 6
RUN_AS_SPAN = 3  # from so many days in a row on, a span reads better than a list


@dataclass(frozen=True)
class Passed:
    """The days off that were passed over, and rest days worked instead, in order; ``assumed`` are not announced yet."""

    off: tuple[date, ...] = ()
    worked_weekends: tuple[date, ...] = ()
    assumed: tuple[date, ...] = ()


@dataclass(frozen=True)
class Moved:
    """The working day to which a limit that ended on a day off was moved, past days off that are only assumed; or, with
    ``opens``, the hour at which the office opens after a limit that ended outside its hours."""

    to: date
    assumed: tuple[date, ...] = ()
    opens: time | None = None


def _each(sentence: Callable[[str], str]) -> dict[str, str]:
    return {language: _capital(sentence(language)) for language in LANGUAGES}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _short(day: date, language: str) -> str:
    return f"{day.month}월 {day.day}일" if language == "ko" else f"{day:%d/%m}"


def _day(day: date, language: str) -> str:
    """ "thứ Tư 25/11", "Wednesday 25/11", "11월 25일 수요일"."""
    if language == "ko":
        return f"{_short(day, language)} {weekday_name(day, language)}"
    return f"{weekday_name(day, language)} {_short(day, language)}"


def _runs(days: Sequence[date]) -> list[list[date]]:
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _names(passed: Passed, language: str) -> list[str]:
    """Weekdays off by date, then Saturday and Sunday by name (by date where another was worked)."""
    names: list[str] = []
    for run in _runs([day for day in passed.off if day.weekday() < SATURDAY]):
        if len(run) < RUN_AS_SPAN:
            names += [_short(day, language) for day in run]
        else:
            names.append(_SPAN[language].format(_short(run[0], language), _short(run[-1], language)))
    for weekday in (SATURDAY, SUNDAY):
        days = [day for day in passed.off if day.weekday() == weekday]
        if any(day.weekday() == weekday for day in passed.worked_weekends):
            names += [_day(day, language) for day in days]
        elif days:
            names.append(weekday_name(days[0], language))
    return names


_SPAN = {"vi": "từ {} đến {}", "en": "{} to {}", "ko": "{}부터 {}까지"}
_AND = {"vi": " và ", "en": " and ", "ko": ", "}


def _list(names: Sequence[str], language: str) -> str:
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + _AND[language] + names[-1]


_SINGLE_OFF = {"vi": "{} không tính", "en": "{} is not counted", "ko": "{} 제외"}
_MANY_OFF = {"vi": "{} không tính", "en": "{} are not counted", "ko": "{} 제외"}
_WORKED = {"vi": "{} làm bù nên có tính", "en": "{} is worked instead and counts", "ko": "{}은 대체근무일로 포함"}


def _tail(passed: Passed, language: str) -> str:
    """The part after the semicolon, or nothing."""
    names = _names(passed, language)
    clauses = []
    if names:
        days = len(names) + any(len(run) >= RUN_AS_SPAN for run in _runs(passed.off))
        clauses.append((_SINGLE_OFF if days == 1 else _MANY_OFF)[language].format(_list(names, language)))
    clauses += [_WORKED[language].format(_day(day, language)) for day in passed.worked_weekends]
    return "".join(f"; {clause}" for clause in clauses) + _assumed(passed.assumed, language) + "."


_ASSUMED = {
    "vi": "; lịch nghỉ {} là dự kiến, ngày hẹn có thể đổi khi có thông báo chính thức",
    "en": "; the days off {} are expected, not announced yet: the date may change",
    "ko": "; {} 휴무는 예정이며 공식 발표에 따라 날짜가 바뀔 수 있음",
}


def _assumed(days: Sequence[date], language: str) -> str:
    """That some of the days off are only assumed, as those of the next Tết before they are announced."""
    if not days:
        return ""
    first, last = _short(days[0], language), _short(days[-1], language)
    return _ASSUMED[language].format(first if first == last else _SPAN[language].format(first, last))


def joined(first: dict[str, str], then: dict[str, str]) -> dict[str, str]:
    """Two explanations, one after the other."""
    return {language: f"{first[language]} {then[language]}" for language in LANGUAGES}


def handed_on(day: date, late_after: time | None) -> dict[str, str]:
    """``late_after``: the hour after which what is received goes on with the next working day, where it was later."""

    def sentence(language: str) -> str:
        on, hour = _day(day, language), f"{late_after:%H:%M}" if late_after else ""
        return {
            "vi": (f"nhận sau {hour} nên chuyển" if hour else "chuyển")
            + f" đến cơ quan có thẩm quyền vào {on}, thời hạn tính từ khi nơi đó nhận.",
            "en": (f"received after {hour}, so handed" if hour else "handed")
            + f" to the competent office on {on}; the time counts from when it has it there.",
            "ko": (f"{hour} 이후에 접수되어 " if hour else "")
            + f"{on}에 관할 기관으로 이송되며, 그 기관이 받은 때부터 계산합니다.",
        }[language]

    return _each(sentence)


def returned_on(day: date, passed: Passed) -> dict[str, str]:
    def sentence(language: str) -> str:
        on = _day(day, language)
        return {"vi": f"trả vào {on}", "en": f"returned on {on}", "ko": f"{on}에 교부"}[language] + _tail(
            passed, language
        )

    return _each(sentence)


def working_days(count: int, first: date, passed: Passed, late_after: time | None = None) -> dict[str, str]:
    """``late_after``: the hour after which the count starts a working day later, where it was received later."""

    def sentence(language: str) -> str:
        start, hour = _day(first, language), f"{late_after:%H:%M}" if late_after else ""
        late = {"vi": f" vì nhận sau {hour}", "en": f" as it was received after {hour}", "ko": f"({hour} 이후 접수)"}
        return (
            {
                "vi": f"{count} ngày làm việc, tính từ {start}",
                "en": f"{count} working {'day' if count == 1 else 'days'}, counted from {start}",
                "ko": f"근무일 {count}일, {start}부터 계산",
            }[language]
            + (f"{late[language]}" if hour else "")
            + _tail(passed, language)
        )

    return _each(sentence)


def same_day(cutoff: time) -> dict[str, str]:
    hour = f"{cutoff:%H:%M}"
    return {
        "vi": f"Trả trong ngày, vì nhận không muộn hơn {hour}.",
        "en": f"Returned the same day, as it was received by {hour}.",
        "ko": f"{hour}까지 접수되어 당일 교부합니다.",
    }


def received_late(cutoff: time, day: date, passed: Passed) -> dict[str, str]:
    hour = f"{cutoff:%H:%M}"

    def sentence(language: str) -> str:
        on = _day(day, language)
        return {
            "vi": f"nhận sau {hour} nên trả vào ngày làm việc tiếp theo, {on}",
            "en": f"received after {hour}, so returned on the next working day, {on}",
            "ko": f"{hour} 이후에 접수되어 다음 근무일인 {on}에 교부",
        }[language] + _tail(passed, language)

    return _each(sentence)


def received_on_day_off(received: date, day: date, passed: Passed) -> dict[str, str]:
    def sentence(language: str) -> str:
        start, on = _day(received, language), _day(day, language)
        return {
            "vi": f"nhận vào ngày nghỉ, {start}, nên trả vào ngày làm việc tiếp theo, {on}",
            "en": f"received on a day off, {start}, so returned on the next working day, {on}",
            "ko": f"휴무일인 {start}에 접수되어 다음 근무일인 {on}에 교부",
        }[language] + _tail(passed, language)

    return _each(sentence)


def half_day(day: date, passed: Passed) -> dict[str, str]:
    def sentence(language: str) -> str:
        on = _day(day, language)
        return {
            "vi": f"nửa ngày làm việc, trả vào {on}",
            "en": f"half a working day, returned on {on}",
            "ko": f"반일 근무, {on}에 교부",
        }[language] + _tail(passed, language)

    return _each(sentence)


def hours(count: int, received: datetime, moved: Moved | None) -> dict[str, str]:
    def sentence(language: str) -> str:
        start = f"{received:%H:%M} {_day(received, language)}"
        if language == "ko":
            start = f"{_day(received, language)} {received:%H:%M}"
        return {
            "vi": f"{count} giờ, tính từ {start}",
            "en": f"{count} {'hour' if count == 1 else 'hours'}, counted from {start}",
            "ko": f"{start}부터 {count}시간",
        }[language] + _moved(moved, language)

    return _each(sentence)


def calendar_days(count: int, first: date, moved: Moved | None) -> dict[str, str]:
    def sentence(language: str) -> str:
        start = _day(first, language)
        return {
            "vi": f"{count} ngày, tính từ {start}, kể cả ngày nghỉ",
            "en": f"{count} {'day' if count == 1 else 'days'}, counted from {start}, days off included",
            "ko": f"{start}부터 {count}일(휴무일 포함)",
        }[language] + _moved(moved, language)

    return _each(sentence)


def _moved(moved: Moved | None, language: str) -> str:
    if moved is None:
        return "."
    on = _day(moved.to, language)
    if moved.opens is not None:
        hour = f"{moved.opens:%H:%M}"
        opening = {
            "vi": f"; hết hạn ngoài giờ làm việc nên trả lúc mở cửa, {hour} {on}",
            "en": f"; it ends outside office hours, so it is returned when the office opens, {hour} {on}",
            "ko": f"; 근무 시간 외에 만료되므로 {on} {hour} 업무 시작 시 교부합니다",
        }
        return opening[language] + _assumed(moved.assumed, language) + "."
    return (
        {
            "vi": f"; hết hạn vào ngày nghỉ nên trả vào ngày làm việc tiếp theo, {on}",
            "en": f"; it ends on a day off, so it is returned on the next working day, {on}",
            "ko": f"; 마지막 날이 휴무일이므로 다음 근무일인 {on}에 교부합니다",
        }[language]
        + _assumed(moved.assumed, language)
        + "."
    )
