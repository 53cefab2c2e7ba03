"""The helper's own page: who needs somebody, whom I go to, and my shift. For managers the same list."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from centres.models import Centre
from centres.permissions import centres_of, has_role
from centres.qr import qr_picture
from centres.views.managed import managed_centre
from citizens.models import User
from notifications.channels.push_key import public_key
from portal import clock, live
from portal.errors import BadInput
from support import helpers
from support.actions import go_to_help, help_points, helper_shift
from support.forms_help import BadgeForm, PointForm
from support.help_day import help_day
from support.models import AssistanceRequest, HelperShift, HelpPoint, OnCallBrowser
from support.permissions import HELPERS, MAY_HELP, READERS, require_helper, require_reader

POLL_MS = 3000
ACTS = {
    "accept": go_to_help.accept,
    "give-back": go_to_help.give_back,
    "arrived": go_to_help.arrive,
    "done": go_to_help.finish,
    "nobody": go_to_help.find_nobody,
}


@never_cache
@require_http_methods(["GET", "POST"])
def helping(request: HttpRequest) -> HttpResponse:
    """The list, renewing itself, and the beginning and end of a shift."""
    user, at = cast(User, request.user), clock.now()
    require_helper(user)
    centre = _centre(request, user)
    form = BadgeForm(request.POST or None, initial={"badge": _last_badge(user)})
    if request.method == "POST":
        if request.POST.get("do") == "end":
            helper_shift.end_shift(at=at, acting_user=user)
            return _back(centre)
        if form.is_valid():
            try:
                helper_shift.begin_shift(centre=centre, badge=form.cleaned_data["badge"], at=at, acting_user=user)
            except BadInput as refused:
                form.add_error("badge", str(refused))
            else:
                return _back(centre)
    context = {
        **_list(user, centre),
        "form": form,
        "centres": _centres(user),
        "every": POLL_MS,
        "may_begin": has_role(user, HELPERS, centre.pk),
        "push_key": public_key(),
        "browsers": OnCallBrowser.objects.filter(user=user).count(),
    }
    return render(request, "support/helping.html", context, status=400 if form.errors else 200)


@require_GET
def part(request: HttpRequest) -> HttpResponse:
    """Who needs somebody now."""
    user = cast(User, request.user)
    require_helper(user)
    centre = _centre(request, user)
    minute = f"{clock.local(clock.now()):%H%M}"  # how long somebody has waited says so by itself
    return live.answer(
        request,
        [helpers.topic(centre.pk)],
        lambda: render(request, "support/parts/helping.html", _list(user, centre)),
        vary=f"{user.pk}x{centre.pk}x{minute}",
    )


@require_POST
def act(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """I go, I am there, done; or not after all."""
    row = get_object_or_404(AssistanceRequest, pk=pk, centre__in=_centres(cast(User, request.user)))
    do = ACTS.get(key)
    if do is not None:
        do(request=row, at=clock.now(), acting_user=cast(User, request.user))
    return redirect(f"{reverse('support:helping')}?centre={row.centre_id}")


@require_GET
def day(request: HttpRequest) -> HttpResponse:
    """A panel of the manager's day: helpers out, people waiting, how long it took."""
    centre = managed_centre(request)
    minute = f"{clock.local(clock.now()):%H%M}"

    def panel() -> HttpResponse:
        context = {"centre": centre, "help": help_day(centre, clock.now())}
        return render(request, "support/parts/help_day.html", context)

    return live.answer(request, [helpers.topic(centre.pk)], panel, vary=f"{centre.pk}x{minute}")


@never_cache
@require_http_methods(["GET", "POST"])
def points(request: HttpRequest) -> HttpResponse:
    """Codes beside seats: the list, a new one, and the sheet to print."""
    user = cast(User, request.user)
    require_reader(user)
    centre = get_object_or_404(_read_centres(user), **_asked(request)) if _asked(request) else _read_centres(user)[0]
    form = PointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            help_points.put_up(centre=centre, name=form.cleaned_data["name"], at=clock.now(), acting_user=user)
        except BadInput as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect(f"{reverse('support:help_points')}?centre={centre.pk}")
    rows = HelpPoint.objects.filter(centre=centre, retired_at__isnull=True)
    codes = [{"point": row, "code": qr_picture(settings.PUBLIC_URL + reverse("support:point", args=[row.token]))} for row in rows]  # fmt: skip
    context = {"centre": centre, "centres": list(_read_centres(user)), "codes": codes, "form": form}
    return render(request, "support/help_points.html", context, status=400 if form.errors else 200)


@require_POST
def point_away(request: HttpRequest, pk: int) -> HttpResponse:
    """This code opens nothing any more."""
    row = get_object_or_404(HelpPoint, pk=pk, centre__in=_read_centres(cast(User, request.user)))
    help_points.take_away(point=row, at=clock.now(), acting_user=cast(User, request.user))
    messages.success(request, _("Done."))
    return redirect(f"{reverse('support:help_points')}?centre={row.centre_id}")


def _list(user: User, centre: Centre) -> dict[str, Any]:
    at = clock.now()
    rows = list(helpers.open_requests(centre.pk))
    return {
        "centre": centre,
        "shift": helpers.shift_of(user, at),
        "mine": [row for row in rows if row.helper_id == user.pk],
        "waiting": [(row, int((at - row.asked_at).total_seconds() // 60)) for row in rows if row.is_waiting],
        "others": [row for row in rows if not row.is_waiting and row.helper_id != user.pk],
        "here": list(helpers.on_duty(centre.pk, at).select_related("user")),
    }


def _centres(user: User) -> Any:
    allowed = centres_of(user, MAY_HELP)
    active = Centre.objects.filter(is_active=True)
    return active if allowed is None else active.filter(pk__in=allowed)


def _read_centres(user: User) -> Any:
    allowed = centres_of(user, READERS)
    active = Centre.objects.filter(is_active=True)
    return active if allowed is None else active.filter(pk__in=allowed)


def _asked(request: HttpRequest) -> dict[str, int]:
    wanted = request.GET.get("centre", "")
    return {"pk": int(wanted)} if wanted.isascii() and wanted.isdigit() else {}


def _centre(request: HttpRequest, user: User) -> Centre:
    """The hall asked for, else that of the shift, else the first."""
    if asked := _asked(request):
        return get_object_or_404(_centres(user), **asked)
    shift = helpers.shift_of(user, clock.now())
    return shift.centre if shift is not None else get_object_or_404(_centres(user)[:1])


def _last_badge(user: User) -> str:
    last = HelperShift.objects.filter(user=user).order_by("-began_at").first()
    return last.badge if last is not None else ""


def _back(centre: Centre) -> HttpResponse:
    return redirect(f"{reverse('support:helping')}?centre={centre.pk}")
