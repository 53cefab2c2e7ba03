"""The applicant asks on the tracking page to take a dossier back: a page of its own, confirmed by the phone's digits."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from applications.actions.ending import ask_to_withdraw
from applications.enums import IN_HAND
from applications.forms_track import WithdrawForm
from applications.models import Application
from applications.tracking import dossier_address
from applications.tracking_access import NoSuchPair, open_by_code
from portal import clock
from portal.errors import RuleBroken


@login_not_required
@never_cache
@sensitive_post_parameters("phone_last4")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, token: str) -> HttpResponse:
    """Say what withdrawing means, then ask for the reason and who it is. An officer settles it."""
    application = Application.objects.filter(token=token, state__in=IN_HAND).first()
    if application is None:
        raise Http404
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            # The address alone may be in other hands: the digits are asked for, and guessing costs time, as on /track/.
            open_by_code(request, application.code or "", form.cleaned_data["phone_last4"])
            ask_to_withdraw(application=application, reason=form.cleaned_data["reason"], at=clock.now())
            return redirect(dossier_address(token))
        except NoSuchPair as problem:
            form.add_error("phone_last4", _("These are not the last four digits of the phone number in the dossier."))
            status = problem.status
        except RuleBroken as problem:
            form.add_error(None, str(problem))
            status = problem.status
    elif request.method == "POST":
        status = 400
    context = {"form": form, "application": application, "back": dossier_address(token)}
    response = render(request, "applications/track/withdraw.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response
