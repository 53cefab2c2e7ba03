"""On the page of a slip: be told before the call, by SMS or in this browser."""

from __future__ import annotations

import json

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from applications.views.citizen import address_again, visit_page
from centres.actions.next_notices import do_not_tell, tell_by_push, tell_by_sms
from centres.models import Ticket
from centres.notice_rules import count_try
from portal import clock
from portal.errors import BadInput, RuleBroken


@login_not_required
@never_cache
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker that shows notices; it keeps nothing and answers no page."""
    body = f"importScripts({json.dumps(static('js/push-worker.js'))});\n"
    return HttpResponse(body, content_type="text/javascript; charset=utf-8")


@login_not_required
@sensitive_post_parameters("phone")
@require_POST
def by_sms(request: HttpRequest, token: str) -> HttpResponse:
    """Keep the phone for this visit, with consent."""
    ticket = _ticket(token)
    phone, consents = request.POST.get("phone", ""), request.POST.get("consent") == "on"
    try:
        count_try(token)
        tell_by_sms(ticket=ticket, phone=phone, consents=consents, at=clock.now())
    except RuleBroken as problem:
        return visit_page(request, token, problem, phone=phone, consent=consents)
    return redirect(f"{address_again(request, token)}#tell")


@login_not_required
@require_POST
def by_push(request: HttpRequest, token: str) -> HttpResponse:
    """A browser's subscription as its ``toJSON()`` gives it. 204, or a sentence."""
    ticket = _ticket(token)
    try:
        count_try(token)
        tell_by_push(ticket=ticket, **_subscription(request.body), at=clock.now())
    except RuleBroken as problem:
        return HttpResponse(str(problem), status=problem.status, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


@login_not_required
@require_POST
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Forget the phone and the browsers now."""
    do_not_tell(ticket=_ticket(token))
    return redirect(f"{address_again(request, token)}#tell")


def _ticket(token: str) -> Ticket:
    return get_object_or_404(Ticket.objects.select_related("centre"), token=token)


def _subscription(body: bytes) -> dict[str, str]:
    try:
        sent = json.loads(body)
        parts = {"endpoint": sent["endpoint"], "p256dh": sent["keys"]["p256dh"], "auth": sent["keys"]["auth"]}
    except (ValueError, KeyError, TypeError):
        parts = {}
    if len(parts) == 0 or not all(isinstance(part, str) for part in parts.values()):
        raise BadInput(_("This browser cannot be sent notices."), code="bad_subscription")
    return parts
