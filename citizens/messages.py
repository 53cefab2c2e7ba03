"""What people are told about their signing in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _

from notifications.message import Notice


@dataclass(frozen=True, kw_only=True)
class SignInCode(Notice):
    """The one-time code, and that nobody may be told it."""

    kind: ClassVar[str] = "sign_in_code"
    code: str
    minutes: int

    def subject(self) -> str:
        return _("Your sign-in code")

    def sms(self) -> str:
        return _(
            "%(code)s is your sign-in code for One-stop Hanoi, good for %(minutes)d minutes. Tell it to nobody: our officers never ask for it."
        ) % {"code": self.code, "minutes": self.minutes}

    def email(self) -> str:
        return self.sms()
