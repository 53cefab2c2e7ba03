"""Talking to the national portal: one request, one answer, and what the answer means for what was sent."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError

from applications.enums_national import Trouble
from applications.national import shape
from applications.national.blanked import without_numbers

if TYPE_CHECKING:
    from applications.models import SyncRules

CONNECT_SECONDS = 5
# An answer is a code and a dossier; more is not read.
MOST_BYTES, AT_ONCE = 4 * 1024 * 1024, 64 * 1024
_OUR_ACCOUNT = frozenset({401, 403})
# Too many at once, or too slow: another time.
_LATER = frozenset({408, 425, 429})


class NotTold(Exception):
    """It was not taken, or nobody knows; ``trouble`` says why, ``said`` what the other side answered."""

    def __init__(self, trouble: Trouble, said: str = ""):
        super().__init__(trouble)
        self.trouble, self.said = trouble, without_numbers(said)


class Away(NotTold):
    """No fault of the message, and no other message would fare better now."""


class Later(NotTold):
    """Another time it may go through."""


class Refused(NotTold):
    """Sent again unchanged, it will be refused again."""


class Missing(NotTold):
    """The dossier that it is about is not known there."""


class Exists(NotTold):
    """It is there already."""


class Wire:
    """A connection that is kept open for several requests. Closed by ``with``."""

    def __init__(self, rules: SyncRules):
        self.rules = rules
        self.codes: Mapping[str, list[str]] = rules.answer_codes
        self.session = requests.Session()
        self.session.auth = (settings.NATIONAL_ACCOUNT, settings.NATIONAL_PASSWORD)
        # Proxies and passwords of the environment are other programs'.
        self.session.trust_env = False
        self.session.verify = settings.NATIONAL_CA or True

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def send_dossier(self, hoso: dict[str, Any], *, is_update: bool) -> str:
        """What the national portal said. Raises ``NotTold``."""
        return self._told(shape.DOSSIERS, {"isUpdating": is_update, "data": [hoso]})

    def send_progress(self, tiendo: dict[str, Any], *, is_update: bool) -> str:
        return self._told(shape.PROGRESS, {"isUpdating": is_update, "data": [tiendo]})

    def look_up(self, code: str) -> dict[str, Any] | None:
        """The HoSo that is there under this code, or ``None``. Raises ``NotTold``."""
        try:
            answer = self._ask(shape.LOOK_UP, {"MaHoSo": code})
        except Missing:
            return None
        found = answer.get("data")
        first = found[0] if isinstance(found, list) and found else found
        return first if isinstance(first, dict) else None

    def procedure_codes(self) -> set[str]:
        """Codes of the procedures that the national portal knows (LayDanhSachTTHC). Raises ``NotTold``."""
        data = self._ask(shape.PROCEDURES, {}).get("data")
        rows = data if isinstance(data, list) else []
        return {str(row["MaTTHC"]) for row in rows if isinstance(row, dict) and row.get("MaTTHC")}

    def _told(self, service: str, body: dict[str, Any]) -> str:
        return without_numbers(str(self._ask(service, body).get("message", "")))

    def _ask(self, service: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._answer(service, body)
        code, said = str(answer.get("error_code", "")), str(answer.get("message", ""))
        if code in self.codes["ok"]:
            return answer
        for name, meaning, trouble in (
            ("exists", Exists, Trouble.REFUSED),
            ("missing", Missing, Trouble.REFUSED),
            ("refused", Refused, Trouble.REFUSED),
        ):
            if code in self.codes[name]:
                raise meaning(trouble, said)
        raise Later(Trouble.UNKNOWN, f"{code}: {said}" if said else code)

    def _answer(self, service: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer's content, whatever its code. The address and what was sent stand in no error of ours."""
        ends = time.monotonic() + CONNECT_SECONDS + settings.NATIONAL_TIMEOUT_SECONDS
        try:
            response = self.session.post(
                settings.NATIONAL_URL,
                json={"service": service, **body},
                timeout=(CONNECT_SECONDS, settings.NATIONAL_TIMEOUT_SECONDS),
                allow_redirects=False,
                stream=True,
            )
            content = _whole(response, ends)
        except requests.RequestException as error:
            if _never_left(error):
                raise Away(Trouble.AWAY) from None
            raise Later(Trouble.SILENT) from None
        except HTTPError:
            raise Later(Trouble.SILENT) from None
        status = response.status_code
        if status in _OUR_ACCOUNT:
            raise Away(Trouble.ACCOUNT, str(status))
        if status >= 500 or status in _LATER:
            raise Later(Trouble.FAULTY, str(status))
        if status != 200:
            raise Refused(Trouble.REFUSED, f"{status} {content.decode(errors='replace')[:200]}")
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            raise Later(Trouble.UNKNOWN) from None
        if not isinstance(answer, dict):
            raise Later(Trouble.UNKNOWN)
        return answer


def _whole(response: requests.Response, ends: float) -> bytes:
    """The answer's body. The time-out of a read begins anew with each byte; this one does not, so that a server that lets its
    answer drip holds nobody. Raises ``Later``."""
    parts, size = [], 0
    with response:
        while part := response.raw.read1(AT_ONCE, decode_content=True):
            parts.append(part)
            size += len(part)
            if time.monotonic() > ends or size > MOST_BYTES:
                raise Later(Trouble.SILENT)
        # Read to its end, the connection serves the next request.
        response.raw.release_conn()
    return b"".join(parts)


def _never_left(error: requests.RequestException) -> bool:
    """Whether no connection came about, so that nothing can have arrived."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(cause, NewConnectionError | NameResolutionError)
