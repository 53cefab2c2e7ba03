"""The centre's calendar of the coming weeks, and its exceptional days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from centres import hours
from centres.actions.calendar_days import clear_calendar_day, set_calendar_day
from centres.enums import AppointmentState, DayWhy
from centres.forms_book import CalendarDayForm
from centres.models import Appointment, CalendarDay, Centre
from centres.views.book import day_in
from centres.views.managed import centres_to_choose, managed_centre
from citizens.models import User
from portal import clock
from portal.errors import BadInput
from procedures.catalogue_cache import load_calendar
from procedures.models import NationalDay

WEEKS = 4


@dataclass(frozen=True)
class Day:
    """One day of the calendar: its hours, why they are so in a word and in words, and how many have booked."""

    day: date
    hours: hours.Hours
    why: DayWhy
    words: str
    booked: int
    is_over: bool


@dataclass(frozen=True)
class Planned:
    """``weeks``: every day of this week and the next three, Monday first. ``later``: the exceptions after them."""

    weeks: list[list[Day]]
    later: list[Day]


@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """Four weeks from this Monday, the exceptions planned after them, and the form for one more."""
    centre = managed_centre(request)
    chosen = request.GET.get("day", "")
    initial = {"day": day_in(chosen)} if chosen else {}
    form = CalendarDayForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            told = set_calendar_day(
                centre=centre, at=clock.now(), acting_user=cast(User, request.user), **form.cleaned_data
            )
        except BadInput as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
            status = problem.status
        else:
            return _done(request, centre, _("The day was saved."), told)
    elif request.method == "POST":
        status = 400
    context = {"centre": centre, "centres": centres_to_choose(request), "planned": planned(centre), "form": form}
    return render(request, "centres/day/hours.html", context, status=status)


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Take an exception away."""
    centre = managed_centre(request)
    day = day_in(request.POST.get("day", ""))
    told = clear_calendar_day(centre=centre, day=day, at=clock.now(), acting_user=cast(User, request.user))
    return _done(request, centre, _("The exception was removed."), told)


def planned(centre: Centre) -> Planned:
    """What the calendar shows. The same number of statements whatever is planned or booked."""
    today = clock.today()
    first = today - timedelta(days=today.weekday())
    last = first + timedelta(days=7 * WEEKS - 1)
    opening = hours.hours_between(centre, first, last)
    own = dict(CalendarDay.objects.filter(centre=centre, day__gte=first).order_by("day").values_list("day", "reason"))
    names = dict(NationalDay.objects.filter(date__range=(first, last)).values_list("date", "name"))
    booked = dict(
        Appointment.objects.filter(centre=centre, day__gte=first, state=AppointmentState.BOOKED)
        .values_list("day")
        .annotate(count=Count("pk"))
        .order_by()
    )
    national = load_calendar()
    days = []
    for day in sorted(opening):
        why = hours.why_on(day, own, national)
        words = own[day] if why == DayWhy.OWN else names.get(day, "") if why != DayWhy.WEEKLY else ""
        days.append(Day(day, opening[day], why, words, booked.get(day, 0), day < today))
    return Planned(
        weeks=[days[start : start + 7] for start in range(0, len(days), 7)],
        later=[
            Day(day, hours.hours_on(centre, day), DayWhy.OWN, reason, booked.get(day, 0), is_over=False)
            for day, reason in own.items()
            if day > last
        ],
    )


def _done(request: HttpRequest, centre: Centre, sentence: str, told: int) -> HttpResponse:
    more = ngettext(
        "%(count)d person with an appointment was told.",
        "%(count)d people with an appointment were told.",
        told,
    ) % {"count": told}
    messages.success(request, f"{sentence} {more}" if told else sentence)
    return redirect(f"{reverse('centres:day_hours')}?centre={centre.pk}")
