"""Live pages by polling: a topic has a version in the shared cache, and an unchanged version costs no SQL.

The version is read before the page is made, and a change bumps it after its commit, so a page can be newer than
its version but never older. While the cache is down every asker gets the page; a bump it did not take is said again
until it does, and one that died with its process is healed when the version ends, a minute later.

Where ``LIVE_URL`` is set, a change is also told on a channel of Redis, and ``portal.stream`` passes the topic's name on
to the pages that listen: they ask at once instead of at their next turn (docs/decisions/0016).
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote

import structlog
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import get_language

from portal.shared import DOWN, keep, recall

log = structlog.get_logger(__name__)
VERSION_SECONDS = 60
# After so long a bump that the cache did not take is tried again: by then it is asked again (portal.rediscache).
AGAIN_SECONDS = 2.5
SALT = "portal.live"
# A page's address to listen at comes anew with each new part, so this is how long a page that is asleep may keep one.
LISTEN_SECONDS = 26 * 60 * 60
# Before the topics in a tag that names them.
TAG_MARK = "~"
# The header in which it comes.
ADDRESS_HEADER = "Live-Address"
_gathered: ContextVar[set[str] | None] = ContextVar("gathered_topics", default=None)


@dataclass
class _Change:
    """Gives its topics new versions and tells of them, when the transaction is committed."""

    topics: set[str]

    def __post_init__(self) -> None:
        self.__qualname__ = "live.bump"  # by which Django names a function that failed after its commit

    def __call__(self) -> None:
        _say(self.topics)


class _Owed:
    """Topics whose change the cache has not taken yet. A thread says them again until it has."""

    def __init__(self) -> None:
        self._topics: set[str] = set()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def add(self, topics: Iterable[str]) -> None:
        with self._lock:
            self._topics.update(topics)
            if self._timer is None or not self._timer.is_alive():  # a thread does not live on in a forked process
                self._timer = threading.Timer(AGAIN_SECONDS, self._pay)
                self._timer.name, self._timer.daemon = "live-again", True
                self._timer.start()

    def _pay(self) -> None:
        with self._lock:
            topics, self._topics, self._timer = self._topics, set(), None
        _say(topics)


_owed = _Owed()


def _say(topics: Iterable[str]) -> None:
    """New versions for these topics, and word to whoever listens; later, if the cache is down."""
    names = sorted(topics)
    fresh = {_key(topic): secrets.token_hex(6) for topic in names}
    try:
        if settings.LIVE_URL:
            told: Any = cache  # LIVE_URL is set beside the Redis cache only
            told.set_many_and_tell(fresh, VERSION_SECONDS, settings.LIVE_CHANNEL, " ".join(names))
        else:
            cache.set_many(fresh, VERSION_SECONDS)
    except DOWN as error:
        log.warning("cache_down", error=type(error).__name__)
        _owed.add(names)


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
    return versions([topic])[0]


def versions(topics: list[str]) -> list[str]:
    """The present version of each topic, in their order, for one question to the cache."""
    keys = [_key(topic) for topic in topics]
    try:
        known = cache.get_many(keys)
        return [str(known.get(key) or _first_version(key)) for key in keys]
    except DOWN:  # versions that nobody has yet: the page is made
        return [secrets.token_hex(6) for _key_of in keys]


def _first_version(key: str) -> str:
    fresh = secrets.token_hex(6)
    return fresh if cache.add(key, fresh, VERSION_SECONDS) else cache.get(key, fresh)


def address(topics: Iterable[str]) -> str:
    """Where a page listens for changes of these topics; nothing where changes are only asked for.

    The topics are signed: whoever has the address learns when these change, and of no others.
    """
    if not settings.LIVE_URL:
        return ""
    return f"{settings.LIVE_URL}?topics={signing.dumps(sorted(topics), salt=SALT)}"


def listened_topics(signed: str) -> list[str]:
    """The topics of an address. Raises ``signing.BadSignature`` for any that this site did not make, or too long ago."""
    return [str(topic) for topic in signing.loads(signed, salt=SALT, max_age=LISTEN_SECONDS)]


def answer(
    request: HttpRequest,
    topics: list[str],
    render: Callable[[], HttpResponse],
    vary: str = "",
    *,
    own: Iterable[str] = (),
    shared: str = "",
    early: bool = False,
) -> HttpResponse:
    """304 without calling ``render`` when the asker has the present version, else the page with its version.

    ``vary`` goes into the tag where the same topics look different to different askers. ``shared`` names a part that is
    the same for everyone who asks under that name: while its topics and language stay the same it is made once, not once
    an asker. Topics in ``own`` concern this asker only and do not make the shared part anew. ``early`` is for parts that
    ask for no session: their tag says what it stands for, and ``unchanged`` answers before anything else is looked at.
    """
    mine, present = list(own), [*own, *topics]
    known = versions(present)
    language = get_language() or ""
    tag = '"' + "-".join([*known, language, vary]) + (_signed(request.path, " ".join(present)) if early else "") + '"'
    response: HttpResponse
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    else:
        place = f"part:{shared}:{language}:{'-'.join(known[len(mine) :])}" if shared else ""
        made = recall(place) if place else None
        response = render() if made is None else HttpResponse(made)
        if place and made is None and response.status_code == HTTPStatus.OK:
            keep(place, response.content, VERSION_SECONDS)
        if settings.LIVE_URL:
            response[ADDRESS_HEADER] = address(present)
    return _tagged(response, tag)


def unchanged(request: HttpRequest) -> HttpResponse | None:
    """304 for a tag that this site gave for this very address while none of its topics has changed, else None.

    Who shows such a tag had the part. Who may not have it any more has a topic of their own that changed.
    """
    tag = request.META.get("HTTP_IF_NONE_MATCH", "")
    if request.method != "GET" or TAG_MARK not in tag:
        return None
    state, topics, *_rest = tag.strip('"').split(TAG_MARK)
    if not constant_time_compare(tag, f'"{state}{_signed(request.path, unquote(topics))}"'):
        return None
    names = unquote(topics).split()
    try:
        known = cache.get_many([_key(topic) for topic in names])
    except DOWN:
        return None
    if state.split("-")[: len(names)] != [known.get(_key(topic)) for topic in names]:
        return None
    return _tagged(HttpResponseNotModified(), tag)


@lru_cache(maxsize=4096)
def _signed(path: str, topics: str) -> str:
    """The end of a tag that names its topics."""
    proof = salted_hmac(f"{SALT}.tag", f"{path} {topics}", algorithm="sha256").hexdigest()[:32]
    return f"{TAG_MARK}{quote(topics)}{TAG_MARK}{proof}"


def _tagged(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response
