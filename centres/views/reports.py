"""Reports of the queue: on the page, as a workbook, as a PDF; for a centre's managers, and for the city."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from centres import report_files
from centres.charts import days_chart
from centres.enums import Role
from centres.forms_day import PeriodForm
from centres.permissions import has_role
from centres.reports import Report, report_on, report_on_city
from centres.views.managed import centres_to_choose, managed_centre
from citizens.models import User
from portal import clock
from portal.errors import BadInput, NotAllowed

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAKERS: dict[str, tuple[str, Callable[[Report], bytes]]] = {
    "xlsx": (XLSX, report_files.workbook),
    "pdf": ("application/pdf", report_files.document),
}


@never_cache
@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """One centre's day, week or month."""
    centre = managed_centre(request)
    form, used = _forms(request)
    made = report_on(centre, *used.period())
    context = {
        "centre": centre,
        "centres": centres_to_choose(request),
        "may_compare": has_role(request.user, {Role.CITY_ADMIN}),
        "plot": _plot(made),
    }
    return _page(request, form, used, made, context)


@never_cache
@require_GET
def file(request: HttpRequest, kind: str) -> HttpResponse:
    centre = managed_centre(request)
    period = _period(request)
    with translation.override(report_files.LANGUAGE):
        return _file(report_on(centre, *period), kind)


@never_cache
@require_GET
def city(request: HttpRequest) -> HttpResponse:
    """Every centre beside the others, for the city's administrators."""
    _guard_city(request)
    form, used = _forms(request)
    return _page(request, form, used, report_on_city(*used.period()), {})


@never_cache
@require_GET
def city_file(request: HttpRequest, kind: str) -> HttpResponse:
    _guard_city(request)
    period = _period(request)
    with translation.override(report_files.LANGUAGE):
        return _file(report_on_city(*period), kind)


def _guard_city(request: HttpRequest) -> None:
    if not has_role(cast(User, request.user), {Role.CITY_ADMIN}):
        raise NotAllowed(_("This page is for the city's administrators."), code="not_city_admin")


def _forms(request: HttpRequest) -> tuple[PeriodForm, PeriodForm]:
    """The form as it was sent, and the one whose period is shown: today's where no report can have the day asked for."""
    today = {"span": PeriodForm.DAY, "day": clock.today()}
    form = PeriodForm({**today, **request.GET.dict()})
    if form.is_valid():
        return form, form
    of_today = PeriodForm(today)
    of_today.is_valid()
    return (form if form.has_error("day", "no_such_day") else of_today), of_today


def _period(request: HttpRequest) -> tuple[date, date]:
    """Of a file. Raises ``BadInput`` for a day that no report can have."""
    form, used = _forms(request)
    if form.has_error("day"):
        raise BadInput(form.errors["day"][0], code="no_such_day", field="day")
    return used.period()


def _page(
    request: HttpRequest, form: PeriodForm, used: PeriodForm, made: Report, context: dict[str, object]
) -> HttpResponse:
    period = f"span={used.cleaned_data['span']}&day={used.cleaned_data['day']}"
    context |= {
        "form": form,
        "report": made,
        "period": report_files.period_words(made),
        "asked": f"centre={made.centre.pk}&{period}" if made.centre else period,
        "asked_of_all": period,
    }
    return render(request, "centres/day/report.html", context, status=400 if form.errors else 200)


def _file(made: Report, kind: str) -> HttpResponse:
    media_type, make = MAKERS[kind]
    name = report_files.file_name(made, kind)
    return HttpResponse(
        make(made), content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _plot(made: Report) -> str:
    """The days of a week or month as a picture in its own address; empty for one day."""
    if len(made.days) < 2:
        return ""
    picture = days_chart(
        [f"{day:%d/%m}" for day, _tally in made.days],
        [tally.drawn for _day, tally in made.days],
        [tally.served for _day, tally in made.days],
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(picture).decode()}"
