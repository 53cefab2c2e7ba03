"""Faults on order: the next ones by name, or so many of a hundred."""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Iterable
from enum import StrEnum


class Fault(StrEnum):
    SLOW = "slow"  # answered late
    ERROR = "error"  # 500, nothing kept
    EXISTS = "exists"  # kept, and answered as if it had been there before
    LOST = "lost"  # kept, and the connection broken before the answer
    WRONG_CODE = "wrong-code"  # nothing kept, and a code that means nothing


class Faults:
    """``rate`` of all requests go wrong, by one of ``kinds``; those of ``queue`` come first, one a request."""

    def __init__(self, *, seed: str = "1"):
        self._lock = threading.Lock()
        self._queue: deque[Fault] = deque()
        self._random = random.Random(seed)  # noqa: S311 - the same run again for the same seed
        self.rate, self.kinds, self.slow_seconds = 0.0, list(Fault), 2.0

    def order(
        self,
        *,
        queue: Iterable[str] = (),
        rate: float | None = None,
        kinds: Iterable[str] | None = None,
        slow_seconds: float | None = None,
    ) -> None:
        """Raises ``ValueError`` for a fault or a rate that there is not."""
        wanted, chosen = [Fault(one) for one in queue], [Fault(one) for one in kinds or ()]
        if rate is not None and not 0 <= rate <= 1:
            raise ValueError("a rate is from 0 to 1")
        with self._lock:
            self._queue.extend(wanted)
            self.rate = self.rate if rate is None else rate
            self.kinds = chosen or self.kinds
            self.slow_seconds = self.slow_seconds if slow_seconds is None else slow_seconds

    def next(self) -> Fault | None:
        with self._lock:
            if self._queue:
                return self._queue.popleft()
            return self._random.choice(self.kinds) if self._random.random() < self.rate else None

    def as_json(self) -> dict[str, object]:
        with self._lock:
            return {
                "rate": self.rate,
                "kinds": self.kinds,
                "queue": list(self._queue),
                "slow_seconds": self.slow_seconds,
            }
