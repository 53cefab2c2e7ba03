"""Put a message into the outbox, in the transaction of the change it tells about."""

from __future__ import annotations

import json
from datetime import datetime

from django.utils import translation

from notifications.enums import Channel
from notifications.message import Notice, Recipient
from notifications.models import Message
from notifications.tasks import sweep
from portal import jobs
from portal.vn.phones import is_mobile


def queue_notice(
    *, notice: Notice, recipient: Recipient, dedup_key: str, not_after: datetime | None = None, at: datetime
) -> bool:
    """Queue the notice by every channel that reaches the recipient. One INSERT; a worker is woken after the commit.

    ``dedup_key`` (at most 150 characters) names the occasion, for example ``"received:<application id>"``: asked for
    twice, it is still one message a channel. Nobody to reach is not an error. What is not on its way by ``not_after`` is
    not sent any more: a notice that has lost its meaning only misleads. Returns whether there was anybody to reach.
    """
    with translation.override(recipient.language):
        texts = _texts(notice, recipient)
    if not texts:
        return False
    Message.objects.bulk_create(
        [
            Message(
                channel=channel,
                recipient=address,
                language=recipient.language,
                subject=subject,
                body=body,
                kind=notice.kind,
                reference=notice.reference,
                dedup_key=f"{dedup_key}:{_own(channel, address)}",
                created_at=at,
                not_before=at,
                not_after=not_after,
            )
            for channel, address, subject, body in texts
        ],
        ignore_conflicts=True,
    )
    jobs.wake(sweep)
    return True


def _own(channel: Channel, address: str) -> str:
    """A person has one address a channel, but may have several browsers."""
    return f"{channel}:{address}" if channel == Channel.PUSH else channel


def _texts(notice: Notice, recipient: Recipient) -> list[tuple[Channel, str, str, str]]:
    """Channel, address, subject and body of each message."""
    texts = []
    if recipient.email:
        # A line end in a subject would start another header.
        texts.append((Channel.EMAIL, recipient.email, " ".join(notice.subject().split()), notice.email().strip()))
    if is_mobile(recipient.phone) and (body := notice.sms().strip()):
        texts.append((Channel.SMS, recipient.phone, "", body))
    if recipient.browsers and (body := notice.push().strip()):
        shown = json.dumps({"title": notice.subject(), "body": body, "url": notice.link})
        texts += [(Channel.PUSH, str(browser), "", shown) for browser in recipient.browsers]
    return texts
