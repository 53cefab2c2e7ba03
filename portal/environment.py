"""Typed reading of the environment: a missing or wrong variable stops the start and says which and why."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")
_REQUIRED: Any = object()
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


class Environment:
    """Turns environment variables into typed values.

    ``lenient`` holds outside production: a variable with a ``demo`` value may then be left out.
    Every reader raises ``ImproperlyConfigured`` naming the variable and what it is for.
    """

    def __init__(self, *, lenient: bool, variables: Mapping[str, str] | None = None):
        self.variables = os.environ if variables is None else variables
        self.lenient = lenient

    def _read(self, name: str, parse: Callable[[str], T], why: str, default: T, demo: T) -> T:
        raw = self.variables.get(name, "").strip()
        if not raw:
            if self.lenient and demo is not _REQUIRED:
                return demo
            if default is not _REQUIRED:
                return default
            raise ImproperlyConfigured(f"Set the environment variable {name}: {why}.")
        try:
            return parse(raw)
        except ValueError as error:
            # The value itself is not repeated: it may be a secret.
            raise ImproperlyConfigured(f"The environment variable {name} is wrong ({error}): {why}.") from None

    def text(self, name: str, why: str, *, default: str = _REQUIRED, demo: str = _REQUIRED) -> str:
        return self._read(name, str, why, default, demo)

    def flag(self, name: str, why: str, *, default: bool = _REQUIRED, demo: bool = _REQUIRED) -> bool:
        def parse(raw: str) -> bool:
            if raw.lower() in _TRUE:
                return True
            if raw.lower() in _FALSE:
                return False
            raise ValueError("expected 1 or 0")

        return self._read(name, parse, why, default, demo)

    def number(self, name: str, why: str, *, default: int = _REQUIRED, demo: int = _REQUIRED) -> int:
        def parse(raw: str) -> int:
            if not raw.isascii() or not raw.isdigit():
                raise ValueError("expected a whole number")
            return int(raw)

        return self._read(name, parse, why, default, demo)

    def words(self, name: str, why: str, *, default: list[str] = _REQUIRED, demo: list[str] = _REQUIRED) -> list[str]:
        return self._read(name, lambda raw: [w.strip() for w in raw.split(",") if w.strip()], why, default, demo)

    def folder(self, name: str, why: str, *, default: Path = _REQUIRED, demo: Path = _REQUIRED) -> Path:
        return self._read(name, lambda raw: Path(raw).resolve(), why, default, demo)

    def url(self, name: str, schemes: set[str], why: str, *, default: str = _REQUIRED, demo: str = _REQUIRED) -> str:
        def parse(raw: str) -> str:
            if urlsplit(raw).scheme not in schemes:
                raise ValueError(f"expected a URL starting with {' or '.join(sorted(s + '://' for s in schemes))}")
            return raw.rstrip("/")

        return self._read(name, parse, why, default, demo)

    def choice(self, name: str, choices: set[str], why: str, *, default: str = _REQUIRED) -> str:
        def parse(raw: str) -> str:
            if raw not in choices:
                raise ValueError(f"expected one of {', '.join(sorted(choices))}")
            return raw

        return self._read(name, parse, why, default, _REQUIRED)


def database_from_url(url: str) -> dict[str, Any]:
    """Django's database settings from ``sqlite:///path`` or ``postgres://user:password@host:port/name``.

    ``?host=/socket/dir`` names a Unix socket. Connections are kept for a minute and checked before use.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path[1:]) if parts.path != "/:memory:" else ":memory:",
            # One writer at a time, queued at BEGIN instead of failing at the first write.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    return {
        "ENGINE": "portal.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or dict(parse_qsl(parts.query)).get("host", ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "portal"},
    }
