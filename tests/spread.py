"""How pytest-xdist spreads the tests: all that drive a browser in one process, every other one wherever there is room.

By where a test lies, not by ``xdist_group``: pytest 9.2 builds the name of a test anew, and the mark that xdist 3.8
writes into it is lost without a word.
"""

from __future__ import annotations

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

BROWSER = "tests/browser/"
# Half a minute each: begun first, so that no process ends alone with one of them. None that empties the database behind
# itself: rows that migrations made would be gone for all who come after.
LONG = ("tests/test_role_",)


def long_ones_first(items: list[pytest.Item]) -> None:
    """In place; the others keep their order."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


class OneBrowser(LoadScopeScheduling):
    """Each test by itself, but those that drive a browser together."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else nodeid
