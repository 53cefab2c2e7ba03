"""A kiosk and a counter's program that carry visits through, over HTTP or in the same process."""

from __future__ import annotations

import http.client
import json
import secrets
from itertools import count
from typing import TYPE_CHECKING, Any

from bench.report import chance

if TYPE_CHECKING:
    from bench.harness import Web
    from bench.scene import Scene

_people = count(1)


class Refused(RuntimeError):
    """The portal answered a step of the visit with something else than a success."""


class Program:
    """The four steps of a visit; how they are sent is for those below."""

    def __init__(self, scene: Scene, officer: int = 0) -> None:
        self.scene, self.chance = scene, chance()
        self.kiosk = f"Device {scene.kiosk_key}"
        self.officer = f"Bearer {scene.officers[officer].token}"

    def send(self, path: str, headers: dict[str, str], body: str) -> tuple[int, bytes]:
        """Status and content of the answer to this POST."""
        raise NotImplementedError

    def visit(self) -> None:
        """From the number to its end."""
        self.draw()
        ticket_id = self.call_next()
        self.receive(ticket_id)
        self.finish(ticket_id)

    def fill(self, visits: int, *, waiting: int) -> None:
        """So many visits that ended in a dossier, and so many people who still wait."""
        for _visit in range(visits):
            self.visit()
        for _person in range(waiting):
            self.draw()

    def draw(self) -> None:
        self._post("tickets/", self.kiosk, {"service": self.scene.service.pk, "client_key": secrets.token_urlsafe(16)})

    def call_next(self) -> int:
        """The id of the ticket called."""
        called = None
        while called is None:  # another counter was quicker: an officer would press again
            called = self._post("tickets/next", self.officer)
        return int(called["id"])

    def receive(self, ticket_id: int) -> None:
        from bench.scene import application, person
        from portal.clock import now

        handed = application(ticket_id, person(next(_people), self.chance), now())
        self._post("applications/receive/", self.officer, handed)

    def finish(self, ticket_id: int) -> None:
        self._post(f"tickets/{ticket_id}/finish", self.officer)

    def _post(self, path: str, key: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": key, "Content-Type": "application/json"}
        status, content = self.send(f"/api/v1/{path}", headers, json.dumps(body or {}))
        answer = json.loads(content)
        if answer.get("code") == "nobody_waits":
            return None
        if status not in (200, 201):
            raise Refused(f"{path}: {status} {answer}")
        return answer


class OverHttp(Program):
    """One connection that stays open."""

    def __init__(self, web: Web, scene: Scene, officer: int) -> None:
        super().__init__(scene, officer)
        self.connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)

    def send(self, path: str, headers: dict[str, str], body: str) -> tuple[int, bytes]:
        self.connection.request("POST", path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def close(self) -> None:
        self.connection.close()


class InProcess(Program):
    """Django's test client: every middleware, no server."""

    def __init__(self, scene: Scene) -> None:
        from django.test import Client

        super().__init__(scene)
        self.client = Client()

    def send(self, path: str, headers: dict[str, str], body: str) -> tuple[int, bytes]:
        del headers["Content-Type"]
        answer = self.client.post(path, body, content_type="application/json", headers=headers)
        return answer.status_code, answer.content
