"""The sandbox as a server of its own: one address for the five services, others to order faults and to look at what came.

POST /            the services, as the national portal has them (account by HTTP Basic)
GET  /admin/      how much came, and which faults are ordered
GET  /admin/CODE  a dossier as it is known here, with its steps
POST /admin/faults  {"queue": ["lost"], "rate": 0.1, "kinds": ["error"], "slow_seconds": 2}
POST /admin/file    a dossier as a citizen files it (HoSo in state 1); handed in at the portal's inbox, if there is one
"""

from __future__ import annotations

import base64
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import requests

from applications.national import shape
from applications.national.sandbox.faults import Fault, Faults
from applications.national.sandbox.rules import EXISTS, OK, Answer, Portal

MOST_BYTES = 4 * 1024 * 1024
INBOX_SECONDS = 10
_NONSENSE = {"error_code": "77", "message": "?"}


class Sandbox(ThreadingHTTPServer):
    """``inbox`` is where the portal takes what was filed here, with ``inbox_key``."""

    daemon_threads = True
    # A burst of workers must not be turned away at the door.
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        portal: Portal,
        *,
        account: str,
        password: str,
        faults: Faults | None = None,
        inbox: str = "",
        inbox_key: str = "",
    ):
        super().__init__(address, _Handler)
        self.portal, self.faults = portal, faults or Faults()
        self.inbox, self.inbox_key = inbox, inbox_key
        self.authorization = "Basic " + base64.b64encode(f"{account}:{password}".encode()).decode()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hangs up before the answer is no fault of ours; anything else is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def file(self, hoso: Any) -> dict[str, Any]:
        """Keep what a citizen filed, and hand it in; what the portal's inbox answered, if there is one."""
        kept = self.portal.answer({"service": shape.DOSSIERS, "isUpdating": False, "data": [hoso]})
        if kept.code not in (OK, EXISTS) or not self.inbox:
            return kept.body()
        response = requests.post(
            self.inbox,
            json={"service": shape.DOSSIERS, "isUpdating": False, "data": [hoso]},
            headers={"Authorization": f"Bearer {self.inbox_key}"},
            timeout=INBOX_SECONDS,
        )
        return {"status": response.status_code, **response.json()}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Sandbox
    # Head and body leave as two packets, and the second would wait for the other side's word that the first came.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if not self._is_known():
            return
        if self.path == "/admin/":
            self._reply(200, {**self.server.portal.store.counts(), "faults": self.server.faults.as_json()})
        elif self.path.startswith("/admin/"):
            self._show(unquote(self.path.removeprefix("/admin/")))
        else:
            self._reply(404, {"error": "no such address"})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_BYTES:
            self.close_connection = True
            self._reply(413, {"error": "too large"})
            return
        raw = self.rfile.read(length)
        if not self._is_known():
            return
        try:
            sent = json.loads(raw)
        except ValueError:
            self._reply(400, {"error": "not JSON"})
            return
        if self.path == "/admin/faults":
            self._order(sent)
        elif self.path == "/admin/file":
            self._reply(200, self.server.file(sent))
        elif self.path == "/":
            self._serve(sent)
        else:
            self._reply(404, {"error": "no such address"})

    def _serve(self, sent: Any) -> None:
        fault = self.server.faults.next()
        if fault == Fault.ERROR:
            self._reply(500, {"error": "as ordered"})
            return
        if fault == Fault.WRONG_CODE:
            self._reply(200, _NONSENSE)
            return
        answer = self.server.portal.answer(sent)
        if fault == Fault.LOST:
            self.close_connection = True
            return
        if fault == Fault.SLOW:
            time.sleep(self.server.faults.slow_seconds)
        if fault == Fault.EXISTS and answer.code == OK and answer.data is None and not sent["isUpdating"]:
            answer = Answer(EXISTS, "Đã tồn tại")
        self._reply(200, answer.body())

    def _order(self, sent: Any) -> None:
        try:
            self.server.faults.order(**sent)
        except (TypeError, ValueError) as error:
            self._reply(400, {"error": str(error)})
            return
        self._reply(200, self.server.faults.as_json())

    def _show(self, code: str) -> None:
        known = self.server.portal.store.dossier(code)
        if known is None:
            self._reply(404, {"error": "no such dossier"})
            return
        self._reply(200, {"HoSo": known[0], "TrangThai": known[1], "TienDo": self.server.portal.store.steps(code)})

    def _is_known(self) -> bool:
        """Whether the account is ours; answers 401 where it is not."""
        given = self.headers.get("Authorization") or ""
        if hmac.compare_digest(given.encode(), self.server.authorization.encode()):
            return True
        self._reply(401, {"error": "account"})
        return False

    def _reply(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Nothing: dossier codes and people's data stand in no log."""
