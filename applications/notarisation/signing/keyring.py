"""Which key somebody signs with: their own, entered by the city; the shared one only where a setting allows it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from asn1crypto import x509
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from applications.notarisation.signers import SECRET_NAME, SigningKey
from applications.notarisation.signing.keys import KeyAt, Role, certificate_at, is_configured, key_of
from applications.notarisation.signing.throwaway import is_throwaway
from applications.notarisation.trouble import NotNow
from portal.errors import BadInput, RuleBroken

KEY_GONE = gettext_noop(
    "The key of the person who approved it is ended. The copy is made as soon as a new one is entered, or when another signer takes it over; the number stays taken."
)


def keys_in_force(at: datetime) -> QuerySet[SigningKey]:
    """Those whose certificate holds now and which nobody ended."""
    return SigningKey.objects.filter(end__isnull=True, valid_from__lte=at, valid_to__gt=at)


def key_in_force(person: Any, at: datetime) -> SigningKey | None:
    """The newest of a person's keys in force."""
    return keys_in_force(at).filter(person=person).order_by("-entered_at", "-pk").first()


def check_can_sign(person: Any, at: datetime) -> None:
    """Raise ``RuleBroken`` (``no_key``) before a number is taken for what could not be signed.

    Where copies are printed and signed by hand nobody needs a key.
    """
    if are_own_keys_needed() and key_in_force(person, at) is None:
        raise RuleBroken(
            _("You have no signing key that holds today. The city administrator enters it."), code="no_key"
        )


def are_own_keys_needed() -> bool:
    """Whether copies are signed here, and only with a key of the person's own."""
    return is_configured() and not _may_share()


def signing_key_of(person: Any, at: datetime) -> KeyAt:
    """The key that the person's copies are signed with now. Raises ``NotNow``."""
    own = key_in_force(person, at)
    if own is not None:
        return place_of(own)
    if _may_share():
        return key_of(Role.SIGNER)
    raise NotNow(KEY_GONE, code="key_gone")


def place_of(key: SigningKey) -> KeyAt:
    """Where it lies, with its password or PIN read from the secret's file. Raises ``NotNow``."""
    try:
        return located(key.url, key.secret)
    except BadInput as error:
        raise NotNow(KEY_GONE, code="key_gone") from error


def _may_share() -> bool:
    return bool(settings.SIGNING_SHARED_KEY and settings.SIGNING_SIGNER_KEY)


@dataclass(frozen=True)
class Certificate:
    """What a key's certificate says, as it is kept beside the key."""

    fingerprint: str
    subject: str
    valid_from: datetime
    valid_to: datetime


def located(url: str, secret: str) -> KeyAt:
    """The key at this address. Raises ``BadInput``.

    Only files of the one folder and libraries that are named in the settings: what an administrator types here is read,
    and a library even run, by the portal.
    """
    parts = urlsplit(url)
    path = Path(unquote(parts.path))
    if parts.scheme == "file" and not parts.netloc and _is_inside(path):
        return KeyAt(url, _password(secret))
    chains = parse_qs(parts.query).get("chain", [])
    if (
        parts.scheme == "pkcs11"
        and str(path) in settings.SIGNING_TOKEN_MODULES
        and all(map(_is_inside, map(Path, chains)))
    ):
        return KeyAt(url, _password(secret))
    raise BadInput(
        _(
            "A key lies in the folder of keys (SIGNING_FOLDER), or in a token whose library SIGNING_TOKEN_MODULES names."
        ),
        code="key_elsewhere",
        field="url",
    )


def read_certificate(url: str, secret: str) -> Certificate:
    """Open the key once and read its certificate. Raises ``BadInput``: nothing is entered that would not sign."""
    try:
        certificate = certificate_at(located(url, secret))
    except (NotNow, ValueError, OSError) as error:
        raise BadInput(
            _("This key cannot be opened. See its file or token, and its password or PIN."),
            code="key_not_opened",
            field="url",
        ) from error
    if settings.PORTAL_ENV == "production" and is_throwaway(certificate):
        raise BadInput(
            _("This key is of the throw-away authority and has no legal value."), code="key_worthless", field="url"
        )
    return _said(certificate)


def _said(certificate: x509.Certificate) -> Certificate:
    names = certificate.subject.native
    subject = ", ".join(str(names[part]) for part in ("common_name", "organization_name") if names.get(part))
    return Certificate(
        fingerprint=certificate.sha256.hex(),
        subject=subject[:300],
        valid_from=certificate.not_valid_before,
        valid_to=certificate.not_valid_after,
    )


def _is_inside(path: Path) -> bool:
    folder = settings.SIGNING_FOLDER
    return bool(folder) and path.resolve().is_relative_to(Path(folder).resolve())


def _password(secret: str) -> str:
    """The first line of the file of this name in the folder; none for a key without a password."""
    if not secret:
        return ""
    if not re.fullmatch(SECRET_NAME, secret) or not settings.SIGNING_FOLDER:
        raise BadInput(_("This is no name of a file in the folder of secrets."), code="secret_wrong", field="secret")
    try:
        lines = (Path(settings.SIGNING_FOLDER) / secret).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            _("The file with the password cannot be read in the folder of secrets."),
            code="secret_wrong",
            field="secret",
        ) from error
    return lines[0] if lines else ""
