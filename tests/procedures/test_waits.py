"""Pauses that overlap: each moment is given once, however the time was cut up."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from procedures.calendars import ONE_DAY, WorkCalendar
from procedures.waits import Span, after_wait, apart, day_without, left_of
from tests.moments import hanoi

FIRST, DUE = hanoi("2026-11-23 00:00"), hanoi("2026-12-04 17:00")
HOURS = 24 * 14
CALENDAR = WorkCalendar(days_off=frozenset({date(2026, 11, 24)}))


def a_span(start: int, length: int) -> Span:
    return FIRST + timedelta(hours=start), FIRST + timedelta(hours=start + length)


SPANS = st.lists(st.builds(a_span, st.integers(0, HOURS - 1), st.integers(1, 72)), max_size=6)


def moved(spans: list[Span]) -> datetime:
    due = DUE
    for start, end in spans:
        due = after_wait(due, start, end, CALENDAR, lambda _day: CALENDAR.closing, in_days=True)
    return due


def joined(spans: list[Span]) -> list[Span]:
    """Spans that follow each other without a gap as one."""
    found: list[Span] = []
    for start, end in apart(spans):
        if found and found[-1][1] == start:
            start = found.pop()[0]
        found.append((start, end))
    return found


@given(SPANS)
def test_overlapping_pauses_and_outages_count_each_working_hour_once(spans: list[Span]) -> None:
    found = apart(spans)
    for hour in range(HOURS + 72):
        moment = FIRST + timedelta(hours=hour, minutes=30)
        once = any(start <= moment < end for start, end in spans)
        assert sum(start <= moment < end for start, end in found) == once
    assert all(before[1] <= after[0] for before, after in zip(found, found[1:], strict=False))


@given(SPANS, st.lists(st.integers(0, HOURS), max_size=4))
def test_a_wait_cut_in_pieces_moves_a_promise_as_the_whole(spans: list[Span], cuts: list[int]) -> None:
    whole = apart(spans)
    edges = sorted({FIRST - ONE_DAY, *(FIRST + timedelta(hours=cut) for cut in cuts), FIRST + timedelta(days=60)})
    pieces = [
        (max(start, since), min(end, until))
        for since, until in zip(edges, edges[1:], strict=False)
        for start, end in whole
        if max(start, since) < min(end, until)
    ]
    assert moved(pieces) == moved(whole)


@given(SPANS, st.builds(a_span, st.integers(0, HOURS - 1), st.integers(1, 72)))
def test_what_another_pause_has_given_is_not_given_again(spans: list[Span], more: Span) -> None:
    left = left_of(more, spans)
    assert joined([*left, *spans]) == joined([more, *spans])
    assert all(not (start < last and first < end) for start, end in left for first, last in spans)
    assert moved([*apart(spans), *left]) == moved(apart([more, *spans]))


@given(SPANS)
def test_a_promise_moves_by_the_working_days_that_passed(spans: list[Span]) -> None:
    passed = {
        day
        for start, end in apart(spans)
        for number in range(1, (end.date() - start.date()).days + 1)
        if CALENDAR.is_working_day(day := start.date() + number * ONE_DAY)
    }
    assert moved(apart(spans)).date() == CALENDAR.add_working_days(DUE.date(), len(passed))


@given(SPANS)
def test_a_day_that_an_outage_touches_is_given_at_the_end(spans: list[Span]) -> None:
    asked, last = FIRST.date(), CALENDAR.add_working_days(FIRST.date(), 7)
    found = day_without(last, asked, spans, CALENDAR)
    open_days = [
        asked + number * ONE_DAY
        for number in range(1, (found - asked).days + 1)
        if CALENDAR.is_working_day(asked + number * ONE_DAY)
    ]
    lost = [day for day in open_days if any(_takes(day, span) for span in spans)]
    assert len(open_days) - len(lost) == 7 and found not in lost


def _takes(day: date, span: Span) -> bool:
    opens = hanoi(f"{day} 08:00")
    return span[0] < opens + timedelta(hours=9) and span[1] > opens
