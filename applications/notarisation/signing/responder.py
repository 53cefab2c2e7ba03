"""The throw-away authority on this machine: lists of withdrawn certificates by GET, time stamps by POST.

python -m applications.notarisation.signing.responder 127.0.0.1 8998 var/demo/authority
"""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from applications.notarisation.signing.throwaway import Authority, open_authority, write_whole

SETTINGS = "settings.json"
LISTS = {"/root.crl": "root", "/issuing.crl": "issuing"}
_REQUEST_BYTES = 64 * 1024


def server_at(host: str, port: int, folder: Path) -> tuple[ThreadingHTTPServer, Authority]:
    """A server that is bound but does not serve yet, and the authority behind it. Port 0 takes any that is free."""
    server = ThreadingHTTPServer((host, port), BaseHTTPRequestHandler)
    authority = open_authority(folder, f"http://{host}:{server.server_address[1]}")
    server.RequestHandlerClass = _answers_of(authority)
    return server, authority


@contextmanager
def serving(folder: Path, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[Authority]:
    """The authority in ``folder``, served beside the block."""
    server, authority = server_at(host, port, folder)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answers_of(authority: Authority) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:  # noqa: N802 - the library's name
            name = LISTS.get(self.path)
            if name is None:
                self.send_error(404)
            else:
                self._answer("application/pkix-crl", authority.revocation_list(name))

        def do_POST(self) -> None:  # noqa: N802
            length = self.headers.get("Content-Length", "")
            if self.path != "/tsa" or not length.isdecimal() or int(length) > _REQUEST_BYTES:
                self.send_error(400)
                return
            try:
                self._answer("application/timestamp-reply", authority.stamp(self.rfile.read(int(length))))
            except (ValueError, TypeError, KeyError):
                self.send_error(400)

        def _answer(self, kind: str, content: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    return Answers


def main() -> None:
    host, port, folder = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    server, authority = server_at(host, int(port), Path(folder))
    # Last: whoever starts this one waits for it, and takes the portal's settings from it.
    write_whole(authority.folder / SETTINGS, json.dumps(authority.environment()).encode())
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


if __name__ == "__main__":
    main()
