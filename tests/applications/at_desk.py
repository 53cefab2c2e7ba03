"""A desk's page over the test client."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from centres.enums import AT_COUNTER
from centres.models import Ticket

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
