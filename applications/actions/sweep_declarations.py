"""What the clock does to declarations from home: answers not used in time are erased, and later the empty rows go."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from applications.actions.declare import erase, rules_of_declarations
from applications.models import Declaration, WhyErased
from portal import clock

# One transaction holds no more rows than this.
BATCH = 200


def erase_expired(*, at: datetime) -> int:
    """Blank the answers of declarations whose time is over, used or not. Returns how many."""
    erased = 0
    while count := _erase_some(at):
        erased += count
    return erased


@transaction.atomic
def _erase_some(at: datetime) -> int:
    over = Declaration.objects.select_for_update(skip_locked=True).filter(erased_at__isnull=True, expires_at__lte=at)
    rows = list(over.order_by("expires_at")[:BATCH])
    for row in rows:
        erase(row, WhyErased.EXPIRED, at)
    return len(rows)


def forget_erased(*, at: datetime) -> int:
    """Delete the rows that nothing came of and nobody asks about any more. Returns how many."""
    remembered = timedelta(days=rules_of_declarations(clock.local_day(at)).remembered_days)
    old = Declaration.objects.filter(application__isnull=True, erased_at__lt=at - remembered)
    return old.delete()[0]
