"""The report of a day, a week or a month: tables of plain values that a page, a workbook and a PDF show alike.

Everything comes from the summaries, so a report costs the same however many numbers were ever drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from centres.enums import PriorityGround
from centres.estimate.accuracy import ENOUGH, by_service
from centres.models import Centre, Counter, Service
from centres.paper_trips import paper_trips
from centres.summaries.reading import Period, centres_beside, read_period
from centres.summaries.tally import KINDS, Spread, Tally, together
from portal.text import pick

# How a value of a column is to be shown: words, a whole number, seconds, a share of one.
WORDS, COUNT, SPAN, SHARE = "words", "count", "span", "share"


@dataclass(frozen=True)
class Table:
    """``columns``: (title, how its values are shown). ``note``: what a reader has to know about it."""

    key: str
    title: str
    columns: list[tuple[str, str]]
    rows: list[list[Any]]
    note: str = ""

    @property
    def cells(self) -> list[list[tuple[str, str, Any]]]:
        """Rows of (title, kind, value), for the page."""
        return [
            [(title, kind, value) for (title, kind), value in zip(self.columns, row, strict=True)] for row in self.rows
        ]


@dataclass(frozen=True)
class Report:
    """``centre`` None: the centres of the city beside each other. ``counted_at``: how fresh the youngest day is."""

    centre: Centre | None
    first: date
    last: date
    whole: Tally
    counted_at: datetime | None
    tables: list[Table] = field(default_factory=list)
    days: list[tuple[date, Tally]] = field(default_factory=list)


def report_on(centre: Centre, first: date, last: date) -> Report:
    """One centre. Eleven statements."""
    period = read_period(centre.pk, first, last)
    names = {
        service.pk: f"{service.letter} · {pick(service.title)}" for service in Service.objects.filter(centre=centre)
    }
    tables = [
        _times(period),
        _services(names, period),
        _estimates(names, centre, first, last),
        _counters(centre, period),
        _hours(period),
        *([_days(period)] if first != last else []),
        _priorities(period.whole),
        _papers(centre, first, last),
    ]
    return Report(centre, first, last, period.whole, period.counted_at, tables, list(period.by_day.items()))


def report_on_city(first: date, last: date) -> Report:
    """Every centre with anything to tell, the busiest first. Two statements."""
    found, counted_at = centres_beside(first, last)
    names = {centre.pk: pick(centre.short_name) for centre in Centre.objects.filter(pk__in=found)}
    rows = [
        [names[pk], *_people(tally), *_waits(tally), tally.service.median, _share(tally.unserved, tally.drawn)]
        for pk, tally in sorted(found.items(), key=lambda pair: -pair[1].drawn)
    ]
    whole = together(found.values())
    table = Table(
        "centres",
        _("Centres beside each other"),
        [
            (_("Centre"), WORDS), *_people_columns(), *_waits_columns(), (_("Median service"), SPAN),
            (_("Share unserved"), SHARE),
        ],
        rows,
    )  # fmt: skip
    return Report(None, first, last, whole, counted_at, [table, _times_of(whole, None), _priorities(whole)])


def _people_columns() -> list[tuple[str, str]]:
    names = (_("Drawn"), _("Called"), _("Served"), _("Left"), _("Did not come"))
    return [(name, COUNT) for name in names]


def _people(tally: Tally) -> list[Any]:
    return [tally.drawn, tally.called, tally.served, tally.left, tally.no_show]


def _waits_columns() -> list[tuple[str, str]]:
    return [(_("Median wait"), SPAN), (_("Nine of ten wait under"), SPAN)]


def _waits(tally: Tally) -> list[Any]:
    return [tally.waiting.median, tally.waiting.p90]


def _times(period: Period) -> Table:
    idle = [hours.idle for hours in period.hours.values()]
    return _times_of(period.whole, sum(idle) if idle else None)


def _times_of(whole: Tally, idle: int | None) -> Table:
    words = {"waiting": _("Waiting"), "walking": _("Walking"), "service": _("Being served"), "parked": _("Set aside")}
    spreads: list[tuple[str, Spread]] = [(words[kind], getattr(whole, kind)) for kind in KINDS]
    rows: list[list[Any]] = [
        [name, each.count, each.median, each.mean, each.p90, each.longest if each.count else None, each.total]
        for name, each in spreads
    ]
    if idle is not None:
        rows.append([_("Counters open and idle"), None, None, None, None, None, idle])
    columns = [
        (_("Kind of time"), WORDS), (_("People"), COUNT), (_("Median"), SPAN), (_("Mean"), SPAN), (_("Nine of ten under"), SPAN),
        (_("Longest"), SPAN), (_("Together"), SPAN),
    ]  # fmt: skip
    note = _("Median and nine of ten are read from fixed steps of time; mean, longest and together are exact.")
    return Table("times", _("Times kept apart"), columns, rows, note)


def _services(names: dict[int, str], period: Period) -> Table:
    rows = [
        [name, *_people(tally), *_waits(tally), tally.walking.median, tally.service.median, tally.parked.median]
        for pk, name in names.items()
        if (tally := period.by_service.get(pk))
    ]
    columns = [
        (_("Service"), WORDS), *_people_columns(), *_waits_columns(), (_("Median walk"), SPAN),
        (_("Median service"), SPAN), (_("Median set aside"), SPAN),
    ]  # fmt: skip
    return Table("services", _("By field"), columns, rows)


def _estimates(names: dict[int, str], centre: Centre, first: date, last: date) -> Table:
    """What people were told at the drawing, and what happened. One statement."""
    rows: list[list[Any]] = [
        [names[each.service], each.count, each.share, each.error] for each in by_service(centre, first, last)
    ]
    columns = [
        (_("Service"), WORDS), (_("Waits told"), COUNT), (_("Came true"), SHARE), (_("Mean error"), SPAN),
    ]  # fmt: skip
    note = _(
        "Told when the number was drawn. Came true: the wait lay in the range that was told. Mean error: how far the wait"
        " lay from the middle of that range. Under %(enough)d waits say too little: only their number is given."
    ) % {"enough": ENOUGH}
    return Table("estimates", _("Waits told and what came"), columns, rows, note)


def _counters(centre: Centre, period: Period) -> Table:
    rows = []
    for counter in Counter.objects.filter(centre=centre):
        tally, hours = period.by_counter.get(counter.pk), period.hours.get(counter.pk)
        if tally is None and hours is None:
            continue
        tally = tally or Tally()
        spent = [hours.open, hours.paused, hours.idle] if hours else [None, None, None]
        rows.append(
            [str(counter), tally.called, tally.served, tally.no_show, tally.walking.median, tally.service.median,
             tally.service.p90, *spent]
        )  # fmt: skip
    columns = [
        (_("Counter"), WORDS), (_("Called"), COUNT), (_("Served"), COUNT), (_("Did not come"), COUNT),
        (_("Median walk"), SPAN), (_("Median service"), SPAN), (_("Nine of ten under"), SPAN), (_("Open"), SPAN),
        (_("Paused"), SPAN), (_("Idle"), SPAN),
    ]  # fmt: skip
    note = _(
        "A call counts at the counter that made it: who was passed on was called at both. Served: by the counter that"
        " finished the visit. Service is the time that a visit which was served in the end spent at this counter."
    )
    return Table("counters", _("By counter"), columns, rows, note)


def _hours(period: Period) -> Table:
    rows = [
        [f"{hour}:00", *_people(tally), *_waits(tally), tally.service.median] for hour, tally in period.by_hour.items()
    ]
    columns = [(_("Hour"), WORDS), *_people_columns(), *_waits_columns(), (_("Median service"), SPAN)]
    return Table("hours", _("By hour"), columns, rows)


def _days(period: Period) -> Table:
    rows = [
        [f"{day:%d/%m/%Y}", *_people(tally), *_waits(tally), tally.service.median]
        for day, tally in period.by_day.items()
    ]
    columns = [(_("Day"), WORDS), *_people_columns(), *_waits_columns(), (_("Median service"), SPAN)]
    return Table("days", _("By day"), columns, rows)


def _priorities(whole: Tally) -> Table:
    rows: list[list[Any]] = [
        [_("in turn") if ground == PriorityGround.NONE else str(PriorityGround(ground).label), number,
         _share(number, whole.drawn)]
        for ground, number in sorted(whole.grounds.items(), key=lambda pair: -pair[1])
    ]  # fmt: skip
    if whole.called:
        rows.append([_("Calls that overtook somebody"), whole.jumped, _share(whole.jumped, whole.called)])
    columns = [(_("Ground"), WORDS), (_("People"), COUNT), (_("Share"), SHARE)]
    return Table("priorities", _("Who goes first"), columns, rows)


def _papers(centre: Centre, first: date, last: date) -> Table:
    """Who was sent for a paper, by procedure and paper, and what the others did. Three statements."""
    rows: list[list[Any]] = [
        [
            f"{pick(trip.procedure.short_name)}: {pick(trip.kind.name)}",
            trip.missing,
            trip.back,
            trip.certify,
            trip.number,
        ]
        for trip in paper_trips(centre, first, last)
    ]
    columns = [
        (_("Paper"), WORDS), (_("Missing"), COUNT), (_("Sent for it"), COUNT), (_("Certified here"), COUNT),
        (_("Number all the same"), COUNT),
    ]  # fmt: skip
    return Table("papers", _("People sent for a paper"), columns, rows)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
