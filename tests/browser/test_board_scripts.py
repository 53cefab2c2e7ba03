"""What a board says and shows, and how it fills its screen, in a real browser."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page

from tests.browser.script_page import show

pytestmark = [pytest.mark.browser]


# A board's loudspeaker: what it says or plays, and what the stage showed meanwhile. Each takes two seconds.
LOUDSPEAKER = """
    window.said = [];
    const stage = () => document.querySelector("[data-stage-number]").textContent;
    const sound = (what, done) => { window.said.push([what, stage()]); setTimeout(done, 2000); };
    Object.defineProperty(window, "speechSynthesis", { value: {
      getVoices: () => (VOICE ? [{ lang: "vi-VN" }] : []),
      cancel: () => {},
      speak: (words) => sound(words.text, () => words.onend()),
    } });
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
    window.Audio = class { play() { sound(this.src, () => this.onended()); return Promise.resolve(); } };
"""
STAGE = "<section data-stage><div data-stage-call><b data-stage-number></b><i data-stage-counter></i></div><p data-stage-quiet>quiet</p></section>"


def call(name: str, clips: str = "", *, over: bool = False) -> str:
    return f"<li data-call={name}{' data-over' * over} data-say='{name} one' data-number={name.split('-')[0]} data-counter=3 data-clips='{clips}'></li>"


def notice(name: str, clips: str = "") -> str:
    return f"<p data-notice={name} data-say='{name}' data-clips='{clips}'></p>"


def a_board(page: Page, *there: str, voice: bool = True) -> None:
    """A board that is open, with these calls on it since before."""
    page.clock.install()
    page.add_init_script(LOUDSPEAKER.replace("VOICE", str(voice).lower()))
    show(page, f"<body>{STAGE}<div id=live>{''.join(map(call, there))}</div></body>", "voice", "speak")


def renewed(page: Page, *parts: str) -> None:
    """The part was asked for again and is now this."""
    page.evaluate(
        f"document.querySelector('#live').innerHTML = {json.dumps(''.join(parts))};"
        "document.dispatchEvent(new Event('poll:swapped'))"
    )


def after(page: Page, seconds: int) -> list[list[str]]:
    """What has been said once so many seconds are over."""
    for _second in range(seconds):
        page.clock.run_for(1_000)
    said: list[list[str]] = page.evaluate("window.said")
    return said


def twice(*names: str) -> list[list[str]]:
    return [[f"{name} one", name.split("-")[0]] for name in names for _time in range(2)]


def test_calls_queue_up_and_each_is_said_twice(page: Page) -> None:
    a_board(page, "A1")
    renewed(page, call("A3"), call("A2"), call("A1"))
    assert after(page, 30) == twice("A2", "A3")


def test_a_call_during_another_waits_and_overwrites_nothing(page: Page) -> None:
    a_board(page, "A1")
    renewed(page, call("A2"), call("A1"))
    assert after(page, 1) == [["A2 one", "A2"]]
    renewed(page, call("B7"), call("A2"), call("A1"))
    assert after(page, 30) == twice("A2", "B7")


def test_a_recall_is_announced_again(page: Page) -> None:
    a_board(page, "A1-1")
    renewed(page, call("A1-2"))
    assert after(page, 20) == twice("A1-2")
    renewed(page, call("A1-2"))
    assert after(page, 20) == twice("A1-2")


def test_an_announcement_is_said_once_after_the_calls_and_never_over_one(page: Page) -> None:
    a_board(page, "A1")
    renewed(page, notice("nuoc"), call("A1"))
    assert after(page, 1) == [["nuoc", "A1"]]
    renewed(page, notice("nghi"), notice("nuoc"), call("A2"), call("A1"))
    said = [what for what, _stage in after(page, 40)]
    assert said[1:] == ["A2 one", "A2 one", "nghi"]


def test_an_announcement_that_stands_all_day_is_said_once_however_many_are_called(page: Page) -> None:
    a_board(page, "A1")
    renewed(page, notice("nuoc"))
    assert after(page, 1) == [["nuoc", "A1"]]
    for first in range(2, 602, 8):
        renewed(page, notice("nuoc"), *(call(f"A{number}") for number in range(first, first + 8)))
    said = [what for what, _stage in after(page, 120)]
    assert said.count("nuoc") == 1 and len(said) > 8


def test_without_a_voice_the_clips_are_played_in_their_order(page: Page) -> None:
    a_board(page, "A1", voice=False)
    renewed(page, call("A2", "/moi.ogg /so-2.ogg"), call("A1"), notice("nghi", "/chime.wav"))
    said = [what for what, _stage in after(page, 40)]
    assert said == ["/moi.ogg", "/so-2.ogg", "/moi.ogg", "/so-2.ogg", "/chime.wav"]


def test_a_board_that_was_away_says_the_last_three_and_shows_the_rest(page: Page) -> None:
    a_board(page, "A1")
    after(page, 61)
    renewed(page, *(call(f"A{number}") for number in (7, 6, 5, 4, 3, 2)))
    assert after(page, 60) == twice("A5", "A6", "A7")


def test_when_many_wait_each_is_said_once_and_the_newest_last(page: Page) -> None:
    a_board(page, "A1")
    renewed(page, *(call(f"A{number}") for number in (7, 6, 5, 4, 3, 2)))
    said = [what for what, _stage in after(page, 120)]
    assert list(dict.fromkeys(said)) == [f"A{number} one" for number in (2, 3, 4, 5, 6, 7)]
    assert [said.count(f"A{number} one") for number in (2, 3, 4, 5, 6, 7)] == [1, 1, 2, 2, 2, 2]


def test_a_call_that_is_over_before_its_turn_is_not_announced(page: Page) -> None:
    """A2 is missed while A1 is being said, A3 goes back into the line and is on no list any more; A1 itself is finished."""
    a_board(page, "A0")
    renewed(page, *map(call, ("A4", "A3", "A2", "A1", "A0")))
    assert after(page, 1) == [["A1 one", "A1"]]
    renewed(page, call("A4"), call("A2", over=True), call("A1", over=True), call("A0"))
    assert after(page, 40) == twice("A1", "A4")


def test_calls_that_are_over_hurry_none_of_those_that_are_not(page: Page) -> None:
    a_board(page, "A0")
    renewed(page, *(call(f"A{number}", over=number < 6) for number in range(8, 0, -1)))
    assert after(page, 60) == twice("A6", "A7", "A8")


def test_a_recall_takes_the_place_of_a_call_not_said_yet(page: Page) -> None:
    a_board(page, "A0")
    renewed(page, *map(call, ("B1-1", "A1-1", "A0")))
    assert after(page, 1) == [["A1-1 one", "A1"]]
    renewed(page, *map(call, ("B1-2", "A1-1", "A0")))
    assert after(page, 40) == twice("A1-1", "B1-2")


def test_an_older_call_that_moves_up_is_no_new_one(page: Page) -> None:
    a_board(page, "A3", "A2")
    renewed(page, call("A2"))
    assert after(page, 10) == []
    assert page.text_content("[data-stage-number]") == "A2"


def test_a_new_day_begins_with_a_quiet_stage(page: Page) -> None:
    a_board(page, "A3")
    assert page.is_visible("[data-stage-call]")
    renewed(page)
    after(page, 1)
    assert page.is_visible("[data-stage-quiet]") and not page.is_visible("[data-stage-call]")


def test_the_screen_is_filled_with_a_key_and_remembers_it(page: Page) -> None:
    full = "Boolean(document.fullscreenElement)"
    show(page, "<body><button data-full hidden>full</button></body>", "board")
    assert page.is_visible("[data-full]")
    page.keyboard.press("f")
    page.wait_for_function(full)
    assert not page.is_visible("[data-full]")
    page.reload()
    assert not page.evaluate(full)
    page.keyboard.press("a")  # the first touch
    page.wait_for_function(full)
    page.keyboard.press("f")
    page.wait_for_function(f"!{full}")
    page.reload()
    page.keyboard.press("a")
    assert not page.evaluate(full)
