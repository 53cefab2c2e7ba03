"""A result that nobody collects: its citizen is reminded once for each time it lies ready."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet

from applications import messages
from applications.actions.locking import locked
from applications.actions.steps import announce
from applications.enums import IN_HAND, DeliveryState, State
from applications.models import Part, Step
from applications.models.handling import UNCOLLECTED
from applications.models.linked import PART_UNCOLLECTED
from applications.result_ways import comes_for_it, that_come
from applications.rules import rules_on, start_of, working_days_before
from portal import clock
from procedures.calendars import ONE_DAY
from procedures.catalogue_cache import load_calendar


def uncollected(at: datetime) -> QuerySet[Step]:
    """Results that lie ready for so many working days, the longest waiting first; none outside of the hours of offices."""
    waiting = Step.objects.filter(
        UNCOLLECTED, application__state=State.DONE, application__delivery_state=DeliveryState.AT_COUNTER
    )
    until = _ready_before(at)
    if until is None:
        return waiting.none()
    rows = waiting.filter(from_at__lt=until).select_related("application")
    return that_come(rows).order_by("from_at", "pk")


def uncollected_parts(at: datetime) -> QuerySet[Part]:
    """The same of single results of linked services, while others are still worked on."""
    until = _ready_before(at)
    if until is None:
        return Part.objects.none()
    rows = Part.objects.filter(PART_UNCOLLECTED, application__state__in=IN_HAND, ended_at__lt=until)
    return that_come(rows.select_related("application")).order_by("ended_at", "pk")


def _ready_before(at: datetime) -> datetime | None:
    """Whatever lies ready since before this moment has been there for the days of the rules; nothing is said outside of the
    hours of offices."""
    day, calendar = clock.local_day(at), load_calendar()
    if not calendar.is_working_day(day) or at < start_of(day):
        return None
    last = working_days_before(day, rules_on(day).collect_days)
    while not calendar.is_working_day(last + ONE_DAY):
        last += ONE_DAY
    return datetime.combine(last, time.min, tzinfo=clock.HANOI) + timedelta(days=1)


@transaction.atomic
def remind_of_result(*, step: Step, at: datetime) -> bool:
    """Remind once that the result waits; whether that was still needed."""
    dossier = locked(step.application)
    held = dossier.steps.filter(UNCOLLECTED, pk=step.pk).first()
    if held is None or dossier.state != State.DONE or dossier.delivery_state != DeliveryState.AT_COUNTER:
        return False
    if not comes_for_it(dossier):
        return False
    held.reminded_at = at
    held.save(update_fields=["reminded_at"])
    messages.tell(messages.NotCollected, dossier, occasion=str(held.pk), at=at)
    announce(dossier)
    return True


@transaction.atomic
def remind_of_part(*, part: Part, at: datetime) -> bool:
    """The same for the result of one of the linked services."""
    dossier = locked(part.application)
    held = dossier.parts.filter(PART_UNCOLLECTED, pk=part.pk).first()
    if held is None or dossier.state not in IN_HAND or not comes_for_it(dossier):
        return False
    held.reminded_at = at
    held.save(update_fields=["reminded_at"])
    messages.tell_part(messages.PartNotCollected, dossier, held, at=at)
    announce(dossier)
    return True
