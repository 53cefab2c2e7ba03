"""A past day again, for training: the hall and its board at any second, from what was written down and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from centres.enums import TicketEventKind
from centres.models import Centre, TicketEvent
from portal import clock, shared

KEPT_SECONDS = 600
DAY_SECONDS = 24 * 60 * 60
RECENT_CALLS = 5
LOG_LINES = 8
SPEEDS = (1, 10, 60)


@dataclass(frozen=True)
class Step:
    """One thing that happened: seconds after midnight in Hanoi, to which number, at which counter (0: at none)."""

    second: int
    kind: str
    label: str
    service: str
    counter: int

    @property
    def time(self) -> str:
        return clock_time(self.second)

    @property
    def kind_words(self) -> str:
        return str(TicketEventKind(self.kind).label)


@dataclass
class Picture:
    """The hall at one second. ``counters``: who stands there and whether they have come; ``waiting``: labels by letter."""

    second: int
    waiting: dict[str, list[str]] = field(default_factory=dict)
    counters: dict[int, tuple[str, bool]] = field(default_factory=dict)
    parked: list[str] = field(default_factory=list)
    calls: list[Step] = field(default_factory=list)
    log: list[Step] = field(default_factory=list)
    drawn: int = 0
    served: int = 0

    @property
    def people_waiting(self) -> int:
        return sum(len(labels) for labels in self.waiting.values())


def steps_of(centre: Centre, day: date) -> list[Step]:
    """Everything that happened to this day's numbers, in order. One statement; a past day is remembered a while."""
    key = f"replay:{centre.pk}:{day}"
    known: list[Step] | None = shared.recall(key)
    if known is None:
        known = _read(centre, day)
        shared.keep(key, known, KEPT_SECONDS)
    return known


def _read(centre: Centre, day: date) -> list[Step]:
    midnight = datetime.combine(day, time.min, tzinfo=clock.HANOI)
    rows = (
        TicketEvent.objects.filter(ticket__centre=centre, ticket__day=day)
        .order_by("at", "id")
        .values_list("at", "kind", "ticket__letter", "ticket__number", "counter__number")
    )
    return [
        Step(
            min(int((at - midnight).total_seconds()), DAY_SECONDS - 1),
            kind,
            f"{letter}{number:03}",
            letter,
            counter or 0,
        )
        for at, kind, letter, number, counter in rows
    ]


def span_of(steps: Sequence[Step]) -> tuple[int, int]:
    """The first and the last second with anything, those of the evening's closing aside."""
    lived = [step.second for step in steps if step.kind != TicketEventKind.CLOSED]
    return (lived[0], lived[-1]) if lived else (0, 0)


def picture_at(steps: Iterable[Step], second: int) -> Picture:
    """The hall as it was at this second: pure, so that the same second always looks the same."""
    picture = Picture(second)
    where: dict[str, tuple[str, int]] = {}
    letters: dict[str, str] = {}
    for step in steps:
        if step.second > second:
            break
        # Once each: a number that a kiosk printed again without a line has two such rows.
        picture.drawn += step.kind == TicketEventKind.ISSUED and step.label not in letters
        letters[step.label] = step.service
        _apply(picture, where, step)
    for label, (place, counter) in where.items():
        if place == "waiting":
            picture.waiting.setdefault(letters[label], []).append(label)
        elif place == "parked":
            picture.parked.append(label)
        else:
            picture.counters[counter] = (label, place == "serving")
    picture.waiting = dict(sorted(picture.waiting.items()))
    return picture


def _apply(picture: Picture, where: dict[str, tuple[str, int]], step: Step) -> None:
    kind, label = step.kind, step.label
    if kind in (TicketEventKind.ISSUED, TicketEventKind.RETURNED, TicketEventKind.TRANSFERRED):
        where.pop(label, None)
        where[label] = ("waiting", 0)
    elif kind in (TicketEventKind.CALLED, TicketEventKind.PICKED, TicketEventKind.RECALLED):
        where[label] = ("called", step.counter)
        picture.calls = [step, *(call for call in picture.calls if call.label != label)][:RECENT_CALLS]
    elif kind == TicketEventKind.ARRIVED:
        where[label] = ("serving", step.counter)
    elif kind == TicketEventKind.PARKED:
        where[label] = ("parked", 0)
    elif kind in (TicketEventKind.DONE, TicketEventKind.NO_SHOW, TicketEventKind.LEFT, TicketEventKind.CLOSED):
        where.pop(label, None)
        picture.served += kind == TicketEventKind.DONE
    picture.log = [step, *picture.log][:LOG_LINES]


def clock_time(second: int) -> str:
    """``09:05:07``"""
    return f"{second // 3600:02}:{second % 3600 // 60:02}:{second % 60:02}"
