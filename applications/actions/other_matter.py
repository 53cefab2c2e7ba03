"""Deciding that a draft is no duplicate of what it looks like."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked, wrong_state
from applications.duplicates import twins_of
from applications.enums import State
from applications.models import Application
from applications.permissions import check_receiver
from citizens.models import User
from portal import live
from portal.errors import BadInput

LONGEST_REASON = 300


@transaction.atomic
def go_on_as_other_matter(*, application: Application, reason: str, at: datetime, acting_user: User) -> Application:
    """The officer has compared: this is another matter, because of ``reason``. It goes into the history with the receipt.

    Holds for what was found now; what is found later is pointed out again.
    """
    draft = locked(application)
    check_receiver(acting_user, draft)
    if draft.state != State.DRAFT:
        raise wrong_state(draft)
    draft.other_matter = decision(reason, twins_of(draft, at), at, acting_user)
    draft.changed_at = at
    draft.save(update_fields=["other_matter", "changed_at"])
    live.bump(f"dossier:{draft.pk}")
    return draft


def decision(reason: str, rows: list[Application], at: datetime, user: User) -> dict[str, Any]:
    """As the draft keeps it. Raises ``BadInput`` without a reason."""
    if not reason.strip():
        raise BadInput(_("Write why this is another matter."), code="reason_empty", field="other_matter")
    return {
        "reason": reason.strip()[:LONGEST_REASON],
        "of": [row.pk for row in rows],
        "codes": [row.code for row in rows if row.code],
        "at": at.isoformat(),
        "by": user.pk,
    }
