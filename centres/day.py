"""What a manager of the queue should do something about now, in sentences (``settings.DAY_SOURCES``)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centres import figures
from centres.enums import CounterState
from centres.models import Centre, Counter
from portal.text import pick

# Past this a wait is more than a citizen should be asked for (a house rule; the law names none).
LONG_WAIT = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)


def needs_attention(centre: Centre, at: datetime) -> list[tuple[str, str, str]]:
    """(severity, sentence, address) triples; severity is ``act`` (red) or ``warn``, as in ``includes/state.html``."""
    queues = figures.queues(centre, at)
    return [*_long_wait(centre, queues, at), *_nobody_there(centre, queues), *_paused(centre, queues)]


def list_url(centre: Centre, **filters: Any) -> str:
    """The list behind a figure."""
    return f"{reverse('centres:day_tickets')}?{urlencode({'centre': centre.pk, **filters})}"


def _long_wait(centre: Centre, queues: list[figures.ServiceQueue], at: datetime) -> list[tuple[str, str, str]]:
    long = [queue for queue in queues if at - queue.since > LONG_WAIT]
    if not long:
        return []
    minutes = int((at - long[0].since) / MINUTE)
    sentence = _("Somebody has been waiting for %(minutes)d minutes: %(service)s.") % {
        "minutes": minutes,
        "service": pick(long[0].service.title),
    }
    return [("act", sentence, list_url(centre, show="waiting"))]


def _nobody_there(centre: Centre, queues: list[figures.ServiceQueue]) -> list[tuple[str, str, str]]:
    found = []
    for queue in queues:
        if queue.open_counters:
            continue
        sentence = ngettext(
            "No counter is open for %(service)s; %(count)d person is waiting.",
            "No counter is open for %(service)s; %(count)d people are waiting.",
            queue.waiting,
        ) % {"service": pick(queue.service.title), "count": queue.waiting}
        found.append(("act", sentence, list_url(centre, show="waiting", service=queue.service.pk)))
    return found


def _paused(centre: Centre, queues: list[figures.ServiceQueue]) -> list[tuple[str, str, str]]:
    """Paused counters that could call somebody who waits; where none is open the sentence above says it already."""
    wanted = [queue.service.pk for queue in queues if queue.open_counters and queue.paused_counters]
    if not wanted:
        return []
    paused = Counter.objects.filter(centre=centre, state=CounterState.PAUSED, services__in=wanted).distinct()
    return [
        (
            "warn",
            _("Counter %(number)s is paused while people wait for it.") % {"number": counter.number},
            f"{reverse('centres:day')}?centre={centre.pk}#counters",
        )
        for counter in paused
    ]
