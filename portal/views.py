"""The public home, the health checks and the reader's own settings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_GET, require_POST
from django.views.defaults import page_not_found
from kombu.exceptions import OperationalError

from portal import files
from portal.celery import app
from portal.context import LARGE_PRINT_COOKIE
from portal.shared import DOWN
from portal.typed import offer_again, typed_in

YEAR = 365 * 24 * 60 * 60


@login_not_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/home.html")


@login_not_required
@never_cache
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    """What the process needs, each by name. A broker that is down is told, but the site works on without it."""
    parts = {"database": _database_answers(), "cache": _cache_answers(), "files": files.is_writable()}
    ready = all(parts.values())
    return JsonResponse({**parts, "broker": _broker_answers()}, status=200 if ready else 503)


@login_not_required
@never_cache
def sign_in_for_admin(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """To the page where all staff sign in, and back from there."""
    onward = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
    return redirect_to_login(onward)


@login_not_required
@require_POST
def large_print(request: HttpRequest) -> HttpResponse:
    """Switch large print on or off and stay on the page."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    if request.COOKIES.get(LARGE_PRINT_COOKIE) == "1":
        response.delete_cookie(LARGE_PRINT_COOKIE)
    else:
        response.set_cookie(
            LARGE_PRINT_COOKIE, "1", max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True
        )
    return response


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is not the browser's any more: somebody signed in again meanwhile, or its cookie has gone.

    What came from one of our own pages is offered again with a token of now; from elsewhere it is only refused. A script
    gets a sentence for the page, where everything typed still stands.
    """
    if request.headers.get("HX-Request"):
        part = render(request, "includes/too_old.html", status=403)
        part["HX-Retarget"], part["HX-Reswap"] = "#problems", "innerHTML"
        return part
    own = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    kept = typed_in(request) if own and request.method == "POST" else None
    return offer_again(request, kept, status=403) if kept else render(request, "403_csrf.html", status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A program that asked the API for an address that is none gets JSON, as for everything else there."""
    if request.path.startswith("/api/"):
        words = {"code": "not_found", "message": _("There is no such thing here."), "field": None}
        return JsonResponse(words, status=404)
    return page_not_found(request, exception)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _cache_answers() -> bool:
    try:
        cache.set("readyz", "1", 5)
        return bool(cache.get("readyz") == "1")
    except DOWN:
        return False


def _broker_answers() -> bool:
    if settings.BROKER_URL.startswith("filesystem://"):
        return bool(settings.BROKER_DIR.exists())
    try:
        with app.connection_for_read() as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
    except (OperationalError, OSError):
        return False
    return True
