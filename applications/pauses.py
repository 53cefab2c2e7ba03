"""The dossier's clock: time the citizen takes is not the office's, and what was promised can be counted again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
from procedures.waits import Span, after_wait, apart, left_of

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
    # An outage beside it has given its time already.
    given = spans_of(application.pauses.exclude(pk=open_pause.pk))
    spans = left_of((open_pause.from_at, at), given)
    return _after(application, application.due_at, spans, load_calendar()), _said(
        application.due_explanation, [open_pause]
    )


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
    # What was waited for before the new date was named is in it already.
    since = given.signed_at if given is not None else None
    pauses = [one for one in application.pauses.all() if since is None or one.from_at >= since]
    at = _after(application, promised.at, apart(spans_of(pauses)), calendar)
    return Due(at, _said(promised.explanation, pauses))


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


def spans_of(pauses: Iterable[Pause]) -> list[Span]:
    """From when to when, of those that are over."""
    return [(one.from_at, one.to_at) for one in pauses if one.to_at is not None]


def _after(application: Application, at: datetime, spans: Iterable[Span], calendar: WorkCalendar) -> datetime:
    in_days, closing = not counts_hours(application), _closing(application, calendar)
    for start, end in spans:
        at = after_wait(at, start, end, calendar, closing, in_days=in_days)
    return at


def _said(explanation: dict[str, str], pauses: Iterable[Pause]) -> dict[str, str]:
    """The explanation with a sentence for each pause that is over."""
    said = dict(explanation)
    for one in pauses:
        if one.to_at is None:
            continue
        start, end = format_date(clock.local_day(one.from_at)), format_date(clock.local_day(one.to_at))
        words = _PAUSED[PauseWhy(one.why)]
        said = {
            language: f"{said.get(language, '')} {words[language].format(start=start, end=end)}".strip()
            for language in LANGUAGES
        }
    return said


def _closing(application: Application, calendar: WorkCalendar) -> Callable[[date], time]:
    own = closing_times(application.competent)
    return lambda day: own(day) or calendar.closing


def counts_hours(application: Application) -> bool:
    """Whether the time limit is one of hours or of the same day."""
    received_at = application.received_at or application.started_at
    limit = applicable(version_of(application).time_limit, facts_of(application, received_at))
    return LimitKind(limit["kind"]) not in _IN_DAYS
