"""What a board says: every call, one after the other, each twice, by the device's own voice or by its own clips.

The page is the real one, on a clock a hundred times as fast; the server is a route of the browser, and the voice and the
loudspeaker are stand-ins that write down what they are given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from centres.announce import Call, Notice
from tests.browser.board_page import HOUSE, BoardHouse

pytestmark = [pytest.mark.browser]

CLIPS = ("moi", "chu-a", "so-1", "den", "so-2")
STAND_INS = """
    const later = window.setTimeout, now = Date.now, begun = now();
    window.setTimeout = (what, ms, ...more) => later(what, (ms ?? 0) / 100, ...more);
    Date.now = () => begun + (now() - begun) * 100;
    const voices = VOICES;
    window.log = [];
    let running = 0;
    const stage = () => document.querySelector("[data-stage-number]").textContent;
    const hear = (how, what, end) => {
      running += 1;
      log.push([how, what, stage(), running]);
      setTimeout(() => { running -= 1; end(); }, 2500);
    };
    Object.defineProperty(window, "speechSynthesis", { value: {
      getVoices: () => voices,
      cancel() { if (running) log.push(["cut off", "", stage(), running]); },
      speak: (words) => words.voice.broken ? words.onerror({ error: "synthesis-failed" })
        : hear(words.voice.name, words.text, () => words.onend()),
    } });
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
    window.Audio = class { async play() { hear("clip", this.src.split("/").pop(), () => this.onended()); } };
"""
OWN = '{ name: "own", lang: "vi-VN", localService: true }'
ONLINE = '{ name: "online", lang: "vi-VN", localService: false }'
BROKEN = '{ name: "broken", lang: "vi-VN", localService: true, broken: true }'
FOREIGN = '{ name: "foreign", lang: "en-US", localService: true }'


class Hall(BoardHouse):
    """Calls these numbers, says these notices."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: list[str] = []
        self.notices: list[str] = []

    def newest(self) -> list[Call]:
        clips = " ".join(f"/static/audio/vi/{name}.ogg" for name in CLIPS)
        return [Call(f"{label}-1", label, "Quầy 2", f"Mời số {label}", clips) for label in reversed(self.labels)]

    def said(self) -> list[Notice]:
        return [Notice(f"{text}-0", text, "/static/audio/vi/chime.wav") for text in self.notices]

    def tag(self) -> str:
        return f"{len(self.labels)}-{len(self.notices)}"


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.fixture
def board(browser: Browser, hall: Hall) -> Iterator[Callable[..., Page]]:
    """The board of a device with these voices, opened before anybody was called."""
    pages = []

    def with_voices(*voices: str) -> Page:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        pages.append(page)
        page.add_init_script(STAND_INS.replace("VOICES", f"[{', '.join(voices)}]"))
        page.route("**/*", hall.answer)
        page.goto(f"{HOUSE}/board/")
        return page

    yield with_voices
    for page in pages:
        page.close()


def heard(page: Page, count: int) -> list[list[object]]:
    """The first so many things that were heard, each ``[how, what, number on the stage, how many at once]``."""
    for _look in range(600):
        log: list[list[object]] = page.evaluate("window.log")
        if len(log) >= count:
            return log
        page.wait_for_timeout(25)
    raise AssertionError(f"only {log} was heard")


def test_announcements_overwrite_each_other(board: Callable[..., Page], hall: Hall) -> None:
    """FQM 138. Two calls at once, a third right behind them and words to the hall: each is shown and said, none cut off."""
    page = board(OWN)
    hall.labels += ["A001", "A002"]
    hall.notices.append("Mời bác uống nước.")
    heard(page, 1)
    hall.labels.append("A003")
    log = heard(page, 7)
    calls = [["own", f"Mời số {label}", label, 1] for label in ("A001", "A002", "A003")]
    assert log == [call for call in calls for _twice in range(2)] + [["own", "Mời bác uống nước.", "A003", 1]]
    assert page.locator("[data-call]").evaluate_all("all => all.map(one => one.dataset.number)") == [
        "A003",
        "A002",
        "A001",
    ]
    expect(page.locator("[data-stage-number]")).to_have_text("A003")


def test_every_call_is_on_the_list_at_once_whatever_the_stage_shows(board: Callable[..., Page], hall: Hall) -> None:
    page = board(OWN)
    hall.labels += ["A001", "A002", "A003", "A004"]
    heard(page, 1)
    for label in hall.labels:
        expect(page.locator(".recent li", has_text=label)).to_be_visible()


@pytest.mark.parametrize(
    ("voices", "how"),
    [
        ([OWN], "own"),
        ([ONLINE, OWN], "own"),
        ([ONLINE], "clip"),
        ([BROKEN], "clip"),
        ([FOREIGN], "clip"),
        ([], "clip"),
    ],
)
def test_the_voice_breaks_with_an_online_service(
    voices: list[str], how: str, board: Callable[..., Page], hall: Hall
) -> None:
    """FQM 265; novosga 78. The device's own Vietnamese voice, else the clips of the house: nobody outside is asked."""
    page = board(*voices)
    hall.labels.append("A1")
    said = ["Mời số A1"] if how == "own" else [f"{name}.ogg" for name in CLIPS]
    log = heard(page, 2 * len(said))
    assert log == [[how, words, "A1", 1] for words in [*said, *said]]
    assert hall.elsewhere == []
    scripts = page.locator("script[src]").evaluate_all("all => all.map(one => one.src)")
    assert scripts and all(re.match(rf"{HOUSE}/static/", script) for script in scripts)
