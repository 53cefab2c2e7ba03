"""Certificates: the paper, and the page on which anyone checks one."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from citizens.session import signed_in
from portal import clock, ratelimit
from portal.errors import NotAllowed
from support.actions.learn import withdraw_certificate
from support.certificate_paper import certificate_pdf, initials, tidy
from support.models import Certificate
from support.permissions import may_teach, require_staff

# As on the page that checks certified copies: a hall's visitors share one address.
TRIES, SECONDS = 30, 10 * 60


@login_not_required
@never_cache
@require_GET
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """For anyone: genuine or not, whose initials, for what, until when."""
    ratelimit.count("certificate-address", ratelimit.client_address(request), limit=TRIES, seconds=SECONDS)
    row = _rows().filter(code=tidy(code)).first()
    context = {
        "certificate": row,
        "initials": initials(row.name) if row else "",
        "standing": row and row.standing(clock.today()),
    }
    response = render(request, "support/public/certificate.html", context, status=200 if row else 404)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@never_cache
@require_GET
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """The certificate to print, for whoever earned it and whoever teaches the course."""
    require_staff(request.user)
    row = get_object_or_404(_rows(), code=tidy(code))
    user = signed_in(request)
    if row.user_id != user.pk and not may_teach(user, row.version.course.centre_id):
        raise NotAllowed(_("This certificate is somebody else's."), code="not_yours")
    address = settings.PUBLIC_URL + reverse("support:certificate", args=[row.code])
    answer = HttpResponse(certificate_pdf(row, address), content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="giay-chung-nhan.pdf"'
    return answer


@require_POST
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """It counts no more."""
    row = get_object_or_404(_rows(), code=tidy(code))
    withdraw_certificate(
        certificate=row, reason=request.POST.get("reason", ""), at=clock.now(), acting_user=signed_in(request)
    )
    messages.success(request, _("Withdrawn."))
    return redirect("support:course_people", pk=row.version_id)


def _rows() -> QuerySet[Certificate]:
    return Certificate.objects.select_related("version__course__centre")
