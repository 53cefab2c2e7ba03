"""Language by choice, sign-in by default, and broken rules as sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.urls import resolve
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransition, TransitionNotAllowed

from portal import live
from portal.errors import RuleBroken
from portal.once import remembering
from portal.posts import KEPT, page_of_action
from portal.typed import Typed, typed_in

View = Callable[..., HttpResponse]


class UnchangedParts:
    """Most of what is asked for is a part of a board or phone that has not changed: it is answered before all else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return live.unchanged(request) or self.get_response(request)


class AskedOnce:
    """What the shared cache says about the state of the law stays one answer for the length of a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with remembering():
            return self.get_response(request)


class ContentPolicy(CSPMiddleware):
    """The policy of the pages; an answer that is data shows and loads nothing, wherever somebody opens it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").startswith("application/json"):
            response.headers.setdefault(HEADER, "default-src 'none'; frame-ancestors 'none'")
            return response
        return super().process_response(request, response)


class SiteLanguage:
    """Vietnamese unless the reader chose otherwise; a browser set to English does not change a kiosk."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response
        self.codes = {code for code, _name in settings.LANGUAGES}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in self.codes else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class SignInRequired(LoginRequiredMiddleware):
    """Every page asks for sign-in unless its view says ``login_not_required``.

    A part of a page that is asked for after the session ended gets 401 and a sentence: the page around it stays,
    with everything that was typed. A form sent then gets 401 and the sign-in page, which carries what was typed.
    Scripts say whose page they stand on (``X-User``): when somebody else has signed in on the same computer since, what
    is done there gets 401, too, and is not done in the other's name.
    """

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponseBase | None:
        user, page_of = request.user, request.headers.get("X-User")
        if page_of and user.is_authenticated and page_of != str(user.pk):
            return _beside(render(request, "includes/other_user.html", status=401))
        return super().process_view(request, *view)

    def handle_no_permission(self, request: HttpRequest, view_func: View) -> HttpResponse:  # type: ignore[override]
        if request.headers.get("HX-Request") or request.headers.get("X-Part"):
            return _beside(render(request, "includes/signed_out.html", status=401))
        if request.method == "POST" and (kept := typed_in(request)):
            return _sign_in_here(request, kept)
        return super().handle_no_permission(request, view_func)


def _sign_in_here(request: HttpRequest, kept: Typed) -> HttpResponse:
    """The sign-in page itself, in the place of the page that was wanted: an address could not carry what was typed."""
    request.typed = kept  # type: ignore[attr-defined]
    request.method = "GET"
    response: HttpResponse = resolve(resolve_url(settings.LOGIN_URL)).func(request)
    response.status_code = 401
    return response


class ActionsLeadBack:
    """A GET of an address that only takes actions goes to the page it belongs to (``portal.posts``), never to a blank 405."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if response.status_code != 405 or request.method not in ("GET", "HEAD") or match is None:
            return response
        page = page_of_action(match.view_name, request.path_info, match.kwargs)
        if page is None:
            return response
        kept = urlencode({name: request.GET[name] for name in KEPT if request.GET.get(name)})
        return HttpResponseRedirect(page + ("&" if "?" in page else "?") * bool(kept) + kept, status=303)


class WithoutNulls:
    """PostgreSQL's text cannot hold a NUL, and no reader typed one: an address with one is of no page, and what a
    scanner that stutters put into a field is taken out of it. Bodies of the API are its serializers' to refuse.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: dict[str, Any]) -> None:
        if "\0" in request.path_info:
            raise Http404
        request.GET = _without_nulls(request.GET)  # type: ignore[assignment]
        if request.method == "POST" and not getattr(view, "csrf_exempt", False):
            request.POST = _without_nulls(request.POST)  # type: ignore[assignment]


def _without_nulls(given: QueryDict) -> QueryDict:
    if not any("\0" in text for name, values in given.lists() for text in (name, *values)):
        return given
    cleaned = QueryDict(mutable=True, encoding=given.encoding)
    for name, values in given.lists():
        cleaned.setlist(name.replace("\0", ""), [text.replace("\0", "") for text in values])
    cleaned._mutable = False
    return cleaned


class DomainErrors:
    """A broken rule that no view answered becomes a page (or part) with its sentence and status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, ConcurrentTransition | TransitionNotAllowed):
            exception = RuleBroken(
                _("Somebody else has just changed this. Please look again."), code="changed_meanwhile"
            )
        if not isinstance(exception, RuleBroken):
            return None
        part = bool(request.headers.get("HX-Request"))
        template = "includes/problem.html" if part else "portal/problem.html"
        response = render(request, template, {"problem": exception}, status=exception.status)
        response["X-Problem"] = exception.code
        if part:
            # The sentence stands on the page: a dialog over it would hide it. What was typed there stays.
            response["HX-Trigger"] = "dialog:close"
        return _beside(response) if part else response


def _beside(response: HttpResponse) -> HttpResponse:
    """Shown in the page's place for problems, so that nothing typed is swapped away."""
    response["HX-Retarget"] = "#problems"
    response["HX-Reswap"] = "innerHTML"
    return response
