"""What runs by the clock."""

from __future__ import annotations

from celery import shared_task

from centres.actions.close_day import close_day
from centres.actions.hold_numbers import give_back_numbers
from centres.actions.next_notices import forget_phones, tell_those_who_are_next
from portal import clock


@shared_task
def close_yesterday() -> int:
    """Close what earlier days left open; running it again does nothing more."""
    at = clock.now()
    return close_day(before=clock.local_day(at), at=at)


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
