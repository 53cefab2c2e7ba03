"""Remember a browser that wants notices."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from notifications.models import PushSubscription
from portal.errors import BadInput

LONGEST_ENDPOINT = 1000
AUTH_BYTES = 16
NEAR = {"127.0.0.1", "localhost"}


@transaction.atomic
def subscribe(*, endpoint: str, p256dh: str, auth: str, lasts: bool = False, at: datetime) -> PushSubscription:
    """The browser's row; the same endpoint is the same row. Raises ``BadInput`` for anything a browser would not send.

    One that ``lasts`` is not forgotten at the end of the day, and stays so when it subscribes for a day, too.

    We will write to this address ourselves, so only the known push services (``PUSH_HOSTS``) are believed.
    """
    if not (_is_push_service(endpoint) and _is_point(p256dh) and len(_bytes(auth)) == AUTH_BYTES):
        raise BadInput(_("This browser cannot be sent notices."), code="bad_subscription")
    browser, _is_new = PushSubscription.objects.update_or_create(
        endpoint_hash=PushSubscription.hash_of(endpoint),
        defaults={"endpoint": endpoint, "p256dh": p256dh, "auth": auth, "created_at": at}
        | ({"lasts": True} if lasts else {}),
    )
    return browser


def _is_push_service(endpoint: str) -> bool:
    if len(endpoint) > LONGEST_ENDPOINT or not endpoint.isascii() or not endpoint.isprintable():
        return False
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    known = any(host == service or host.endswith(f".{service}") for service in settings.PUSH_HOSTS)
    if not known or parts.username is not None:
        return False
    # A push service on this machine is for tests and the demo: it has no certificate.
    return (parts.scheme == "https" and port in (None, 443)) or (parts.scheme == "http" and host in NEAR)


def _is_point(p256dh: str) -> bool:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(p256dh))
    except ValueError:
        return False
    return True


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
