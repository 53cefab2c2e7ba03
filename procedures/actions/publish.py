"""A version that was written in the administration is published: from its first day on it is the law."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import NotAllowed, RuleBroken
from procedures.models import Procedure, ProcedureVersion
from procedures.models.versions import version_overlaps
from procedures.refusals import refusals

PERMISSION = "procedures.change_procedureversion"


@transaction.atomic
def publish(*, version: ProcedureVersion, at: datetime, acting_user: Any) -> ProcedureVersion:
    """Publish a draft; the version before it ends on the day before.

    Raises ``NotAllowed``, ``RuleBroken`` (``already_published``, ``first_day_over``, ``not_complete`` with ``faults``, a
    list of sentences, ``leaves_days_out``, ``version_overlaps``).
    """
    if not acting_user.has_perm(PERMISSION):
        raise NotAllowed(_("You may not publish procedures. Ask the city administrator."), code="not_allowed")
    # One at a time for a procedure: where each of its versions ends is read before it is set.
    Procedure.objects.select_for_update().get(pk=version.procedure_id)
    draft = ProcedureVersion.objects.for_quote().get(pk=version.pk)
    if draft.published_at is not None:
        raise RuleBroken(_("This version has been published already."), code="already_published")
    refuse_first_day(draft.procedure, draft.effective_from, clock.local_day(at))
    later = next_after(draft)
    own_last = draft.effective_to
    if own_last is None and later is not None:
        draft.effective_to = _eve(later)
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
    draft.brought_forward = _end_the_one_before(draft, later)
    if later is not None:
        _bring_forward(later, draft, own_last)
    draft.published_at = at
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:  # the database's own word: somebody published another one at the same moment
        raise version_overlaps() from None
    return draft


def refuse_first_day(procedure: Procedure, first: date, today: date) -> None:
    """Raise ``RuleBroken`` (``first_day_over``) where what was handed in already would come under a new version."""
    if first < today or (first == today and procedure.versions.published().on(today).exists()):
        raise RuleBroken(
            _("Choose a later first day: what was handed in until now was taken in under other rules."),
            code="first_day_over",
            field="effective_from",
        )


def next_after(version: ProcedureVersion) -> ProcedureVersion | None:
    """The published version that begins next; one without a last day ends before it."""
    later = version.procedure.versions.published().filter(effective_from__gt=version.effective_from)
    return later.order_by("effective_from").first()


def own_last_day(version: ProcedureVersion, later: ProcedureVersion | None) -> date | None:
    """Until when a published version holds of itself, were it not for the one that begins next."""
    forward = later.brought_forward if later is not None else None
    if forward and forward["version"] == version.pk:
        return date.fromisoformat(forward["last_day"]) if forward["last_day"] else None
    return version.effective_to


def brought(version: ProcedureVersion, last: date | None) -> dict[str, Any]:
    """What is noted at a version of the one whose last day it brought forward, and which day that was."""
    return {"version": version.pk, "last_day": last.isoformat() if last else None}


def _end_the_one_before(draft: ProcedureVersion, later: ProcedureVersion | None) -> dict[str, Any] | None:
    """Whichever version would still be in force on the first day ends on the day before, also where a later last day was
    known: past its own guard, which lets a last day be set but once. Which it was, and until when it held of itself."""
    others = draft.procedure.versions.published().on(draft.effective_from)
    earlier = others.filter(effective_from__lt=draft.effective_from).first()
    if earlier is None:
        return None
    if later and draft.effective_to and draft.effective_to < min(earlier.effective_to or date.max, _eve(later)):
        raise RuleBroken(
            _(
                "Days after its last day would have no version at all. Empty the last day, or choose the day before %(day)s."
            )
            % {"day": f"{later.effective_from:%d/%m/%Y}"},
            code="leaves_days_out",
            field="effective_to",
        )
    last = own_last_day(earlier, later)
    draft.procedure.versions.filter(pk=earlier.pk).update(effective_to=_eve(draft))
    return brought(earlier, last)


def _bring_forward(later: ProcedureVersion, draft: ProcedureVersion, own_last: date | None) -> None:
    """The one that begins next follows the draft now, no longer the version before it."""
    later.brought_forward = brought(draft, None) if own_last is None else None
    later.save(update_fields=["brought_forward"])


def _eve(version: ProcedureVersion) -> date:
    return version.effective_from - timedelta(days=1)
