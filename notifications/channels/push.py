"""Notices in the browser: web push (RFC 8030), encrypted for that browser alone (RFC 8291)."""

from __future__ import annotations

import requests
from django.conf import settings
from pywebpush import WebPushException, webpush

from notifications.channels.outcome import Later, Refused, StillMine, Unreachable
from notifications.channels.push_key import signer
from notifications.models import Message, PushSubscription

SECONDS = 10
# Whoever looks at the phone later than this has been called meanwhile.
USEFUL_SECONDS = 15 * 60
GONE = {404, 410}
WRONG = range(400, 500)
SLOW_DOWN = 429


def send(message: Message, still_mine: StillMine) -> None:
    """Hand the notice to the browser's push service. A browser that is gone is forgotten. Raises ``NotSent``."""
    browser = PushSubscription.objects.filter(pk=int(message.recipient)).first() if message.recipient else None
    if browser is None:
        raise Refused("The browser is not subscribed any more.")
    if not settings.VAPID_PRIVATE_KEY:
        raise Refused("VAPID_PRIVATE_KEY is not set.")
    still_mine()
    try:
        with requests.Session() as session:
            # A push service that sends us elsewhere could send us into our own network.
            session.max_redirects = 0
            webpush(
                {"endpoint": browser.endpoint, "keys": {"p256dh": browser.p256dh, "auth": browser.auth}},
                message.body,
                vapid_private_key=signer(),
                vapid_claims={"sub": f"mailto:{settings.DEFAULT_FROM_EMAIL}"},
                ttl=USEFUL_SECONDS,
                timeout=SECONDS,
                headers={"Urgency": "high"},
                requests_session=session,
            )
    except requests.TooManyRedirects as error:
        raise Refused("The push service sent us elsewhere.") from error
    except requests.RequestException as error:
        raise Unreachable(type(error).__name__) from error
    except WebPushException as error:
        status = error.response.status_code if error.response is not None else 0
        if status in GONE:
            browser.delete()
            raise Refused(f"The browser is gone ({status}).") from error
        if status == SLOW_DOWN or status not in WRONG:
            raise Later(f"The push service answered {status}.") from error
        raise Refused(f"The push service refused ({status}).") from error
    except ValueError as error:  # keys that are none
        raise Refused("The browser's keys are wrong.") from error
