"""Day closings: the cashier counts and closes, a manager of the centre signs beside, everybody concerned reads."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications.actions.close_till import close_till, correct_till, countersign_till
from applications.actions.print_till import print_till
from applications.forms_till import CorrectCountForm, CountersignForm, CountForm
from applications.models import Countersignature, DayClosing
from applications.permissions import RECEIVERS, check
from applications.serving import stored_response
from applications.till import counts_before, open_payments, open_tills, payments_of, to_countersign, told_by_bank
from applications.till_paper import sums_of, table_of
from centres.models import Centre
from centres.permissions import MANAGERS, centres_of, has_role
from centres.views.managed import centres_to_choose, managed_centre
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken

LAST_CLOSINGS = 30


@never_cache
@require_http_methods(["GET", "POST"])
def till(request: HttpRequest) -> HttpResponse:
    """What this person booked and has not closed; by POST it is closed with what was counted."""
    centres = _own_centres(request)
    centre = _chosen(request, centres)
    form = CountForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                closing = close_till(
                    centre=centre,
                    counted=form.counted(),
                    last=form.cleaned_data["last"] or 0,
                    at=clock.now(),
                    acting_user=signed_in(request),
                )
                messages.success(request, _("Closed. Print the paper and hand it over with the money."))
                return redirect("applications:day_closing", pk=closing.pk)
            except RuleBroken as problem:
                status = _refused(form, problem)
    payments = list(open_payments(centre, signed_in(request)))
    form.initial["last"] = max((row.pk for row in payments), default=0)
    context = {
        "centre": centre,
        "centres": centres,
        "payments": payments,
        "form": form,
        "by_bank": told_by_bank(centre, clock.now()),
        "closings": _with_signatures().filter(centre=centre, cashier=signed_in(request))[:LAST_CLOSINGS],
    }
    return render(request, "applications/till/mine.html", context, status=status)


@never_cache
@require_GET
def day_closing(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _readable_or_404(request, pk))


@never_cache
@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The paper as it was printed first; once countersigned, the one that says so."""
    closing = _readable_or_404(request, pk)
    kept = print_till(closing=closing, at=clock.now())
    name = f"chot-quy-{closing.day:%Y-%m-%d}-{closing.pk}.pdf"
    return stored_response(request, kept.sha256, media_type="application/pdf", name=name)


@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    closing = _readable_or_404(request, pk)
    form = CorrectCountForm(request.POST)
    if not form.is_valid():
        return _page(request, closing, form=form, status=400)
    try:
        anew = correct_till(closing=closing, counted=form.counted(), at=clock.now(), acting_user=signed_in(request))
    except RuleBroken as problem:
        return _page(request, closing, form=form, status=_refused(form, problem))
    messages.success(request, _("Corrected; the closing before is kept. The manager signs anew."))
    return redirect("applications:day_closing", pk=anew.pk)


@require_POST
def countersign(request: HttpRequest, pk: int) -> HttpResponse:
    closing = _readable_or_404(request, pk)
    form = CountersignForm(request.POST)
    if not form.is_valid():
        return _page(request, closing, sign_form=form, status=400)
    try:
        countersign_till(
            closing=closing, note=form.cleaned_data["note"], at=clock.now(), acting_user=signed_in(request)
        )
    except RuleBroken as problem:
        return _page(request, closing, sign_form=form, status=_refused(form, problem))
    messages.success(request, _("Signed beside the cashier."))
    return redirect("applications:day_closing", pk=pk)


@never_cache
@require_GET
def day_closings(request: HttpRequest) -> HttpResponse:
    """For a manager: what waits for their signature, who has not closed, and the last closings."""
    centre = managed_centre(request)
    context = {
        "centre": centre,
        "centres": centres_to_choose(request),
        "waiting": to_countersign(centre).select_related("countersignature", "corrected_by"),
        "tills": open_tills(centre, clock.now()),
        "by_bank": told_by_bank(centre, clock.now()),
        "closings": _with_signatures().filter(centre=centre)[:LAST_CLOSINGS],
    }
    return render(request, "applications/till/day.html", context)


def _page(
    request: HttpRequest,
    closing: DayClosing,
    *,
    form: Form | None = None,
    sign_form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    signature = Countersignature.objects.filter(closing=closing).select_related("by").first()
    corrected_by = DayClosing.objects.filter(corrects=closing).first()
    is_own, is_manager = closing.cashier == request.user, has_role(request.user, MANAGERS, closing.centre_id)
    context: dict[str, Any] = {
        "centre": closing.centre,
        "closing": closing,
        "table": table_of(closing),
        "payments": payments_of(closing),
        "counts_before": [(count.at, sums_of(count)) for count in counts_before(closing)],
        "signature": signature,
        "corrected_by": corrected_by,
        "is_manager": is_manager,
        "may_countersign": is_manager and not is_own and signature is None and corrected_by is None,
        "may_correct": is_own and corrected_by is None and has_role(request.user, RECEIVERS, closing.centre_id),
        "form": form or CorrectCountForm(),
        "sign_form": sign_form or CountersignForm(),
    }
    return render(request, "applications/till/closing.html", context, status=status)


def _refused(form: Form, problem: RuleBroken) -> int:
    form.add_error(problem.field if problem.field in form.fields else None, str(problem))
    return problem.status


def _with_signatures() -> Any:
    return DayClosing.objects.select_related("cashier", "countersignature", "corrected_by")


def _readable_or_404(request: HttpRequest, pk: int) -> DayClosing:
    """The cashier's own, or of a centre that this person manages."""
    check(has_role(request.user, RECEIVERS | MANAGERS))
    rows = DayClosing.objects.select_related("centre__parent", "cashier")
    closing = get_object_or_404(rows, pk=pk)
    if closing.cashier != request.user and not has_role(request.user, MANAGERS, closing.centre_id):
        raise Http404
    return closing


def _own_centres(request: HttpRequest) -> list[Centre]:
    """Where this person takes money."""
    check(has_role(request.user, RECEIVERS))
    allowed = centres_of(request.user, RECEIVERS)
    rows = Centre.objects.filter(is_active=True).order_by("code")
    return list(rows if allowed is None else rows.filter(pk__in=allowed))


def _chosen(request: HttpRequest, centres: list[Centre]) -> Centre:
    wanted = request.GET.get("centre", "")
    found = [centre for centre in centres if not wanted or str(centre.pk) == wanted]
    if not found:
        raise Http404
    return found[0]
