"""A version that was written in the administration is published: from its first day on it is the law."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import NotAllowed, RuleBroken
from procedures.models import ProcedureVersion
from procedures.models.versions import version_overlaps
from procedures.refusals import refusals

PERMISSION = "procedures.change_procedureversion"


@transaction.atomic
def publish(*, version: ProcedureVersion, at: datetime, acting_user: Any) -> ProcedureVersion:
    """Publish a draft; the version before it ends on the day before.

    Raises ``NotAllowed``, ``RuleBroken`` (``already_published``, ``first_day_over``, ``not_complete`` with ``faults``, a
    list of sentences, ``version_overlaps``).
    """
    if not acting_user.has_perm(PERMISSION):
        raise NotAllowed(_("You may not publish procedures. Ask the city administrator."), code="not_allowed")
    draft = ProcedureVersion.objects.for_quote().get(pk=version.pk)
    if draft.published_at is not None:
        raise RuleBroken(_("This version has been published already."), code="already_published")
    _refuse_first_day(draft, clock.local_day(at))
    if draft.effective_to is None and (later := _next_after(draft)) is not None:
        draft.effective_to = later.effective_from - timedelta(days=1)
    if found := refusals(draft):
        sentences = [refusal.sentence for refusal in found]
        raise RuleBroken(
            _("This version is not complete yet. %(faults)s") % {"faults": " ".join(sentences)},
            code="not_complete",
            details={"faults": sentences},
        )
    if draft.procedure.is_unconfirmed:
        draft.procedure.is_unconfirmed = False
        draft.procedure.save(update_fields=["is_unconfirmed"])
    draft.brought_forward = _end_the_one_before(draft)
    draft.published_at = at
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:  # the database's own word: somebody published another one at the same moment
        raise version_overlaps() from None
    return draft


def _refuse_first_day(draft: ProcedureVersion, today: date) -> None:
    over = draft.effective_from < today
    if over or (draft.effective_from == today and draft.procedure.versions.published().on(today).exists()):
        raise RuleBroken(
            _("Choose a later first day: what was handed in until now was taken in under other rules."),
            code="first_day_over",
            field="effective_from",
        )


def _next_after(draft: ProcedureVersion) -> ProcedureVersion | None:
    """The published version that begins next; a draft without a last day ends before it."""
    later = draft.procedure.versions.published().filter(effective_from__gt=draft.effective_from)
    return later.order_by("effective_from").first()


def _end_the_one_before(draft: ProcedureVersion) -> dict[str, Any] | None:
    """Whichever version would still be in force on the first day ends on the day before, also where a later last day was
    known: past its own guard, which lets a last day be set but once. Which it was, and until when it held."""
    others = draft.procedure.versions.published().on(draft.effective_from)
    earlier = others.filter(effective_from__lt=draft.effective_from).first()
    if earlier is None:
        return None
    last = earlier.effective_to.isoformat() if earlier.effective_to else None
    draft.procedure.versions.filter(pk=earlier.pk).update(effective_to=draft.effective_from - timedelta(days=1))
    return {"version": earlier.pk, "last_day": last}
