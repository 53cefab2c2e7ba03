"""The signer's second factor: set up, type a code, new recovery codes, another phone."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from applications.forms_signing import CodeForm, PasswordForm
from applications.notarisation import second_factor as factors
from applications.notarisation.signers import rules_on
from applications.permissions import certifying_scope, check
from applications.signing_session import open_by_code
from centres.qr import qr_picture
from citizens.models import User
from citizens.session import signed_in
from portal import clock, ratelimit
from portal.errors import BadInput, RuleBroken

BEGUN = "factor_begun"
TRIES, TRY_SECONDS = 5, 15 * 60
Act = Callable[[HttpRequest, User, Form], HttpResponse]


@never_cache
@require_GET
def factor(request: HttpRequest) -> HttpResponse:
    """Where the person stands with it: nothing yet, begun in this session, or set up."""
    return _page(request)


@never_cache
@require_POST
def act(request: HttpRequest, key: str) -> HttpResponse:
    """One of the steps. What is wrong stands beside its field."""
    if key not in _ACTS:
        raise Http404
    user = _signer(request)
    form_class, do = _ACTS[key]
    form = form_class(request.POST, auto_id=f"{key}_%s")
    status = 400
    if form.is_valid():
        try:
            return do(request, user, form)
        except RuleBroken as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
            status = problem.status
    return _page(request, key, form, status)


def _signer(request: HttpRequest) -> User:
    user = signed_in(request)
    check(bool(certifying_scope(user, clock.today())))
    return user


def _page(request: HttpRequest, key: str = "", form: Form | None = None, status: int = 200) -> HttpResponse:
    user, at = _signer(request), clock.now()
    row = factors.factor_of(user)
    is_set_up = row is not None and row.confirmed_at is not None
    begun = (
        row if row and not is_set_up and request.session.get(BEGUN) == [row.pk, row.created_at.timestamp()] else None
    )
    context = {
        "is_set_up": is_set_up,
        "since": row.confirmed_at if row else None,
        "left": row.recovery_codes.filter(used_at__isnull=True).count() if row and is_set_up else 0,
        "begun": begun,
        "qr": qr_picture(begun.app_url) if begun else "",
        "open_until": factors.open_until(request.session, user, at),
        "minutes": rules_on(clock.local_day(at)).factor_minutes,
        "demo_code": factors.demo_code(row, at),
        "next": _next(request),
        "forms": {
            name: form if form is not None and name == key else form_class(auto_id=f"{name}_%s")
            for name, (form_class, _do) in _ACTS.items()
        },
    }
    return render(request, "applications/signing/factor.html", context, status=status)


def _begin(request: HttpRequest, user: User, form: Form) -> HttpResponse:
    ratelimit.count("factor-password", str(user.pk), limit=TRIES, seconds=TRY_SECONDS)
    if not user.check_password(form.cleaned_data["password"]):
        raise BadInput(_("This is not your password."), code="password_wrong", field="password")
    row = factors.begin_factor(user=user, at=clock.now())
    request.session[BEGUN] = [row.pk, row.created_at.timestamp()]
    return _back(request)


def _confirm(request: HttpRequest, user: User, form: Form) -> HttpResponse:
    codes = factors.confirm_factor(user=user, code=form.cleaned_data["otp"], at=clock.now())
    request.session.pop(BEGUN, None)
    return _codes(request, codes)


def _open(request: HttpRequest, user: User, form: Form) -> HttpResponse:
    open_by_code(request.session, user=user, code=form.cleaned_data["otp"], at=clock.now())
    messages.success(request, _("Signing is open."))
    return redirect(_next(request) or "applications:signing")


def _shut(request: HttpRequest, user: User, form: Form) -> HttpResponse:
    factors.shut_signing(request.session)
    messages.success(request, _("Signing is locked."))
    return _back(request)


def _renew(request: HttpRequest, user: User, form: Form) -> HttpResponse:
    return _codes(request, factors.renew_recovery_codes(user=user, code=form.cleaned_data["otp"], at=clock.now()))


def _forget(request: HttpRequest, user: User, form: Form) -> HttpResponse:
    factors.forget_own_factor(user=user, code=form.cleaned_data["otp"], at=clock.now())
    factors.shut_signing(request.session)
    messages.success(request, _("The old phone opens nothing any more. Set up the new one."))
    return _back(request)


_ACTS: dict[str, tuple[type[Form], Act]] = {
    "begin": (PasswordForm, _begin),
    "confirm": (CodeForm, _confirm),
    "open": (CodeForm, _open),
    "shut": (Form, _shut),
    "renew": (CodeForm, _renew),
    "forget": (CodeForm, _forget),
}


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """Shown this once: a page that is loaded anew is the form again."""
    return render(request, "applications/signing/recovery_codes.html", {"codes": codes, "next": _next(request)})


def _back(request: HttpRequest) -> HttpResponse:
    return redirect("applications:signing_factor")


def _next(request: HttpRequest) -> str:
    """Where the person came from, on this site only."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/") else ""
