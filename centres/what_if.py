"""What if: the rest of today as it is and with one change, for the page that shows both."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.utils.module_loading import import_string

from centres.charts import before_after_chart
from centres.forms_day import TryForm
from centres.models import Centre, Service
from portal import clock

MINUTE = 60
SIMULATE = "centres.estimate.simulate"
_CHANGES = {TryForm.OPEN: "OpenCounter", TryForm.MOVE: "MoveCounter", TryForm.OUT: "OfficerOut"}
WHAT_IF = "centres.estimate.what_if.what_if"


class Row(Protocol):
    """A quarter of an hour of one service; times in seconds from drawing to the first call."""

    service_id: int
    start: datetime
    people: float
    before_median: float | None
    before_p80: float | None
    after_median: float | None
    after_p80: float | None


class Answer(Protocol):
    rows: Sequence[Row]
    waiting: Sequence[Any]
    unserved_before: float
    unserved_after: float
    overall_before: tuple[float | None, float | None]
    overall_after: tuple[float | None, float | None]


@dataclass(frozen=True)
class ServiceOutlook:
    """One service: its rows, those who wait now, and the plot as an address that holds the picture itself."""

    service: Service
    waiting: Any
    rows: list[Row]
    plot: str

    @property
    def gain(self) -> float:
        """Seconds of waiting that the change saves, over everybody expected."""
        return sum(
            row.people * (row.before_median - row.after_median)
            for row in self.rows
            if row.before_median is not None and row.after_median is not None
        )


def change_of(form: TryForm) -> Any:
    """The change that a valid form describes, as the simulation takes it."""
    found = form.cleaned_data
    counter_id = found["counter"].pk if found.get("counter") else None
    given: dict[str, Any] = {
        "counter_id": counter_id,
        "start": form.moment(found["start"]),
        "end": form.moment(found["end"]) if found["end"] else None,
    }
    if found["what"] != TryForm.OUT:
        given["services"] = frozenset(service.pk for service in found["services"])
    return import_string(f"{SIMULATE}.{_CHANGES[found['what']]}")(**given)


def answer_to(*, centre: Centre, form: TryForm, at: datetime) -> Answer | None:
    """Today's rest without and with the change; None where the centre has too few visits to learn from.

    Raises ``BadInput`` for a counter or service of another centre.
    """
    try:
        what_if = import_string(WHAT_IF)
        changes = [change_of(form)]
    except ImportError:  # nothing that learns is installed
        return None
    found: Answer | None = what_if(centre=centre, changes=changes, at=at)
    return found


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
    if not rows:
        return ""
    labels = [f"{clock.local(row.start):%H:%M}" for row in rows]
    picture = before_after_chart(
        labels, _minutes(row.before_median for row in rows), _minutes(row.after_median for row in rows)
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(picture).decode()}"


def _minutes(values: Iterable[float | None]) -> list[float | None]:
    return [None if value is None else value / MINUTE for value in values]
