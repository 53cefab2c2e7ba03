"""What a call counts for in the cap of its counter."""

from __future__ import annotations

from centres.enums import Priority
from centres.models import Ticket

# A column's worth of calls without overtaking is as good as any more.
_MOST_CALM = 30_000


def counted(ticket: Ticket, passes_by: bool, calm: int | None) -> tuple[bool | None, int | None]:
    """``jumped`` and ``calm`` of the event that writes this call down. ``calm`` comes from the counter's call before.

    A return overtakes nobody and counts for nothing.
    """
    if ticket.priority == Priority.RETURNING:
        return None, None
    if passes_by:
        return True, 0
    return False, None if calm is None else min(calm + 1, _MOST_CALM)


def may_overtake(calm: int | None, cap: int | None) -> bool:
    """``centres.order.may_overtake`` from the counter's latest row."""
    return cap is None or calm is None or calm >= cap - 1
