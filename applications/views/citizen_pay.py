"""The code to pay on the citizen's phone: asked for anew, and kept as a picture that the bank's app opens."""

from __future__ import annotations

import io

import segno
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from applications.actions.request_payment import renew_request
from applications.models import Application
from applications.paying import Paying
from applications.views.citizen import address_again, visit_page
from portal import clock
from portal.errors import RuleBroken

# Quiet zone and dots of a picture that phones read from their own gallery.
_BORDER, _SCALE = 4, 10


@login_not_required
@require_POST
def ask(request: HttpRequest, token: str) -> HttpResponse:
    """A code for what is due, where none is shown any more."""
    application = get_object_or_404(Application, token=token)
    try:
        renew_request(application=application, at=clock.now())
    except RuleBroken as problem:
        return visit_page(request, token, problem)
    return redirect(address_again(request, token))


@login_not_required
@never_cache
@require_GET
def picture(request: HttpRequest, token: str) -> HttpResponse:
    """The code that is shown now, as a PNG."""
    application = get_object_or_404(Application, token=token)
    code = Paying(application, clock.now()).code
    if code is None:
        raise Http404
    content = io.BytesIO()
    segno.make(code.text, error="m", micro=False).save(content, kind="png", border=_BORDER, scale=_SCALE)
    response = HttpResponse(content.getvalue(), content_type="image/png")
    response["Content-Disposition"] = f'inline; filename="vietqr-{code.request.reference}.png"'
    return response
