"""Live pages by polling: a topic has a version in the shared cache, and an unchanged version costs no SQL.

The version is read before the page is made, and a change bumps it after its commit, so a page can be newer than
its version but never older. A version lives half a minute: a bump that was lost (cache down) heals by itself. While
the cache is down every asker gets the page.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.translation import get_language

from portal.shared import DOWN

log = structlog.get_logger(__name__)
VERSION_SECONDS = 30
_gathered: ContextVar[set[str] | None] = ContextVar("gathered_topics", default=None)


@dataclass
class _Change:
    """Gives its topics new versions, when the transaction is committed."""

    topics: set[str]

    def __post_init__(self) -> None:
        self.__qualname__ = "live.bump"  # by which Django names a function that failed after its commit

    def __call__(self) -> None:
        try:
            cache.set_many({_key(topic): secrets.token_hex(6) for topic in self.topics}, VERSION_SECONDS)
        except DOWN as error:
            log.warning("cache_down", error=type(error).__name__)


def _key(topic: str) -> str:
    return f"live:{topic}"


def bump(*topics: str) -> None:
    """Tell every page that shows these topics to look again, once the present transaction is committed."""
    gathered = _gathered.get()
    if gathered is not None:
        gathered.update(topics)
        return

    # One word to the cache for everything a transaction changes; each savepoint has its own, and takes it back with it.
    connection = transaction.get_connection()
    for savepoints, waiting, _robust in connection.run_on_commit:
        if isinstance(waiting, _Change) and savepoints - {None} == set(connection.savepoint_ids) - {None}:
            waiting.topics.update(topics)
            return
    transaction.on_commit(_Change(set(topics)), robust=True)


@contextmanager
def gathered() -> Iterator[None]:
    """Each topic changes once, after the block, however often it is named inside: for rows by the hundred."""
    token = _gathered.set(set())
    try:
        yield
    finally:
        topics = _gathered.get() or set()
        _gathered.reset(token)
    bump(*topics)


def version(topic: str) -> str:
    """The topic's present version; a new one where none is remembered or nobody can say."""
    fresh = secrets.token_hex(6)
    try:
        known = cache.get(_key(topic))
        if known is None:
            known = fresh if cache.add(_key(topic), fresh, VERSION_SECONDS) else cache.get(_key(topic), fresh)
    except DOWN:  # a version that nobody has yet: the page is made
        return fresh
    return str(known)


def answer(request: HttpRequest, topics: list[str], render: Callable[[], HttpResponse], vary: str = "") -> HttpResponse:
    """304 without calling ``render`` when the asker has the present version, else the page with its version.

    ``vary`` goes into the tag where the same topics look different to different askers.
    """
    tag = '"' + "-".join([*(version(topic) for topic in topics), get_language() or "", vary]) + '"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = render()
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response
