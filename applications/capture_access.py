"""A link for a phone, found by its token and opened by the first phone alone. Neither stands anywhere in clear but in the phone."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from applications.actions.capture import claim_link
from applications.actions.scan_rows import link_over
from applications.models import CaptureLink
from portal.errors import RuleBroken

COOKIE = "phone"


class OtherPhone(RuleBroken):
    """Somebody else's phone was first."""

    status = 409


def by_token(token: str, at: datetime) -> CaptureLink:
    """The open link of this token. Raises ``Gone`` for one that is over, and for one that never was: 192 random bits."""
    link = (
        CaptureLink.objects.filter(token_hash=CaptureLink.hash_of(token), scan__used_at=None)
        .select_related(
            "scan__paper__kind",
            "scan__application__helped_at",
            "scan__application__matter__ticket__counter",
            "scan__application__for_application__matter__ticket__counter",
        )
        .first()
    )
    if link is None or not link.is_open(at):
        raise link_over()
    return link


def is_this_phone(request: HttpRequest, link: CaptureLink) -> bool:
    given = request.COOKIES.get(COOKIE, "")
    return bool(link.phone_hash and given) and constant_time_compare(CaptureLink.hash_of(given), link.phone_hash)


def claim(link: CaptureLink, at: datetime) -> str | None:
    """The cookie for the phone that is the first to open the link, else ``None``."""
    return claim_link(link=link, at=at) if link.claimed_at is None else None


def remember(answer: HttpResponse, token: str, secret: str, link: CaptureLink, at: datetime) -> None:
    """Give the phone its cookie, for the addresses of this link and its time."""
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=max(1, int((link.expires_at - at).total_seconds())),
        path=reverse("applications:capture", args=[token]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
