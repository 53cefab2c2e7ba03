"""A new version to work on, begun from the last one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import NotAllowed
from procedures.actions.publish import PERMISSION, refuse_first_day
from procedures.form_fields import write_rows
from procedures.models import Procedure, ProcedureVersion

_OWN = {"id", "number", "effective_from", "effective_to", "published_at", "layout_confirmed"}


@transaction.atomic
def draft_version(*, like: ProcedureVersion, effective_from: date, acting_user: Any) -> ProcedureVersion:
    """A draft with everything of ``like``, from another day on. Nothing changes until it is published.

    Raises ``NotAllowed``, ``RuleBroken`` (``first_day_over``).
    """
    if not acting_user.has_perm(PERMISSION):
        raise NotAllowed(_("You may not change procedures. Ask the city administrator."), code="not_allowed")
    # One at a time for a procedure: the next number is counted from those there are.
    procedure = Procedure.objects.select_for_update().get(pk=like.procedure_id)
    refuse_first_day(procedure, effective_from, clock.today())
    source = ProcedureVersion.objects.for_quote().get(pk=like.pk)
    last = source.procedure.versions.aggregate(last=Max("number"))["last"]
    draft = ProcedureVersion(number=last + 1, effective_from=effective_from)
    for field in ProcedureVersion._meta.concrete_fields:
        if field.name not in _OWN:
            setattr(draft, field.attname, getattr(source, field.attname))
    draft.save()
    for row in source.requirements.all():
        row.pk, row.version = None, draft
        row.save(force_insert=True)
    for rule in source.fee_rules.all():
        if rule.effective_to and rule.effective_to < effective_from:
            continue
        began_with_it = rule.effective_from <= max(source.effective_from, effective_from)
        rule.pk, rule.version = None, draft
        if began_with_it:
            rule.effective_from = effective_from
        rule.save(force_insert=True)
    write_rows(draft)
    return draft
