"""The times of handling that are in force on a day, and moments counted by them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from applications.catalogue import version_of
from applications.models import AnswerLimit, Application, HandlingRules
from centres.hours import closing_times
from centres.models import Centre
from portal import clock
from portal.errors import BadInput
from portal.vn.dates import format_date
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


def check_last_day(day: date, today: date, ahead_of: date | None = None) -> None:
    """Whether somebody may choose this day as the last of an apology, a supplement or a question. Raises ``BadInput``: it
    is a day off, or lies further ahead (of what was promised, or of today) than the rules in force allow, which is a slip of the hand."""
    last = (ahead_of or today) + timedelta(days=rules_on(today).most_days)
    if day > last:
        raise BadInput(
            _("That is too far ahead. Choose a day until %(last)s.") % {"last": format_date(last)},
            code="until_far",
            field="until",
        )
    if not load_calendar().is_working_day(day):
        raise BadInput(_("Nobody works on that day. Choose a working day."), code="day_off", field="until")


def end_of(day: date, centre: Centre) -> datetime:
    """When the centre closes on this day."""
    return datetime.combine(day, closing_times(centre)(day) or load_calendar().closing, tzinfo=clock.HANOI)


def start_of(day: date) -> datetime:
    """When offices open on this day."""
    return datetime.combine(day, load_calendar().opening, tzinfo=clock.HANOI)
