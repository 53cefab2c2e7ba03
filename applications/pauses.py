"""The dossier's clock: time the citizen takes is not the office's, and what was promised can be counted again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time

from applications.catalogue import facts_of, version_of
from applications.enums import PauseWhy
from applications.models import Application, Extension, Pause
from centres.hours import closing_times
from portal import clock
from portal.text import LANGUAGES
from portal.vn.dates import format_date
from procedures.calendars import WorkCalendar
from procedures.catalogue_cache import load_calendar
from procedures.limits import Due, LimitKind, applicable, due
from procedures.waits import after_wait

_IN_DAYS = (LimitKind.WORKING_DAYS, LimitKind.CALENDAR_DAYS)
_PAUSED = {
    PauseWhy.SUPPLEMENT: {
        "vi": "Tạm dừng từ {start} đến {end} để chờ bổ sung, không tính.",
        "en": "The wait for the supplement from {start} to {end} does not count.",
        "ko": "{start}부터 {end}까지 보완 대기 기간은 산입하지 않습니다.",
    },
    PauseWhy.PAYMENT: {
        "vi": "Tạm dừng từ {start} đến {end} để chờ nộp phí, không tính.",
        "en": "The wait for the payment from {start} to {end} does not count.",
        "ko": "{start}부터 {end}까지 납부 대기 기간은 산입하지 않습니다.",
    },
    PauseWhy.OUTAGE: {
        "vi": "Hệ thống tạm dừng đã thông báo từ {start} đến {end}, không tính.",
        "en": "The announced outage from {start} to {end} does not count.",
        "ko": "공지된 시스템 중단 기간 {start}부터 {end}까지는 산입하지 않습니다.",
    },
}

_EXTENDED = {
    "vi": "Cơ quan đã xin lỗi và gia hạn một lần: từ {before} đến {after}.",
    "en": "The office apologised and was given more time once: from {before} to {after}.",
    "ko": "기관이 사과하고 한 번 기한을 연장했습니다: {before}에서 {after}까지.",
}


def pause(application: Application, why: PauseWhy, at: datetime) -> Pause:
    """Stop the clock, in the caller's transaction."""
    return Pause.objects.create(application=application, why=why, from_at=at)


def end_pause(application: Application, at: datetime) -> tuple[datetime, dict[str, str]]:
    """Let the clock go on: the due moment with the open pause added, and its explanation.

    Raises ``ValueError`` for a dossier that is not paused.
    """
    open_pause = application.pauses.filter(to_at__isnull=True).first()
    if open_pause is None or application.due_at is None:
        raise ValueError("the dossier is not paused")
    open_pause.to_at = at
    open_pause.save(update_fields=["to_at"])
    promised = Due(application.due_at, application.due_explanation)
    moved = _after(application, promised, open_pause, load_calendar())
    return moved.at, moved.explanation


def counted_again(application: Application, calendar: WorkCalendar) -> Due:
    """What this calendar promises for the dossier, from its receipt on, with every pause that is over and the new
    date of an apology."""
    received_at = application.received_at or application.started_at
    promised = due(
        version_of(application).time_limit,
        received_at,
        calendar,
        closing_times(application.competent),
        facts_of(application, received_at),
    )
    given = next((one for one in application.extensions.all() if one.signed_at is not None), None)
    if given is not None:
        promised = extended(application, given, promised, calendar)
    for one in application.pauses.all():
        # What was waited for before the new date was named is in it already.
        counts = given is None or given.signed_at is None or one.from_at >= given.signed_at
        if one.to_at is not None and counts:
            promised = _after(application, promised, one, calendar)
    return promised


def extended(application: Application, given: Extension, promised: Due, calendar: WorkCalendar) -> Due:
    """The new date that a signed apology names, on a working day by this calendar, and what it says."""
    day = calendar.working_day_from(clock.local_day(given.due_after))
    at = given.due_after
    if day != clock.local_day(at):
        at = datetime.combine(day, _closing(application, calendar)(day), tzinfo=clock.HANOI)
    before, after = format_date(clock.local_day(given.due_before)), format_date(day)
    return Due(
        at,
        {
            language: f"{promised.explanation.get(language, '')} {_EXTENDED[language].format(before=before, after=after)}".strip()
            for language in LANGUAGES
        },
    )


def _after(application: Application, promised: Due, over: Pause, calendar: WorkCalendar) -> Due:
    if over.to_at is None:
        raise ValueError("the pause is not over")
    moved = after_wait(
        promised.at,
        over.from_at,
        over.to_at,
        calendar,
        _closing(application, calendar),
        in_days=not counts_hours(application),
    )
    start, end = format_date(clock.local_day(over.from_at)), format_date(clock.local_day(over.to_at))
    words = _PAUSED[PauseWhy(over.why)]
    return Due(
        moved,
        {
            language: f"{promised.explanation.get(language, '')} {words[language].format(start=start, end=end)}".strip()
            for language in LANGUAGES
        },
    )


def _closing(application: Application, calendar: WorkCalendar) -> Callable[[date], time]:
    own = closing_times(application.competent)
    return lambda day: own(day) or calendar.closing


def counts_hours(application: Application) -> bool:
    """Whether the time limit is one of hours or of the same day."""
    received_at = application.received_at or application.started_at
    limit = applicable(version_of(application).time_limit, facts_of(application, received_at))
    return LimitKind(limit["kind"]) not in _IN_DAYS
