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


def test_calls_queue_up_and_each_is_said_twice(page: Page) -> None:
    page.clock.install()
    page.add_init_script(
        """
        window.said = [];
        const voice = { lang: "vi-VN" };
        Object.defineProperty(window, "speechSynthesis", { value: {
          getVoices: () => [voice],
          speak: (words) => {
            window.said.push([words.text, document.querySelector("[data-stage-number]").textContent]);
            setTimeout(() => words.onend(), 2000);
          },
        } });
        window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
        """
    )
    call = "<li data-call={0} data-say='{0} one' data-number={0} data-counter=3>{0}</li>"
    body = (
        "<body><section data-stage><b data-stage-number></b><i data-stage-counter></i></section><ol>"
        + call.format("A1")
        + "</ol></body>"
    )
    show(page, body, "speak")
    new = json.dumps(call.format("A3") + call.format("A2") + call.format("A1"))
    page.evaluate(f"document.querySelector('ol').innerHTML = {new}; document.dispatchEvent(new Event('poll:swapped'))")
    for _second in range(30):
        page.clock.run_for(1_000)
    assert page.evaluate("window.said") == [["A2 one", "A2"], ["A2 one", "A2"], ["A3 one", "A3"], ["A3 one", "A3"]]


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
