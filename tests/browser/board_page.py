"""A board's real page that a route answers as the portal does: no server, no database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import Route

from centres.announce import Call, Notice

HOUSE = "http://house.test"


class BoardHouse(ABC):
    """``elsewhere``: what was asked of anybody else."""

    def __init__(self) -> None:
        self.elsewhere: list[str] = []

    @abstractmethod
    def newest(self) -> Sequence[Call]:
        """The calls on the board, the newest first."""

    @abstractmethod
    def said(self) -> Sequence[Notice]:
        """What is announced."""

    @abstractmethod
    def tag(self) -> str:
        """Another one for each state of the board."""

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(HOUSE)
        if path == "/board/":
            html = render_to_string("centres/board/board.html", self._state(), request=RequestFactory().get("/board/"))
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif path == "/board/calls/":
            self.answer_part(route)
        elif path == "/beat/":
            route.fulfill(status=204)
        elif file := finders.find(path.removeprefix("/static/")):
            route.fulfill(path=str(file))
        else:
            if not route.request.url.startswith(HOUSE):
                self.elsewhere.append(route.request.url)
            route.fulfill(status=404)

    def answer_part(self, route: Route) -> None:
        tag = f'"{self.tag()}"'
        if route.request.headers.get("if-none-match") == tag:
            route.fulfill(status=304, headers={"ETag": tag})
        else:
            html = render_to_string("centres/board/parts/calls.html", self._state())
            route.fulfill(body=html, headers={"ETag": tag, "Content-Type": "text/html; charset=utf-8"})

    def _state(self) -> dict[str, object]:
        newest = self.newest()
        return {
            "latest": newest[0] if newest else None,
            "recent": newest[1:],
            "services": [],
            "notices": self.said(),
            "centre": "Chi nhánh số 3",
        }
