"""Call the next people to the free counters of a centre where nobody has to press a key for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Subquery

from centres.actions.call_next import call_next, start_of
from centres.enums import CounterState
from centres.models import Centre, Counter, Ticket, TicketEvent
from centres.policy import policy_on
from portal import clock
from portal.errors import NotAllowed, RuleBroken


def call_by_itself(*, centre_id: int, at: datetime) -> list[Ticket]:
    """The next person for each free open counter, by the same rules as by the key; nobody where the centre's policy
    leaves calling to its officers.

    A counter that does few things calls before one that does many: a quick matter goes to the quick counter, and the
    others stay free for what only they can do. Of two alike the one whose last call is longest ago calls first. Each call
    is a transaction of its own. Safe to run at once and again.
    """
    if not policy_on(centre_id, clock.local_day(at)).calls_itself:
        return []
    called = []
    for counter in _free(centre_id, at):
        if counter.officer is None:
            continue
        try:
            called.append(call_next(at=at, by_itself=True, acting_user=counter.officer))
        except (RuleBroken, NotAllowed):
            continue  # nobody waits for it, or it was paused or busy a moment later
    return called


def centres_that_call(at: datetime) -> list[int]:
    """Ids of the centres whose policy of this day lets the portal call."""
    day = clock.local_day(at)
    centres = Centre.objects.filter(is_active=True).values_list("pk", flat=True)
    return [centre_id for centre_id in centres if policy_on(centre_id, day).calls_itself]


def _free(centre_id: int, at: datetime) -> Iterable[Counter]:
    calls = TicketEvent.objects.filter(counter=OuterRef("pk"), at__gte=start_of(at), jumped__isnull=False)
    return (
        Counter.objects.filter(~Exists(Ticket.objects.at_counter().filter(counter=OuterRef("pk"))))
        .filter(centre=centre_id, state=CounterState.OPEN, services__isnull=False)
        .annotate(skills=Count("services"), last_call=Subquery(calls.order_by("-at", "-id").values("at")[:1]))
        .select_related("officer")
        .order_by("skills", F("last_call").asc(nulls_first=True), "number")
    )
