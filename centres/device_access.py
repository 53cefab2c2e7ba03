"""Kiosks, boards and citizens' screens: a signed cookie that holds who the device is, checked against the row once a minute.

The answer is kept in the shared cache, so an unchanged board asks no database; revoking drops it. While the cache is
down the row is asked each time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.db import transaction
from django.db.models import CharField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from centres.models import Device
from portal import clock, shared
from portal.errors import BadInput
from portal.prepared import Given, Prepared

KNOWN_SECONDS = 60
COOKIE_SECONDS = 2 * 365 * 24 * 60 * 60
SALT = "centres.device"
P = ParamSpec("P")
_DEVICE = Prepared(
    lambda: Device.objects.filter(
        key_hash=Given("key_hash", CharField()), kind=Given("kind", CharField()), revoked_at__isnull=True
    )
)


@dataclass(frozen=True)
class Seat:
    """A device as far as its pages need to know it."""

    device_id: int
    centre_id: int
    name: str
    zone_id: int | None = None
    counter_id: int | None = None

    @property
    def device(self) -> Device:
        """The row, of which only its key and centre are known without reading it."""
        return Device.from_db("default", ("id", "centre_id"), (self.device_id, self.centre_id))


def cookie_name(kind: str) -> str:
    return f"{kind}_device"


def remember(response: HttpResponse, device: Device) -> None:
    """Give the device its cookie."""
    value = signing.dumps([device.pk, _proof(device.key_hash)], salt=f"{SALT}.{device.kind}")
    response.set_cookie(
        cookie_name(device.kind),
        value,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def forget(device: Device) -> None:
    """Drop what is remembered of this device, once the transaction is through."""
    transaction.on_commit(lambda: shared.drop(_cache_key(device.pk)))


def by_key(key: str, kind: str) -> Device:
    """The device this key belongs to. Raises ``BadInput`` for any other key, saying no more than that."""
    device = _DEVICE.first(key_hash=Device.hash_of(key.strip()), kind=kind)
    if device is None:
        raise BadInput(
            _("This key does not open this screen. Ask a manager for a new one."), code="bad_key", field="key"
        )
    return device


def seat_of(request: HttpRequest, kind: str) -> Seat | None:
    """Which device asks, or None. Costs no SQL while the cache remembers it."""
    try:
        device_id, proof = signing.loads(
            request.COOKIES.get(cookie_name(kind), ""), salt=f"{SALT}.{kind}", max_age=COOKIE_SECONDS
        )
    except (signing.BadSignature, ValueError, TypeError):
        return None
    known = shared.recall(_cache_key(device_id))
    if known is None:
        known = _look_up(device_id, kind)
    if known is None or not constant_time_compare(known["proof"], str(proof)):
        return None
    return Seat(device_id, known["centre_id"], known["name"], known["zone_id"], known.get("counter_id"))


def device_required(
    kind: str,
) -> Callable[[Callable[Concatenate[HttpRequest, Seat, P], HttpResponse]], Callable[..., HttpResponse]]:
    """A public page that only a device of this kind sees; others are asked for the device's key."""

    def decorate(view: Callable[Concatenate[HttpRequest, Seat, P], HttpResponse]) -> Callable[..., HttpResponse]:
        @login_not_required
        @wraps(view)
        def inner(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            seat = seat_of(request, kind)
            if seat is not None:
                return view(request, seat, *args, **kwargs)
            if request.headers.get("X-Part"):
                return render(request, "centres/devices/parts/signed_out.html", {"kind": kind}, status=401)
            return redirect(f"centres:{kind}_sign_in")

        return inner

    return decorate


def _look_up(device_id: int, kind: str) -> dict[str, Any] | None:
    device = Device.objects.filter(pk=device_id, kind=kind, revoked_at__isnull=True).first()
    if device is None:
        return None
    Device.objects.filter(pk=device.pk).update(last_seen_at=clock.now())
    known = {
        "proof": _proof(device.key_hash),
        "centre_id": device.centre_id,
        "name": device.name,
        "zone_id": device.zone_id,
        "counter_id": device.counter_id,
    }
    shared.keep(_cache_key(device.pk), known, KNOWN_SECONDS)
    return known


def _proof(key_hash: str) -> str:
    return salted_hmac(SALT, key_hash, algorithm="sha256").hexdigest()


def _cache_key(device_id: int) -> str:
    return f"screen:{device_id}"
