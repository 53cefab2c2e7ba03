"""A desk's page over the test client."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from centres.enums import AT_COUNTER
from centres.models import Ticket

As = Callable[[Any], Client]
NUMBER = "001190012345"
CARD = f"{NUMBER}|012345678|Nguyễn Thị Hoà|15061990|Nữ|12 ngõ 5, Láng Hạ, Đống Đa, Hà Nội|01072021"
OTHER_CARD = "001085099999||Trần Văn Bình|15061985|Nam|Đống Đa, Hà Nội|01072021"
ABOUT_THE_PERSON = (
    "call_again", "set_aside", "not_here", "pass_on", "hold_place", "end_visit", "scan", "add_person", "settle_unit", "lives_at",
    "applicant", "choose",
)  # fmt: skip


class DeskClient(Client):
    """Posts as the page does: with the ticket at the counter of whoever is signed in, unless the test names one."""

    def post(self, path: str, data: Any = None, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        data = {} if data is None else data
        if (
            path in [reverse(f"applications:{name}") for name in ABOUT_THE_PERSON]
            and isinstance(data, dict)
            and "ticket" not in data
        ):
            shown = self._ticket()
            data = {**data, "ticket": shown.pk} if shown else data
        return super().post(path, data, *args, **kwargs)

    def _ticket(self) -> Ticket | None:
        user = self.session.get("_auth_user_id")
        return Ticket.objects.filter(counter__officer=user, state__in=AT_COUNTER).first() if user else None


def to(name: str, *numbers: int) -> str:
    return reverse(f"applications:{name}", args=numbers)


def words(answer: Any) -> str:
    """What a person reads: one line, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())
