"""The board with a real stream behind one address, and what it does when the stream or the server dies."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from portal.demo import BOARD_KEY, KIOSK_KEY
from tests.browser.house import House
from tests.browser.until import until
from tests.services import free_port

pytestmark = [pytest.mark.postgres, pytest.mark.browser]

LIVE = "document.querySelector('[data-poll]').live === true"
# A page that only asks would take up to three seconds; one that is told asks by itself every twenty.
AT_ONCE, BY_POLLING, AGAIN = 2.0, 12.0, 60.0


class LiveHouse(House):
    """The house with its stream, behind one address."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, f"file://{folder / 'mail'}")
        self.web_url, self.stream_port, self.proxy_port = self.url, free_port(), free_port()
        self.environment["LIVE_URL"] = "/live/events"

    def open(self) -> None:
        self.start_stream()
        self.start("proxy", ["tests.browser.proxy", *map(str, (self.proxy_port, self.port, self.stream_port))])
        self.url = f"http://127.0.0.1:{self.proxy_port}"
        self._wait()

    def start_stream(self) -> None:
        self.start("stream", ["portal.stream", "--port", str(self.stream_port)])

    def start_web(self) -> None:
        self.start("web", ["gunicorn", "portal.wsgi", "--workers=1", "--threads=8", f"--bind=127.0.0.1:{self.port}"])

    def draw(self, number: int) -> None:
        """Somebody takes a number at the kiosk."""
        ((service,),) = self.rows("SELECT id FROM centres_service WHERE letter = 'A'")
        body = json.dumps({"service": service, "client_key": f"khoa-0123456789-{number}"}).encode()
        headers = {"Authorization": f"Device {KIOSK_KEY}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.web_url}/api/v1/tickets/", body, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 201


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHouse]:
    with LiveHouse(tmp_path_factory.mktemp("live")) as house:
        house.open()
        yield house


@pytest.fixture
def board(browser: Browser, house: LiveHouse) -> Iterator[Page]:
    page = browser.new_page(base_url=house.url, viewport={"width": 1920, "height": 1080})
    page.goto("/board/")
    page.fill("[name=key]", BOARD_KEY)
    page.press("[name=key]", "Enter")
    page.wait_for_selector("[data-live]", state="attached")
    yield page
    page.close()


def waiting(page: Page) -> int:
    """How many people wait for land matters, as the board says."""
    return int(page.inner_text(".board-foot li:first-child b"))


def test_a_board_is_told_and_polls_when_nobody_tells_it(house: LiveHouse, board: Page) -> None:
    until(board, lambda: board.evaluate(LIVE), AGAIN)
    house.draw(1)
    until(board, lambda: waiting(board) == 1, AT_ONCE)

    house.kill("stream")
    until(board, lambda: not board.evaluate(LIVE), AT_ONCE)
    house.draw(2)
    until(board, lambda: waiting(board) == 2, BY_POLLING)
    assert not board.is_visible("[data-offline]")

    house.start_stream()
    until(board, lambda: board.evaluate(LIVE), AGAIN)
    house.draw(3)
    until(board, lambda: waiting(board) == 3, AT_ONCE)


def test_a_lost_line_is_shown_and_heals(house: LiveHouse, board: Page) -> None:
    before = waiting(board)
    house.kill("web")
    house.kill("stream")
    until(board, lambda: board.is_visible("[data-offline]"), BY_POLLING)
    assert waiting(board) == before  # what was known stays on the board, with the time it is from
    house.start_web()
    house.start_stream()
    until(board, lambda: not board.is_visible("[data-offline]"), AGAIN)
    house.draw(9)
    until(board, lambda: waiting(board) == before + 1, AGAIN)
