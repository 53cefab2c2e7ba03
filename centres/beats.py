"""Kiosks and boards say every twenty seconds that they are there; thousands of them must cost next to nothing.

Answered before everything else: the device's own signed cookie says who it is, and when it was last seen is written for
many at once. A revoked device keeps its cookie and is not written down.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import structlog
from django.core import signing
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from centres.device_access import COOKIE_SECONDS, SALT, cookie_name
from centres.enums import DeviceKind
from centres.models import Device
from portal import clock

log = structlog.get_logger(__name__)
PATH = "/beat/"
# Written at most so late, and no more exact than this.
WRITE_SECONDS = 5


class Beats:
    """The middleware that answers them; it stands first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != PATH or request.method != "POST":
            return self.get_response(request)
        seen = {_device_of(request.COOKIES.get(cookie_name(kind), ""), kind) for kind in DeviceKind.values} - {0}
        if not seen:
            return HttpResponse(status=401)
        _notes.add(seen, clock.now())
        return HttpResponse(status=204)


class _Notes:
    """Who was seen since the last writing, in steps of some seconds. The oldest moment of a step stands for all of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._steps: dict[int, set[int]] = {}
        self._written = 0.0

    def add(self, devices: Iterable[int], at: datetime) -> None:
        seconds = at.timestamp()
        with self._lock:
            self._steps.setdefault(int(seconds // WRITE_SECONDS), set()).update(devices)
            if 0 <= seconds - self._written < WRITE_SECONDS:
                return
            due, self._steps, self._written = self._steps, {}, seconds
        _write(due)


def _write(steps: dict[int, set[int]]) -> None:
    try:
        for step, devices in sorted(steps.items()):
            at = datetime.fromtimestamp(step * WRITE_SECONDS, tz=UTC)
            rows = Device.objects.filter(pk__in=devices, revoked_at__isnull=True)
            rows.exclude(last_seen_at__gt=at + timedelta(seconds=WRITE_SECONDS)).update(last_seen_at=at)
    except DatabaseError as error:  # they say it again in twenty seconds
        log.warning("beats_not_written", error=type(error).__name__)


@lru_cache(maxsize=16_384)
def _device_of(cookie: str, kind: str) -> int:
    """The device whose cookie this is; 0 for none of ours. Each cookie is looked at once a process."""
    if not cookie:
        return 0
    try:
        device_id, _proof = signing.loads(cookie, salt=f"{SALT}.{kind}", max_age=COOKIE_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return 0
    return int(device_id)


_notes = _Notes()
