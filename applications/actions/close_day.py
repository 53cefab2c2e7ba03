"""Close a day: the heads of all chains as they stood at its end, chained to the closing before."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from applications.closings import ONE_DAY, body_of, end_of, heads_at
from applications.models import ChainHead, Closing
from portal import chain, clock


def close_day(*, day: date, at: datetime) -> Closing:
    """Close this day; closed by another worker meanwhile, it is that closing.

    Days are closed in order. Raises ``ValueError`` for a day that is not over or does not follow the last closing.
    """
    if day >= clock.local_day(at):
        raise ValueError("a day is closed once it is over")
    try:
        with transaction.atomic():
            return Closing.objects.filter(day=day).first() or _close(day, at)
    except IntegrityError:
        # The other worker's row is there as soon as ours was refused.
        return Closing.objects.get(day=day)


def _close(day: date, at: datetime) -> Closing:
    # Not simply the last: another worker may have closed this day and the next ones since we looked.
    before = Closing.objects.filter(day__lt=day).order_by("-day").first()
    if before is not None and before.day != day - ONE_DAY:
        raise ValueError("days are closed in order")
    previous = before.hash if before else chain.GENESIS
    heads = heads_at(end_of(day))
    closing = Closing.objects.create(
        day=day, at=at, previous_hash=previous, hash=chain.link(previous, body_of(day, at, heads), {})
    )
    for head in heads:
        head.closing = closing
    ChainHead.objects.bulk_create(heads, batch_size=500)
    return closing
