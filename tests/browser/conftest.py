"""One browser for every test that drives one, and a page of it for the tests of the scripts."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright


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


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()
