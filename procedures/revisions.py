"""Which state of the law's tables the processes have read: one mark each in the shared cache.

Every process keeps what it read for as long as the mark stays the same (``catalogue_cache``). Whoever writes to these
tables sets a new mark.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db import transaction

from portal.once import forget, once

CATALOGUE = "procedures:catalogue"
CALENDAR = "procedures:calendar"
UNITS = "procedures:units"


def current(mark: str) -> str:
    """The mark of now, the same all through a request; makes one when the cache has lost it."""
    return once(mark, lambda: cache.get(mark) or cache.get_or_set(mark, _new(), None) or "")


def changed(mark: str) -> None:
    """Say that the tables changed: now for this transaction's own reads, and again when others can see it."""
    _set(mark)
    if transaction.get_connection().in_atomic_block:
        transaction.on_commit(lambda: _set(mark))


def _set(mark: str) -> None:
    cache.set(mark, _new(), None)
    forget(mark)


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
