"""What became of the notices somebody asked for before their call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from centres.models import NextNotice, Ticket
from centres.notice_rules import occasion_of
from notifications.enums import MessageState
from notifications.models import Message


@dataclass(frozen=True)
class Wish:
    """Where to be told (``phone`` in E.164, or empty for a browser), and what the outbox knows of this turn's notice."""

    phone: str
    is_written: bool = False
    sent_at: datetime | None = None
    is_lost: bool = False


def wishes_of(ticket: Ticket) -> list[Wish]:
    """Where this number's holder wants to be told. One statement, two when something was written."""
    rows = list(NextNotice.objects.filter(ticket=ticket).order_by("pk"))
    occasion = occasion_of(ticket.pk)
    written = Message.objects.of_occasion(occasion) if any(row.told_at for row in rows) else Message.objects.none()
    # By wish; that of the last turn comes last.
    last = {message.dedup_key.split(":")[2]: message for message in written.order_by("pk")}
    return [_wish(row, last.get(str(row.pk)) if row.told_at else None) for row in rows]


def _wish(row: NextNotice, message: Message | None) -> Wish:
    if message is None:
        return Wish(row.phone)
    lost = message.state in (MessageState.DEAD, MessageState.EXPIRED)
    return Wish(row.phone, is_written=True, sent_at=message.sent_at, is_lost=lost)
