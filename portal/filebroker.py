"""The demo's broker of files, made safe for two processes that write and read at once.

Kombu's own writes a message where readers look for it: one that looks in that moment finds it empty, and dies of it.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

import structlog
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

log = structlog.get_logger(__name__)
MARK = ".msg"


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Written beside the queue, then moved into it whole."""
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}"
        written = folder / f"{name}.part"
        written.write_bytes(dumps(payload).encode())
        written.rename(folder / f"{name}{MARK}")

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The next message; one that cannot be read is dropped, since the sweeps find its work again."""
        try:
            return super()._get(queue)
        except ValueError as error:
            log.warning("message_unreadable", queue=queue, error=type(error).__name__)
            raise Empty from error


class Transport(filesystem.Transport):
    Channel = Channel


def use() -> None:
    """Let ``filesystem://`` mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
