"""A register is closed when its year is over (Decree 23/2015 art. 13)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked_open_register
from applications.models import Register, RegisterNote
from applications.notarisation.keeping import NoteKind, note
from citizens.models import User
from portal import clock
from portal.errors import RuleBroken


@transaction.atomic
def close_register(*, register: Register, last_number: int, at: datetime, acting_user: User) -> RegisterNote:
    """No line is added from now on. ``last_number`` is the one that whoever closes it has seen and signs for.

    Raises ``NotAllowed`` or ``RuleBroken`` (``register_closed``, ``year_not_over``, ``last_number_changed``).
    """
    register, last = locked_open_register(register, acting_user)
    if clock.local_day(at).year <= register.year:
        raise RuleBroken(
            _("A register is closed once its year is over. The next one begins by itself with number 01."),
            code="year_not_over",
        )
    if register.last_number != last_number:
        raise RuleBroken(
            _("The last number of this register is %(number)04d now. Look at it again before you close it.")
            % {"number": register.last_number},
            code="last_number_changed",
        )
    keeper = last.keeper if last else acting_user
    return note(register, NoteKind.CLOSED, at=at, by=acting_user, keeper=keeper)
