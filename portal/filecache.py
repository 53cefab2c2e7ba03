"""The demo's shared cache: Django's file cache with counting that several processes can share."""

from __future__ import annotations

import fcntl
import os
import pickle
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache


class SharedFileCache(FileBasedCache):
    """Adds a lock around read-then-write, which the file cache does without one."""

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._createdir()  # type: ignore[attr-defined]
        with open(os.path.join(self._dir, ".lock"), "w") as lock:  # type: ignore[attr-defined]
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        with self._locked():
            return super().add(key, value, timeout, version)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """As a shared server counts: the value still ends when it would have. Raises ``ValueError`` if there is none."""
        with self._locked():
            value = self.get(key, version=version)
            if value is None:
                raise ValueError(f"Key '{key}' not found")
            try:
                with open(self._key_to_file(key, version), "rb") as file:  # type: ignore[attr-defined]
                    ends = pickle.load(file)  # noqa: S301 - written by this class; its first item is the time it ends
            except FileNotFoundError:  # thrown out meanwhile, to make room
                raise ValueError(f"Key '{key}' not found") from None
            left = None if ends is None else max(ends - time.time(), 0)
            self.set(key, value + delta, left, version=version)
            return int(value + delta)
