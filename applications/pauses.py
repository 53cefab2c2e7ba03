"""The dossier's clock: time the citizen takes is not the office's."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from applications.catalogue import facts_of, version_of
from applications.models import Application
from centres.hours import closing_times
from portal import clock
from portal.text import LANGUAGES
from portal.vn.dates import format_date
from procedures.catalogue_cache import load_calendar
from procedures.limits import LimitKind, applicable

_IN_DAYS = (LimitKind.WORKING_DAYS, LimitKind.CALENDAR_DAYS)

_PAUSED = {
    "vi": "{before} Tạm dừng từ {start} đến {end} để chờ bổ sung, không tính.",
    "en": "{before} The wait for the supplement from {start} to {end} does not count.",
    "ko": "{before} {start}부터 {end}까지 보완 대기 기간은 산입하지 않습니다.",
}


def due_after_pause(application: Application, at: datetime) -> tuple[datetime, dict[str, str]]:
    """The due moment with the pause from ``paused_at`` to ``at`` added, and its explanation.

    A limit counted in days is moved by the working days after the one it was asked on: within one day nothing of it
    passed. A limit counted in hours, or due the same day, is moved by the hours of the pause on working days; what goes
    past closing goes on with the next working day (Decree 301/2026 art. 4.7).
    """
    if application.paused_at is None or application.due_at is None:
        raise ValueError("the dossier is not paused")
    calendar = load_calendar()
    start, end = clock.local_day(application.paused_at), clock.local_day(at)
    due = clock.local(application.due_at)
    worked = sum(calendar.is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
    closing = closing_times(application.competent)

    def closes(day: date) -> time:
        return closing(day) or calendar.closing

    if worked:
        day = calendar.add_working_days(due.date(), worked)
        # What was promised for the end of a day is promised for the end of the new one.
        until = closes(day) if due.time() == closes(due.date()) else due.time()
        due = datetime.combine(day, until, tzinfo=clock.HANOI)
    elif _counts_hours(application) and calendar.is_working_day(start):
        moved = due + (at - application.paused_at)
        if moved.time() > closes(due.date()) or moved.date() != due.date():
            day = calendar.next_working_day(due.date())
            moved = datetime.combine(day, closes(day), tzinfo=clock.HANOI)
        due = moved
    explanation = {
        language: _PAUSED[language]
        .format(before=application.due_explanation.get(language, ""), start=format_date(start), end=format_date(end))
        .strip()
        for language in LANGUAGES
    }
    return due, explanation


def _counts_hours(application: Application) -> bool:
    """Whether the time limit is one of hours or of the same day."""
    received_at = application.received_at or application.started_at
    limit = applicable(version_of(application).time_limit, facts_of(application, received_at))
    return LimitKind(limit["kind"]) not in _IN_DAYS
