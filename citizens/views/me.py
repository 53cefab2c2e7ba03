"""A citizen signs in with a phone, and out."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from citizens.actions.bind_phone import claim_phone, release_phone
from citizens.actions.citizen_sessions import begin_by_phone, end_session
from citizens.actions.phone_code import MINUTES, code_of, send_phone_code, take_phone_code
from citizens.citizen_session import (
    COOKIE,
    HANDLE_COOKIE,
    citizen_required,
    citizen_session,
    drop_cookie,
    keep_cookie,
    signed_in_response,
)
from citizens.forms import CodeForm, PhoneForm
from citizens.models import CitizenSession
from citizens.vneid import is_offered
from notifications.enums import Channel
from notifications.leaving import leaves_the_machine
from portal import clock
from portal.errors import RuleBroken
from portal.ratelimit import client_address
from portal.vn.phones import last4


@login_not_required
@never_cache
@sensitive_post_parameters("phone")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the phone number, and send it a code, whoever it belongs to; only where an SMS reaches anybody."""
    if request.method == "GET" and citizen_session(request) is not None:
        return redirect("applications:mine")
    with_phone = leaves_the_machine(Channel.SMS)
    if request.method == "POST" and not with_phone:
        raise Http404
    form, status = PhoneForm(request.POST if request.method == "POST" else None), 200
    if form.is_bound and form.is_valid():
        try:
            return _code_sent(request, form.cleaned_data["phone"])
        except RuleBroken as problem:
            form.add_error(None, str(problem))
            status = problem.status
    elif form.is_bound:
        status = 400
    shown = {"form": form, "with_phone": with_phone, "with_vneid": is_offered()}
    return render(request, "citizens/sign_in.html", shown, status=status)


@login_not_required
@never_cache
@sensitive_post_parameters("otp")
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Take the code that was sent. A browser that was sent none, or one that is over, begins anew."""
    handle, at = request.COOKIES.get(HANDLE_COOKIE, ""), clock.now()
    sent = code_of(handle, at)
    form, status = CodeForm(request.POST if request.method == "POST" else None), 200
    if form.is_bound and form.is_valid():
        try:
            phone = take_phone_code(
                handle=handle, code=form.cleaned_data["otp"], address=client_address(request), at=at
            )
            return _begun(request, phone)
        except RuleBroken as problem:
            form.add_error("otp", str(problem))
            status = problem.status
    elif form.is_bound:
        status = 400
    elif sent is None:
        return redirect("me_sign_in")
    shown = {"form": form, "last4": last4(sent.phone) if sent else "", "minutes": MINUTES}
    return render(request, "citizens/sign_in_code.html", shown, status=status)


@login_not_required
@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    session = citizen_session(request)
    if session is not None:
        end_session(session=session, at=clock.now())
    response = redirect("home")
    drop_cookie(response, COOKIE)
    drop_cookie(response, HANDLE_COOKIE)
    return response


@require_POST
@citizen_required
def claim(request: HttpRequest, session: CitizenSession) -> HttpResponse:
    """A number to say at the counter. Shown this once: asked for again, it is another one."""
    number = claim_phone(session=session, at=clock.now())
    return render(
        request, "citizens/claim.html", {"number": f"{number[:4]} {number[4:]}", "last4": last4(session.phone)}
    )


@require_POST
@citizen_required
def release(request: HttpRequest, session: CitizenSession) -> HttpResponse:
    release_phone(session=session, at=clock.now())
    return redirect("applications:mine")


def _code_sent(request: HttpRequest, phone: str) -> HttpResponse:
    language = get_language() or "vi"
    handle = send_phone_code(phone=phone, address=client_address(request), language=language, at=clock.now())
    response = redirect("me_code")
    keep_cookie(response, HANDLE_COOKIE, handle, MINUTES * 60)
    return response


def _begun(request: HttpRequest, phone: str) -> HttpResponse:
    """A new session; the one that this browser had before ends."""
    before = citizen_session(request)
    if before is not None:
        end_session(session=before, at=clock.now())
    return signed_in_response(begin_by_phone(phone=phone, at=clock.now()))
