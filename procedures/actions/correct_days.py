"""Correcting the nation's days: what was assumed turns out otherwise, or the Prime Minister swaps two days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from django.db import transaction

from procedures import revisions
from procedures.catalogue_cache import kept_with_calendar
from procedures.models import DayCorrection, NationalDay

KEPT = ("day", "kind", "name", "source", "confidence")


@transaction.atomic
def keep_days(*, days: Collection[NationalDay], at: datetime) -> list[DayCorrection]:
    """Store these days, whether their date is known or new, and note each that is off or worked otherwise than before.

    The first days of an empty table correct nothing: nobody was promised anything by them.
    """
    is_first = not NationalDay.objects.exists()
    dates = {day.date for day in days} | set(
        NationalDay.objects.filter(pk__in=[day.pk for day in days if day.pk]).values_list("date", flat=True)
    )
    before = _kinds(dates)
    for day in days:
        if day.pk:
            day.save()
    NationalDay.objects.bulk_create(
        [day for day in days if not day.pk], update_conflicts=True, update_fields=KEPT, unique_fields=["date"]
    )
    revisions.changed(revisions.CALENDAR)
    return [] if is_first else _note(before, days, at)


@transaction.atomic
def drop_days(*, days: Iterable[NationalDay], at: datetime) -> list[DayCorrection]:
    """Take these days out of the table: they are ordinary days of the week again."""
    gone = list(days)
    before = _kinds({day.date for day in gone})
    for day in gone:
        day.delete()
    return _note(before, gone, at)


def _kinds(dates: Collection[date]) -> dict[date, str]:
    known = dict(NationalDay.objects.filter(date__in=dates).values_list("date", "day"))
    return {day: known.get(day, "") for day in dates}


def approve_corrections(*, up_to: int, at: datetime, by: str) -> int:
    """Let what was promised move over the days corrected so far, up to the last correction that was shown; how many."""
    waiting = DayCorrection.objects.filter(approved_at__isnull=True, pk__lte=up_to)
    approved = waiting.update(approved_at=at, approved_by=by)
    revisions.changed(revisions.CALENDAR)
    return approved


def corrections_wait() -> bool:
    """Whether a corrected day waits for somebody to look at what it moves. No SQL once warm."""
    return kept_with_calendar("corrections", DayCorrection.objects.filter(approved_at__isnull=True).exists)


def settle_corrections(*, ids: Collection[int], at: datetime) -> None:
    """The dossiers concerned have their new dates."""
    DayCorrection.objects.filter(pk__in=ids, approved_at__isnull=False, settled_at__isnull=True).update(settled_at=at)
    revisions.changed(revisions.CALENDAR)


def _note(before: Mapping[date, str], days: Iterable[NationalDay], at: datetime) -> list[DayCorrection]:
    after, words = _kinds(before.keys()), {day.date: day for day in days}
    return DayCorrection.objects.bulk_create(
        DayCorrection(
            date=day,
            before=before[day],
            after=after[day],
            name=words[day].name if day in words else "",
            source=words[day].source if day in words else "",
            corrected_at=at,
        )
        for day in sorted(before)
        if before[day] != after[day]
    )
