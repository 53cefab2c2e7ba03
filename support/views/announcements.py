"""Announcements to staff: mine to read, and those I make."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from centres.enums import Role
from centres.models import Centre
from centres.permissions import centres_of, has_role, roles_of
from citizens.models import User
from portal import clock
from portal.errors import BadInput, NotAllowed
from support.actions import announce
from support.announcing import audience, for_user, is_for
from support.forms import AnnouncementForm
from support.models import Announcement, AnnouncementReader
from support.permissions import SPEAKERS, for_the_city

PAGE_SIZE = 30


@never_cache
@require_http_methods(["GET", "POST"])
def announcements(request: HttpRequest) -> HttpResponse:
    """What I am told now; for whoever may speak to staff, a new one and those made."""
    user = cast(User, request.user)
    if not roles_of(user):
        raise NotAllowed(_("This page is for staff of a centre."), code="not_staff")
    speaks = has_role(user, SPEAKERS)
    form = _form(request, user) if speaks else None
    if request.method == "POST":
        if form is None:
            raise NotAllowed(_("Only support staff or a manager of this centre can do this."), code="not_speaker_here")
        if form.is_valid() and _announce(request, user, form):
            return redirect("support:announcements")
    made = _made_by(user) if speaks else Announcement.objects.none()
    page = Paginator(made, PAGE_SIZE).get_page(request.GET.get("page"))
    at = clock.now()
    shown: Any = page.object_list
    context = {
        "mine": for_user(user, at),
        "form": form,
        "page": page,
        "rows": [{"announcement": row, "running": row.is_running(at)} for row in shown],
    }
    failed = form is not None and bool(form.errors)
    return render(request, "support/announcements.html", context, status=400 if failed else 200)


@never_cache
@require_GET
def announcement(request: HttpRequest, pk: int) -> HttpResponse:
    """One: opening it is reading it. Whoever may have made it sees who has read it."""
    user = cast(User, request.user)
    row = get_object_or_404(Announcement.objects.select_related("centre", "author"), pk=pk)
    speaks = has_role(user, SPEAKERS, row.centre_id) if row.centre_id else for_the_city(user, SPEAKERS)
    mine = is_for(row, roles_of(user))
    if not (speaks or mine):
        raise NotAllowed(_("This announcement is for others."), code="for_others")
    at = clock.now()
    reader = announce.read(announcement=row, at=at, acting_user=user) if mine and row.is_running(at) else None
    page = Paginator(audience(row, clock.today()), PAGE_SIZE).get_page(request.GET.get("page")) if speaks else None
    context = {
        "announcement": row,
        "reader": reader or AnnouncementReader.objects.filter(announcement=row, user=user).first(),
        "roles": [Role(role).label for role in row.roles],
        "page": page,
        "running": row.is_running(at),
    }
    return render(request, "support/announcement.html", context)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """I have read it and act on it."""
    row = get_object_or_404(Announcement, pk=pk)
    announce.read(announcement=row, at=clock.now(), acting_user=cast(User, request.user), confirms=True)
    messages.success(request, _("Confirmed. Thank you."))
    return redirect("support:announcements")


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back."""
    row = get_object_or_404(Announcement.objects.select_related("centre"), pk=pk)
    announce.withdraw(announcement=row, at=clock.now(), acting_user=cast(User, request.user))
    messages.success(request, _("Done."))
    return redirect("support:announcements")


def _made_by(user: User) -> Any:
    allowed = centres_of(user, SPEAKERS)
    rows = Announcement.objects.select_related("centre", "author")
    return rows if allowed is None else rows.filter(centre__in=allowed)


def _form(request: HttpRequest, user: User) -> AnnouncementForm:
    allowed = centres_of(user, SPEAKERS)
    centres = Centre.objects.all() if allowed is None else Centre.objects.filter(pk__in=allowed)
    return AnnouncementForm(request.POST or None, centres=centres, for_all=allowed is None)


def _announce(request: HttpRequest, user: User, form: AnnouncementForm) -> bool:
    try:
        announce.announce(at=clock.now(), acting_user=user, **form.cleaned_data)
    except BadInput as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return False
    messages.success(request, _("Announced."))
    return True
