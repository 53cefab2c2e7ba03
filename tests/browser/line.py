"""The wire between a browser and the server, which a test can cut and mend: nothing in the browser knows of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

PIECE = 65_536


@dataclass(eq=False)
class _Wire:
    """One connection: the browser's end, the server's, and how much more of an answer it takes."""

    near: socket.socket
    far: socket.socket
    room: int | None = None


class Line:
    """Passes bytes from an address of its own to the server's. Cut, connections break and new ones are refused."""

    def __init__(self, host: str, port: int) -> None:
        self.server = (host, port)
        self.port = 0
        self.listener: socket.socket | None = None
        self.open: set[socket.socket] = set()
        self.guard = threading.Lock()
        self.short: tuple[bytes, int] | None = None

    def __enter__(self) -> Line:
        self.mend()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.cut()

    @property
    def url(self) -> str:
        # Browsers trust this name like HTTPS, which service workers need.
        return f"http://localhost:{self.port}"

    def mend(self) -> None:
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self.listener = listener
        threading.Thread(target=self._accept, args=[listener], daemon=True).start()

    def cut(self) -> None:
        listener, self.listener = self.listener, None
        if listener is not None:
            _close(listener)
        with self.guard:
            for end in self.open:
                _close(end)
            self.open.clear()

    def cut_in_answer(self, path: str, size: int) -> None:
        """Cut by itself when so many bytes of the next answer from this path, its head included, have come back."""
        self.short = (f"GET {path}".encode(), size)

    @property
    def is_cut(self) -> bool:
        return self.listener is None

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _address = listener.accept()
            except OSError:
                return
            far = socket.create_connection(self.server)
            with self.guard:
                if self.listener is not listener:
                    _close(near)
                    _close(far)
                    return
                self.open |= {near, far}
            wire = _Wire(near, far)
            for carry in (self._ask, self._answer):
                threading.Thread(target=self._carry, args=[wire, carry], daemon=True).start()

    def _ask(self, wire: _Wire) -> bool:
        piece = wire.near.recv(PIECE)
        with self.guard:
            if self.short and piece.startswith(self.short[0]):
                wire.room, self.short = self.short[1], None
        wire.far.sendall(piece)
        return bool(piece)

    def _answer(self, wire: _Wire) -> bool:
        piece = wire.far.recv(PIECE)
        if wire.room is not None:
            piece, wire.room = piece[: wire.room], wire.room - len(piece)
        wire.near.sendall(piece)
        if wire.room is not None and wire.room <= 0:
            self.cut()
        return bool(piece)

    def _carry(self, wire: _Wire, one_way: Callable[[_Wire], bool]) -> None:
        with suppress(OSError):
            while one_way(wire):
                pass
        with self.guard:
            self.open -= {wire.near, wire.far}
        _close(wire.near)
        _close(wire.far)


def _close(end: socket.socket) -> None:
    """Also wakes whoever waits at it."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
