"""The made-up bank as a server of its own: a page to pay a code at, and the statement of a day.

GET  /                    what was paid, and a field for a code
GET  /pay?qr=TEXT         what this code asks for, and a button that pays it
POST /pay                 {"qr": TEXT, "fault": "lost", "amount": 1000}, as JSON or as a form
GET  /statement.csv?day=  the day's statement (today's without it)
"""

from __future__ import annotations

import json
import sys
from datetime import date
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from applications.payments.sandbox.bank import Bank, Fault
from applications.payments.vietqr import read

MOST_BYTES = 64 * 1024
_PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Ngân hàng thử nghiệm</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:18px/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1d2733}}
button,select,textarea,input{{font:inherit;padding:.5rem;max-width:100%;box-sizing:border-box}}button{{background:#0b5c4a;color:#fff;border:0;
padding:.7rem 1.4rem}}label{{display:block;margin-top:.8rem}}table{{border-collapse:collapse}}td{{padding:.2rem .8rem .2rem 0}}
</style></head><body><main><h1>Ngân hàng thử nghiệm</h1><p>Tiền ở đây không có thật.</p>{body}</main></body></html>"""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], bank: Bank):
        super().__init__(address, _Handler)
        self.bank = bank

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hangs up before the answer is no fault of ours; anything else is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        given = {name: values[-1] for name, values in parse_qs(asked.query).items()}
        if asked.path == "/":
            self._page(200, _form() + _list(self.server.bank))
        elif asked.path == "/pay":
            self._show(given.get("qr", ""))
        elif asked.path == "/statement.csv":
            self._statement(given.get("day", ""))
        else:
            self._page(404, "<p>Không có trang này.</p>")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_BYTES or urlsplit(self.path).path != "/pay":
            self.close_connection = True
            self._page(404, "<p>Không có trang này.</p>")
            return
        raw, is_json = self.rfile.read(length), "json" in (self.headers.get("Content-Type") or "")
        try:
            given = (
                json.loads(raw) if is_json else {name: values[-1] for name, values in parse_qs(raw.decode()).items()}
            )
            amount = int(given["amount"]) if given.get("amount") else None
            paid = self.server.bank.pay(given.get("qr", ""), fault=given.get("fault", ""), amount=amount)
        except (ValueError, AttributeError) as error:
            self._answer(400, {"error": str(error)}, is_json)
            return
        self._answer(200, {"id": paid.reference, "amount": paid.amount, "fault": paid.fault.value}, is_json)

    def _answer(self, status: int, said: dict[str, Any], is_json: bool) -> None:
        if is_json:
            self._reply(status, json.dumps(said).encode(), "application/json")
        elif status == 200:
            words = f"<p><b>Đã chuyển {said['amount']:,} đ</b>, mã giao dịch {escape(str(said['id']))}.</p>"
            self._page(200, words.replace(",", ".", 1) + '<p><a href="/">Các giao dịch</a></p>')
        else:
            self._page(status, f"<p><b>Không chuyển được:</b> {escape(str(said['error']))}</p>")

    def _show(self, code: str) -> None:
        try:
            asked = read(code)
        except ValueError as error:
            self._page(400, f"<p><b>Mã không đọc được:</b> {escape(str(error))}</p>")
            return
        told = (("Ngân hàng", asked.bank), ("Tài khoản", asked.account), ("Số tiền", f"{asked.amount or 0:,} đ"),
                ("Nội dung", asked.purpose))  # fmt: skip
        rows = "".join(f"<tr><td>{name}</td><td><b>{escape(value)}</b></td></tr>" for name, value in told)
        self._page(200, f"<table>{rows}</table>{_form(code)}")

    def _statement(self, day: str) -> None:
        try:
            chosen = date.fromisoformat(day) if day else self.server.bank.now().date()
        except ValueError:
            self._page(400, "<p>day: 2026-11-23</p>")
            return
        content = self.server.bank.statement(chosen).encode()
        self._reply(200, content, "text/csv; charset=utf-8", f"sao-ke-{chosen.isoformat()}.csv")

    def _page(self, status: int, body: str) -> None:
        self._reply(status, _PAGE.format(body=body).encode(), "text/html; charset=utf-8")

    def _reply(self, status: int, content: bytes, kind: str, name: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if name:
            self.send_header("Content-Disposition", f'attachment; filename="{name}"')
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Nothing: codes and names stand in no log."""


def _form(code: str = "") -> str:
    faults = "".join(f'<option value="{one.value}">{one.value or "không có lỗi"}</option>' for one in Fault)
    return (
        '<form method="post" action="/pay">'
        f'<label>Nội dung mã QR<br><textarea name="qr" rows="3" cols="50">{escape(code)}</textarea></label>'
        '<label>Số tiền khác (để trống: như trong mã)<br><input name="amount" inputmode="numeric"></label>'
        f'<label>Lỗi muốn thử<br><select name="fault">{faults}</select></label>'
        "<p><button>Chuyển tiền</button></p></form>"
    )


def _list(bank: Bank) -> str:
    answers = bank.answers()
    rows = "".join(
        f"<tr><td>{escape(one.reference)}</td><td>{one.amount:,} đ</td><td>{escape(one.fault.value or '–')}</td>"
        f"<td>{escape(answers.get(one.reference, ''))}</td></tr>"
        for one in reversed(bank.transfers()[-50:])
    )
    return f'<h2>Đã chuyển</h2><table>{rows}</table><p><a href="/statement.csv">Sao kê hôm nay (CSV)</a></p>'
