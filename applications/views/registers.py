"""The registers of a centre: who keeps them, what stands in them month by month, and their monthly print."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications.actions.close_register import close_register
from applications.actions.hand_over_register import hand_over_register
from applications.actions.strike_entry import items_of, lines_with, strike_entry
from applications.forms_registers import CloseForm, HandOverForm, StrikeForm
from applications.looks import looked_at_register
from applications.messages import may_tell
from applications.models import Register, RegisterNote
from applications.notarisation.enums import JobState
from applications.notarisation.keeping import NoteKind, keeper_of
from applications.permissions import REGISTER_READERS, check, may_keep_register
from applications.register_columns import ON_SCREEN
from applications.register_lines import (
    PAGE_SIZE,
    Line,
    is_closed,
    line_of,
    months_of,
    page_of,
    part_of,
    parts_of,
    visible_registers,
)
from applications.register_paper import month_paper, name_of
from centres.permissions import has_role
from citizens.models import User
from portal import clock
from portal.errors import RuleBroken
from portal.vn.money import number_in_words

_NOTES = Prefetch("notes", RegisterNote.objects.select_related("keeper", "by"))


@never_cache
@require_GET
def registers(request: HttpRequest) -> HttpResponse:
    """Registers of one year, thirty a page: unit, kind, keeper, last number, open or closed."""
    check(has_role(request.user, REGISTER_READERS))
    rows = visible_registers(request.user)
    years = sorted(rows.order_by().values_list("year", flat=True).distinct(), reverse=True)
    year = _year(request.GET.get("year", ""), years)
    in_year = rows.filter(year=year).order_by("centre__code", "kind").prefetch_related(_NOTES)
    page = Paginator(in_year, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "years": years,
        "year": year,
        "page": page,
        "rows": [(one, keeper_of(one.notes.all()), is_closed(one.notes.all())) for one in page],
        "query": f"year={year}",
    }
    return render(request, "applications/registers/list.html", context)


@never_cache
@require_GET
def register(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _register_or_404(request, pk))


@never_cache
@require_GET
def month(request: HttpRequest, pk: int, month: str) -> HttpResponse:
    """The month on paper, as PDF/A."""
    book = _register_or_404(request, pk)
    wanted = _month(month, months_of(book))
    parts = parts_of(book, wanted) if wanted else 0
    part = _number(request.GET.get("part", "1"))
    if wanted is None or not 1 <= part <= parts:
        raise Http404
    at = clock.now()
    _looked(book, part_of(book, wanted, part), _("register printed: %(book)s"), at, request)
    content = month_paper(book, wanted, book.notes.all(), clock.local_day(at), part, parts)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name_of(book, wanted, part, parts)}"'
    return response


@never_cache
@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    book, at = _register_or_404(request, pk), clock.now()
    check(may_keep_register(request.user, book))
    form = _hand_over_form(book, request)
    if form.is_valid():
        try:
            hand_over_register(register=book, at=at, acting_user=cast(User, request.user), **form.cleaned_data)
            messages.success(
                request, _("%(name)s keeps this register from now on.") % {"name": form.cleaned_data["to"]}
            )
            return redirect("applications:register", pk)
        except RuleBroken as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
    return _page(request, _register_or_404(request, pk), status=400, handing=form)


@never_cache
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    book = _register_or_404(request, pk)
    check(may_keep_register(request.user, book))
    form = CloseForm(request.POST)
    if form.is_valid():
        close_register(register=book, at=clock.now(), acting_user=cast(User, request.user), **form.cleaned_data)
        messages.success(request, _("The register is closed. No line can be added any more."))
    return redirect("applications:register", pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def strike(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The line, what follows when it is struck through, and the reason; then the register's page again."""
    book, at = _register_or_404(request, pk), clock.now()
    check(may_keep_register(request.user, book))
    line = line_of(book, number)
    if line is None:
        raise Http404
    if line.struck:
        messages.info(request, _("Line %(number)s is struck through already.") % {"number": line.entry.number})
        return redirect(_at_line(book, line))
    form, status = StrikeForm(request.POST or None), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                strike_entry(entry=line.entry, at=at, acting_user=cast(User, request.user), **form.cleaned_data)
                messages.success(request, _("Line %(number)s is struck through.") % {"number": line.entry.number})
                return redirect(_at_line(book, line))
            except RuleBroken as problem:
                form.add_error(problem.field if problem.field in form.fields else None, str(problem))
                status = problem.status
    _looked(book, [line], _("register opened: %(book)s"), at, request)
    copies = items_of(line.entry)
    context = {
        "book": book,
        "centre": book.centre,
        "line": line,
        "columns": ON_SCREEN[book.kind],
        "form": form,
        "made": [item for item in copies if item.output],
        "unsigned": [item for item in copies if item.state == JobState.APPROVED],
        "is_told": any(may_tell(item.certification.application) for item in copies),
        "drafts": sum(lines_with(item).count() for item in copies),
    }
    return render(request, "applications/registers/strike.html", context, status=status)


def _at_line(book: Register, line: Line) -> str:
    """The register's page that begins with this line."""
    address = reverse("applications:register", args=[book.pk])
    return f"{address}?month={clock.local_day(line.entry.at):%Y-%m}&after={line.entry.sequence - 1}"


def _register_or_404(request: HttpRequest, pk: int) -> Register:
    rows = visible_registers(request.user).select_related("centre__parent").prefetch_related(_NOTES)
    return get_object_or_404(rows, pk=pk)


def _page(request: HttpRequest, book: Register, status: int = 200, handing: Form | None = None) -> HttpResponse:
    at, notes, months = clock.now(), list(book.notes.all()), months_of(book)
    chosen = _month(request.GET.get("month", ""), months) or (months[-1] if months else None)
    start = _number(request.GET.get("after", ""))
    lines, next_page = page_of(book, chosen, start) if chosen else ([], None)
    _looked(book, lines, _("register opened: %(book)s"), at, request)
    may_keep = may_keep_register(request.user, book)
    may_act = may_keep and not is_closed(notes)
    context: dict[str, Any] = {
        "book": book,
        "centre": book.centre,
        "notes": [(note, number_in_words(note.number)) for note in notes if note.kind != NoteKind.STRUCK],
        "keeper": keeper_of(notes),
        "is_closed": is_closed(notes),
        "months": months,
        "parts": range(1, parts_of(book, chosen) + 1) if chosen else (),
        "month": chosen,
        "lines": lines,
        "columns": ON_SCREEN[book.kind],
        "next_page": next_page,
        "is_first_page": not start,
        "last_number_in_words": number_in_words(book.last_number),
        "handing": (handing or _hand_over_form(book)) if may_act else None,
        "may_strike": may_keep,
        "may_close": may_act and clock.local_day(at).year > book.year,
    }
    return render(request, "applications/registers/register.html", context, status=status)


def _looked(book: Register, lines: list[Line], reason: str, at: datetime, request: HttpRequest) -> None:
    subjects = [line.subject for line in lines if line.subject]
    looked_at_register(register=book, subjects=subjects, reason=reason % {"book": book}, at=at, user=request.user)


def _number(text: str) -> int:
    """A number from the address; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _hand_over_form(book: Register, request: HttpRequest | None = None) -> HandOverForm:
    sent = request.POST if request else None
    return HandOverForm(sent, register=book, keeper=keeper_of(book.notes.all()), at=clock.now())


def _month(text: str, months: list[date]) -> date | None:
    """One of these months by its name in the address, such as 2026-11."""
    return next((one for one in months if f"{one:%Y-%m}" == text), None)


def _year(text: str, years: list[int]) -> int:
    """The year asked for if there is a register of it, else the newest."""
    wanted = _number(text)
    return wanted if wanted in years else (years[0] if years else clock.today().year)
