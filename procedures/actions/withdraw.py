"""The publication of a version that has not come into force yet is taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import NotAllowed, RuleBroken
from procedures.actions.publish import PERMISSION, brought, next_after, own_last_day
from procedures.models import Procedure, ProcedureVersion


@transaction.atomic
def withdraw(*, version: ProcedureVersion, at: datetime, acting_user: Any) -> ProcedureVersion:
    """Make a draft of it again; the version before it goes on, at most until the day before the one that begins next.

    Raises ``NotAllowed``, ``RuleBroken`` (``not_published``, ``in_force_already``).
    """
    if not acting_user.has_perm(PERMISSION):
        raise NotAllowed(_("You may not publish procedures. Ask the city administrator."), code="not_allowed")
    Procedure.objects.select_for_update().get(pk=version.procedure_id)
    found = ProcedureVersion.objects.select_for_update().get(pk=version.pk)
    if found.published_at is None:
        raise RuleBroken(_("This version is a draft already."), code="not_published")
    if found.effective_from <= clock.local_day(at):
        raise RuleBroken(
            _("This version is in force; dossiers are taken in under it. Begin a new version."), code="in_force_already"
        )
    later = next_after(found)
    found.effective_to = own_last_day(found, later)
    before = _the_one_before(found)
    found.published_at, found.brought_forward = None, None
    found.save()
    forward = None
    if before is not None:
        earlier, last = before
        end = last
        if later is not None and (last is None or last >= later.effective_from):
            end, forward = later.effective_from - timedelta(days=1), brought(earlier, last)
        found.procedure.versions.filter(pk=earlier.pk).update(effective_to=end)
    if later is not None:
        later.brought_forward = forward
        later.save(update_fields=["brought_forward"])
    return found


def _the_one_before(found: ProcedureVersion) -> tuple[ProcedureVersion, date | None] | None:
    """The version that ends on its eve, and until when that one holds without it.

    Where nobody noted that its end was brought forward, as in the files, it takes over these days: none is without law.
    """
    eve = found.effective_from - timedelta(days=1)
    earlier = found.procedure.versions.published().filter(effective_to=eve).first()
    if earlier is None:
        return None
    forward = found.brought_forward or {}
    is_noted = forward.get("version") == earlier.pk
    return earlier, own_last_day(earlier, found) if is_noted else found.effective_to
