"""The checks, each a function of the present moment that names what does not work."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from centres.enums import DeviceKind
from centres.hours import is_open
from centres.models import Centre, Device
from notifications.enums import Channel, MessageState
from notifications.models import Message
from portal import clock
from portal.text import pick
from support.enums import Kind, Severity
from support.models import FailedJob, Heartbeat
from support.tasks import COURIER, WORKER
from support.watch.trouble import Trouble

WEB_SECONDS = REDIS_SECONDS = 3
# The sign of life comes every ten seconds.
WORKER_SILENT = timedelta(seconds=35)
# Its sign stands behind rows whose answers are waited for, a minute and more.
COURIER_SILENT = timedelta(minutes=4)
DEVICE_SILENT = timedelta(seconds=60)
# After the doors open the screens are switched on; one that nobody has used for so long stands in a store.
SWITCHED_ON_WITHIN = timedelta(minutes=5)
OUT_OF_USE = timedelta(days=7)
STUCK = timedelta(minutes=5)
FAILED_WITHIN = timedelta(minutes=10)
MANY_FAILURES = 10
DEAD_WITHIN = timedelta(days=1)
_LATER_THAN_USUAL = {
    "vi": "Tin nhắn và bản sao chứng thực ra chậm hơn thường lệ.",
    "en": "Messages and certified copies take longer than usual.",
    "ko": "문자 안내와 인증 사본이 평소보다 늦게 나옵니다.",
}
_CENTRE_SILENT = {
    "vi": "Mạng hoặc điện có trục trặc; lấy số và gọi số có thể chậm.",
    "en": "The network or the electricity fails; numbers may be called late.",
    "ko": "네트워크나 전기에 장애가 있어 번호 호출이 늦을 수 있습니다.",
}


def web(_at: datetime) -> Iterable[Trouble]:
    """The site answers."""
    request = urllib.request.Request(  # noqa: S310 - our own address, from the settings
        f"{settings.WATCH_WEB_URL}/healthz", headers={"Host": urlsplit(settings.PUBLIC_URL).netloc}
    )
    try:
        with urllib.request.urlopen(request, timeout=WEB_SECONDS) as answer:  # noqa: S310
            if answer.status == 200:
                return
    except (OSError, ValueError):
        pass
    yield Trouble("web", Kind.PORTAL, Severity.STANDSTILL, _("The portal's pages do not answer."))


def redis_servers(_at: datetime) -> Iterable[Trouble]:
    """The cache and the broker answer, where they are a Redis."""
    places = {"cache": settings.CACHE_URL, "broker": settings.BROKER_URL}
    silent = [name for name, url in places.items() if url.startswith("redis") and not _pong(url)]
    if silent:
        yield Trouble(
            "redis", Kind.JOBS, Severity.MANY, _("Redis does not answer (%(which)s).") % {"which": ", ".join(silent)},
            public=_LATER_THAN_USUAL,
        )  # fmt: skip


def _pong(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS) as server:
            return bool(server.ping())
    except (redis.RedisError, OSError):
        return False


def database(_at: datetime) -> Iterable[Trouble]:
    """Raises ``DatabaseError`` where it does not answer: then nothing can be written down, see ``Watch``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ()


def worker(at: datetime) -> Iterable[Trouble]:
    """Scheduler, broker and worker together say every ten seconds that they work."""
    if since := _silent_since(WORKER, at - WORKER_SILENT):
        yield Trouble(
            "worker", Kind.JOBS, Severity.MANY,
            _("Work in the background stands still since %(since)s (worker or scheduler).") % {"since": since},
            public=_LATER_THAN_USUAL,
        )  # fmt: skip


def courier(at: datetime) -> Iterable[Trouble]:
    """So does the worker that speaks with the national portal, where one is connected."""
    if settings.NATIONAL_URL and (since := _silent_since(COURIER, at - COURIER_SILENT)):
        what = _("Nothing goes to the national portal since %(since)s: its worker is silent.") % {"since": since}
        yield Trouble("courier", Kind.JOBS, Severity.MANY, what)


def _silent_since(name: str, limit: datetime) -> str:
    """When it last gave a sign of life, in words; empty where that was lately."""
    seen = Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
    if seen is not None and seen >= limit:
        return ""
    return f"{clock.local(seen):%H:%M:%S}" if seen else _("the beginning")


def devices(at: datetime) -> Iterable[Trouble]:
    """Kiosks and boards that were there and are silent while the doors are open; a whole centre is one trouble."""
    rows = Device.objects.filter(revoked_at__isnull=True, last_seen_at__gte=at - OUT_OF_USE).select_related("centre")
    by_centre: dict[int, list[Device]] = {}
    for row in rows.order_by("pk"):
        by_centre.setdefault(row.centre_id, []).append(row)
    for there in by_centre.values():
        centre = there[0].centre
        silent = [row for row in there if row.last_seen_at and at - row.last_seen_at > DEVICE_SILENT]
        if not silent or not (is_open(centre, at) and is_open(centre, at - SWITCHED_ON_WITHIN)):
            continue
        if len(silent) == len(there) > 1:
            yield _all_silent(centre, silent)
        else:
            yield from map(_silent, silent)


def _silent(device: Device) -> Trouble:
    seen = device.last_seen_at
    said = {"device": device.name, "since": f"{clock.local(seen):%H:%M:%S}" if seen else "–"}
    is_kiosk = device.kind == DeviceKind.KIOSK
    sentence = _("%(device)s: the kiosk is silent since %(since)s.") if is_kiosk else _("%(device)s: the board is silent since %(since)s.")  # fmt: skip
    if device.kind == DeviceKind.SCREEN:
        sentence = _("%(device)s: the citizen's screen is silent since %(since)s.")
    kind = Kind.KIOSK if is_kiosk else Kind.BOARD
    # The desk goes on without the screen at its counter; others serve a hall.
    severity = Severity.ONE if device.kind == DeviceKind.SCREEN else Severity.MANY
    return Trouble(f"device:{device.pk}", kind, severity, sentence % said, device.centre_id, device)


def _all_silent(centre: Centre, silent: list[Device]) -> Trouble:
    what = _("All %(count)s screens of %(centre)s are silent: network or electricity?") % {
        "count": len(silent), "centre": pick(centre.short_name),
    }  # fmt: skip
    return Trouble(f"centre:{centre.pk}", Kind.NETWORK, Severity.STANDSTILL, what, centre.pk, public=_CENTRE_SILENT)


def failed_jobs(at: datetime) -> Iterable[Trouble]:
    """Jobs that end in an error now."""
    rows = FailedJob.objects.filter(at__gte=at - FAILED_WITHIN).order_by().values("task").annotate(times=Count("pk"))
    for row in rows:
        severity = Severity.MANY if row["times"] >= MANY_FAILURES else Severity.ONE
        what = _("A job fails again and again: %(task)s.") % {"task": row["task"]}
        yield Trouble(f"job:{row['task']}"[:50], Kind.JOBS, severity, what)


def other_apps(at: datetime) -> Iterable[Trouble]:
    """What the apps above this one know of themselves (``settings.WATCH_SOURCES``); their keys begin with ``app:``."""
    for source in settings.WATCH_SOURCES:
        yield from import_string(source)(at)


def outbox(at: datetime) -> Iterable[Trouble]:
    """Messages leave in time, and none was given up. A browser that is gone is nobody's fault."""
    if Message.objects.due(at - STUCK).exists():
        yield Trouble("outbox", Kind.NOTICES, Severity.MANY, _("Messages wait for minutes and do not leave."))
    dead = Message.objects.filter(state=MessageState.DEAD, created_at__gte=at - DEAD_WITHIN).exclude(recipient="")
    if dead.exclude(channel=Channel.PUSH).exists():
        what = _("Messages were given up. Look at the outbox in the administration.")
        yield Trouble("dead-letters", Kind.NOTICES, Severity.ONE, what)
