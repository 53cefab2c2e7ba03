"""The times of handling that are in force on a day, and moments counted by them."""

from __future__ import annotations

from datetime import date, datetime

from applications.catalogue import version_of
from applications.models import AnswerLimit, Application, HandlingRules
from centres.hours import closing_times
from centres.models import Centre
from portal import clock
from procedures.calendars import ONE_DAY
from procedures.catalogue_cache import load_calendar


def rules_on(day: date) -> HandlingRules:
    """The row in force; the model's own defaults before the first."""
    return HandlingRules.objects.filter(valid_from__lte=day).order_by("-valid_from").first() or HandlingRules()


def answer_days(application: Application, day: date) -> int | None:
    """After how many working days an unanswered request ends this dossier; None where no law ends it."""
    code = version_of(application).procedure.code
    limits = AnswerLimit.objects.filter(procedure_code=code, valid_from__lte=day).order_by("-valid_from")
    return limits.values_list("working_days", flat=True).first()


def working_days_after(day: date, count: int) -> date:
    """The last of so many working days; the day itself is not counted (Civil Code art. 147)."""
    return load_calendar().add_working_days(day, count)


def working_days_before(day: date, count: int) -> date:
    """So many working days earlier."""
    calendar = load_calendar()
    for _unused in range(count):
        day -= ONE_DAY
        while not calendar.is_working_day(day):
            day -= ONE_DAY
    return day


def end_of(day: date, centre: Centre) -> datetime:
    """When the centre closes on this day."""
    return datetime.combine(day, closing_times(centre)(day) or load_calendar().closing, tzinfo=clock.HANOI)


def start_of(day: date) -> datetime:
    """When offices open on this day."""
    return datetime.combine(day, load_calendar().opening, tzinfo=clock.HANOI)
