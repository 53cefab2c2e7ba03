"""The session ends, or becomes somebody else's, while a page of staff is open."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.script_page import show

pytestmark = [pytest.mark.browser]

SENTENCE = '<div data-session role="alert">You were signed out.</div>'
PART = "<div id=part data-poll='/part' data-every=1000>first</div>"
HTMX = """<body data-user=7><div id=problems></div><main>{}</main>
    <form data-keep action="/keep/"><input type=hidden name=csrfmiddlewaretoken value=old>
    <input name=child value="Lê Thị Cũ"></form></body>"""


class Session:
    """What the server of this page answers: a part, and 401 with a sentence while the session is not this page's."""

    def __init__(self, page: Page) -> None:
        self.well = True
        self.asked: list[tuple[str, str]] = []
        for path in ("part", "keep/"):
            page.route(f"**/{path}", self.answer)

    def answer(self, route: Route) -> None:
        self.asked.append((route.request.method, route.request.headers.get("x-user", "")))
        if not self.well:
            route.fulfill(status=401, body=SENTENCE)
        elif route.request.method == "POST":
            route.fulfill(status=204, body="")
        else:
            route.fulfill(body="<b>well</b>", headers={"ETag": '"1"'})


def test_a_part_asks_on_after_the_session_ended_and_the_sentence_goes_when_it_is_back(page: Page) -> None:
    page.clock.install()
    show(page, f"<body data-user=7><div id=problems></div>{PART}</body>", "swap", "poll", "session")
    session = Session(page)
    session.well = False
    page.clock.run_for(1_100)
    expect(page.locator("#problems [data-session]")).to_be_visible()
    assert page.locator("#part").inner_text() == "first", "the part stays as it was"
    session.well = True
    with page.expect_response("**/part"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # back from the other tab
    expect(page.locator("#part b")).to_be_visible()
    expect(page.locator("[data-session]")).to_have_count(0)
    assert {user for _method, user in session.asked} == {"7"}


def test_the_sentence_follows_what_is_the_matter(page: Page) -> None:
    show(page, "<body><div id=problems></div></body>", "session")
    for words in ("You were signed out.", "You were signed out.", "Somebody else is signed in."):
        sentence = f"<p data-session>{words}</p>"
        page.evaluate("said => document.dispatchEvent(new CustomEvent('session:ended', { detail: said }))", sentence)
        expect(page.locator("#problems [data-session]")).to_have_text([words])


def test_a_page_without_a_place_for_problems_keeps_its_parts(page: Page) -> None:
    page.clock.install()
    show(page, f"<body><main>{PART}</main></body>", "swap", "poll", "session")
    Session(page).well = False
    page.clock.run_for(1_100)
    expect(page.locator("main > .problems [data-session]")).to_be_visible()
    assert page.locator("#part").inner_text() == "first"


def test_a_screen_that_was_revoked_says_so_in_its_part(page: Page) -> None:
    page.clock.install()
    show(page, f"<body>{PART}</body>", "swap", "poll")
    Session(page).well = False
    page.clock.run_for(1_100)
    expect(page.locator("#part [data-session]")).to_be_visible()


def test_over_a_dialog_the_sentence_stands_in_the_dialog(page: Page) -> None:
    page.clock.install()
    body = f"<body><div id=problems></div>{PART}<dialog><p>Certify</p></dialog></body>"
    show(page, body, "swap", "poll", "session")
    Session(page).well = False
    page.evaluate("document.querySelector('dialog').showModal()")
    page.clock.run_for(1_100)
    expect(page.locator("dialog [data-session]")).to_be_visible()
    assert page.locator("#problems [data-session]").count() == 0


def test_what_is_typed_while_signed_out_is_still_to_be_kept_afterwards(page: Page) -> None:
    """The autosave got its 401: the way to the receipt first sends what stands in the field."""
    show(page, HTMX.format(""), "typed", "keep", "session")
    session = Session(page)
    session.well = False
    page.fill("[name=child]", "Lê Thị Mới")
    answered = """status => {
        const form = document.querySelector("form"), xhr = Object.assign(new EventTarget(), { status });
        const detail = { elt: form, successful: true, xhr };
        form.dispatchEvent(new CustomEvent("htmx:beforeSend", { bubbles: true, detail }));
        form.dispatchEvent(new CustomEvent("htmx:afterRequest", { bubbles: true, detail }));
        xhr.dispatchEvent(new Event("loadend"));
        return "dirty" in form.dataset;
    }"""
    assert page.evaluate(answered, 401) is True
    assert page.evaluate(answered, 503) is True
    away = """() => document.querySelector("main").dispatchEvent(new CustomEvent("htmx:confirm", {
        bubbles: true, cancelable: true, detail: { elt: document.createElement("a"), issueRequest: () => { window.went = true; } } }))"""
    page.evaluate(away)
    expect(page.locator("#problems [data-session]")).to_be_visible()
    assert page.evaluate("window.went") is None
    session.well = True
    with page.expect_request("**/keep/") as sent:
        page.evaluate(away)
    assert sent.value.post_data_json == {"child": "Lê Thị Mới"}
    page.wait_for_function("window.went === true")
    assert page.evaluate(answered, 204) is False


def test_why_a_form_was_not_kept_is_said_in_the_words_of_the_answer(page: Page) -> None:
    show(page, HTMX.format("<p data-failed hidden>check the connection</p>"), "typed", "keep", "session")
    page.route("**/keep/", lambda route: route.fulfill(status=410, body="<p>This matter is not there any more.</p>"))
    page.fill("[name=child]", "Lê")
    page.evaluate(
        """() => document.querySelector("main").dispatchEvent(new CustomEvent("htmx:confirm", {
            bubbles: true, cancelable: true, detail: { elt: document.createElement("a"), issueRequest: () => {} } }))"""
    )
    expect(page.locator("#problems")).to_have_text("This matter is not there any more.")
    assert page.locator("[data-failed]").is_hidden()
