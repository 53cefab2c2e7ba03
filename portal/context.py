"""What every template may show."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

LARGE_PRINT_COOKIE = "large_print"


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "HOTLINE": settings.HOTLINE,
        "IS_DEMO": settings.PORTAL_ENV == "demo",
        "large_print": request.COOKIES.get(LARGE_PRINT_COOKIE) == "1",
        "LANGUAGES_SHOWN": settings.LANGUAGES,
    }
