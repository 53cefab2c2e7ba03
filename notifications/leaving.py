"""Whether a channel leads anywhere."""

from __future__ import annotations

from django.conf import settings

from notifications.enums import Channel


def leaves_the_machine(channel: str) -> bool:
    """Whether what is sent by this channel can reach a person: in production a folder reaches nobody.

    Push services are on the internet always; without a key for them no message is written.
    """
    if channel == Channel.PUSH:
        return True
    url = settings.SMS_URL if channel == Channel.SMS else settings.EMAIL_URL
    return settings.PORTAL_ENV != "production" or not url.startswith("file:")
