"""What happens beside the line of the demo's day: a held place, a return after a miss, another class."""

from __future__ import annotations

from datetime import datetime, timedelta

from applications.demo.centres import Place
from applications.demo.hall import Aside
from centres.actions.change_priority import change_priority
from centres.actions.hold import hold, latest_return
from centres.actions.return_missed import return_missed
from centres.enums import Priority, PriorityGround, TicketState
from centres.models import Ticket
from centres.querysets import TicketQuerySet
from citizens.models import User
from portal import clock

# In minutes before now; who came longer ago than the last and missed the call has gone home.
_RETURNED, _HELD, _CLASSED, _LONGEST_AGO = 1.5, 1.0, 0.5, 55
# For how long a place is held.
_AWAY = timedelta(minutes=30)
_AWAY_FOR = "Về lấy bản chính giấy khai sinh"
_SEEN, _SEEN_GROUND = "Đi nạng, cán bộ hướng dẫn thấy ở sảnh", PriorityGround.DISABLED


def plan(place: Place, officer: User, now: datetime, pace: float) -> list[Aside]:
    """In the last minutes before ``now``."""

    def ago(minutes: float) -> datetime:
        return now - timedelta(minutes=minutes * pace)

    def today(at: datetime) -> TicketQuerySet:
        return Ticket.objects.of_day(place.centre, clock.local_day(at))

    def ordinary(at: datetime, letter: str) -> TicketQuerySet:
        return today(at).waiting().filter(priority=Priority.ORDINARY, letter=letter, calls=0).order_by("queue_at")

    def is_back(at: datetime) -> None:
        missed = today(at).filter(state=TicketState.NO_SHOW, issued_at__gt=ago(_LONGEST_AGO)).first()
        if missed is not None:
            return_missed(ticket=missed, at=at, acting_user=officer)

    def leaves(at: datetime) -> None:
        ticket = ordinary(at, "A").last()
        if ticket is not None:
            hold(ticket=ticket, back_by=min(now + _AWAY, latest_return(ticket, at)), reason=_AWAY_FOR, at=at)

    def is_seen(at: datetime) -> None:
        ticket = ordinary(at, "B").last()
        if ticket is not None:
            change_priority(ticket=ticket, ground=_SEEN_GROUND, reason=_SEEN, at=at, acting_user=officer)

    return [(ago(_RETURNED), is_back), (ago(_HELD), leaves), (ago(_CLASSED), is_seen)]
