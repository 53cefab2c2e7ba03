"""Signing a screen in, and the manager's list of screens."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from centres import device_access
from centres.actions import devices
from centres.enums import DeviceKind
from centres.forms import ArrangeForm, DeviceForm, DeviceKeyForm
from centres.models import Device
from centres.views.managed import centres_to_choose, managed_centre, require_manager
from citizens.models import User
from portal import clock, ratelimit
from portal.errors import BadInput

TRIES, TRY_SECONDS = 20, 600
# A new screen and its key, from the answer that makes it to the page that shows it once.
NEW_KEY = "new_device_key"
# The page of each kind of screen.
PAGES = {
    DeviceKind.KIOSK.value: "centres:kiosk",
    DeviceKind.BOARD.value: "centres:board",
    DeviceKind.SCREEN.value: "applications:screen",
}


@login_not_required
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest, kind: str) -> HttpResponse:
    """Paste the key once; the screen stays signed in until the key is revoked."""
    if request.GET:  # a key in an address would stay in logs and histories: it is dropped unread
        return redirect(request.path)
    form = DeviceKeyForm(request.POST or None)
    if request.method == "POST":
        ratelimit.count("device", ratelimit.client_address(request), limit=TRIES, seconds=TRY_SECONDS)
        if form.is_valid():
            try:
                device = device_access.by_key(form.cleaned_data["key"], kind)
            except BadInput as refused:
                form.add_error("key", str(refused))
            else:
                response = redirect(PAGES[kind])
                device_access.remember(response, device)
                return response
    return render(
        request, "centres/devices/sign_in.html", {"form": form, "kind": kind}, status=400 if form.errors else 200
    )


@never_cache
@require_http_methods(["GET", "POST"])
def list_and_add(request: HttpRequest) -> HttpResponse:
    """The centre's screens; a new one shows its key on the next page, this once."""
    centre = managed_centre(request)
    form = DeviceForm(request.POST or None, centre=centre)
    if request.method == "POST" and form.is_valid():
        new, key = devices.register(
            centre=centre, at=clock.now(), acting_user=cast(User, request.user), **form.cleaned_data
        )
        request.session[NEW_KEY] = [new.pk, key]
        return redirect(f"{reverse('centres:day_devices')}?centre={centre.pk}")
    made, key = request.session.pop(NEW_KEY, (None, None))
    rows = Device.objects.filter(centre=centre).select_related("zone", "counter").order_by("revoked_at", "kind", "name")
    context = {
        "centre": centre,
        "centres": centres_to_choose(request),
        "devices": rows,
        "form": form,
        "new": rows.filter(pk=made).first() if made else None,
        "key": key,
    }
    return render(request, "centres/devices/list.html", context, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def arrange(request: HttpRequest, device_id: int) -> HttpResponse:
    """Another name, another zone; the screen stays signed in."""
    device = get_object_or_404(Device.objects.select_related("centre"), pk=device_id, revoked_at__isnull=True)
    require_manager(request, device.centre_id)
    form = ArrangeForm(
        request.POST or None,
        device=device,
        initial={"name": device.name, "zone": device.zone_id, "counter": device.counter_id},
    )
    if request.method == "POST" and form.is_valid():
        devices.arrange(device=device, acting_user=cast(User, request.user), **form.cleaned_data)
        messages.success(request, _("Saved. The screen shows it within seconds."))
        return redirect(f"{reverse('centres:day_devices')}?centre={device.centre_id}")
    context = {"centre": device.centre, "device": device, "form": form}
    return render(request, "centres/devices/arrange.html", context, status=400 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, device_id: int) -> HttpResponse:
    """Sign a screen out for good."""
    device = get_object_or_404(Device, pk=device_id)
    devices.revoke(device=device, at=clock.now(), acting_user=cast(User, request.user))
    messages.success(request, _("%(name)s is signed out.") % {"name": device.name})
    return redirect(f"{reverse('centres:day_devices')}?centre={device.centre_id}")
