"""New dates for dossiers whose time runs over days that were corrected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from applications import messages
from applications.actions.locking import locked
from applications.actions.part_clocks import recount_parts
from applications.approved_days import Approved
from applications.enums import IN_HAND, EventKind
from applications.history import record
from applications.models import Application
from applications.moved_days import CHUNK, in_reach, moving
from applications.worklist import following
from portal import live
from portal.clock import local_day
from procedures.actions.correct_days import settle_corrections
from procedures.calendars import WorkCalendar
from procedures.models import DayCorrection


def move_due_dates(*, at: datetime) -> int:
    """Give each dossier the date that the approved corrections make of it; how many moved.

    Safe to run again, and beside itself: what has its new date already is left alone. The corrections are settled last.
    """
    corrections = list(DayCorrection.objects.filter(approved_at__isnull=False, settled_at__isnull=True))
    calendar_of = Approved().of
    rows, moved = in_reach(Application.objects.all(), corrections), 0
    last: Application | None = None
    while chunk := list(following(rows, last)[:CHUNK]):
        last = chunk[-1]
        moved += sum(_move(one.application, corrections, calendar_of, at) for one in moving(chunk, at, calendar_of))
    settle_corrections(ids=[one.pk for one in corrections], at=at)
    return moved


@transaction.atomic
def _move(
    application: Application,
    corrections: list[DayCorrection],
    calendar_of: Callable[[Application], WorkCalendar],
    at: datetime,
) -> bool:
    """Whether this dossier got a new date: it is counted once more with its row in hand."""
    dossier = locked(application)
    now = next(moving([dossier], at, calendar_of), None) if dossier.state in IN_HAND else None
    if now is None or dossier.due_at is None or dossier.received_at is None:
        return False
    first, last = local_day(dossier.received_at), local_day(max(dossier.due_at, now.due.at))
    why = [one for one in corrections if first <= one.date <= last]
    recount_parts(dossier, calendar_of(dossier))
    before, dossier.due_at, dossier.due_explanation = dossier.due_at, now.due.at, now.due.explanation
    dossier.changed_at = at
    dossier.save(update_fields=["due_at", "due_explanation", "changed_at"])
    event = record(
        application=dossier,
        kind=EventKind.DUE_MOVED,
        at=at,
        actor=None,
        centre=dossier.competent,
        reason="; ".join(dict.fromkeys(one.source for one in why if one.source))[:500],
        details={
            "due_before": before.isoformat(),
            "due_at": now.due.at.isoformat(),
            "corrections": [one.pk for one in why],
            "approved_by": ", ".join(dict.fromkeys(one.approved_by for one in why)),
        },
    )
    messages.tell(messages.DueMoved, dossier, occasion=str(event.sequence), at=at)
    live.bump(f"dossier:{dossier.pk}", f"dossiers:{dossier.competent_id}")
    return True
