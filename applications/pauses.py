"""The dossier's clock: time the citizen takes is not the office's, and what was promised can be counted again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from applications.approved_days import Approved
from applications.catalogue import facts_of, version_of
from applications.enums import PauseWhy
from applications.models import Application, Extension, Part, Pause
from centres.hours import closing_times
from portal import clock
from portal.text import LANGUAGES
from portal.vn.dates import format_date
from procedures.calendars import WorkCalendar
from procedures.catalogue_cache import load_calendar
from procedures.limits import Due, LimitKind, applicable, due
from procedures.linked import NO_WAITS, Plan, Waits, plan
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
    if has_parts(application):
        moved = counted_again(application, Approved().of(application))
        return moved.at, moved.explanation
    # An outage beside it has given its time already.
    given = spans_of(application.pauses.exclude(pk=open_pause.pk))
    spans = left_of((open_pause.from_at, at), given)
    moved_to = _after(application, application.due_at, spans, load_calendar(), in_days=not counts_hours(application))
    return moved_to, _said(application.due_explanation, stops_of([open_pause]))


def counted_again(application: Application, calendar: WorkCalendar) -> Due:
    """What this calendar promises for the dossier, from its receipt on, with every pause that is over and the new
    date of an apology."""
    given = next((one for one in application.extensions.all() if one.signed_at is not None), None)
    if given is None or given.signed_at is None:
        return planned(application, calendar, Stood(application, calendar)).whole
    promised = extended(application, given, planned(application, calendar).whole, calendar)
    stood = Stood(application, calendar)
    # What was waited for before the new date was named is in it already.
    later = [one for one in stood.of_everything() if one.start >= given.signed_at]
    return stood.added(promised, later, in_days=not counts_hours(application))


def planned(application: Application, calendar: WorkCalendar, waits: Waits = NO_WAITS) -> Plan:
    """What is promised for the dossier and for each of its parts."""
    received_at = application.received_at or application.started_at
    version = version_of(application)
    law = {part["key"]: part for part in version.parts}
    return plan(
        version,
        facts_of(application, received_at),
        received_at,
        calendar,
        closing_times(application.competent),
        waits,
        [law[row.key] for row in parts_of(application)],
    )


def parts_of(application: Application) -> list[Part]:
    """Its parts in their order; no statement where they are prefetched, or for a procedure that has none."""
    is_known = "parts" in getattr(application, "_prefetched_objects_cache", {})
    return list(application.parts.all()) if is_known or version_of(application).parts else []


def has_parts(application: Application) -> bool:
    return bool(parts_of(application))


@dataclass(frozen=True)
class Stop:
    """Time that was not the office's, from one moment to another, and why."""

    start: datetime
    end: datetime
    why: PauseWhy


def stops_of(pauses: Iterable[Pause]) -> list[Stop]:
    """Those that are over."""
    return [Stop(one.from_at, one.to_at, PauseWhy(one.why)) for one in pauses if one.to_at is not None]


def spans_of(pauses: Iterable[Pause]) -> list[Span]:
    """From when to when, of those that are over."""
    return [(one.start, one.end) for one in stops_of(pauses)]


def joined(stops: Iterable[Stop]) -> list[Stop]:
    """The same time without what two of them give twice for the same reason."""
    found: list[Stop] = []
    last: dict[PauseWhy, int] = {}
    for one in sorted(stops, key=lambda stop: (stop.start, stop.end)):
        place = last.get(one.why)
        if place is not None and one.start < found[place].end:
            found[place] = Stop(found[place].start, max(found[place].end, one.end), one.why)
        else:
            last[one.why] = len(found)
            found.append(one)
    return found


class Stood(Waits):
    """When the clocks of a dossier stood still: the whole one's, and that of each part while its office had it."""

    def __init__(self, application: Application, calendar: WorkCalendar) -> None:
        self.application, self.calendar = application, calendar
        self.rows = {row.key: row for row in parts_of(application)}
        self.law = {part["key"]: part for part in version_of(application).parts}
        self.whole = stops_of(application.pauses.all())

    def of_part(self, key: str, promised: Due) -> Due:
        row = self.rows[key]
        if row.begun_at is None:
            return promised
        until = row.ended_at or datetime.max.replace(tzinfo=clock.HANOI)
        within = [Stop(max(one.start, row.begun_at), min(one.end, until), one.why) for one in self.whole]
        stops = [one for one in within if one.start < one.end] + self._own(key)
        return self.added(promised, stops, in_days=not self.counts_hours(key))

    def of_whole(self, key: str, promised: Due) -> Due:
        """Its own waits count for a part, and those of the parts it waited for."""
        in_hours = bool(key) and "limit" not in self.law[key] and self.counts_hours(key)
        own: list[Stop] = []
        while key:
            own += self._own(key)
            key = self.law[key].get("after", "")
        in_days = not (in_hours or counts_hours(self.application))
        return self.added(promised, self.whole + own, in_days=in_days)

    def of_everything(self) -> list[Stop]:
        return self.whole + [stop for key in self.rows for stop in self._own(key)]

    def added(self, promised: Due, stops: Sequence[Stop], *, in_days: bool) -> Due:
        """Each moment counts once, and each reason is said."""
        spans = apart((one.start, one.end) for one in stops)
        at = _after(self.application, promised.at, spans, self.calendar, in_days=in_days)
        return Due(at, _said(promised.explanation, joined(stops)))

    def counts_hours(self, key: str) -> bool:
        received_at = self.application.received_at or self.application.started_at
        limit = self.law[key].get("limit") or version_of(self.application).time_limit
        return LimitKind(applicable(limit, facts_of(self.application, received_at))["kind"]) not in _IN_DAYS

    def _own(self, key: str) -> list[Stop]:
        row = self.rows.get(key)
        pauses = row.pauses.all() if row else []
        return [Stop(one.from_at, one.to_at, PauseWhy.SUPPLEMENT) for one in pauses if one.to_at is not None]


def part_clocks(application: Application, calendar: WorkCalendar) -> dict[str, Due]:
    """By when each part that is not over is due now: its office's own time once it has begun, else what is planned."""
    stood = Stood(application, calendar)
    ahead = {row.key: row.due for row in planned(application, calendar, stood).parts}
    received_at = application.received_at or application.started_at
    facts, closing = facts_of(application, received_at), closing_times(application.competent)
    found = {}
    for key, row in stood.rows.items():
        law = stood.law[key]
        if not row.is_open:
            continue
        found[key] = ahead[key]
        if row.begun_at is None or "limit" not in law or not law.get("after"):
            continue
        own = stood.of_part(key, due(law["limit"], row.begun_at, calendar, closing, facts))
        first = stood.rows[law["after"]]
        # An office that got it late has its time nevertheless; that the whole is late is seen at the whole.
        in_time = first.ended_at is not None and first.ended_at <= ahead[first.key].at
        found[key] = own if law.get("beyond") or not in_time or own.at < ahead[key].at else ahead[key]
    return found


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


def _after(
    application: Application, at: datetime, spans: Iterable[Span], calendar: WorkCalendar, *, in_days: bool
) -> datetime:
    closing = _closing(application, calendar)
    for start, end in spans:
        at = after_wait(at, start, end, calendar, closing, in_days=in_days)
    return at


def _said(explanation: dict[str, str], stops: Iterable[Stop]) -> dict[str, str]:
    """The explanation with a sentence for each of these."""
    said = dict(explanation)
    for one in stops:
        start, end = format_date(clock.local_day(one.start)), format_date(clock.local_day(one.end))
        words = _PAUSED[one.why]
        said = {
            language: f"{said.get(language, '')} {words[language].format(start=start, end=end)}".strip()
            for language in LANGUAGES
        }
    return said


def _closing(application: Application, calendar: WorkCalendar) -> Callable[[date], time]:
    own = closing_times(application.competent)
    return lambda day: own(day) or calendar.closing


def counts_hours(application: Application) -> bool:
    """Whether the time limit is one of hours or of the same day; that of several offices is one of days."""
    if has_parts(application):
        return False
    received_at = application.received_at or application.started_at
    limit = applicable(version_of(application).time_limit, facts_of(application, received_at))
    return LimitKind(limit["kind"]) not in _IN_DAYS
