"""A result that nobody collects: its citizen is reminded once for each time it lies ready."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet

from applications import messages
from applications.actions.locking import locked
from applications.actions.steps import announce
from applications.enums import DeliveryState, State
from applications.models import Step
from applications.models.handling import UNCOLLECTED
from applications.rules import rules_on, start_of, working_days_before
from portal import clock
from procedures.calendars import ONE_DAY
from procedures.catalogue_cache import load_calendar


def uncollected(at: datetime) -> QuerySet[Step]:
    """Results that lie ready for so many working days, the longest waiting first; none outside of the hours of offices."""
    day, calendar = clock.local_day(at), load_calendar()
    waiting = Step.objects.filter(
        UNCOLLECTED, application__state=State.DONE, application__delivery_state=DeliveryState.AT_COUNTER
    ).select_related("application")
    if not calendar.is_working_day(day) or at < start_of(day):
        return waiting.none()
    last = working_days_before(day, rules_on(day).collect_days)
    while not calendar.is_working_day(last + ONE_DAY):
        last += ONE_DAY
    until = datetime.combine(last, time.min, tzinfo=clock.HANOI) + timedelta(days=1)
    return waiting.filter(from_at__lt=until).order_by("from_at", "pk")


@transaction.atomic
def remind_of_result(*, step: Step, at: datetime) -> bool:
    """Remind once that the result waits; whether that was still needed."""
    dossier = locked(step.application)
    held = dossier.steps.filter(UNCOLLECTED, pk=step.pk).first()
    if held is None or dossier.state != State.DONE or dossier.delivery_state != DeliveryState.AT_COUNTER:
        return False
    held.reminded_at = at
    held.save(update_fields=["reminded_at"])
    messages.tell(messages.NotCollected, dossier, occasion=str(held.pk), at=at)
    announce(dossier)
    return True
