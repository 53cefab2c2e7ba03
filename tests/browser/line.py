"""The wire between a browser and the server, which a test can cut and mend: nothing in the browser knows of it."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType

PIECE = 65_536


class Line:
    """Passes bytes from an address of its own to the server's. Cut, connections break and new ones are refused."""

    def __init__(self, host: str, port: int) -> None:
        self.server = (host, port)
        self.port = 0
        self.listener: socket.socket | None = None
        self.open: set[socket.socket] = set()
        self.guard = threading.Lock()

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
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=[source, target], daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE):
                target.sendall(piece)
        with self.guard:
            self.open -= {source, target}
        _close(source)
        _close(target)


def _close(end: socket.socket) -> None:
    """Also wakes whoever waits at it."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
