"""The manager's side: who lacks what, exceptions, and what counters ask for."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from centres.models import Centre
from centres.permissions import MANAGERS, centres_of
from centres.views.managed import centres_to_choose, managed_centre, managed_centres
from citizens.models import User
from citizens.session import signed_in
from portal import clock
from portal.errors import NotAllowed, RuleBroken
from support.actions import ask_training
from support.forms_training import ExceptionForm, RequirementForm, courses_asked
from support.models import TrainingException, TrainingRequirement
from support.training_staff import people_at

PAGE_SIZE = 30
MOST_EXCEPTIONS = 20


@never_cache
@require_http_methods(["GET", "POST"])
def staff(request: HttpRequest) -> HttpResponse:
    """Everybody who may open a counter and what they lack; in an emergency a manager excepts somebody."""
    centre = managed_centre(request)
    today = clock.today()
    people = people_at(centre, today)
    users = User.objects.filter(pk__in=[person.user.pk for person in people]).order_by("full_name", "pk")
    initial = {"last_day": today, "person": request.GET.get("person", "")}
    form = ExceptionForm(request.POST or None, people=users, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            ask_training.except_from(centre=centre, at=clock.now(), acting_user=signed_in(request), **form.cleaned_data)
        except NotAllowed:
            raise
        except RuleBroken as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("Written down. The counter can be opened now."))
            return redirect(f"{reverse('support:training_staff')}?centre={centre.pk}")
    page = Paginator(people, PAGE_SIZE).get_page(request.GET.get("page"))
    granted = TrainingException.objects.filter(centre=centre).select_related("user", "granted_by")[:MOST_EXCEPTIONS]
    context = {
        "centre": centre,
        "centres": centres_to_choose(request),
        "page": page,
        "query": f"centre={centre.pk}",
        "people": page.object_list,
        "exceptions": granted,
        "form": form,
        "today": today,
    }
    return render(request, "support/training_staff.html", context, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """What counters ask for, with its days; a new row."""
    centre, user = managed_centre(request), signed_in(request)
    for_all = centres_of(user, MANAGERS) is None
    centres = managed_centres(user)
    form = RequirementForm(
        request.POST or None,
        centres=centres,
        courses=courses_asked(Centre.objects.filter(pk=centre.pk), for_all),
        for_all=for_all,
        initial={"centre": centre.pk, "warns_from": clock.today()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            ask_training.ask_for(at=clock.now(), acting_user=user, **form.cleaned_data)
        except NotAllowed:
            raise
        except RuleBroken as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect(f"{reverse('support:training_rules')}?centre={centre.pk}")
    rows = TrainingRequirement.objects.filter(Q(centre=centre) | Q(centre__isnull=True))
    rows = rows.select_related("centre", "course", "field", "made_by").order_by("until", "warns_from", "pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "centre": centre,
        "centres": centres_to_choose(request),
        "page": page,
        "query": f"centre={centre.pk}",
        "rows": [(row, row.centre_id is not None or for_all) for row in page.object_list],
        "form": form,
        "today": clock.today(),
    }
    return render(request, "support/training_rules.html", context, status=400 if form.errors else 200)


@require_POST
def rule_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Asked for no more from tomorrow on."""
    row = get_object_or_404(TrainingRequirement, pk=pk)
    ask_training.ask_no_more(requirement=row, at=clock.now(), acting_user=signed_in(request))
    messages.success(request, _("Done."))
    back = reverse("support:training_rules")
    return redirect(f"{back}?centre={row.centre_id}" if row.centre_id else back)
