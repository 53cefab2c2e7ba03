"""The master keys of the private store, from a file that only the portal can read."""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from portal.sealed import MasterKey

_KEY_BYTES = 32


def master_keys() -> tuple[MasterKey, ...]:
    """The keys of ``FILES_KEY_FILE``, the newest (under which files are sealed) first; none where files lie open.

    Raises ``ImproperlyConfigured``, without repeating what stands in the file.
    """
    if not settings.FILES_KEY_FILE:
        return ()
    path = Path(settings.FILES_KEY_FILE)
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise ImproperlyConfigured(f"FILES_KEY_FILE cannot be read ({error.strerror}).") from error


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> tuple[MasterKey, ...]:
    lines = [line.strip() for line in path.read_text().splitlines()]
    found = [_key(line) for line in lines if line and not line.startswith("#")]
    if not found or None in found:
        raise ImproperlyConfigured("FILES_KEY_FILE: each line is a key of 32 bytes in base64, the newest first.")
    return tuple(MasterKey(secret) for secret in found if secret)


def _key(line: str) -> bytes | None:
    try:
        secret = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        return None
    return secret if len(secret) == _KEY_BYTES else None
