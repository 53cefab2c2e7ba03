"""After a severe incident: its timeline, what caused it, and who does what."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from centres.models import Membership
from citizens.models import User
from portal import clock
from portal.errors import BadInput
from support.actions.review import agree_follow_up, finish_follow_up, write_causes
from support.forms import CausesForm, FollowUpForm
from support.models import FollowUp, Incident
from support.permissions import READERS, may_respond
from support.timeline import timeline


@never_cache
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Two forms on one page: ``causes`` and the follow-up; a button says which was sent."""
    user = cast(User, request.user)
    row = get_object_or_404(Incident.objects.visible_to(user).select_related("centre", "device"), pk=pk)
    sent = request.POST.get("step") if request.method == "POST" else None
    causes = CausesForm(request.POST if sent == "causes" else None, initial={"causes": row.causes})
    follow_up = FollowUpForm(request.POST if sent == "follow_up" else None, people=_people(row))
    form = causes if sent == "causes" else follow_up
    if sent and form.is_valid():
        action = write_causes if sent == "causes" else agree_follow_up
        try:
            action(incident=row, at=clock.now(), acting_user=user, **form.cleaned_data)
        except BadInput as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("support:review", pk=pk)
    at = clock.now()
    today = clock.local_day(at)
    responds = may_respond(user, row.centre_id)
    context = {
        "incident": row,
        "lines": timeline(row, at),
        "causes": causes,
        "follow_up": follow_up,
        "follow_ups": [
            (each, each.is_late(today), responds or each.owner_id == user.pk)
            for each in row.follow_ups.select_related("owner")
        ],
        "responds": responds,
    }
    return render(request, "support/review.html", context, status=400 if causes.errors or follow_up.errors else 200)


@require_POST
def done(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    """A follow-up is done."""
    row = get_object_or_404(FollowUp.objects.select_related("incident"), pk=follow_up_id)
    finish_follow_up(follow_up=row, at=clock.now(), acting_user=cast(User, request.user))
    messages.success(request, _("Done."))
    return redirect("support:review", pk=row.incident_id)


def _people(incident: Incident) -> QuerySet[User]:
    held = Membership.objects.filter(role__in=READERS)
    if incident.centre_id is not None:
        held = held.filter(Q(centre__isnull=True) | Q(centre=incident.centre_id))
    return User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("full_name", "pk")
