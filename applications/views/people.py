"""The people who handle dossiers at a centre: the load of each, who is away, and work that goes to somebody else."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from applications.actions.people import PEOPLE, end_absence, hand_on_all, note_absence
from applications.forms_people import AbsenceForm, HandOnAllForm
from applications.models import Absence
from applications.people import coming_absences, loads
from applications.permissions import check
from centres.models import Centre
from centres.permissions import centres_of, has_role
from citizens.models import User
from citizens.session import signed_in
from portal import clock
from portal.errors import RuleBroken


def _centre(request: HttpRequest) -> Centre:
    """The centre asked for among those where this person shares out work, else the first."""
    check(has_role(request.user, PEOPLE))
    allowed = centres_of(request.user, PEOPLE)
    rows = Centre.objects.filter(is_active=True).order_by("code")
    if allowed is not None:
        rows = rows.filter(pk__in=allowed)
    wanted = request.GET.get("centre", "")
    if wanted:
        rows = (
            rows.filter(pk=int(wanted)) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else rows.none()
        )
    centre = rows.first()
    if centre is None:
        raise Http404
    return centre


@never_cache
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """The load of everybody; by POST all dossiers of one person go to another, or an absence is noted (``do``)."""
    centre, at = _centre(request), clock.now()
    rows = loads(centre, at)
    do = request.POST.get("do", "")
    hand_on = HandOnAllForm(request.POST if do == "hand-on" else None, rows, prefix="hand")
    absence = AbsenceForm(
        request.POST if do == "absence" else None, rows, prefix="away", initial={"from_day": clock.today()}
    )
    status = 200
    if request.method == "POST":
        form = hand_on if do == "hand-on" else absence
        status = 400
        if form.is_bound and form.is_valid():
            try:
                said = _hand_on(request, centre, hand_on) if do == "hand-on" else _absence(request, centre, absence)
                messages.success(request, said)
                return redirect(f"{reverse('applications:people')}?centre={centre.pk}")
            except RuleBroken as problem:
                form.add_error(problem.field if problem.field in form.fields else None, str(problem))
                status = problem.status
    context = {
        "centre": centre,
        "rows": rows,
        "absences": coming_absences(centre, clock.today()),
        "hand_on": hand_on,
        "absence": absence,
    }
    return render(request, "applications/dossiers/people.html", context, status=status)


def _hand_on(request: HttpRequest, centre: Centre, form: HandOnAllForm) -> str:
    values = form.cleaned_data
    went = hand_on_all(
        centre=centre,
        person=User.objects.get(pk=values["person"]),
        to=User.objects.get(pk=values["to"]),
        reason=values["reason"],
        at=clock.now(),
        acting_user=signed_in(request),
    )
    return ngettext("%(count)d dossier was handed on.", "%(count)d dossiers were handed on.", went) % {"count": went}


def _absence(request: HttpRequest, centre: Centre, form: AbsenceForm) -> str:
    values = form.cleaned_data
    note_absence(
        centre=centre,
        person=User.objects.get(pk=values["person"]),
        substitute=User.objects.get(pk=values["substitute"]),
        from_day=values["from_day"],
        to_day=values["to_day"],
        reason=values["reason"],
        at=clock.now(),
        acting_user=signed_in(request),
    )
    return _("The absence is noted.")


@require_POST
def back_again(request: HttpRequest, absence_id: int) -> HttpResponse:
    """The absence does not happen, or is over."""
    check(has_role(request.user, PEOPLE))
    allowed = centres_of(request.user, PEOPLE)
    rows = Absence.objects.all() if allowed is None else Absence.objects.filter(centre__in=allowed)
    absence = get_object_or_404(rows, pk=absence_id)
    end_absence(absence=absence, at=clock.now(), acting_user=signed_in(request))
    return redirect(f"{reverse('applications:people')}?centre={absence.centre_id}")
