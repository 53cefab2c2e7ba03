"""What a message says, and to whom: the base of every domain's notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Recipient:
    """Where a person can be reached; an empty address leaves that channel out. ``phone`` in E.164.

    ``browsers`` are ids of ``PushSubscription`` rows.
    """

    email: str = ""
    phone: str = ""
    browsers: tuple[int, ...] = ()
    language: str = "vi"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing to tell one person. Each domain has its own in its ``messages.py``, one class a message.

    The three texts are read with the recipient's language active, so they use ``gettext``. Short polite sentences;
    no identity numbers. ``reference`` is the code of the dossier or ticket it is about.
    """

    kind: ClassVar[str]
    reference: str = ""

    def subject(self) -> str:
        """The subject of the e-mail, at most 200 characters."""
        raise NotImplementedError

    def email(self) -> str:
        """The body of the e-mail, plain text."""
        raise NotImplementedError

    def sms(self) -> str:
        """The SMS: two sentences at most. An empty text means that this notice is not sent by SMS."""
        raise NotImplementedError

    def push(self) -> str:
        """What a browser shows under the subject. An empty text means that this notice is not sent to browsers."""
        return ""

    @property
    def link(self) -> str:
        """The page that a notice in a browser opens."""
        return ""
