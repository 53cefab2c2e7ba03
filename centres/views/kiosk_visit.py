"""The slip belongs to whoever stands before the kiosk: the browser's back key does not bring it to the next person."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare

from centres.models import Ticket

COOKIE = "kiosk_visit"
SECONDS = 10 * 60


def to_slip(ticket: Ticket) -> HttpResponse:
    """To the page of this slip, which opens until the next person begins."""
    response = redirect("centres:kiosk_ticket", token=ticket.token)
    response.set_cookie(
        COOKIE, ticket.token, max_age=SECONDS, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response


def is_over(request: HttpRequest, ticket: Ticket) -> bool:
    """Whether somebody else stands here now; to them the slip is not shown."""
    return not constant_time_compare(request.COOKIES.get(COOKIE, ""), ticket.token)


def end(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE)
