"""Helpers and those who ask for them, today, as a manager sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from centres.models import Centre
from portal import clock
from support.enums_help import HelpState
from support.helpers import on_duty, open_requests
from support.models import AssistanceRequest, HelperShift


@dataclass(frozen=True)
class HelpDay:
    """``to_accept`` and ``to_arrive`` are medians of today in whole seconds, None before the first."""

    waiting: list[AssistanceRequest]
    out: list[AssistanceRequest]
    shifts: list[HelperShift]
    asked: int
    lapsed: int
    to_accept: int | None
    to_arrive: int | None

    @property
    def free(self) -> int:
        busy = {row.helper_id for row in self.out}
        return sum(shift.user_id not in busy for shift in self.shifts)


def help_day(centre: Centre, at: datetime) -> HelpDay:
    """Three statements."""
    now = list(open_requests(centre.pk))
    local = clock.local(at)
    begin = local.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = AssistanceRequest.objects.filter(centre=centre, asked_at__gte=begin, asked_at__lt=begin + timedelta(days=1))
    today = list(rows.values_list("asked_at", "accepted_at", "arrived_at", "state"))
    return HelpDay(
        waiting=[row for row in now if row.is_waiting],
        out=[row for row in now if not row.is_waiting],
        shifts=list(on_duty(centre.pk, at).select_related("user")),
        asked=len(today),
        lapsed=sum(state == HelpState.LAPSED for *_times, state in today),
        to_accept=_median([(took - asked).total_seconds() for asked, took, _there, _state in today if took]),
        to_arrive=_median([(there - asked).total_seconds() for asked, _took, there, _state in today if there]),
    )


def _median(seconds: list[float]) -> int | None:
    return round(median(seconds)) if seconds else None
