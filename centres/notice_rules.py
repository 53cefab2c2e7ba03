"""How many people may be ahead when somebody is told that they are nearly called, and how often a slip may ask."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from centres.models import NextNotice, NoticeRule, Ticket
from portal import ratelimit

# Where nobody has set a rule: two people leave time to come back from the door (our own choice, facts §10 has none).
UNTIL_SET = 2
TRIES, TRY_SECONDS = 10, 3600


def ahead_on(centre_id: int, day: date) -> int:
    """The centre's rule on this day, else the city's, else two."""
    rules = NoticeRule.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        Q(centre=centre_id) | Q(centre__isnull=True),
        valid_from__lte=day,
    )
    found = sorted(rules, key=lambda rule: (rule.centre_id is None, -rule.valid_from.toordinal()))
    return found[0].ahead if found else UNTIL_SET


def tell_again(ticket: Ticket) -> None:
    """Somebody is back in the line: who was told of their turn before is told of this one too."""
    NextNotice.objects.filter(ticket=ticket, told_at__isnull=False).update(told_at=None)


def count_try(token: str) -> None:
    """Count one wish to be told of whoever holds this slip, at the kiosk or on the phone. Raises ``TooMany``."""
    ratelimit.count("tell", token, limit=TRIES, seconds=TRY_SECONDS)
