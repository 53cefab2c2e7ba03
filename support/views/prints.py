"""At a counter whose printer works: papers that another counter waits for."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from centres.models import Counter
from centres.permissions import DESK, centres_of
from citizens.models import User
from portal import clock, live
from support import printing
from support.actions.print_elsewhere import note_printed
from support.equipment_history import TOPIC
from support.models import PrintElsewhere


@require_GET
def part(request: HttpRequest) -> HttpResponse:
    """What waits to be printed here; empty while nothing does."""
    user = cast(User, request.user)
    counter = Counter.objects.filter(officer=user).first()
    if counter is None:
        raise Http404

    def waiting() -> HttpResponse:
        return render(request, "support/parts/prints.html", {"papers": printing.waiting_at(user, clock.now())})

    return live.answer(request, [printing.topic(counter.centre_id), TOPIC], waiting, vary=str(counter.pk))


@require_POST
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """It has come out here."""
    user = cast(User, request.user)
    allowed = centres_of(user, DESK)
    rows = PrintElsewhere.objects.select_related("counter")
    if allowed is not None:
        rows = rows.filter(counter__centre__in=allowed)
    paper = note_printed(paper=get_object_or_404(rows, pk=pk), at=clock.now(), acting_user=user)
    messages.success(request, _("%(counter)s is told that it is printed.") % {"counter": paper.counter})
    return redirect("applications:desk")
