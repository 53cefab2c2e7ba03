"""A register changes hands (Decree 23/2015 art. 13)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked_open_register
from applications.models import Register, RegisterNote
from applications.notarisation.keeping import REASON_LENGTH, NoteKind, note
from centres.enums import Role
from centres.models import Centre
from centres.moves import reason_of
from citizens.models import User
from portal import clock
from portal.errors import BadInput

KEEPERS = frozenset({Role.COUNTER_OFFICER, Role.LEADER, Role.MANAGER})


def possible_keepers(centre: Centre, at: datetime) -> QuerySet[User]:
    """Whose work at the centre this day lets them keep a register."""
    return keepers_on(centre, clock.local_day(at)).distinct().order_by("full_name", "pk")


def keepers_on(centre: Centre, day: date) -> QuerySet[User]:
    """The same by their rows: once for each such role."""
    return User.objects.filter(
        Q(memberships__valid_to__isnull=True) | Q(memberships__valid_to__gte=day),
        memberships__centre=centre,
        memberships__role__in=KEEPERS,
        memberships__valid_from__lte=day,
        memberships__blocked_reason="",
        is_active=True,
    )


@transaction.atomic
def hand_over_register(*, register: Register, to: User, reason: str, at: datetime, acting_user: User) -> RegisterNote:
    """From its keeper to another officer of the centre. Handed over to whoever keeps it, it is the note there is.

    Raises ``NotAllowed``, ``BadInput`` (``keeper_not_here``, ``reason_missing``, ``reason_too_long``) or ``RuleBroken``
    (``register_closed``).
    """
    register, last = locked_open_register(register, acting_user)
    if not possible_keepers(register.centre, at).filter(pk=to.pk).exists():
        raise BadInput(
            _("%(name)s does not work with registers at this centre. Choose somebody who does.") % {"name": to},
            code="keeper_not_here",
            field="to",
        )
    if last is not None and last.keeper_id == to.pk:
        return last
    reason = reason_of(reason, REASON_LENGTH)
    if not reason:
        raise BadInput(_("Please say why in a few words."), code="reason_missing", field="reason")
    return note(register, NoteKind.HANDED_OVER, at=at, by=acting_user, keeper=to, reason=reason)
