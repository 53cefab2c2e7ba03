"""A mistaken register entry is struck through: with a reason, by a leader, and for good; its number is never used again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.models import Register, RegisterEntry, RegisterStrike
from applications.notarisation.keeping import note_struck
from applications.permissions import LEADERS, check
from centres.permissions import has_role
from citizens.models import User
from portal.errors import BadInput

REASON_LENGTH = 200


@transaction.atomic
def strike_entry(*, entry: RegisterEntry, reason: str, at: datetime, acting_user: User) -> RegisterStrike:
    """Strike the entry through; whoever checks its copy is told so from now on. Struck again, it is the same strike.

    Raises ``NotAllowed`` or ``BadInput``.
    """
    # The register's row: lines are append-only, and the application's role may not even lock one.
    register = Register.objects.select_for_update().get(pk=entry.register_id)
    check(has_role(acting_user, LEADERS, register.centre_id))
    reason = " ".join(reason.split())
    if not reason or len(reason) > REASON_LENGTH:
        raise BadInput(
            _("Write why the entry is mistaken, in at most %(most)s letters.") % {"most": REASON_LENGTH},
            code="strike_reason",
            field="reason",
        )
    struck = RegisterStrike.objects.filter(entry=entry).first()
    if struck is not None:
        return struck
    note_struck(entry=entry, reason=reason, at=at, by=acting_user)
    return RegisterStrike.objects.create(entry=entry, at=at, by=acting_user, reason=reason)
