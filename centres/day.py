"""What a manager of the queue should do something about now, in sentences (``settings.DAY_SOURCES``)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centres import figures
from centres.enums import AT_COUNTER, CounterState
from centres.estimate.now import Forecast, forecast
from centres.foresight import Foresight, foresee
from centres.in_line import in_line
from centres.models import Centre, Counter, Service, Ticket
from centres.order import Place, reachable
from centres.policy import Policy, policy_on
from portal import clock
from portal.text import pick

MINUTE = timedelta(minutes=1)


def needs_attention(centre: Centre, at: datetime) -> list[tuple[str, str, str]]:
    """(severity, sentence, address) triples; severity is ``act`` (red) or ``warn``, as in ``includes/state.html``."""
    policy = policy_on(centre.pk, clock.local_day(at))
    line = in_line(centre, at)
    queues = figures.queues(centre, at, line)
    told = forecast(centre.pk, at)
    foreseen = [
        (service, seen)
        for service, flow in figures.flows(centre, at, policy.pace)
        if (seen := foresee(flow, policy.long_wait, policy.ahead)) and _as_told(told, service, seen, policy.long_wait)
    ]
    said = {service.pk for service, seen in foreseen if seen.in_time <= policy.soon}
    found = _foreseen(centre, foreseen, policy, at)
    return [
        *found,
        *_idle(centre, line, {url for _severity, _sentence, url in found}, policy.idle, at),
        *_long_wait(centre, [queue for queue in queues if queue.service.pk not in said], policy.long_wait, at),
        *_nobody_there(centre, queues),
        *_paused(centre, queues),
    ]


def _as_told(told: Forecast, service: Service, seen: Foresight, long_wait: timedelta) -> bool:
    """Of whoever comes now the manager hears what they are told themselves, where they are told anything."""
    wait = told.newcomer(service.pk)
    return seen.in_time >= MINUTE or wait is None or wait.shown.high >= long_wait.total_seconds()


def list_url(centre: Centre, **filters: Any) -> str:
    """The list behind a figure."""
    return f"{reverse('centres:day_tickets')}?{urlencode({'centre': centre.pk, **filters})}"


def counter_url(counter: Counter) -> str:
    """Where the manager opens, closes, pauses and re-skills this counter."""
    return f"{reverse('centres:day_counter', args=[counter.pk])}?centre={counter.centre_id}"


def _foreseen(
    centre: Centre, found: list[tuple[Service, Foresight]], policy: Policy, at: datetime
) -> list[tuple[str, str, str]]:
    """Services whose newcomers will soon wait too long, and who could help: each counter is named once."""
    if not found:
        return []
    found = sorted(found, key=lambda pair: pair[1].in_time)
    helpers = _helpers(centre, at)
    return [_foreseen_sentence(centre, service, seen, helpers, policy, at) for service, seen in found]


def _foreseen_sentence(
    centre: Centre, service: Service, seen: Foresight, helpers: list[Counter], policy: Policy, at: datetime
) -> tuple[str, str, str]:
    words = {
        "service": pick(service.title),
        "minutes": policy.long_wait // MINUTE,
        "time": f"{clock.local(at + seen.in_time):%H:%M}",
        "count": seen.more,
    }
    if seen.in_time < MINUTE:
        sentence = ngettext(
            "%(service)s: whoever comes now waits over %(minutes)d minutes; open one more counter.",
            "%(service)s: whoever comes now waits over %(minutes)d minutes; open %(count)d more counters.",
            seen.more,
        )
    else:
        sentence = ngettext(
            "%(service)s: the wait will be over %(minutes)d minutes at %(time)s; open one more counter.",
            "%(service)s: the wait will be over %(minutes)d minutes at %(time)s; open %(count)d more counters.",
            seen.more,
        )
    sentence %= words
    severity = "act" if seen.in_time <= policy.soon else "warn"
    helper = next((counter for counter in helpers if service in counter.services.all()), next(iter(helpers), None))
    if helper is not None:
        helpers.remove(helper)  # nobody can help in two places
    else:
        return (
            severity,
            sentence,
            f"{reverse('centres:day_what_if')}?{urlencode({'centre': centre.pk, 'service': service.pk})}",
        )
    nobody = _("Nobody is at counter %(number)s.") if helper.officer_id is None else _("Counter %(number)s is free.")
    return severity, f"{sentence} {nobody % {'number': helper.number}}", counter_url(helper)


def _idle(
    centre: Centre, line: list[Any], named: set[str], idle: timedelta, at: datetime
) -> list[tuple[str, str, str]]:
    """Open counters that have been free for a while although they could call somebody; not those named already."""
    if not line:
        return []
    seats = figures.seats(centre, at)
    skills = {seat.counter.pk: {service.pk for service in seat.counter.services.all()} for seat in seats}
    is_open = {seat.counter.pk for seat in seats if seat.counter.state == CounterState.OPEN}
    places = [_place(each, skills) for each in line]
    since = {each.pk: each.since for each in line}
    found = []
    for seat in seats:
        url = counter_url(seat.counter)
        if seat.free_since is None or url in named:
            continue
        theirs = reachable(places, seat.counter.pk, skills[seat.counter.pk], is_open)
        if not theirs or at - max(seat.free_since, min(since[place.ticket_id] for place in theirs)) < idle:
            continue
        count = len(theirs)
        sentence = ngettext(
            "Counter %(number)s has been free since %(time)s while %(count)d person waits for it.",
            "Counter %(number)s has been free since %(time)s while %(count)d people wait for it.",
            count,
        ) % {"number": seat.counter.number, "time": f"{clock.local(seat.free_since):%H:%M}", "count": count}
        found.append(("act", sentence, url))
    return found


def _place(ticket: Ticket, skills: dict[int, set[int]]) -> Place:
    """As the queue's rules take it: kept for a counter only as long as that can serve them."""
    kept_for = ticket.counter_id if ticket.service_id in skills.get(ticket.counter_id or 0, ()) else None
    return Place(ticket.pk, ticket.service_id, ticket.priority, ticket.queue_at, kept_for)


def _helpers(centre: Centre, at: datetime) -> list[Counter]:
    """Counters that serve nobody now: open ones first."""
    busy = Ticket.objects.filter(centre=centre, day=clock.local_day(at), state__in=AT_COUNTER).values("counter")
    counters = Counter.objects.filter(centre=centre).exclude(pk__in=busy).prefetch_related("services")
    order = [CounterState.OPEN, CounterState.CLOSED]
    idle = [counter for counter in counters if counter.state in order]
    return sorted(idle, key=lambda counter: (order.index(CounterState(counter.state)), counter.number))


def _long_wait(
    centre: Centre, queues: list[figures.ServiceQueue], long_wait: timedelta, at: datetime
) -> list[tuple[str, str, str]]:
    """Somebody who waits too long already, where no sentence above calls for help at the same service."""
    long = [queue for queue in queues if at - queue.since > long_wait]
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
