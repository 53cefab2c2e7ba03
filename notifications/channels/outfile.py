"""A folder as a channel: one finished file a message, created exactly once."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from notifications.channels.outcome import Later


def write_once(folder: Path, name: str, content: bytes) -> None:
    """Create ``folder/name`` with this content; a file of that name that is there already stays as it is.

    The content is complete on disk before the name exists, and a hard link fails where the name exists: whenever the
    process is killed, the message is there whole or not at all, and never twice. Raises ``Later`` if the disk is full
    or the folder cannot be written.
    """
    temporary = None
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".new-", delete=False) as out:
            temporary = Path(out.name)
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(temporary, folder / name)
        except FileExistsError:
            return
        _sync(folder)
    except OSError as error:
        raise Later(f"{type(error).__name__}: {error.strerror}") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
