"""Whether a session may sign now: a code of the second factor was typed in it a short while ago."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from applications.notarisation.second_factor import open_signing, open_until
from applications.notarisation.signers import rules_on
from citizens.models import User
from portal import clock
from portal.errors import NotAllowed


def open_by_code(session: Any, *, user: User, code: str, at: datetime) -> None:
    """For the minutes of the city's rules. Raises ``BadInput`` or ``TooMany``."""
    minutes = rules_on(clock.local_day(at)).factor_minutes
    open_signing(session, user=user, code=code, at=at, lasts=timedelta(minutes=minutes))


def check_open(session: Any, user: User, at: datetime) -> None:
    """Raise ``NotAllowed`` (``factor_shut``): nothing is signed without it."""
    if open_until(session, user, at) is None:
        raise NotAllowed(_("Signing is locked. Type the code of your authenticator app first."), code="factor_shut")
