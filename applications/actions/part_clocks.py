"""The clocks of a dossier's parts move with the dossier's own."""

from __future__ import annotations

from datetime import datetime

from applications.approved_days import Approved
from applications.models import Application
from applications.pauses import end_pause, has_parts, part_clocks, parts_of
from procedures.calendars import WorkCalendar


def go_on(dossier: Application, at: datetime) -> tuple[datetime, dict[str, str]]:
    """Let the clock of a paused dossier and those of its parts go on: its due moment and the explanation."""
    moved = end_pause(dossier, at)
    if has_parts(dossier):
        recount_parts(dossier, Approved().of(dossier))
    return moved


def recount_parts(dossier: Application, calendar: WorkCalendar) -> None:
    """Give each part that is not over the date that counts for it now; in the caller's transaction, on the locked row."""
    clocks = part_clocks(dossier, calendar) if has_parts(dossier) else {}
    for row in parts_of(dossier):
        promised = clocks.get(row.key)
        if promised is not None and (promised.at, promised.explanation) != (row.due_at, row.due_explanation):
            row.due_at, row.due_explanation = promised.at, promised.explanation
            row.save(update_fields=["due_at", "due_explanation"])
