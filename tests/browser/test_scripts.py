"""The small scripts of the pages, each in a real browser against a page that a route answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

from tests.browser.script_page import SCRIPTS, show

pytestmark = [pytest.mark.browser]


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


def test_what_a_key_unfolds_can_be_typed_into_at_once(page: Page) -> None:
    show(
        page,
        "<body><details><summary data-key=F6>b</summary><input type=hidden><input id=why></details></body>",
        "keys",
    )
    page.keyboard.press("F6")
    page.keyboard.type("mờ")
    assert page.input_value("#why") == "mờ"
    page.keyboard.press("F6")
    assert not page.evaluate("document.querySelector('details').open")


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
    show(page, body, "swap", "poll")
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


@pytest.mark.parametrize(
    ("shown", "answered", "focused"),
    [
        pytest.param("<button name=b>Later</button>", "<button name=b>Later</button>", "Later", id="the same button"),
        pytest.param("<button id=b>Next, 3</button>", "<button id=b>Next, 4</button>", "Next, 4", id="other words"),
        pytest.param("<a href='#'>Read</a>", "<p>Nothing to read</p>", None, id="gone"),
    ],
)
def test_what_has_the_focus_keeps_it_and_is_no_lost_connection(
    page: Page, shown: str, answered: str, focused: str | None
) -> None:
    page.clock.install()
    offline = "<p data-offline hidden>No connection, from <b data-offline-at></b></p>"
    part = "<div data-poll='/part' data-every=1000><button name=first>First</button>{}</div>"
    show(page, f"<body>{offline}{part.format(shown)}</body>", "swap", "poll")
    page.route("**/part", lambda route: route.fulfill(body=f"<button name=first>First</button>{answered}<hr>"))
    page.locator("[data-poll] > :last-child").focus()
    page.clock.run_for(1_100)
    page.wait_for_selector("hr", state="attached")
    assert page.locator("[data-offline]").is_hidden()
    with page.expect_response("**/part"):  # and it goes on, at its pace
        page.clock.run_for(1_100)
    active = page.evaluate("document.activeElement === document.body ? null : document.activeElement.textContent")
    assert active == focused


def test_what_is_unfolded_stays_so_when_the_part_is_asked_for_again(page: Page) -> None:
    page.clock.install()
    folded = "<details><summary>Let me go</summary>15 min</details><details><summary>Give back</summary>sure?</details>"
    show(page, f"<body><div data-poll='/part' data-every=1000>{folded}</div></body>", "swap", "poll")
    page.route(
        "**/part", lambda route: route.fulfill(body=f"<b>A047</b>{folded}", headers={"Content-Type": "text/html"})
    )
    page.click("summary:text('Let me go')")
    page.clock.run_for(1_100)
    page.wait_for_selector("b:text('A047')")
    assert page.evaluate("[...document.querySelectorAll('details')].map((e) => e.open)") == [True, False]


def test_a_desk_that_was_drawn_all_day_listens_as_one_drawn_once(page: Page) -> None:
    """Every drawing brings new parts; what the document holds of the old ones would stay in memory till the evening."""
    page.add_init_script(
        "const listen = document.addEventListener.bind(document); window.kinds = {};"
        "document.addEventListener = (kind, ...more) => {"
        " window.kinds[kind] = (window.kinds[kind] ?? 0) + 1; listen(kind, ...more); };"
    )
    part = "<div data-poll='/part' data-every=100000></div>"
    show(page, f"<body><main>{part}</main></body>", "swap", "poll")
    once = page.evaluate("window.kinds")
    asked: list[str] = []
    page.route("**/part", lambda route: (asked.append(route.request.url), route.fulfill(status=304))[1])
    for _drawn in range(5):
        page.evaluate(f"document.querySelector('main').innerHTML = \"{part}\"")
        page.evaluate("document.dispatchEvent(new Event('htmx:afterSettle'))")
    assert page.evaluate("window.kinds") == once
    with page.expect_response("**/part"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert len(asked) == 1, "only the part that is on the page is asked for"


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
        "swap",
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
    show(page, KEPT, "typed", "keep")

    def keep(route: Route) -> None:
        kept.append(route.request.post_data or "")
        route.fulfill(status=status, body="")

    page.route("**/keep/", keep)
    assert page.evaluate(LEAD_AWAY) == "not held", "nothing was typed yet"
    page.locator("input").press_sequentially("Bao")
    assert page.evaluate(LEAD_AWAY) == outcome
    assert kept == ["child=Bao"]
    assert page.locator("[data-failed]").is_visible() is (outcome == "stayed")


def test_the_report_of_a_fault_opens_whatever_is_half_typed(page: Page) -> None:
    show(page, KEPT, "typed", "keep")
    page.route("**/keep/", lambda route: route.fulfill(status=422, body=""))
    page.locator("input").press_sequentially("ba.hoa@")
    report = LEAD_AWAY.replace(
        "document.body.append(way)", "way.setAttribute('hx-target', '#report-place'); document.body.append(way)"
    )
    assert page.evaluate(report) == "not held"
    assert page.evaluate(LEAD_AWAY) == "stayed"


def test_a_paper_made_of_the_form_opens_when_the_last_word_is_kept(page: Page) -> None:
    show(
        page,
        KEPT.replace("</body>", '<a href="/form.pdf" target="_blank" data-of-form>print</a></body>'),
        "typed",
        "keep",
    )
    seen: list[str] = []

    def keep(route: Route) -> None:
        seen.append(route.request.post_data or "")
        route.fulfill(status=204, body="")

    page.route("**/keep/", keep)
    page.context.route("**/form.pdf", lambda route: (seen.append("the paper"), route.fulfill(body="paper"))[1])
    page.locator("input").press_sequentially("Bao")
    with page.expect_popup() as paper:
        page.click("[data-of-form]")
    paper.value.wait_for_load_state()
    assert seen == ["child=Bao", "the paper"]
    with page.expect_popup():  # nothing was typed since: a link like any other
        page.click("[data-of-form]")


def test_leaving_the_page_sends_what_was_typed(page: Page) -> None:
    show(page, KEPT, "typed", "keep")
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


def test_what_was_typed_comes_along_to_another_language_once_and_secrets_stay_behind(page: Page) -> None:
    body = """<body><form class=switch method=post action="/book/"><button>English</button></form>
        <main><form><input name=who><input name=agree type=checkbox><select name=what><option>a<option>b</select>
        <input name=secret type=password><input name=token type=hidden value=t></form></main></body>"""
    show(page, body, "switch", path="/book/")
    page.fill("[name=who]", "Nguyễn Thị Mẫu")
    page.check("[name=agree]")
    page.select_option("[name=what]", "b")
    page.fill("[name=secret]", "s3cret")
    page.click("form.switch button")
    page.wait_for_load_state()
    assert page.input_value("[name=who]") == "Nguyễn Thị Mẫu"
    assert page.is_checked("[name=agree]")
    assert page.input_value("[name=what]") == "b"
    assert page.input_value("[name=secret]") == ""
    page.goto("http://house.test/other/")
    page.goto("http://house.test/book/")
    assert page.input_value("[name=who]") == "", "once"
    assert page.evaluate("sessionStorage.length") == 0


_PAD = """<body><form method=post action=/sign target=quiet><div data-signature hidden><canvas width=60 height=20></canvas>
<button type=button data-signature-clear>again</button><input type=hidden name=s value="%s"></div><button id=go>send</button></form>
<iframe name=quiet></iframe></body>"""
_INK = "() => { const c = document.querySelector('canvas'); return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v, i) => i % 4 === 0 && v < 128); }"
_FIELD = "document.querySelector('[name=s]').value"


def test_a_signature_that_came_back_with_the_page_stands_on_its_canvas(page: Page) -> None:
    show(page, _PAD % "", "signature")
    drawn = page.evaluate(
        "() => { const p = document.querySelector('canvas').getContext('2d'); p.fillRect(10, 5, 30, 8); p.fillStyle = '#000'; p.fillRect(10, 5, 30, 8); return p.canvas.toDataURL('image/png'); }"
    )
    show(page, _PAD % drawn, "signature")
    page.wait_for_function(_INK)
    page.click("#go")
    assert page.evaluate(_FIELD) == drawn
    page.click("[data-signature-clear]")
    assert not page.evaluate(_INK)
    assert page.evaluate(_FIELD) == ""


def test_a_signature_that_did_not_arrive_whole_leaves_an_empty_canvas(page: Page) -> None:
    show(page, _PAD % "data:image/png;base64,!!", "signature")
    page.wait_for_function(f"{_FIELD} === ''")
    assert not page.evaluate(_INK)


def test_a_file_chosen_while_another_is_on_its_way_stays_chosen(page: Page, tmp_path: Path) -> None:
    show(page, "<body><form data-scan-files><input type=file></form></body>", "scan")
    first, second = tmp_path / "a.jpg", tmp_path / "b.png"
    first.write_bytes(b"a")
    second.write_bytes(b"b")
    say = "document.dispatchEvent(new CustomEvent('htmx:%s', {detail: {elt: document.querySelector('form')}}))"
    chosen = "document.querySelector('[type=file]').files[0]?.name ?? ''"
    page.set_input_files("[type=file]", first)
    page.evaluate(say % "beforeSend")
    page.set_input_files("[type=file]", second)
    page.evaluate(say % "afterRequest")
    assert page.evaluate(chosen) == "b.png"
    page.evaluate(say % "beforeSend")
    page.evaluate(say % "afterRequest")
    assert page.evaluate(chosen) == ""
