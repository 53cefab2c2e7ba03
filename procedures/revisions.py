"""Which state of the law's tables the processes have read: one mark each in the shared cache.

Every process keeps what it read for as long as the mark stays the same (``catalogue_cache``). Whoever writes to these
tables sets a new mark. While the cache is down a process believes the mark it saw last for a minute and then reads anew;
a mark ends after ten minutes, so that one which could not be set is made up for once the cache is back.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache import cache
from django.db import transaction

from portal.once import forget, is_remembering, learnt, once
from portal.shared import DOWN

log = structlog.get_logger(__name__)

CATALOGUE = "procedures:catalogue"
CALENDAR = "procedures:calendar"
UNITS = "procedures:units"
MARK_SECONDS = 10 * 60
BELIEVED_SECONDS = 60
# By mark: what was seen last, and until when it is believed without asking (``time.monotonic``).
_seen: dict[str, tuple[str, float]] = {}


def current(mark: str) -> str:
    """The mark of now, the same all through a request; makes one when the cache has lost it."""
    return once(mark, lambda: _ask(mark))


def changed(mark: str) -> None:
    """Say that the tables changed: now for this transaction's own reads, and again when others can see it."""
    _set(mark)
    if transaction.get_connection().in_atomic_block:
        transaction.on_commit(lambda: _set(mark))


def _ask(mark: str) -> str:
    # A request that needs one soon needs another: those seen before come along in the same answer.
    others = [other for other in list(_seen) if other != mark] if is_remembering() else []
    try:
        found = cache.get_many([mark, *others])
        learnt({other: _believe(other, found[other]) for other in others if other in found})
        return _believe(mark, found.get(mark) or cache.get_or_set(mark, _new(), MARK_SECONDS) or "")
    except DOWN:
        seen, until = _seen.get(mark, ("", 0.0))
        return seen if time.monotonic() < until else _believe(mark, _new())


def _set(mark: str) -> None:
    new = _new()
    try:
        cache.set(mark, new, MARK_SECONDS)
    except DOWN as error:
        log.warning("cache_down", error=type(error).__name__)
    _believe(mark, new)
    forget(mark)


def _believe(mark: str, value: str) -> str:
    _seen[mark] = (value, time.monotonic() + BELIEVED_SECONDS)
    return value


def _new() -> str:
    return uuid.uuid4().hex


class Memory:
    """Values of one revision. A new revision brings a new dictionary, so a thread never mixes two."""

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._held: tuple[str, dict[Any, Any]] = ("", {})

    def get(self, key: Any, read: Callable[[], Any]) -> Any:
        revision = current(self._mark)
        held_revision, values = self._held
        if held_revision != revision:
            values = {}
            self._held = (revision, values)
        if key not in values:
            values[key] = read()
        return values[key]
