"""What runs by the clock."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from centres import announce
from centres.actions.call_by_itself import call_by_itself, centres_that_call
from centres.actions.close_day import close_day
from centres.actions.give_estimates import centres_at_work, give_estimates, settle_estimates
from centres.actions.hold_numbers import give_back_numbers
from centres.actions.learn_days import learn_days as learn_past_days
from centres.actions.miss_held import miss_held as miss_held_at
from centres.actions.next_notices import forget_phones, tell_those_who_are_next
from centres.actions.summarise import summarise
from centres.actions.sweep_appointments import close_missed, erase, remind
from portal import clock, live

# As often as portal.celery runs it.
BOARDS_EVERY = timedelta(seconds=20)

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
    return given + settle_estimates(day_from=at - SETTLE_WITHIN)


@shared_task
def keep_summaries() -> int:
    """Count the days that something happened on since the last run; running it again does nothing more."""
    return summarise(at=clock.now())


@shared_task
def sweep_appointments() -> None:
    """End missed appointments, remind of tomorrow's, erase who is long served; running it again does nothing more."""
    at = clock.now()
    close_missed(at=at)
    remind(at=at)
    erase(at=at)


@shared_task
def miss_held() -> int:
    """Held places whose time is over become no-shows; running it again does nothing more."""
    return miss_held_at(at=clock.now())


@shared_task
def call_at_centre(centre_id: int) -> int:
    """Call to the free counters of a centre that calls by itself; with nobody to call it does nothing."""
    return len(call_by_itself(centre_id=centre_id, at=clock.now()))


@shared_task
def call_everywhere() -> int:
    """The same at every centre that calls by itself, for the changes whose job was lost."""
    at = clock.now()
    return sum(len(call_by_itself(centre_id=centre_id, at=at)) for centre_id in centres_that_call(at))


@shared_task
def tell_boards() -> int:
    """Boards look again when an announcement begins, is due again or ends; without this they would half a minute later."""
    at = clock.now()
    due = announce.centres_due(at - BOARDS_EVERY, at)
    if due:
        live.bump(*(f"hall:{centre_id}" for centre_id in sorted(due)))
    return len(due)


@shared_task
def tell_next() -> int:
    """Tell those who are nearly called; somebody told is not told again."""
    return tell_those_who_are_next(at=clock.now())


@shared_task
def clear_yesterday() -> None:
    """Give back the numbers kiosks held and forget the phones of earlier days; running it again does nothing more."""
    at = clock.now()
    today = clock.local_day(at)
    give_back_numbers(before=today, at=at)
    forget_phones(before=today)
