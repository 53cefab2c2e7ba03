"""Which corrected days off count for a dossier: those approved, and those made before it was received."""

from __future__ import annotations

from applications.models import Application
from procedures.calendars import WorkCalendar
from procedures.catalogue_cache import load_calendar
from procedures.models import DayCorrection


def waiting_corrections() -> list[DayCorrection]:
    """The corrected days over which promises have not moved yet, by date and then as they were made."""
    return list(DayCorrection.objects.filter(settled_at__isnull=True).order_by("date", "id"))


class Approved:
    """The calendar that counts for each dossier: without the corrections made since its receipt that nobody has approved
    yet. What was received after a correction was promised by it."""

    def __init__(self) -> None:
        self.now = load_calendar()
        self.open = [one for one in waiting_corrections() if one.approved_at is None]
        self.made: dict[int, WorkCalendar] = {}

    def of(self, application: Application) -> WorkCalendar:
        received_at = application.received_at or application.started_at
        later = [one for one in self.open if one.corrected_at > received_at]
        # Corrections are made one after another: how many are later says which.
        if len(later) not in self.made:
            self.made[len(later)] = self.now.without((one.date, one.before) for one in later)
        return self.made[len(later)]
