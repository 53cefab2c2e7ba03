"""The publication of a version that has not come into force yet is taken back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import NotAllowed, RuleBroken
from procedures.actions.publish import PERMISSION
from procedures.models import ProcedureVersion


@transaction.atomic
def withdraw(*, version: ProcedureVersion, at: datetime, acting_user: Any) -> ProcedureVersion:
    """Make a draft of it again; a version whose last day it brought forward gets back the one it had.

    Raises ``NotAllowed``, ``RuleBroken`` (``not_published``, ``in_force_already``).
    """
    if not acting_user.has_perm(PERMISSION):
        raise NotAllowed(_("You may not publish procedures. Ask the city administrator."), code="not_allowed")
    found = ProcedureVersion.objects.select_for_update().get(pk=version.pk)
    if found.published_at is None:
        raise RuleBroken(_("This version is a draft already."), code="not_published")
    if found.effective_from <= clock.local_day(at):
        raise RuleBroken(
            _("This version is in force; dossiers are taken in under it. Begin a new version."), code="in_force_already"
        )
    found.published_at = None
    found.save()
    if found.brought_forward:
        last = found.brought_forward["last_day"]
        found.procedure.versions.filter(pk=found.brought_forward["version"]).update(
            effective_to=date.fromisoformat(last) if last else None
        )
    return found
