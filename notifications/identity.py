"""The name of a message outside the portal: the same at every try, so that a second copy can be recognised."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from django.conf import settings

from notifications.models import Message


def fingerprint(message: Message) -> str:
    """64 hex digits that only this message has."""
    return hashlib.sha256(message.dedup_key.encode()).hexdigest()


def message_id(message: Message) -> str:
    """The Message-ID header (RFC 5322, 3.6.4)."""
    return f"<{fingerprint(message)}@{urlsplit(settings.PUBLIC_URL).hostname}>"
