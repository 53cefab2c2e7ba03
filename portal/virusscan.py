"""Asking clamd whether a file holds a virus, by its INSTREAM command."""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings

CONNECT_SECONDS, ANSWER_SECONDS = 5, 60
_MOST_ANSWER_BYTES = 4096
_PORT = 3310
_PIECE_BYTES = 128 * 1024
_FOUND = re.compile(r"stream: (.+) FOUND")


class ClamdAway(Exception):
    """It does not answer, or cannot look into this file: nothing is known of it."""


def is_configured() -> bool:
    return bool(settings.CLAMD_URL)


def virus_in(chunks: Iterable[bytes]) -> str:
    """The name of the virus in these bytes as clamd calls it, empty where it finds none. Raises ``ClamdAway``."""
    with _connected() as line:
        try:
            line.sendall(b"zINSTREAM\0")
            for chunk in chunks:
                for start in range(0, len(chunk), _PIECE_BYTES):
                    piece = chunk[start : start + _PIECE_BYTES]
                    line.sendall(struct.pack(">I", len(piece)) + piece)
            line.sendall(struct.pack(">I", 0))
        except ConnectionError:
            pass  # it hangs up on what is too large for it; why, it may have said before
        said = _answer(line)
    if found := _FOUND.fullmatch(said):
        return found[1]
    if said == "stream: OK":
        return ""
    raise ClamdAway(said or "no answer")


def is_there() -> bool:
    """Whether it answers."""
    try:
        with _connected() as line:
            line.sendall(b"zPING\0")
            return _answer(line) == "PONG"
    except (ClamdAway, OSError):
        return False


@contextmanager
def _connected() -> Iterator[socket.socket]:
    parts = urlsplit(settings.CLAMD_URL)
    try:
        with _socket(parts) as line:
            line.settimeout(ANSWER_SECONDS)
            yield line
    except OSError as error:
        raise ClamdAway(str(error)) from error


def _socket(parts: SplitResult) -> socket.socket:
    if parts.scheme != "unix":
        return socket.create_connection((parts.hostname or "", parts.port or _PORT), CONNECT_SECONDS)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(CONNECT_SECONDS)
        line.connect(unquote(parts.path))
    except OSError:
        line.close()
        raise
    return line


def _answer(line: socket.socket) -> str:
    said = b""
    try:
        while b"\0" not in said and len(said) < _MOST_ANSWER_BYTES and (part := line.recv(_MOST_ANSWER_BYTES)):
            said += part
    except ConnectionError as error:
        raise ClamdAway(str(error)) from error
    return said.partition(b"\0")[0].decode(errors="replace").strip()
