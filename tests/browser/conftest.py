"""One browser for every test that drives one, and a page of it for the tests of the scripts."""

from __future__ import annotations

import fcntl
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, Page, sync_playwright

ANSWERED_SECONDS = 10.0


@pytest.fixture(scope="session")
def _alone(testrun_uid: str) -> Iterator[None]:
    """Two processes with a browser and a portal each would fight for two cores, and measure that."""
    place = Path(tempfile.gettempdir()) / f"portal-browser-{testrun_uid}"
    with place.open("w") as mine:
        try:
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pytest.fail("a second process of this run drives a browser: see tests/spread.py", pytrace=False)
        yield
        place.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def browser(_alone: None) -> Iterator[Browser]:
    """Started once a run: ``tests.spread`` brings all tests of this folder into one process.

    The driver keeps an event loop in this thread: Django would refuse every query beside it.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(autouse=True)
def _answered() -> Iterator[None]:
    """After a test its tables are emptied, and not under a request that a page of it still asked: that ends in a deadlock."""
    guard, under_way = threading.Lock(), [0]

    def count(by: int) -> None:
        if threading.current_thread() is not threading.main_thread():  # the live server's, not the test's own client
            with guard:
                under_way[0] += by

    def begun(**_of: object) -> None:
        count(1)

    def ended(**_of: object) -> None:
        count(-1)

    request_started.connect(begun)
    request_finished.connect(ended)
    yield
    until, quiet = time.monotonic() + ANSWERED_SECONDS, 0
    while quiet < 2 and time.monotonic() < until:
        time.sleep(0.02)
        quiet = 0 if under_way[0] > 0 else quiet + 1
    request_started.disconnect(begun)
    request_finished.disconnect(ended)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()
