"""Where I am signed in, for everybody of the staff."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from citizens.actions.staff_sessions import end_staff_sessions, note_session, sessions_of
from citizens.models import User
from citizens.session import signed_in
from portal import clock
from portal.ratelimit import client_address


@never_cache
@require_GET
def sessions(request: HttpRequest) -> HttpResponse:
    context = {"rows": sessions_of(signed_in(request), clock.now()), "here": request.session.session_key}
    return render(request, "registration/sessions.html", context)


@never_cache
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """One of one's own sessions, or all but this one: signing out ends this one."""
    rows = sessions_of(signed_in(request), clock.now()).exclude(session_key=request.session.session_key)
    if "all" not in request.POST:
        number = request.POST.get("session", "")
        rows = rows.filter(pk=int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0)
    ended = end_staff_sessions(rows)
    text = ngettext("%(count)d session was ended.", "%(count)d sessions were ended.", ended)
    messages.success(request, text % {"count": ended})
    return redirect("sessions")


def note_sign_in(request: HttpRequest, user: User) -> None:
    """After somebody of the staff has signed in with this request."""
    if (
        request.session.session_key is None
    ):  # somebody else was signed in here: theirs is gone, this one not written yet
        request.session.save()
    note_session(
        user=user,
        session_key=request.session.session_key or "",
        address=client_address(request),
        agent=request.headers.get("User-Agent", ""),
        at=clock.now(),
    )
