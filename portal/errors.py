"""What a broken rule says to the person in front of the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class RuleBroken(Exception):
    """A rule of the house or the law was not met; nothing was changed.

    ``message`` is a translatable sentence: what happened and what to do next. ``field`` names the input it is
    about, if any, so that a form can show it there. ``code`` is stable, for the API and for tests.
    """

    status = 409

    def __init__(self, message: Any, *, code: str, field: str | None = None, details: Mapping[str, Any] | None = None):
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field
        self.details = dict(details or {})

    def __str__(self) -> str:
        return str(self.message)


class BadInput(RuleBroken):
    """What was typed or uploaded cannot be used as it is."""

    status = 400


class NotAllowed(RuleBroken):
    """The person may not do this here."""

    status = 403


class Gone(RuleBroken):
    """The thing asked about is not there any more, or its time has passed."""

    status = 410


class Unavailable(RuleBroken):
    """Something outside is down or full; the same request can be sent again."""

    status = 503
