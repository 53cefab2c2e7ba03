"""What a process and its children hold in memory."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Self

_MB = 1024 * 1024
BETWEEN_SECONDS = 0.02


def held_mb(pid: int) -> float:
    """The sum over the process and everything it started, in MB; what they share counts for each of them."""
    return sum(_resident(one) for one in _family(pid)) / _MB


class Peak:
    """The most that a process and its children held together, looked at fifty times a second inside the block."""

    def __init__(self, pid: int) -> None:
        self.pid, self.mb = pid, 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.is_set():
            self.mb = max(self.mb, held_mb(self.pid))
            time.sleep(BETWEEN_SECONDS)


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        found += _children(one)
    return found


def _children(pid: int) -> list[int]:
    children: list[int] = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children += map(int, listed.read_text().split())
        except OSError:  # ended meanwhile
            continue
    return children


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
