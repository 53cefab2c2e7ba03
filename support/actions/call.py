"""Tell the people on call, level after level, round after round, until one says that they look after it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from notifications.actions.queue import queue_notice
from portal import clock
from support import on_call
from support.enums import UNANSWERED, IncidentEventKind
from support.history import record
from support.messages import IncidentCall
from support.models import Incident
from support.targets import goal_on

# What the keys of its messages in the outbox begin with.
OCCASION = "incident"


def due_calls(at: datetime) -> list[int]:
    """Ids of the incidents of which somebody is to be told now, the most urgent first."""
    rows = Incident.objects.filter(call_at__lte=at, state__in=UNANSWERED).order_by("severity", "call_at", "id")
    return list(rows.values_list("pk", flat=True))


@transaction.atomic
def call(*, incident_id: int, at: datetime) -> int:
    """Tell the next level about this incident, if it is due and still unanswered; how many people.

    Safe to run beside itself: the row is locked, and the next call is later. After the last level it begins anew.
    """
    row = (
        Incident.objects.select_for_update(of=("self",))
        .select_related("centre")
        .filter(pk=incident_id, call_at__lte=at, state__in=UNANSWERED)
        .first()
    )
    if row is None:
        return 0
    found = on_call.levels(row.centre_id, at)
    people = found[row.calls % len(found)] if found else []
    row.calls += 1
    row.call_at = at + goal_on(row.severity, clock.local_day(at)).escalate
    row.save(update_fields=["calls", "call_at"])
    reach = on_call.recipients(people)
    told = [
        queue_notice(
            notice=IncidentCall(incident=row, reference=f"#{row.pk}"),
            recipient=reach[person.pk],
            dedup_key=f"{OCCASION}:{row.pk}:{at:%y%m%d%H%M%S}:{row.calls}:{person.pk}",
            not_after=row.call_at,
            at=at,
        )
        for person in people
    ]
    names = ", ".join(str(person) for person in people)
    details = {"round": row.calls, "people": [person.pk for person in people], "unreachable": told.count(False)}
    record(incident=row, kind=IncidentEventKind.CALLED, at=at, actor=None, note=names, details=details)
    return len(people)
