"""Waiting for what a page will show. The pages' policy forbids what Playwright's ``wait_for_function`` needs."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page


def until(page: Page, true: Callable[[], bool], seconds: float) -> None:
    """Look again and again until it is true; fails after so many seconds."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() < began + seconds, f"not within {seconds} s"
        page.wait_for_timeout(20)
