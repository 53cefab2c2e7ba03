"""The second factor of whoever signs: one-time codes of an authenticator app (RFC 6238), and recovery codes.

The secret is kept encrypted. A code opens signing once; what it opened lasts some minutes, in that session alone.
"""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django_otp.oath import TOTP

from citizens.models import User
from portal import ratelimit
from portal.errors import BadInput

_SALT = "applications.second_factor"
SECRET_BYTES = 20
STEP_SECONDS, DIGITS = 30, 6
# A phone's clock may be off by a step in either direction.
TOLERANCE = 1
RECOVERY_CODES = 10
_RECOVERY_LENGTH = 10
# Letters and figures that nobody mistakes for one another.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
TRIES, TRY_SECONDS = 5, 15 * 60
ISSUER = "Một cửa Hà Nội"
SESSION_KEY = "signing_open"


class SecondFactor(models.Model):
    """A person's authenticator. ``confirmed_at`` is when its first code was typed; until then it opens nothing.

    ``last_step`` is the time step of the last code taken: neither it nor an earlier one is taken again.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor")
    sealed_secret = models.TextField()
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=-1)

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")

    def __str__(self) -> str:
        return str(self.user)

    @property
    def secret(self) -> bytes:
        """Raises ``BadInput`` when it was sealed under a key that is gone."""
        try:
            return _seal().decrypt(self.sealed_secret.encode())
        except InvalidToken as error:
            raise BadInput(
                _("The authenticator must be set up anew: the portal's own key was changed."), code="factor_unreadable"
            ) from error

    @property
    def manual_code(self) -> str:
        """What is typed into an app that cannot read the QR code, in groups of four."""
        text = base64.b32encode(self.secret).decode().rstrip("=")
        return " ".join(text[start : start + 4] for start in range(0, len(text), 4))

    @property
    def app_url(self) -> str:
        """What the QR code says to an authenticator app."""
        label = quote(f"{ISSUER}:{self.user.get_username()}")
        query = {"secret": base64.b32encode(self.secret).decode().rstrip("="), "issuer": ISSUER}
        return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote)}"

    def next_code(self, at: datetime) -> str:
        """A code that would be taken now; only the demo shows it, in the place of a phone."""
        totp = self._totp(at)
        totp.drift = max(0, self.last_step + 1 - totp.t())
        return f"{totp.token():0{DIGITS}}"

    def take(self, code: str, at: datetime) -> bool:
        """Whether the code is right now and was not used; then it is used up. The caller holds the row's lock."""
        if len(code) != DIGITS or not code.isascii() or not code.isdigit():
            return False
        totp = self._totp(at)
        if not totp.verify(int(code), tolerance=TOLERANCE, min_t=self.last_step + 1):
            return False
        self.last_step = totp.t()
        self.save(update_fields=["last_step"])
        return True

    def _totp(self, at: datetime) -> TOTP:
        totp = TOTP(self.secret, step=STEP_SECONDS, digits=DIGITS)
        totp.time = at.timestamp()
        return totp


class RecoveryCode(models.Model):
    """A code for the day the phone is lost, usable once; only its keyed hash is kept."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [models.UniqueConstraint(fields=["factor", "code_hash"], name="recovery_code_once")]

    def __str__(self) -> str:
        return str(self.factor)


def _seal() -> MultiFernet:
    """With the site's key of now; what earlier ones sealed can be read."""
    known = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [
            Fernet(base64.urlsafe_b64encode(salted_hmac(_SALT, "seal", secret=key, algorithm="sha256").digest()))
            for key in known
        ]
    )


def sealed(secret: bytes) -> str:
    return _seal().encrypt(secret).decode()


def factor_of(user: Any) -> SecondFactor | None:
    return SecondFactor.objects.select_related("user").filter(user=user).first()


@transaction.atomic
def begin_factor(*, user: User, at: datetime) -> SecondFactor:
    """A new secret that waits for its first code, in the place of one that waited. Raises ``BadInput``
    (``factor_there``) beside one that is set up: ``forget_own_factor`` comes before another."""
    row = SecondFactor.objects.select_for_update().filter(user=user).first() or SecondFactor(user=user)
    if row.confirmed_at is not None:
        raise BadInput(_("An authenticator is set up already."), code="factor_there")
    row.sealed_secret, row.created_at, row.last_step = sealed(secrets.token_bytes(SECRET_BYTES)), at, -1
    row.save()
    return row


@transaction.atomic
def confirm_factor(*, user: User, code: str, at: datetime) -> list[str]:
    """Take the first code; returns the recovery codes, which are shown this once. Raises ``BadInput`` or ``TooMany``."""
    _take(user, code, at, confirmed=False)
    row = SecondFactor.objects.get(user=user)
    row.confirmed_at = at
    row.save(update_fields=["confirmed_at"])
    return _new_recovery_codes(row)


@transaction.atomic
def renew_recovery_codes(*, user: User, code: str, at: datetime) -> list[str]:
    """Ten new ones; those of before open nothing any more. Raises ``BadInput`` or ``TooMany``."""
    return _new_recovery_codes(_take(user, code, at, confirmed=True))


@transaction.atomic
def forget_own_factor(*, user: User, code: str, at: datetime) -> None:
    """Another phone takes the place of this one, which opens nothing any more. Raises ``BadInput`` or ``TooMany``."""
    _take(user, code, at, confirmed=True).delete()


def demo_code(row: SecondFactor | None, at: datetime) -> str:
    """A code for those who try the demo without a phone; nothing anywhere else."""
    return row.next_code(at) if row is not None and settings.PORTAL_ENV == "demo" else ""


def open_signing(session: Any, *, user: User, code: str, at: datetime, lasts: timedelta) -> None:
    """Let this session sign for as long as ``lasts``. Raises ``BadInput`` or ``TooMany``."""
    with transaction.atomic():
        row = _take(user, code, at, confirmed=True)
    session[SESSION_KEY] = [user.pk, row.pk, (at + lasts).timestamp()]


def open_until(session: Any, user: User, at: datetime) -> datetime | None:
    """Until when this session may sign; ``None`` when a code has to be typed first."""
    kept = session.get(SESSION_KEY)
    if not kept or kept[0] != user.pk or kept[2] <= at.timestamp():
        return None
    # The row of that very authenticator: one that was set up anew or taken away shuts what it had opened.
    if not SecondFactor.objects.filter(pk=kept[1], user=user, confirmed_at__isnull=False).exists():
        return None
    return datetime.fromtimestamp(kept[2], at.tzinfo)


def shut_signing(session: Any) -> None:
    session.pop(SESSION_KEY, None)


def _take(user: User, code: str, at: datetime, *, confirmed: bool) -> SecondFactor:
    """The person's authenticator, once this code of it or a recovery code was taken."""
    row = (
        SecondFactor.objects.select_for_update(of=("self",))
        .filter(user=user, confirmed_at__isnull=not confirmed)
        .first()
    )
    # Under the row's lock, so that guesses come one after another; counted in the cache, which no undone transaction undoes.
    ratelimit.refuse_if_over("second-factor", str(user.pk), limit=TRIES, seconds=TRY_SECONDS)
    if row is None:
        raise BadInput(_("Set up an authenticator first."), code="no_factor")
    typed = "".join(code.split()).replace("-", "").upper()
    if row.take(typed, at) or (confirmed and _take_recovery(row, typed, at)):
        return row
    ratelimit.count("second-factor", str(user.pk), limit=TRIES, seconds=TRY_SECONDS)
    raise BadInput(
        _("This code is wrong, or was used already. Wait for the next one in the app."), code="code_wrong", field="otp"
    )


def _take_recovery(row: SecondFactor, typed: str, at: datetime) -> bool:
    return bool(row.recovery_codes.filter(code_hash=_hash(typed), used_at__isnull=True).update(used_at=at))


def _new_recovery_codes(row: SecondFactor) -> list[str]:
    codes = [
        "".join(secrets.choice(_ALPHABET) for _letter in range(_RECOVERY_LENGTH)) for _code in range(RECOVERY_CODES)
    ]
    row.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(factor=row, code_hash=_hash(code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _hash(code: str) -> str:
    return salted_hmac(_SALT, code, algorithm="sha256").hexdigest()
