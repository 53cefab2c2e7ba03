"""Send a one-time code to a phone, and take it.

Nothing here asks whether the number is known: whoever it belongs to, the same is done and the same is said.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from citizens.messages import SignInCode
from citizens.models import PhoneCode
from citizens.secrets_kept import kept_hash, new_digits, new_key
from notifications.actions.forget import forget_addresses, forget_occasion
from notifications.actions.queue import queue_notice
from notifications.message import Recipient
from portal import ratelimit
from portal.errors import BadInput

DIGITS = 6
MINUTES = 5
TRIES = 5
# A second look at the phone must not cost a second SMS; a household shares a phone, a hall an address.
SENT_HERE, HERE_SECONDS = 3, 15 * 60
SENT_TO_NUMBER = (("hour", 6, 60 * 60), ("day", 15, 24 * 60 * 60))
SENT_FROM_ADDRESS, ADDRESS_SECONDS = 40, 60 * 60
# Of the whole portal: more than any morning has asked for is somebody else's script, and every SMS costs money.
SENT_BY_PORTAL, PORTAL_SECONDS = 3000, 60 * 60
WRONG_FROM_ADDRESS = 60
FORGOTTEN_AFTER = timedelta(days=1)


def send_phone_code(*, phone: str, address: str, language: str, at: datetime) -> str:
    """Send a code to this mobile number in E.164; returns the handle that the asking browser keeps. Raises ``TooMany``.

    ``address`` is who asks. The narrow limits come first, so that one browser cannot use up a number's share by itself.
    """
    ratelimit.count("code-here", f"{address} {phone}", limit=SENT_HERE, seconds=HERE_SECONDS)
    ratelimit.count("code-address", address, limit=SENT_FROM_ADDRESS, seconds=ADDRESS_SECONDS)
    for name, limit, seconds in SENT_TO_NUMBER:
        ratelimit.count(f"code-number-{name}", phone, limit=limit, seconds=seconds)
    ratelimit.count("code-portal", "all", limit=SENT_BY_PORTAL, seconds=PORTAL_SECONDS)
    handle, code = new_key(), new_digits(DIGITS)
    with transaction.atomic():
        row = PhoneCode.objects.create(
            handle_hash=kept_hash("handle", handle),
            phone=phone,
            code_hash=_hash(handle, code),
            created_at=at,
            expires_at=at + timedelta(minutes=MINUTES),
        )
        queue_notice(
            notice=SignInCode(code=code, minutes=MINUTES),
            recipient=Recipient(phone=phone, language=language),
            dedup_key=_occasion(row),
            not_after=row.expires_at,
            at=at,
        )
    return handle


def code_of(handle: str, at: datetime) -> PhoneCode | None:
    """What this browser was sent, while it is still of use."""
    rows = PhoneCode.objects.filter(used_at__isnull=True, expires_at__gt=at, tries__lt=TRIES)
    return rows.filter(handle_hash=kept_hash("handle", handle)).first() if handle else None


def take_phone_code(*, handle: str, code: str, address: str, at: datetime) -> str:
    """The phone that this code was sent to; then it is used up, and its text leaves the outbox.

    A try is counted before it is judged, so that many at once are no more than one after another. One sentence for
    every failure. Raises ``BadInput`` (``code_wrong``), ``TooMany``.
    """
    ratelimit.refuse_if_over("code-wrong", address, limit=WRONG_FROM_ADDRESS, seconds=ADDRESS_SECONDS)
    row = code_of(handle, at)
    is_counted = row is not None and bool(
        PhoneCode.objects.filter(pk=row.pk, used_at__isnull=True, tries__lt=TRIES).update(tries=F("tries") + 1)
    )
    known = row.code_hash if row is not None and is_counted else "none"
    if not constant_time_compare(known, _hash(handle, code)) or row is None or not _used_up(row, at):
        ratelimit.count("code-wrong", address, limit=WRONG_FROM_ADDRESS, seconds=ADDRESS_SECONDS)
        raise BadInput(
            _("This code is wrong or too old. Look at the newest SMS, or have a new code sent."),
            code="code_wrong",
            field="otp",
        )
    return row.phone


def forget_phone_codes(*, at: datetime) -> int:
    """Drop the codes of yesterday, and blank numbers and texts of messages whose code is over. Returns how many codes."""
    forget_addresses(kind=SignInCode.kind, before=at - timedelta(minutes=MINUTES))
    return PhoneCode.objects.filter(created_at__lt=at - FORGOTTEN_AFTER).delete()[0]


@transaction.atomic
def _used_up(row: PhoneCode, at: datetime) -> bool:
    if not PhoneCode.objects.filter(pk=row.pk, used_at__isnull=True).update(used_at=at):
        return False
    forget_occasion(occasion=_occasion(row))
    return True


def _occasion(row: PhoneCode) -> str:
    return f"{SignInCode.kind}:{row.pk}"


def _hash(handle: str, code: str) -> str:
    return kept_hash("code", f"{handle} {code}")
