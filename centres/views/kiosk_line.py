"""The kiosk without a line: what the browser keeps for it, the page it shows then, and the report afterwards."""

from __future__ import annotations

import hashlib
import json

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from centres import line
from centres.device_access import Seat
from centres.enums import SEEN_GROUNDS
from centres.models import Centre, Device, Service
from centres.views.kiosk import MOST_TILES, SLIP_SECONDS, kiosk_only
from portal import clock
from portal.errors import BadInput

ASSETS = (
    *(f"css/{name}.css" for name in ("tokens", "fonts", "base", "forms", "print", "slip")),
    *(f"css/{name}.css" for name in ("hall", "hall-large", "hall-slip", "hall-questions", "hall-keypad")),
    *(
        f"js/{name}.js"
        for name in ("page", "clock", "idle", "client-key", "print", "line-store", "qr-bits", "kiosk-offline")
    ),
    *(f"fonts/be-vietnam-pro-{weight}.woff2" for weight in (400, 500, 600, 700)),
    *(f"fonts/noto-sans-{weight}.woff2" for weight in (400, 600, 700)),
    "img/mark.svg",
)


@login_not_required
@never_cache
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the kiosk's pages and of nothing else. It changes when one of its files does."""
    pages = [f"{reverse('centres:kiosk_offline')}?lang={code}" for code, _name in settings.LANGUAGES]
    files = [static(name) for name in ASSETS]
    scripts = [static(f"js/{name}.js") for name in ("kiosk-keep", "kiosk-worker")]
    name = hashlib.sha256(json.dumps([pages, files, scripts]).encode()).hexdigest()[:12]
    kept = json.dumps({"name": f"kiosk-{name}", "pages": pages, "files": files})
    body = f"self.KEPT = {kept};\nimportScripts(...{json.dumps(scripts)});\n"
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = reverse("centres:kiosk")
    return response


@require_GET
@kiosk_only
def offline(request: HttpRequest, seat: Seat) -> HttpResponse:
    """One page with the whole way to a number in it, kept by the browser in each language (``?lang=``)."""
    wanted = request.GET.get("lang", "")
    language = wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language):
        request.LANGUAGE_CODE = language
        context = {
            "centre": get_object_or_404(Centre, pk=seat.centre_id),
            "services": Service.objects.filter(centre=seat.centre_id, is_open=True)[:MOST_TILES],
            "grounds": SEEN_GROUNDS,
            "prints_itself": Device.objects.filter(pk=seat.device_id, prints_itself=True).exists(),
            "idle_url": reverse("centres:kiosk_again"),
            "idle_seconds": 60,
            "slip_seconds": SLIP_SECONDS,
        }
        return render(request, "centres/kiosk/offline.html", context)


@require_POST
@kiosk_only
def reconcile(request: HttpRequest, seat: Seat) -> JsonResponse:
    """Take in what was given out without a line, and hand out numbers for the next time.

    JSON in: ``{"slips": [{"key", "day", "letter", "number", "age", "ground", "language", "reprints"}], "enough": "AB"}``,
    ``age`` in seconds by the kiosk's clock, ``enough`` the letters it has numbers for. Reported twice, nothing changes.
    """
    try:
        sent = json.loads(request.body)
    except ValueError:
        sent = None
    if not isinstance(sent, dict) or not isinstance(sent.get("enough", ""), str):
        raise BadInput(_("This screen is out of date. Please go back to the start."), code="bad_report")
    at, device = clock.now(), seat.device
    results = line.report(device, line.slips_in(sent.get("slips", [])), at)
    centre = get_object_or_404(Centre, pk=seat.centre_id)
    services = Service.objects.filter(centre=centre, is_open=True).select_related("centre")
    few = services.exclude(letter__in=list(sent.get("enough", "")))
    numbers = line.numbers_for(device, list(few[:MOST_TILES]), at)
    full = line.full_for(services[:MOST_TILES], at)
    return JsonResponse({**line.day_of_line(centre, at), "results": results, "numbers": numbers, "full": full})
