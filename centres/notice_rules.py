"""How many people may be ahead when somebody is told that they are nearly called, and how often a slip may ask."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from centres.models import NextNotice, NoticeRule, Ticket
from centres.models.kiosk import MOST_SMS
from notifications.enums import Channel
from notifications.models import Message
from portal import ratelimit

# Where nobody has set a rule: two people leave time to come back from the door (our own choice, facts §10 has none).
UNTIL_SET = 2
TRIES, TRY_SECONDS = 10, 3600


def ahead_on(centre_id: int, day: date) -> int:
    """The centre's rule on this day, else the city's, else two."""
    rule = _rule_on(centre_id, day)
    return rule.ahead if rule else UNTIL_SET


def _rule_on(centre_id: int, day: date) -> NoticeRule | None:
    rules = NoticeRule.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        Q(centre=centre_id) | Q(centre__isnull=True),
        valid_from__lte=day,
    )
    found = sorted(rules, key=lambda rule: (rule.centre_id is None, -rule.valid_from.toordinal()))
    return found[0] if found else None


def occasion_of(ticket_id: int) -> str:
    """What the keys of this number's notices in the outbox begin with."""
    return f"next:{ticket_id}"


def most_sms(ticket: Ticket) -> int:
    """How many SMS this number may cause in all: whoever holds the slip may name any phone."""
    rule = _rule_on(ticket.centre_id, ticket.day)
    return rule.most_sms if rule else MOST_SMS


def sms_are_used_up(ticket: Ticket) -> bool:
    """Whether that many have been written, to whatever phones."""
    written = Message.objects.of_occasion(occasion_of(ticket.pk)).filter(channel=Channel.SMS).count()
    return written >= most_sms(ticket)


def tell_again(ticket: Ticket) -> None:
    """Somebody is back in the line: who was told of their turn before is told of this one too, by SMS only so often."""
    told = NextNotice.objects.filter(ticket=ticket, told_at__isnull=False)
    if told.exclude(phone="").exists() and sms_are_used_up(ticket):
        told = told.filter(phone="")
    told.update(told_at=None)


def count_try(token: str) -> None:
    """Count one wish to be told of whoever holds this slip, at the kiosk or on the phone. Raises ``TooMany``."""
    ratelimit.count("tell", token, limit=TRIES, seconds=TRY_SECONDS)
