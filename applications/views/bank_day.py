"""The bank's days: its statements taken in, and each day's notices beside them."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from applications.actions.take_statement import take_statement
from applications.bank import BankDay, accounts_for, notices_to_match, statements_of
from applications.enums_bank import NoticeSource
from applications.forms_bank import StatementForm
from applications.models import StatementLine
from applications.payments.statement import COLUMNS, MOST_BYTES, MOST_LINES, REQUIRED
from applications.views.bank import managers_only
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken

PAGE_SIZE, LAST_STATEMENTS = 50, 30


@never_cache
@require_GET
def day(request: HttpRequest) -> HttpResponse:
    """What came on one day and how it stands; ``?day=2026-11-23``, today without it."""
    managers_only(request)
    chosen = _day_of(request)
    shown = BankDay(chosen, signed_in(request))
    context = {
        "shown": shown,
        "sums": shown.sums,
        "page": Paginator(shown.notices, PAGE_SIZE).get_page(request.GET.get("page")),
        "query": f"day={chosen.isoformat()}",
        "before": chosen - timedelta(days=1),
        "after": chosen + timedelta(days=1) if chosen < clock.today() else None,
        "to_match": notices_to_match(request.user).count(),
    }
    return render(request, "applications/bank/day.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def statements(request: HttpRequest) -> HttpResponse:
    """The statements so far; by POST one more."""
    managers_only(request)
    form, status = StatementForm(request.POST or None, request.FILES or None), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return _take(request, form)
            except RuleBroken as problem:
                form.add_error(problem.field if problem.field in form.fields else None, str(problem))
                status = problem.status
    context = {
        "form": form,
        "statements": statements_of(request.user)[:LAST_STATEMENTS],
        "columns": [(names[0], column in REQUIRED) for column, names in COLUMNS.items()],
        "most_lines": MOST_LINES,
    }
    return render(request, "applications/bank/statements.html", context, status=status)


def _take(request: HttpRequest, form: Form) -> HttpResponse:
    upload = form.cleaned_data["file"]
    taken, is_new = take_statement(
        content=upload.read(MOST_BYTES + 1), name=upload.name, at=clock.now(), acting_user=signed_in(request)
    )
    if not is_new:
        messages.info(request, _("This file was taken in before. Nothing was changed."))
    return redirect("applications:bank_statement", pk=taken.pk)


@never_cache
@require_GET
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """One statement: what each line that is wrong says, and the days it covers."""
    managers_only(request)
    taken = get_object_or_404(statements_of(request.user), pk=pk)
    mine = accounts_for(request.user)
    lines = StatementLine.objects.filter(statement=taken).exclude(trouble="")
    if mine is not None and taken.by_id != signed_in(request).pk:
        lines = lines.filter(account__in=mine)
    page = Paginator(lines.order_by("number"), PAGE_SIZE).get_page(request.GET.get("page"))
    made = StatementLine.objects.filter(
        statement=taken, trouble="", notice__source=NoticeSource.STATEMENT, notice__came_at=taken.at
    ).count()
    context = {"taken": taken, "page": page, "right": taken.told - taken.wrong, "made": made}
    return render(request, "applications/bank/statement.html", context)


def _day_of(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return clock.today()
