"""What happened around an incident, as far as the portal knows it by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min
from django.utils.translation import gettext as _

from notifications.models import Message
from support.actions.call import OCCASION
from support.models import FailedJob, Incident

BEFORE = timedelta(minutes=15)


@dataclass(frozen=True)
class Line:
    """A moment, what happened, who did it if a person did, and more in words."""

    at: datetime
    what: str
    who: str = ""
    more: str = ""


def timeline(incident: Incident, at: datetime) -> list[Line]:
    """Its own history, messages to people on call, jobs that failed and other incidents of the time. Four statements."""
    start, end = incident.reported_at - BEFORE, incident.resolved_at or at
    found = [
        Line(event.at, str(event.get_kind_display()), str(event.actor or ""), event.note)
        for event in incident.events.select_related("actor")
    ]
    found += [
        Line(
            message.sent_at or message.created_at,
            _("Message by %(channel)s: %(state)s")
            % {"channel": message.get_channel_display(), "state": message.state_words},
        )
        for message in Message.objects.of_occasion(f"{OCCASION}:{incident.pk}").order_by("pk")
    ]
    failures = FailedJob.objects.filter(at__gte=start, at__lte=end).order_by().values("task")
    for row in failures.annotate(times=Count("pk"), first=Min("at"), last=Max("at")):
        words = _("A job failed %(times)s times: %(task)s") % {"times": row["times"], "task": row["task"]}
        found.append(Line(row["first"], words))
    others = Incident.objects.filter(reported_at__gte=start, reported_at__lte=end).exclude(pk=incident.pk)
    found += [
        Line(other.reported_at, _("Another incident: #%(number)s") % {"number": other.pk}, more=other.what)
        for other in others.order_by("reported_at")[:20]
    ]
    return sorted(found, key=lambda line: line.at)
