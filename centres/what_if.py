"""What if: the rest of today as it is and with one change, for the page that shows both."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from centres.away import back_at
from centres.charts import before_after_chart
from centres.enums import AT_COUNTER, CounterState
from centres.forms_day import TryForm
from centres.hours import hours_on, is_open
from centres.models import Centre, Counter, Service, Ticket
from centres.order import Place
from centres.outlook import Answer, Row, Waiting, simulate
from centres.policy import policy_on
from centres.rest_of_day import (
    Change,
    Desk,
    Hall,
    MoveCounter,
    OfficerOut,
    OpenCounter,
    changes_nothing,
    works_between,
)
from centres.summaries.rates import rates_of
from portal import clock
from portal.errors import RuleBroken

MINUTE = 60
# Of a line; the table tells of fewer.
FEWEST_POINTS = 3
# How long a day whose hours nobody has confirmed goes on at least.
UNCONFIRMED = timedelta(hours=2)


@dataclass(frozen=True)
class Trial:
    """The answer, and what was taken of counters that call nobody at this moment, in sentences."""

    answer: Answer
    taken: list[str]


@dataclass(frozen=True)
class ServiceOutlook:
    """One service: its rows, those who wait now, and the plot as an address that holds the picture itself."""

    service: Service
    waiting: Waiting | None
    rows: list[Row]
    plot: str

    @property
    def gain(self) -> float:
        """Seconds of waiting that the change saves, over everybody who waits or is expected."""
        everybody: list[Row | Waiting] = [*self.rows, *([self.waiting] if self.waiting else [])]
        return sum(
            row.people * (row.before_median - row.after_median)
            for row in everybody
            if row.before_median is not None and row.after_median is not None
        )


def change_of(form: TryForm) -> Change:
    """The change that a valid form describes, as the simulation takes it."""
    found = form.cleaned_data
    services = frozenset(service.pk for service in found["services"])
    start, end = form.moment(found["start"]), form.moment(found["end"]) if found["end"] else None
    if found["what"] == TryForm.OUT:
        return OfficerOut(found["counter"].pk, start, end)
    if found["what"] == TryForm.MOVE:
        return MoveCounter(found["counter"].pk, services, start, end)
    return OpenCounter(services, start, end, found["counter"].pk if found["counter"] else None)


def answer_to(*, centre: Centre, form: TryForm, at: datetime) -> Trial | None:
    """Today's rest without and with the change; ``None`` where the centre has too few visits to learn from.

    Raises ``RuleBroken`` (``day_over``; ``no_effect``: before and after would be the same, and why).
    """
    hall = hall_now(centre, at)
    if not hall.hours:
        raise RuleBroken(_("The centre is closed for the rest of today. Try it on a working day."), code="day_over")
    rates = rates_of(centre.pk, at)
    if rates is None:
        return None
    change = change_of(form)
    if changes_nothing(hall, change):
        raise _no_effect(hall, change, form)
    return Trial(simulate(hall, rates, [change]), _taken(centre, hall))


def _no_effect(hall: Hall, change: Change, form: TryForm) -> RuleBroken:
    """Why the day would go on as it does, beside the field to change."""
    end = hall.hours[-1][1] if change.end is None else change.end
    if not any(start < end and change.start < closes for start, closes in hall.hours):
        sentence = _("The centre is closed in that time: nothing would change. Choose a time when it is open.")
        return RuleBroken(sentence, code="no_effect", field="start")
    number = form.cleaned_data["counter"].number
    is_away = not isinstance(change, OpenCounter) and not works_between(
        hall, form.cleaned_data["counter"].pk, change.start, change.end
    )
    if is_away:
        sentence = _("Counter %(number)s calls nobody in that time: nothing would change. Choose another one.")
        return RuleBroken(sentence % {"number": number}, code="no_effect", field="counter")
    sentence = _("Counter %(number)s does this already in that time: nothing would change. Choose other services.")
    return RuleBroken(sentence % {"number": number}, code="no_effect", field="services")


def _taken(centre: Centre, hall: Hall) -> list[str]:
    """What the play takes of counters that are not open. One statement."""
    back = {desk.counter_id: desk.back for desk in hall.desks if not desk.is_open}
    found, closed = [], []
    for counter in Counter.objects.filter(pk__in=back).order_by("number"):
        moment = back[counter.pk]
        if moment is None:
            closed.append(str(counter.number))
            continue
        values = {"number": counter.number, "time": f"{clock.local(moment):%H:%M}"}
        if counter.state == CounterState.PAUSED:
            found.append(_("Counter %(number)s is paused and taken to call again from %(time)s.") % values)
        else:
            found.append(_("Counter %(number)s is closed and taken to open at %(time)s.") % values)
    if closed:
        found.append(_("Taken to stay closed today: %(numbers)s.") % {"numbers": ", ".join(closed)})
    return found


def hall_now(centre: Centre, at: datetime) -> Hall:
    """Who waits and who is at a counter. Those set aside are left out. At most six statements."""
    day, local = clock.local_day(at), clock.local(at)
    tickets = Ticket.objects.of_day(centre, day)
    waiting = tickets.waiting().values_list("id", "service_id", "priority", "queue_at", "counter_id")
    there = {
        counter_id: (service_id, (at - called_at).total_seconds())
        for counter_id, service_id, called_at in tickets.filter(state__in=AT_COUNTER).values_list(
            "counter_id", "service_id", "called_at"
        )
    }
    hours = _hours_left(centre, local)
    counters = list(Counter.objects.filter(centre=centre).prefetch_related("services"))
    back = back_at(centre, counters, hours, local)
    desks = [
        Desk(
            counter.pk,
            frozenset(service.pk for service in counter.services.all()),
            counter.state == CounterState.OPEN,
            *there.get(counter.pk, (None, 0.0)),
            back.get(counter.pk),
        )
        for counter in counters
    ]
    return Hall(
        at=local,
        waiting=tuple(Place(*row) for row in waiting),
        desks=tuple(desks),
        hours=hours,
        cap=policy_on(centre.pk, day).cap,
    )


def _hours_left(centre: Centre, local: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """Of today. Where the hours are not confirmed yet, people come and are called outside them, too."""
    day = local.date()
    left = [
        (datetime.combine(day, start, tzinfo=clock.HANOI), datetime.combine(day, end, tzinfo=clock.HANOI))
        for start, end in hours_on(centre, day)
        if end > local.time()
    ]
    if not centre.keeps_hours and not is_open(centre, local):
        until = local + UNCONFIRMED
        return ((local, max([until, *(end for _start, end in left)])),)
    return tuple(left)


def outlooks(centre: Centre, answer: Answer) -> list[ServiceOutlook]:
    """By service, the one that the change helps most first. One statement."""
    services = Service.objects.filter(centre=centre).in_bulk()
    rows: dict[int, list[Row]] = defaultdict(list)
    for row in answer.rows:
        rows[row.service_id].append(row)
    waiting = {each.service_id: each for each in answer.waiting}
    found = [
        ServiceOutlook(service, waiting.get(pk), rows.get(pk, []), _plot(rows.get(pk, [])))
        for pk, service in services.items()
        if pk in rows or pk in waiting
    ]
    return sorted(found, key=lambda outlook: (-outlook.gain, outlook.service.order))


def _plot(rows: Sequence[Row]) -> str:
    if sum(row.before_median is not None for row in rows) < FEWEST_POINTS:
        return ""
    labels = [f"{clock.local(row.start):%H:%M}" for row in rows]
    picture = before_after_chart(
        labels, _minutes(row.before_median for row in rows), _minutes(row.after_median for row in rows)
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(picture).decode()}"


def _minutes(values: Iterable[float | None]) -> list[float | None]:
    return [None if value is None else value / MINUTE for value in values]
