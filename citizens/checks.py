"""Whether signing in with VNeID is set up whole, and safely."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

_TOGETHER = ("VNEID_ISSUER", "VNEID_CLIENT_ID", "VNEID_SECRET")


@register()
def vneid_is_set_up_whole(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    missing = [name for name in _TOGETHER if not getattr(settings, name)]
    if not missing or len(missing) == len(_TOGETHER):
        return []
    return [Error(f"Nobody can sign in with VNeID: {', '.join(missing)} is missing.", hint="Set all of them, or none.",
                  id="citizens.E001")]  # fmt: skip


@register(Tags.security, deploy=True)
def vneid_is_asked_over_tls(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What the issuer says is believed: on an open line anybody could say it."""
    if settings.PORTAL_ENV != "production" or not settings.VNEID_ISSUER or settings.VNEID_ISSUER.startswith("https:"):
        return []
    return [Error("VNeID is asked over an open line.", hint="VNEID_ISSUER begins with https://.", id="citizens.E002")]
