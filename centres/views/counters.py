"""One counter in the manager's hands: open it for an officer, pause it, close it, give it other services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from centres.actions import counters
from centres.forms_day import OpenForm, ReasonForm, SkillsForm
from centres.models import Centre, Counter, SkillChange
from centres.permissions import MANAGERS, centres_of
from centres.views.managed import managed_centre, managed_centres
from citizens.models import User
from portal import clock
from portal.errors import NotAllowed, RuleBroken

HISTORY = 10


@never_cache
@require_GET
def counter(request: HttpRequest, counter_id: int) -> HttpResponse:
    centre, seat = _managed(request, counter_id)
    return _page(request, centre, seat)


@require_POST
def change(request: HttpRequest, counter_id: int, key: str) -> HttpResponse:
    """One of ``open``, ``pause``, ``close``, ``skills``; a broken rule is said beside its form."""
    centre, seat = _managed(request, counter_id)
    if key not in _ACTS:
        raise Http404
    form = _forms(centre, seat, request, key)[key]
    if form.is_valid():
        try:
            _ACTS[key](counter=seat, at=clock.now(), acting_user=cast(User, request.user), **form.cleaned_data)
        except NotAllowed:
            raise
        except RuleBroken as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("%(counter)s is changed.") % {"counter": seat})
            return redirect(f"{reverse('centres:day')}?centre={centre.pk}#counters")
    return _page(request, centre, seat, {key: form}, status=400)


_ACTS: dict[str, Callable[..., Counter]] = {
    "open": counters.open_for,
    "pause": counters.pause_counter,
    "close": counters.close_counter,
    "skills": counters.set_services,
}


def _managed(request: HttpRequest, counter_id: int) -> tuple[Centre, Counter]:
    """The counter and its centre. An address that has lost its ``?centre=`` still means the counter's own."""
    seats = Counter.objects.select_related("officer", "centre")
    if "centre" in request.GET or centres_of(request.user, MANAGERS) == set():
        centre = managed_centre(request)
        return centre, get_object_or_404(seats, pk=counter_id, centre=centre)
    seat = get_object_or_404(seats, pk=counter_id, centre__in=managed_centres(cast(User, request.user)))
    return seat.centre, seat


def _forms(centre: Centre, seat: Counter, request: HttpRequest | None = None, key: str = "") -> dict[str, forms.Form]:
    """All forms of the page; the one named ``key`` holds what was sent."""
    sent = {key: request.POST} if request is not None else {}
    return {
        "open": OpenForm(sent.get("open"), centre=centre, day=clock.today(), prefix="open"),
        "pause": ReasonForm(sent.get("pause"), prefix="pause"),
        "close": ReasonForm(sent.get("close"), prefix="close"),
        "skills": SkillsForm(
            sent.get("skills"), centre=centre, prefix="skills", initial={"services": list(seat.services.all())}
        ),
    }


def _page(
    request: HttpRequest, centre: Centre, seat: Counter, sent: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "centre": centre,
        "counter": seat,
        "forms": {**_forms(centre, seat), **(sent or {})},
        "failed": next(iter((sent or {}).values()), None),
        "changes": SkillChange.objects.filter(counter=seat).select_related("actor")[:HISTORY],
    }
    return render(request, "centres/day/counter.html", context, status=status)
