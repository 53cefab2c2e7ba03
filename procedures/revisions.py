"""Which state of the law's tables the processes have read: one mark each in the shared cache.

Every process keeps what it read for as long as the mark stays the same (``catalogue_cache``). Whoever writes to these
tables sets a new mark.
"""

from __future__ import annotations

import uuid

from django.core.cache import cache
from django.db import transaction

from portal.once import forget, once

CATALOGUE = "procedures:catalogue"
CALENDAR = "procedures:calendar"
UNITS = "procedures:units"
# A change whose mark was lost (a process that died between its commit and the mark) is seen within this time.
MARK_SECONDS = 3600


def current(mark: str) -> str:
    """The mark of now, the same all through a request; makes one when the cache has lost it."""
    return once(mark, lambda: cache.get(mark) or cache.get_or_set(mark, _new(), MARK_SECONDS) or "")


def changed(mark: str) -> None:
    """Say that the tables changed: now for this transaction's own reads, and again when others can see it."""
    _set(mark)
    if transaction.get_connection().in_atomic_block:
        transaction.on_commit(lambda: _set(mark))


def _set(mark: str) -> None:
    cache.set(mark, _new(), MARK_SECONDS)
    forget(mark)


def _new() -> str:
    return uuid.uuid4().hex
