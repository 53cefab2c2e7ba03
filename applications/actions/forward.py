"""From the centre that took a dossier in for an office elsewhere to that office."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from applications.actions.locking import locked, wrong_state
from applications.actions.steps import announce, now_at
from applications.documents import VIETNAMESE
from applications.enums import EventKind, StepKind
from applications.history import record
from applications.models import Application
from applications.permissions import check, may_hand_over
from citizens.models import User
from portal import live


@transaction.atomic
def forward(*, application: Application, at: datetime, acting_user: User) -> Application:
    """Hand the dossier to its competent office (Decree 118/2025 art. 18.2), whose specialists find it to take from now on.

    The date stays as it was promised at receipt: it counts from when that office had to have it.
    """
    dossier = locked(application)
    check(may_hand_over(acting_user, dossier))
    if not dossier.waits_to_be_forwarded:
        raise wrong_state(dossier)
    until = dossier.forward_by
    dossier.forward_by, dossier.changed_at = None, at
    dossier.save(update_fields=["forward_by", "changed_at"])
    now_at(dossier, StepKind.APPRAISE, None, at)
    record(
        application=dossier,
        kind=EventKind.FORWARDED,
        at=at,
        actor=acting_user,
        centre=dossier.received_at_centre,
        details={"office": dossier.competent.name[VIETNAMESE], "until": until.isoformat() if until else ""},
    )
    announce(dossier)
    live.bump(f"dossiers:{dossier.received_at_centre_id}")
    return dossier
