"""Which citizen sent this request: by a cookie of their own that goes to ``/me/`` alone, never by staff's session."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from citizens.actions.citizen_sessions import LONGEST, session_by_key
from citizens.models import CitizenSession
from portal import clock

COOKIE, HANDLE_COOKIE = "citizen", "citizen_code"
PATH = "/me/"
P = ParamSpec("P")


def citizen_session(request: HttpRequest) -> CitizenSession | None:
    return session_by_key(request.COOKIES.get(COOKIE, ""), clock.now())


def citizen_required(
    view: Callable[Concatenate[HttpRequest, CitizenSession, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Give the view the session of whoever is signed in; everybody else, officers too, signs in first.

    Nothing of the answer is kept by a browser or a proxy: the next person at the same screen must not go back to it.
    """

    @login_not_required
    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        session = citizen_session(request)
        if session is None:
            return redirect("me_sign_in")
        return view(request, session, *args, **kwargs)

    return wrapped


def keep_cookie(response: HttpResponse, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name, value, max_age=seconds, path=PATH, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def drop_cookie(response: HttpResponse, name: str) -> None:
    response.delete_cookie(name, path=PATH, samesite="Lax")


def signed_in_response(key: str) -> HttpResponse:
    """On to the own dossiers, with the key of the session that has begun."""
    response = redirect("applications:mine")
    keep_cookie(response, COOKIE, key, int(LONGEST.total_seconds()))
    drop_cookie(response, HANDLE_COOKIE)
    return response
