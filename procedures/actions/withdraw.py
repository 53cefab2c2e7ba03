"""The publication of a version that has not come into force yet is taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import NotAllowed, RuleBroken
from procedures.actions.publish import PERMISSION
from procedures.models import ProcedureVersion


@transaction.atomic
def withdraw(*, version: ProcedureVersion, at: datetime, acting_user: Any) -> ProcedureVersion:
    """Make a draft of it again; the version that ended for it goes on, so that no day is without law.

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
    day_before = found.effective_from - timedelta(days=1)
    found.procedure.versions.published().filter(effective_to=day_before).update(effective_to=_goes_on_until(found))
    return found


def _goes_on_until(taken_back: ProcedureVersion) -> date | None:
    """Until the next published version begins; open where there is none."""
    later = taken_back.procedure.versions.published().filter(effective_from__gt=taken_back.effective_from)
    following = later.order_by("effective_from").first()
    return following.effective_from - timedelta(days=1) if following else None
