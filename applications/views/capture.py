"""The page that a phone opens by a desk's QR code: take pictures of one paper, and send them. The link is the key to it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, cast

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from applications.actions.add_to_scan import add_from_phone
from applications.actions.capture import finish_link
from applications.actions.mend_scan import remove_from_phone
from applications.capture_access import OtherPhone, by_token, claim, is_this_phone, remember
from applications.models import CaptureLink
from applications.scanning import PageLine
from applications.views.scans import SMALL, page_picture, uploads_in
from portal import clock
from portal.errors import Gone, RuleBroken
from portal.filekinds import IMAGE_FORMATS, JPEG
from portal.pictures.mending import as_jpeg
from portal.pictures.opening import CannotOpen, open_upright
from portal.uploads import Inspected, missing

View = Callable[..., HttpResponse]
# As fine as a scanner's 300 dots an inch on A4: what a camera sees beyond that is the grain of the paper.
MOST_DOTS = 3508
QUALITY = 88


class PhoneForm(forms.Form):
    """Only to show a problem beside the field."""

    file = forms.FileField(label=_("Take a picture"), required=False)


def of_link(view: View) -> View:
    """Find the link and see that this phone has it; say on a page of its own why not."""

    @login_not_required
    @wraps(view)
    def answer(request: HttpRequest, token: str, **more: Any) -> HttpResponse:
        at = clock.now()
        try:
            link = by_token(token, at)
            secret = claim(link, at) if request.method == "GET" and view.__name__ == "capture" else None
            if secret is None and not is_this_phone(request, link):
                raise OtherPhone(_("Another phone has this link already."), code="other_phone")
            response = view(request, link, token, **more)
        except RuleBroken as problem:
            response = render(request, "applications/capture/over.html", {"problem": problem}, status=problem.status)
            secret = None
        if secret is not None:
            remember(response, token, secret, link, at)
        return _private(response)

    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@of_link
def capture(request: HttpRequest, link: CaptureLink, token: str) -> HttpResponse:
    """What is asked for and what was taken so far; takes another picture, takes one back, or sends."""
    if request.method != "POST":
        return _show(request, link, token)
    at = clock.now()
    page_id = _page_id(request)
    match request.POST.get("do"):
        case "send" if link.pages.exists():
            count = link.pages.count()
            finish_link(link=link, at=at)
            return render(request, "applications/capture/sent.html", {"count": count})
        case "remove" if page_id:
            remove_from_phone(link=link, page_id=page_id, at=at)
        case _:
            problem = _take(request, link, page_id)
            if problem is not None:
                return _show(request, link, token, problem)
    return redirect("applications:capture", token)


def _take(request: HttpRequest, link: CaptureLink, instead_of: int | None) -> RuleBroken | None:
    """Lay the pictures at the desk; what is wrong with one of them costs none of the others."""
    good, problem = uploads_in(request)
    if not good:
        return problem or missing()
    try:
        add_from_phone(link=link, uploads=[_plain(one) for one in good], at=clock.now(), instead_of=instead_of)
    except Gone:
        raise
    except RuleBroken as found:
        return found
    return problem


def _plain(upload: Inspected) -> Inspected:
    """The picture alone, upright and no finer than a scan: where and when it was taken stays with the phone."""
    if upload.media_type not in IMAGE_FORMATS or upload.pages > 1:
        return upload
    try:
        content = as_jpeg(open_upright(upload.file, upload.media_type), quality=QUALITY, longest=MOST_DOTS)
    except CannotOpen:
        return upload
    return replace(upload, media_type=JPEG, size=len(content), file=cast(Any, io.BytesIO(content)))


def _page_id(request: HttpRequest) -> int | None:
    given = request.POST.get("page", "")
    return int(given) if given.isdecimal() and len(given) < 18 else None


def _show(request: HttpRequest, link: CaptureLink, token: str, problem: RuleBroken | None = None) -> HttpResponse:
    form = PhoneForm({})
    if problem is not None:
        form.add_error("file", str(problem))
    application = link.scan.application
    matter = (application.for_application or application).matter
    context = {
        "link": link,
        "token": token,
        "centre": application.helped_at,
        "counter": matter.ticket.counter if matter else None,
        "paper": link.scan.paper,
        "lines": [PageLine(page, place) for place, page in enumerate(link.pages.select_related("file"), 1)],
        "form": form,
    }
    return render(request, "applications/capture/page.html", context, status=problem.status if problem else 200)


@require_http_methods(["GET", "HEAD"])
@of_link
def picture(request: HttpRequest, link: CaptureLink, token: str, page_id: int) -> HttpResponse:
    """A picture that this phone took, small."""
    page = link.pages.filter(pk=page_id).exclude(picture="").first()
    if page is None:
        raise Http404
    return HttpResponse(page_picture(page, SMALL), content_type="image/jpeg")


def _private(response: HttpResponse) -> HttpResponse:
    """The address is the key to the page: it is kept nowhere, indexed by nobody and told to no other site."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response
