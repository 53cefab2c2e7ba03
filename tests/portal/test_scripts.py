"""The small scripts of the pages, each in a real browser against a page that a route answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SCRIPTS = Path(__file__).resolve().parents[2] / "static" / "js"
HOUSE = "http://house.test"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def show(page: Page, body: str, *scripts: str, path: str = "/") -> None:
    """Open a page of these scripts, as the strict policy allows them: files only."""
    tags = "".join(f'<script src="/static/js/{name}.js" defer></script>' for name in scripts)
    html = f'<!doctype html><html lang="vi"><head><title>t</title>{tags}</head>{body}</html>'

    def answer(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[-1]
        if name.endswith(".js"):
            route.fulfill(body=(SCRIPTS / name).read_text(), content_type="text/javascript")
        else:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")

    page.unroute_all()
    page.route("**/*", answer)
    page.goto(HOUSE + path)


def test_every_script_is_small() -> None:
    assert {path.name: size for path in SCRIPTS.glob("*.js") if (size := path.stat().st_size) > 4096} == {}


def test_key_presses_the_button_that_shows_it(page: Page) -> None:
    show(page, "<body><button data-key='F2'>next</button></body>", "keys")
    page.evaluate(
        "void (document.querySelector('button').onclick = () => { window.pressed = (window.pressed ?? 0) + 1; })"
    )
    page.keyboard.press("F2")
    page.keyboard.press("F3")
    assert page.evaluate("window.pressed") == 1


def test_key_of_the_page_is_silent_while_a_dialog_is_open(page: Page) -> None:
    body = "<body><button id=a data-key='F2'>a</button><button data-dialog=d>o</button><dialog id=d><button id=b data-key='F9'>b</button></dialog></body>"
    show(page, body, "keys", "dialog")
    page.evaluate(
        "window.log = []; for (const e of document.querySelectorAll('#a, #b')) e.onclick = () => log.push(e.id); void 0"
    )
    page.click("[data-dialog]")
    page.keyboard.press("F2")
    page.keyboard.press("F9")
    page.keyboard.press("Escape")
    page.keyboard.press("F2")
    assert page.evaluate("window.log") == ["b", "a"]
    assert page.evaluate("document.activeElement.dataset.dialog") == "d"


def test_key_of_a_disabled_button_says_why(page: Page) -> None:
    show(
        page,
        "<body><button disabled data-key=F2 data-why='Finish A047 first.'>n</button><div id=announce></div></body>",
        "keys",
        "page",
    )
    page.keyboard.press("F2")
    page.wait_for_function("document.getElementById('announce').textContent === 'Finish A047 first.'")


def test_form_is_sent_once(page: Page) -> None:
    show(
        page,
        "<body><form method=post target=quiet><button>send</button></form><iframe name=quiet></iframe></body>",
        "page",
    )
    page.evaluate(
        "document.querySelector('form').addEventListener('submit', () => { window.sent = (window.sent ?? 0) + 1; })"
    )
    page.evaluate("for (let n = 0; n < 3; n += 1) document.querySelector('button').click()")
    assert page.evaluate("window.sent") == 1
    assert page.get_attribute("button", "aria-disabled") == "true"


def test_client_key_stays_over_a_reload_and_goes_with_success(page: Page) -> None:
    form = "<body><form><input type=hidden data-client-key=land value=server></form></body>"
    key = "document.querySelector('input').value"
    show(page, form, "client-key")
    first = page.evaluate(key)
    page.reload()
    assert page.evaluate(key) == first != "server"
    show(page, "<body><p data-client-key-done=land></p></body>", "client-key", path="/done")
    show(page, form, "client-key")
    assert page.evaluate(key) != first


def test_scan_that_begins_on_a_button_lands_in_the_scan_field(page: Page) -> None:
    show(page, "<body><input data-scan><button>b</button></body>", "focus")
    assert page.evaluate("document.activeElement.matches('[data-scan]')")
    page.focus("button")
    page.keyboard.type("001045")
    assert page.input_value("[data-scan]") == "001045"


def test_idle_kiosk_asks_and_then_returns_to_its_start(page: Page) -> None:
    page.clock.install()
    body = "<body data-idle=30 data-idle-url='/start'><dialog id=idle-warning><b data-idle-left></b><form method=dialog><button>more</button></form></dialog></body>"
    show(page, body, "idle", path="/question")
    page.clock.run_for(16_000)
    assert page.locator("dialog").is_visible()
    page.click("dialog button")
    page.clock.run_for(14_000)
    assert not page.locator("dialog").is_visible()
    with page.expect_navigation(url="**/start"):
        page.clock.run_for(17_000)


def test_poll_swaps_keeps_focus_and_says_when_nobody_answers(page: Page) -> None:
    page.clock.install()
    body = (
        "<body><p data-offline hidden>No connection, from <b data-offline-at></b></p>"
        "<div data-poll='/part' data-every=1000><input id=q></div></body>"
    )
    show(page, body, "poll")
    asked: list[str | None] = []
    state = {"down": False}

    def part(route: Route) -> None:
        asked.append(route.request.headers.get("if-none-match"))
        if state["down"]:
            route.abort()
        elif asked[-1] == '"2"':
            route.fulfill(status=304, headers={"ETag": '"2"'})
        else:
            route.fulfill(body="<input id=q><b>A047</b>", headers={"ETag": '"2"', "Content-Type": "text/html"})

    page.route("**/part", part)
    page.type("#q", "abc")
    page.clock.run_for(1_100)
    page.wait_for_selector("b:text('A047')")
    assert page.input_value("#q") == "abc"
    assert page.evaluate("document.activeElement.id") == "q"
    with page.expect_response("**/part") as unchanged:
        page.clock.run_for(1_100)
    assert unchanged.value.status == 304
    state["down"] = True
    with page.expect_event("requestfailed"):
        page.clock.run_for(1_100)
    page.wait_for_selector("[data-offline]:not([hidden])")
    state["down"] = False
    page.clock.run_for(2_200)
    page.wait_for_selector("[data-offline]", state="hidden")


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


def call(name: str, clips: str = "") -> str:
    return f"<li data-call={name} data-say='{name} one' data-number={name.split('-')[0]} data-counter=3 data-clips='{clips}'></li>"


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


# A stream in the page's own hands.
STREAM = """
    window.streams = [];
    window.EventSource = class {
      constructor(url) { this.url = url; this.heard = {}; window.streams.push(this); }
      addEventListener(kind, listener) { this.heard[kind] = listener; }
      close() { this.closed = true; }
    };
"""


def a_live_page(page: Page) -> list[str]:
    """A page that listens, with what it asked for; its part names the topics it listens to."""
    page.clock.install()
    page.add_init_script(STREAM)
    show(
        page,
        "<body><div data-poll='/part' data-every=3000 data-live='/live?topics=ab:1:x'></div></body>",
        "poll",
        "live",
    )
    asked: list[str] = []

    def part(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body="A047", headers={"ETag": f'"{len(asked)}"', "Live-Address": "/live?topics=ab:2:y"})

    page.route("**/part", part)
    return asked


def does(page: Page, script: str, times: int = 1) -> None:
    """The page asks ``times`` times after this."""
    for _time in range(times):
        with page.expect_response("**/part"):
            page.evaluate(script)


def test_told_of_a_change_the_page_asks_at_once_and_otherwise_seldom(page: Page) -> None:
    asked = a_live_page(page)
    does(page, "streams[0].onopen()")
    does(page, "streams[0].onmessage()")
    for _second in range(15):
        page.clock.run_for(1_000)
        page.evaluate("streams[0].heard.beat()")
    assert len(asked) == 2
    with page.expect_response("**/part"):
        page.clock.run_for(6_000)


def test_a_broken_stream_is_polled_instead_and_tried_again_later(page: Page) -> None:
    asked = a_live_page(page)
    does(page, "streams[0].onopen()")
    does(page, "streams[0].onerror()")
    assert page.evaluate("streams.map((s) => Boolean(s.closed))") == [True]
    with page.expect_response("**/part"):
        page.clock.run_for(3_100)
    page.clock.run_for(6_000)
    # With the newest address: the one from the start may not be good any more.
    assert page.evaluate("streams.at(-1).url") == "/live?topics=ab:2:y"
    assert len(asked) >= 3


def test_a_silent_stream_is_taken_for_a_broken_one(page: Page) -> None:
    a_live_page(page)
    does(page, "streams[0].onopen()")
    for _second in range(26):
        page.clock.run_for(1_000)
    assert page.evaluate("streams[0].closed")


# -- what is being typed ----------------------------------------------------------------------------------------------

KEPT = '<body><p data-failed hidden>no</p><form action="/keep/" data-keep><input name="child" value=""></form></body>'
LEAD_AWAY = """() => new Promise((done) => {
  const way = document.createElement("a");
  document.body.append(way);
  const detail = { elt: way, issueRequest: () => done("went") };
  const held = !way.dispatchEvent(new CustomEvent("htmx:confirm", { bubbles: true, cancelable: true, detail }));
  if (!held) done("not held");
  else setTimeout(() => done("stayed"), 1500);
})"""


@pytest.mark.parametrize(("status", "outcome"), [(204, "went"), (500, "stayed")])
def test_a_way_off_the_form_waits_until_what_was_typed_is_kept(page: Page, status: int, outcome: str) -> None:
    kept: list[str] = []
    show(page, KEPT, "keep")

    def keep(route: Route) -> None:
        kept.append(route.request.post_data or "")
        route.fulfill(status=status, body="")

    page.route("**/keep/", keep)
    assert page.evaluate(LEAD_AWAY) == "not held", "nothing was typed yet"
    page.locator("input").press_sequentially("Bao")
    assert page.evaluate(LEAD_AWAY) == outcome
    assert kept == ["child=Bao"]
    assert page.locator("[data-failed]").is_visible() is (outcome == "stayed")


def test_leaving_the_page_sends_what_was_typed(page: Page) -> None:
    show(page, KEPT, "keep")
    page.route("**/keep/", lambda route: route.fulfill(status=204, body=""))
    page.locator("input").press_sequentially("Bao")
    with page.expect_request("**/keep/") as sent:
        page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    assert sent.value.post_data == "child=Bao"
    assert sent.value.headers["hx-request"] == "true"


def test_a_past_day_is_played_at_the_speed_that_is_pressed(page: Page) -> None:
    body = """<body><input data-replay-at value="09:00:00">
        <div data-replay-play hidden><button data-speed=60>60</button><button data-speed=0>stop</button></div>
        <div data-replay="/part/?day=d" data-second="32400" data-last="32500">before</div></body>"""
    show(page, body, "replay")
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url.partition("at=")[2])
        route.fulfill(body="the hall", content_type="text/html")

    page.route("**/part/*", answer)
    assert page.is_visible("[data-replay-play]"), "shown where the script runs"
    page.click("[data-speed='60']")
    page.wait_for_function("document.querySelector('[data-replay-at]').value === '09:01:40'", timeout=10_000)
    assert asked == ["09:01:00", "09:01:40"], "to the end of the day and no further"
    assert page.inner_text("[data-replay]") == "the hall"
    assert page.get_attribute("[data-speed='0']", "aria-pressed") == "true"
