"""Trying again later, from the row: what a silent key, authority or store holds up comes back with a wait that doubles."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from applications.models import SealingTry
from portal.errors import Unavailable

log = structlog.get_logger(__name__)

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=24)


def held_back(prefix: str, at: datetime) -> list[str]:
    """What is not tried again yet, of the names that begin so, without the prefix."""
    names = SealingTry.objects.filter(what__startswith=prefix, not_before__gt=at).values_list("what", flat=True)
    return [name.removeprefix(prefix) for name in names]


def try_later(what: str, problem: Unavailable, at: datetime) -> SealingTry:
    """Note why it could not be done now, and when it is tried again."""
    row, _made = SealingTry.objects.get_or_create(what=what, defaults={"not_before": at})
    wait = min(FIRST_WAIT * 2 ** min(row.attempts, 12), LONGEST_WAIT)
    row.attempts, row.not_before, row.last_error = min(row.attempts + 1, 1000), at + wait, str(problem.message)[:200]
    row.save()
    log.warning("sealing_later", what=what, code=problem.code, attempts=row.attempts)
    return row


def done(what: str) -> None:
    """It is there: nothing waits for it any more."""
    SealingTry.objects.filter(what=what).delete()
