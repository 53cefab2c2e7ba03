"""An SMS before the call, asked for at the kiosk: large keys for the number, and one touch to do without."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from centres.actions.next_notices import tell_by_sms
from centres.device_access import Seat
from centres.models import Ticket
from centres.notice_rules import count_try
from centres.views import kiosk_visit
from centres.views.kiosk import back_to_start, kiosk_only
from portal import clock
from portal.errors import RuleBroken

# 0912 345 678 has ten digits; written with +84 it has eleven.
MOST_DIGITS = 11
ERASE, CLEAR = "erase", "clear"


@cache_control(private=True, no_store=True)  # the next person must not find the number with the back key
@sensitive_post_parameters("phone")
@require_http_methods(["GET", "POST"])
@kiosk_only
def ask(request: HttpRequest, seat: Seat, token: str) -> HttpResponse:
    """The number, key by key where no script does it, and the wish itself with consent."""
    ticket = get_object_or_404(Ticket.objects.select_related("centre", "service"), token=token, centre=seat.centre_id)
    if kiosk_visit.is_over(request, ticket):
        return redirect("centres:kiosk")
    phone, key, problem = request.POST.get("phone", ""), request.POST.get("key", ""), None
    if request.method == "POST" and not key:
        try:
            count_try(token)
            tell_by_sms(ticket=ticket, phone=phone, consents=request.POST.get("consent") == "on", at=clock.now())
            return redirect("centres:kiosk_ticket", token=token)
        except RuleBroken as refused:
            problem = refused
    context = {"ticket": ticket, "centre": ticket.centre, "phone": _pressed(phone, key), "problem": problem}
    status = problem.status if problem else 200
    return render(request, "centres/kiosk/sms.html", context | back_to_start(), status=status)


def _pressed(phone: str, key: str) -> str:
    """The number after one more key, in groups as it is spoken: ``0912 345 678``."""
    digits = "".join(sign for sign in phone if sign.isascii() and sign.isdigit())
    if key == CLEAR:
        digits = ""
    elif key == ERASE:
        digits = digits[:-1]
    elif key.isascii() and key.isdigit():
        digits += key
    digits = digits[:MOST_DIGITS]
    return " ".join(filter(None, (digits[:4], digits[4:7], digits[7:])))
