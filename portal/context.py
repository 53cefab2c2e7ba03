"""What every template may show."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal import demo

LARGE_PRINT_COOKIE = "large_print"


def site(request: HttpRequest) -> dict[str, Any]:
    is_demo = settings.PORTAL_ENV == "demo"
    return {
        "HOTLINE": settings.HOTLINE,
        "IS_DEMO": is_demo,
        "DEMO": demo if is_demo else None,
        "large_print": request.COOKIES.get(LARGE_PRINT_COOKIE) == "1",
        "LANGUAGES_SHOWN": settings.LANGUAGES,
    }
