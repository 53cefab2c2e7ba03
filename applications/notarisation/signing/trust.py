"""Whom the portal believes: the roots it is configured with, and nobody else."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from asn1crypto import x509
from django.conf import settings
from pyhanko.keys import load_certs_from_pemder


def roots() -> list[x509.Certificate]:
    """The trusted roots. Raises ``OSError`` or ``ValueError`` when they cannot be read."""
    path = Path(settings.SIGNING_ROOTS)
    return list(_read(path, path.stat().st_mtime_ns)) if settings.SIGNING_ROOTS else []


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int) -> tuple[x509.Certificate, ...]:
    return tuple(load_certs_from_pemder([str(path)]))
