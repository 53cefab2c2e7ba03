"""What people in the queue are told, one class a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centres.models import Ticket
from notifications.message import Notice
from portal.text import pick


@dataclass(frozen=True, kw_only=True)
class NextInLine(Notice):
    """Nearly called: how many are ahead, and where to be. ``ahead`` is as it stood when it was written."""

    kind: ClassVar[str] = "next_in_line"
    ticket: Ticket
    ahead: int

    def subject(self) -> str:
        return _("Number %(label)s is nearly called") % {"label": self.ticket.label}

    def sms(self) -> str:
        return f"{self._sentence()} {self.link}"

    def push(self) -> str:
        return self._sentence()

    def email(self) -> str:
        return self.sms()

    def _sentence(self) -> str:
        place = {"label": self.ticket.label, "centre": pick(self.ticket.centre.short_name), "count": self.ahead}
        if not self.ahead:
            return _("Number %(label)s is next. Please wait in the hall of %(centre)s.") % place
        return (
            ngettext(
                "Number %(label)s: %(count)d person is before you. Please wait in the hall of %(centre)s.",
                "Number %(label)s: %(count)d people are before you. Please wait in the hall of %(centre)s.",
                self.ahead,
            )
            % place
        )

    @property
    def link(self) -> str:
        return f"{settings.PUBLIC_URL}/t/{self.ticket.token}/"
