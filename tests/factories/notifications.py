"""Messages for tests."""

from __future__ import annotations

import factory

from notifications.enums import Channel
from notifications.models import Message
from tests.moments import hanoi


class MessageFactory(factory.django.DjangoModelFactory[Message]):
    """An e-mail that is due since the morning of 23/11/2026."""

    class Meta:
        model = Message

    channel = Channel.EMAIL
    recipient = factory.Sequence(lambda n: f"cong-dan-{n}@example.vn")
    subject = "Hồ sơ đã được tiếp nhận"
    body = "Kính gửi ông/bà,\n\nHồ sơ đã được tiếp nhận.\n"
    kind = "received"
    reference = "H26.15-261123-0001"
    dedup_key = factory.Sequence(lambda n: f"received:{n}:email")
    created_at = not_before = hanoi("2026-11-23 08:00")

    class Params:
        sms = factory.Trait(channel=Channel.SMS, recipient="+84912345678", subject="")
