"""A hall in the middle of its morning: one kiosk, two desks, a board, phones and the manager, all open at once.

Thirty people come; every state a number can be in is seen; a counter closes in the middle, the kiosk's line is cut and
restored. At the end every screen must tell the same story as the database.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from centres.enums import TicketState
from portal.demo import BOARD_KEY, KIOSK_KEY, PASSWORD
from tests.browser.house import House
from tests.browser.line import Line

pytestmark = [pytest.mark.postgres, pytest.mark.browser]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}
KIOSK = {"width": 1080, "height": 1920}
BOARD = {"width": 1920, "height": 1080}
CARD = "001045012345||Lê Văn Thử|01021945|Nam|Trung Phụng, Đống Đa, Hà Nội|01062021"
# Pages ask every three to five seconds.
SOON_MS = 15_000


# This hall waits for nobody: who does not come is a no-show at once, so that the test need not stand still.
AT_ONCE = """
from centres.models import QueuePolicy
policy = QueuePolicy.objects.get(centre=None)
policy.walk_seconds = 0
policy.save()
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("hall")
    with House(folder, f"file://{folder / 'mail'}") as house:
        house.manage("shell", "-v0", "-c", AT_ONCE)
        yield house


@pytest.fixture
def line(house: House) -> Iterator[Line]:
    with Line("127.0.0.1", house.port) as line:
        yield line


@pytest.fixture
def enter(browser: Browser, house: House) -> Iterator[Callable[..., Page]]:
    """A screen of its own in the hall; it is an error when a script of any fails."""
    contexts: list[BrowserContext] = []
    failed: list[str] = []

    def open_as(size: dict[str, int], path: str, url: str = house.url) -> Page:
        context = browser.new_context(viewport=size, base_url=url)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: failed.append(f"{page.url}: {error}"))
        page.goto(path)
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert not failed


class Kiosk:
    """Numbers, as people take them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.fill("[name=key]", KIOSK_KEY)
        page.press("[name=key]", "Enter")
        page.wait_for_url("**/kiosk/")
        page.wait_for_selector("html[data-line-ready]")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def take(self, letter: str, ground: str = "") -> tuple[str, str]:
        """Label and token of the next number, after the person before has gone."""
        self.page.goto("/kiosk/again/")
        self.page.goto(f"/kiosk/service/{letter}/")
        self.page.click(f"button[name=ground][value='{ground}']")
        self.page.wait_for_url("**/kiosk/ticket/**")
        return self.page.locator("#slip-number").inner_text(), self.page.url.rstrip("/").rsplit("/", 1)[-1]

    def take_without_a_line(self, letter: str, ground: str = "") -> str:
        self.page.goto("/kiosk/again/")
        self.page.click(f"[data-letter={letter}]")
        self.page.click(f"[data-step=ground] [data-ground='{ground}']")
        number = self.page.locator("[data-line-number]")
        expect(number).to_have_text(re.compile(rf"^{letter}\d+$"))
        return number.inner_text()


class Desk:
    """One officer at one counter, with the keys they press."""

    def __init__(self, page: Page, officer: str, counter: int) -> None:
        self.page, self.counter = page, counter
        page.fill("[name=username]", officer)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/desk/")
        self.sit_down()

    def sit_down(self) -> None:
        """Open this officer's counter, from the list of them."""
        here = self.page.locator("td:first-child", has_text=re.compile(rf"^\D*{self.counter}$"))
        self._do(self.page.locator("tr", has=here).locator("form[action$='/sit/'] button"))

    def _do(self, button: Locator) -> None:
        """Press, and go on when the page has come back."""
        with self.page.expect_response(lambda answer: answer.request.method == "GET" and "/desk/" in answer.url):
            button.click()
        self.page.wait_for_load_state()

    @property
    def number(self) -> str:
        return self.page.locator("[data-ticket]").inner_text()

    def next(self) -> str:
        """F2. The officer sees who it is only now."""
        expect(self.page.locator("[data-ticket]")).to_have_count(0)
        self.page.keyboard.press("F2")
        expect(self.page.locator("[data-ticket]")).to_be_visible()
        return self.number

    def press(self, key: str) -> None:
        self._do(self.page.locator(f"[data-key='{key}']").first)

    def choose(self, dialog: str, button: str) -> None:
        """A key that asks first, and the answer."""
        self.page.locator(f"[data-dialog='{dialog}']").click()
        self._do(self.page.locator(f"dialog#{dialog} {button}").first)

    def recall(self, times: int) -> None:
        for _time in range(times):
            self.press("F3")

    def finish(self) -> None:
        """What the person came for needed no dossier."""
        self.page.locator("details.here summary").click()
        self._do(self.page.locator("details.here button"))
        expect(self.page.locator("[data-ticket]")).to_have_count(0)

    def waiting(self, letter: str) -> str:
        return self.page.locator(f"[data-waiting={letter}]").inner_text()


class Hall:
    """What the database says, for holding the screens against it."""

    def __init__(self, house: House) -> None:
        self.house = house

    def states(self) -> Counter[str]:
        return Counter(dict(self.house.rows("SELECT state, count(*) FROM centres_ticket GROUP BY 1")))  # type: ignore[arg-type]

    def state(self, label: str) -> str:
        letter, number = label[0], int(label[1:])
        found = self.house.rows(f"SELECT state FROM centres_ticket WHERE letter = '{letter}' AND number = {number}")
        return str(found[0][0]) if found else "not known yet"

    def recalls(self) -> int:
        """How often a number is called again before it may be a no-show: the city's policy."""
        [(recalls,)] = self.house.rows("SELECT recalls FROM centres_queuepolicy WHERE centre_id IS NULL")
        return int(str(recalls))

    def waiting(self) -> dict[str, int]:
        """People waiting by letter."""
        return dict(
            self.house.rows(
                "SELECT s.letter, count(t.id) FROM centres_service s LEFT JOIN centres_ticket t"
                " ON t.service_id = s.id AND t.state = 'waiting' GROUP BY 1"
            )  # type: ignore[arg-type]
        )

    def kinds(self, label: str) -> list[str]:
        """What happened to this number, in order."""
        letter, number = label[0], int(label[1:])
        return [
            str(kind)
            for (kind,) in self.house.rows(
                "SELECT e.kind FROM centres_ticketevent e JOIN centres_ticket t ON t.id = e.ticket_id"
                f" WHERE t.letter = '{letter}' AND t.number = {number} ORDER BY e.at, e.id"
            )
        ]


def agree(say: Callable[[], object], expected: object, page: Page) -> None:
    """Wait until a screen says this; it has as long as its own asking takes."""
    until = time.monotonic() + SOON_MS / 1000
    while (said := say()) != expected:
        assert time.monotonic() < until, f"{page.url} says {said}, not {expected}"
        page.wait_for_timeout(50)


def figure_of(text: str) -> int:
    """The first number in a text; none where nobody waits."""
    found = re.search(r"\d+", text)
    return int(found[0]) if found else 0


def test_thirty_people_and_every_screen_agrees(house: House, line: Line, enter: Callable[..., Page]) -> None:
    hall = Hall(house)
    kiosk = Kiosk(enter(KIOSK, "/kiosk/", line.url))
    board = enter(BOARD, "/board/")
    board.fill("[name=key]", BOARD_KEY)
    board.press("[name=key]", "Enter")
    first, third = (
        Desk(enter(DESK, "/sign-in/?next=/desk/"), "quay1", 1),
        Desk(enter(DESK, "/sign-in/?next=/desk/"), "quay3", 3),
    )
    manager = enter(DESK, "/sign-in/?next=/day/")
    manager.fill("[name=username]", "quanly")
    manager.fill("[name=password]", PASSWORD)
    manager.press("[name=password]", "Enter")
    manager.wait_for_url("**/day/**")

    # The doors open: sixteen people, two of them past seventy-five.
    tokens = {}
    for letter, ground in [*[("A", "")] * 9, ("A", "age_75"), ("A", ""), ("A", "age_75"), *[("C", "")] * 4]:
        label, tokens[label] = kiosk.take(letter, ground)
    phones = {label: enter(PHONE, f"/t/{tokens[label]}/") for label in ("A004", "A005", "A006", "A007")}

    # The eldest first, and then one in turn before the next of them: the cap.
    assert first.next() == "A010"
    expect(board.locator("[data-stage-number]")).to_have_text("A010", timeout=SOON_MS)
    assert third.next() == "A012"
    assert hall.states()["called"] == 2
    first.finish()
    third.finish()
    assert (first.next(), third.next()) == ("A001", "A002")

    # One fetches a paper, one is passed on to another field, one does not come.
    first.choose("aside", "[data-key='1']")
    third.choose("pass-on", "[data-key='C']")
    assert (hall.state("A001"), hall.state("A002")) == ("parked", "waiting")
    assert first.next() == "A003"
    first.recall(hall.recalls())
    first.press("F6")
    assert hall.state("A003") == "no_show"

    # Phones: the place, a held place, a number given back.
    expect(phones["A004"].locator(".when")).to_contain_text("còn 1 người", timeout=SOON_MS)  # A002, at the third
    phones["A005"].locator("summary", has_text="một lúc").click()
    phones["A005"].locator("form[action$='/hold/'] button").first.click()
    expect(phones["A005"].locator("form[action$='/back/'] button")).to_be_visible()
    phones["A006"].locator("details", has=phones["A006"].locator("form[action$='/cancel/']")).locator("summary").click()
    phones["A006"].locator("form[action$='/cancel/'] button").click()
    agree(lambda: (hall.state("A005"), hall.state("A006")), ("parked", "left"), phones["A006"])

    # The kiosk's line is cut; people go on taking numbers, and the counters go on calling.
    line.cut()
    offline = [kiosk.take_without_a_line("A") for _person in range(5)] + [kiosk.take_without_a_line("C")]
    assert offline == ["A1001", "A1002", "A1003", "A1004", "A1005", "C1001"]
    assert first.next() == "A004"
    expect(phones["A004"].locator(".when")).to_contain_text("1", timeout=SOON_MS)

    # In the middle the first counter closes; whoever was kept for it may be called at the other.
    first.finish()
    first.page.locator("[data-dialog='pause']").click()
    first._do(first.page.locator("dialog#pause button[formaction$='/leave/']"))
    first.page.wait_for_url("**/desk/**")
    assert house.rows(
        "SELECT state FROM centres_counter WHERE number = 1 AND centre_id = (SELECT centre_id FROM centres_counter WHERE officer_id IS NOT NULL LIMIT 1)"
    ) == [("closed",)]
    line.mend()
    kiosk.page.goto("/kiosk/")
    kiosk.page.wait_for_selector("[data-poll]", timeout=SOON_MS)
    for label in offline:
        agree(lambda label=label: hall.state(label), "waiting", kiosk.page)
    for letter in ("A", "A", "C", "C", "B", "E", "D"):
        kiosk.take(letter)
    gone, _token = kiosk.take("A", "age_75")
    assert sum(hall.states().values()) == 30

    # They come back: from the paper, from the walk, and the one who did not hear the call.
    third.page.locator("form[action*='/bring-back/'] button").first.wait_for(timeout=SOON_MS)
    third._do(third.page.locator("form[action*='/bring-back/'] button").first)
    assert third.next() == "A001"
    third.page.keyboard.type(CARD)
    third.page.keyboard.press("Enter")
    expect(third.page.locator("[data-person]")).to_have_text("Lê Văn Thử")
    agree(lambda: hall.state("A001"), "serving", third.page)
    phones["A005"].locator("form[action$='/back/'] button").click()
    agree(lambda: hall.state("A005"), "waiting", phones["A005"])
    third.page.locator("[data-dialog='missed']").click()
    third.page.fill("#missed-number", "A003")
    third._do(third.page.locator("dialog#missed button.primary"))
    agree(lambda: hall.state("A003"), "waiting", third.page)

    # Another officer sits down at the closed counter. One went home without a word: called first for their age, called
    # again as often as it has to be, and never back. One is called, one is being served, one is away.
    first.page.goto("/desk/")
    first.sit_down()
    assert first.next() == gone
    first.recall(hall.recalls())
    first.press("F6")
    missed = ["issued", "called", *["recalled"] * hall.recalls(), "no_show"]
    assert hall.kinds(gone) == missed
    assert first.next() == "A003"
    first.choose("aside", "[data-key='3']")
    assert first.next() == "A005"

    # Nobody has vanished, nobody was served twice, and every screen says the same.
    assert sum(hall.states().values()) == 30
    assert hall.states() == {
        "waiting": 22, "called": 1, "serving": 1, "parked": 1, "done": 3, "left": 1, "no_show": 1
    }  # fmt: skip
    assert set(hall.states()) == set(TicketState.values)
    assert hall.kinds("A003")[: len(missed)] == missed
    assert hall.state(gone) == "no_show"
    served = house.rows("SELECT ticket_id FROM centres_ticketevent WHERE kind = 'done' GROUP BY 1 HAVING count(*) > 1")
    assert served == []
    waiting = hall.waiting()
    for letter in ("A", "E"):
        agree(lambda letter=letter: first.waiting(letter), str(waiting[letter]), first.page)
    for letter in ("A", "C"):
        agree(lambda letter=letter: third.waiting(letter), str(waiting[letter]), third.page)
    agree(
        lambda: sorted(figure_of(text) for text in board.locator(".board-foot li b").all_inner_texts()),
        sorted(waiting.values()),
        board,
    )
    # Calls are said one after the other, so the large number may still be at an earlier one; the list is not.
    agree(lambda: board.locator("[data-call]").first.get_attribute("data-number"), "A005", board)
    figures = manager.locator(".numbers a b")
    agree(lambda: figure_of(figures.nth(0).inner_text()), 22, manager)
    agree(lambda: figure_of(figures.nth(2).inner_text()), 3, manager)
    expect(phones["A005"].locator(".when")).to_contain_text("1", timeout=SOON_MS)
    expect(phones["A006"].locator("h1")).to_contain_text("A006")
    # Who is before A007 at the counters that could call A007: also A002, who waits for another service of the third.
    ((ahead,),) = house.rows(
        "SELECT count(*) FROM centres_ticket t, centres_ticket me WHERE me.letter = 'A' AND me.number = 7"
        " AND t.state = 'waiting' AND t.service_id IN (SELECT theirs.service_id FROM centres_counter_services mine"
        " JOIN centres_counter_services theirs USING (counter_id) WHERE mine.service_id = me.service_id)"
        " AND (t.priority, t.queue_at, t.id) < (me.priority, me.queue_at, me.id)"
    )
    agree(lambda: figure_of(phones["A007"].locator(".when").inner_text()), ahead, phones["A007"])

    # A tile counts whom the counters call before a newcomer, and the slip drawn from it says the same.
    for letter in ("A", "C", "E"):
        kiosk.page.goto("/kiosk/")
        tile = kiosk.page.locator(".tile", has=kiosk.page.locator(".letter", has_text=letter)).locator(".wait")
        told = figure_of(tile.inner_text())
        assert told >= hall.waiting()[letter]
        kiosk.take(letter)
        assert figure_of(kiosk.page.locator(".slip .ahead").inner_text()) == told
