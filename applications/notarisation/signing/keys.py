"""Keys by configuration: a PKCS#12 file, or a token (PKCS#11: a card, an HSM, SoftHSM).

``file:///run/keys/signer.p12``, or ``pkcs11:///usr/lib/softhsm/libsofthsm2.so?token=mot-cua&key=signer`` where ``key`` is
the label of both key and certificate; ``chain`` may name a PEM file with the authorities above it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pkcs11
from asn1crypto import x509
from django.conf import settings
from django.utils.translation import gettext_noop as _
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.keys import load_certs_from_pemder
from pyhanko.sign.general import SigningError
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko.sign.signers import Signer, SimpleSigner

from applications.notarisation.trouble import NotNow

KEY_SILENT = _("The signing key cannot be reached. The portal tries again by itself; please tell support if it lasts.")


class Role(StrEnum):
    """Whose signature it is: first the person's, then the unit's."""

    SIGNER = "signer"
    UNIT = "unit"


@dataclass(frozen=True)
class KeyAt:
    """Where a key is, and the password of the file or the PIN of the token."""

    url: str
    password: str


def key_of(role: Role) -> KeyAt:
    if role == Role.SIGNER:
        return KeyAt(settings.SIGNING_SIGNER_KEY, settings.SIGNING_SIGNER_PASSWORD)
    return KeyAt(settings.SIGNING_UNIT_KEY, settings.SIGNING_UNIT_PASSWORD)


def is_configured() -> bool:
    """Whether copies are signed here; without the unit's key they are printed and signed by hand."""
    return bool(settings.SIGNING_UNIT_KEY)


@contextmanager
def signer_at(key: KeyAt) -> Iterator[Signer]:
    """The key, ready to sign. Raises ``NotNow``."""
    if urlsplit(key.url).scheme == "pkcs11":
        with _in_token(key) as signer:
            yield signer
        return
    path = Path(unquote(urlsplit(key.url).path))
    try:
        stamp = os.stat(path).st_mtime_ns
    except OSError as error:
        raise NotNow(KEY_SILENT, code="key_silent") from error
    yield _in_file(path, key.password, stamp)


def certificate_at(key: KeyAt) -> x509.Certificate:
    """The certificate of the key. Raises ``NotNow``."""
    with signer_at(key) as signer:
        if signer.signing_cert is None:
            raise NotNow(KEY_SILENT, code="key_silent")
        return signer.signing_cert


# One for each signer of a busy morning, and the unit's.
@lru_cache(maxsize=32)
def _in_file(path: Path, password: str, _changed: int) -> SimpleSigner:
    """Read once: half of a signature's time is opening its key."""
    signer = SimpleSigner.load_pkcs12(str(path), passphrase=password.encode())
    if signer is None:
        raise NotNow(KEY_SILENT, code="key_silent")
    return signer


@contextmanager
def _in_token(key: KeyAt) -> Iterator[PKCS11Signer]:
    parts = urlsplit(key.url)
    said = {name: values[0] for name, values in parse_qs(parts.query).items()}
    chain = list(load_certs_from_pemder([said["chain"]])) if "chain" in said else []
    try:
        session = open_pkcs11_session(
            unquote(parts.path), token_criteria=TokenCriteria(label=said.get("token", "")), user_pin=key.password
        )
    except (pkcs11.PKCS11Error, SigningError, OSError, RuntimeError) as error:
        raise NotNow(KEY_SILENT, code="key_silent") from error
    try:
        signer = PKCS11Signer(session, cert_label=said.get("key", ""), ca_chain=chain)
        if signer.signing_cert is None:
            raise NotNow(KEY_SILENT, code="key_silent")
        yield signer
    except pkcs11.PKCS11Error as error:
        raise NotNow(KEY_SILENT, code="key_silent") from error
    finally:
        session.close()
