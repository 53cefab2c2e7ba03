"""What runs by the clock."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from centres.actions.close_day import close_day
from centres.actions.give_estimates import centres_at_work, give_estimates, settle_estimates
from centres.actions.learn_days import learn_days as learn_past_days
from portal import clock

# What came is written down within minutes; a worker that was down for a day catches up.
SETTLE_WITHIN = timedelta(days=2)


@shared_task
def close_yesterday() -> int:
    """Close what earlier days left open; running it again does nothing more."""
    at = clock.now()
    return close_day(before=clock.local_day(at), at=at)


@shared_task
def learn_days() -> int:
    """Past days become what waits are learned from; a day that is learned already is not read again."""
    at = clock.now()
    return learn_past_days(before=clock.local_day(at), at=at)


@shared_task
def estimate_waits() -> int:
    """Renew what people who wait are told, and write down what came of it."""
    at = clock.now()
    given = sum(give_estimates(centre=centre, at=at) for centre in centres_at_work())
    return given + settle_estimates(day_from=at - SETTLE_WITHIN, at=at)
