"""How values look on a page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import engines
from django.utils import translation

from portal import clock
from portal.templatetags import portal as tags

# 23/11/2026 10:24 in Hanoi, a Monday.
NOW = datetime(2026, 11, 23, 3, 24, tzinfo=UTC)


def rendered(source: str, **context: object) -> str:
    return str(engines["django"].from_string(source).render(context))


def test_moments_are_told_in_hanoi_time() -> None:
    late = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)  # already Tuesday in Hanoi
    assert tags.hm(late) == "00:30"
    assert tags.day(late) == "24/11/2026"
    assert tags.day(date(2025, 7, 2)) == "02/07/2025"
    with translation.override("en"):
        assert tags.moment(late) == "00:30 Tuesday 24/11/2026"


def test_what_happened_today_says_today() -> None:
    with clock.fixed(NOW), translation.override("en"):
        assert tags.when(NOW - timedelta(minutes=17)) == "10:07 today"
        assert tags.when(NOW - timedelta(days=1)) == "10:24 22/11/2026"


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=-5), "0 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=89), "89 minutes"),
        (timedelta(minutes=90), "1 hour"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=3), "3 days"),
    ],
)
def test_time_since_is_told_in_the_unit_that_matters(ago: timedelta, words: str) -> None:
    with clock.fixed(NOW), translation.override("en"):
        assert tags.human_since(NOW - ago) == words


def test_nothing_shows_as_nothing() -> None:
    filters = (tags.vnd, tags.hm, tags.day, tags.long_day, tags.moment, tags.when, tags.minutes, tags.human_since)
    assert {str(each(None)) for each in (*filters, tags.mask_id, tags.phone, tags.mask_phone, tags.pick)} == {""}


def test_zero_dong_is_an_amount() -> None:
    assert tags.vnd(0) == "0 đ"
    assert tags.vnd(28_000) == "28.000 đ"


def test_icon_is_hidden_from_screen_readers() -> None:
    html = rendered('{% icon "printer" "big" %}')
    assert 'aria-hidden="true"' in html
    assert 'class="icon big"' in html
    assert "style=" not in html


def test_script_carries_the_pages_nonce_and_is_deferred() -> None:
    html = rendered('{% script "keys" "clock" %}', CSP_NONCE='a"b')
    assert html.count("<script ") == 2
    assert html.count('nonce="a&quot;b"') == 2
    assert html.count(" defer") == 2


def test_unknown_kind_of_state_has_no_class() -> None:
    assert rendered('{% include "includes/state.html" with kind="ok" text="a" %}').split() == [
        "<span",
        'class="state',
        'ok">a</span>',
    ]
    assert tags.state_kind("ok evil") == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "–"), (0, "0 seconds"), (45.4, "45 seconds"), (89, "89 seconds"), (90, "2 minutes"), (840, "14 minutes"),
     (5940, "99 minutes"), (7500, "2 h 05"), (-3, "0 seconds")],
)  # fmt: skip
def test_a_length_of_time_is_told_in_the_unit_that_matters(seconds: float | None, words: str) -> None:
    with translation.override("en"):
        assert tags.span(seconds) == words


def test_shares_and_bare_minutes() -> None:
    assert (tags.percent(0.126), tags.percent(None)) == ("13 %", "–")
    assert (tags.in_minutes(840), tags.in_minutes(None)) == ("14", "–")
