"""Take a seat at a counter, pause it, leave it; what a manager decides about it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from centres.enums import CounterEventKind, CounterState
from centres.models import Counter, CounterEvent, Service, SkillChange, Ticket
from centres.moves import reason_of, wake_calls
from centres.permissions import DESK, MANAGERS, has_role
from citizens.models import User
from portal import live
from portal.errors import BadInput, NotAllowed, RuleBroken

REASON_LIMIT = 120


def open_counter(*, counter: Counter, at: datetime, acting_user: User) -> Counter:
    """Take a seat here, or go on after a pause; the counter where the officer sat before is closed.

    Raises ``NotAllowed``, ``RuleBroken`` (``counter_taken``, ``counter_busy``), and what ``settings.BEFORE_OPENING`` raises.
    """
    if not has_role(acting_user, DESK, counter.centre_id):
        raise NotAllowed(_("You do not work at a counter of this centre."), code="not_staff_here")
    try:
        with transaction.atomic():
            return _take_seat(counter, at, acting_user, acting_user)
    except IntegrityError:
        raise RuleBroken(
            _("You have just opened another counter. Please look again."), code="changed_meanwhile"
        ) from None


def open_for(*, counter: Counter, officer: User, reason: str = "", at: datetime, acting_user: User) -> Counter:
    """A manager opens the counter for an officer of the centre, as if they had taken the seat themselves.

    Raises ``NotAllowed``, ``BadInput``, ``RuleBroken`` (``counter_taken``, ``counter_busy``, ``changed_meanwhile``), and what
    ``settings.BEFORE_OPENING`` raises.
    """
    _guard_manager(counter, acting_user)
    reason = reason_of(reason, REASON_LIMIT)
    if not has_role(officer, DESK, counter.centre_id):
        raise BadInput(
            _("%(name)s does not work at a counter of this centre. Choose somebody who does.") % {"name": officer},
            code="not_staff_here",
            field="officer",
        )
    try:
        with transaction.atomic():
            return _take_seat(counter, at, officer, acting_user, reason)
    except IntegrityError:
        raise RuleBroken(
            _("%(name)s has just opened another counter. Please look again.") % {"name": officer},
            code="changed_meanwhile",
        ) from None


def _take_seat(counter: Counter, at: datetime, user: User, actor: User, reason: str = "") -> Counter:
    seat = Counter.objects.select_for_update().get(pk=counter.pk)
    if seat.state != CounterState.CLOSED and seat.officer_id != user.pk:
        raise RuleBroken(
            _("%(name)s is at this counter. Choose another one.") % {"name": seat.officer}, code="counter_taken"
        )
    if seat.officer_id != user.pk:
        for name in settings.BEFORE_OPENING:
            import_string(name)(counter=seat, officer=user, at=at)
    before = Counter.objects.select_for_update().filter(officer=user).exclude(pk=seat.pk).first()
    if before:
        _refuse_while_busy(before)
        set_state(before, CounterState.CLOSED, at, officer=None, actor=actor)
    return set_state(seat, CounterState.OPEN, at, officer=user, actor=actor, reason=reason)


@transaction.atomic
def pause_counter(*, counter: Counter, reason: str, at: datetime, acting_user: User) -> Counter:
    """Call nobody for a while; whoever is at the counter is served to the end.

    Raises ``NotAllowed``, ``BadInput``, ``RuleBroken`` (``counter_closed``).
    """
    seat = _own_seat(counter, acting_user)
    reason = reason_of(reason, REASON_LIMIT)
    if seat.state == CounterState.CLOSED:
        raise RuleBroken(_("This counter is closed. Open it first."), code="counter_closed")
    return set_state(seat, CounterState.PAUSED, at, officer=seat.officer, actor=acting_user, reason=reason)


@transaction.atomic
def close_counter(*, counter: Counter, reason: str = "", at: datetime, acting_user: User) -> Counter:
    """Leave the counter. Raises ``NotAllowed``, ``BadInput``, ``RuleBroken`` (``counter_busy``)."""
    seat = _own_seat(counter, acting_user)
    reason = reason_of(reason, REASON_LIMIT)
    _refuse_while_busy(seat)
    return set_state(seat, CounterState.CLOSED, at, officer=None, actor=acting_user, reason=reason)


@transaction.atomic
def set_services(
    *, counter: Counter, services: Collection[Service], reason: str, at: datetime, acting_user: User
) -> Counter:
    """What this counter can do from now on; whoever is there is served to the end. The same services change nothing.

    Raises ``NotAllowed``, ``BadInput`` (``no_services``, ``other_centre``, ``reason_missing``, ``reason_too_long``).
    """
    _guard_manager(counter, acting_user)
    reason = reason_of(reason, REASON_LIMIT)
    if not services:
        raise BadInput(_("Choose at least one service."), code="no_services", field="services")
    if any(service.centre_id != counter.centre_id for service in services):
        raise BadInput(_("Choose services of this centre."), code="other_centre", field="services")
    seat = Counter.objects.select_for_update().get(pk=counter.pk)
    before, after = _letters(seat.services.all()), _letters(services)
    if before == after:
        return seat
    if not reason:
        raise BadInput(_("Please say why in a few words."), code="reason_missing", field="reason")
    seat.services.set(services)
    SkillChange.objects.create(counter=seat, at=at, actor=acting_user, reason=reason, before=before, after=after)
    wake_calls(seat.centre_id, at)
    live.bump(f"queue:{seat.centre_id}")
    return seat


def _letters(services: Collection[Service]) -> str:
    return ", ".join(sorted(service.letter for service in services))


def _guard_manager(counter: Counter, user: User) -> None:
    if not has_role(user, MANAGERS, counter.centre_id):
        raise NotAllowed(_("Only a manager of the centre can do this."), code="not_manager_here")


def _own_seat(counter: Counter, user: User) -> Counter:
    seat = Counter.objects.select_for_update().get(pk=counter.pk)
    sits_here = seat.officer_id == user.pk and has_role(user, DESK, seat.centre_id)
    if not sits_here and not has_role(user, MANAGERS, seat.centre_id):
        raise NotAllowed(_("Only the officer at this counter or a manager can do this."), code="not_your_counter")
    return seat


def _refuse_while_busy(counter: Counter) -> None:
    there = Ticket.objects.at_counter().filter(counter=counter).first()
    if there:
        raise RuleBroken(
            _("Number %(label)s is still at counter %(number)s. Finish it or set it aside first.")
            % {"label": there.label, "number": counter.number},
            code="counter_busy",
        )


def set_state(
    counter: Counter, state: str, at: datetime, *, officer: User | None, actor: User | None, reason: str = ""
) -> Counter:
    """Change a locked counter and write it down; who sits there is the officer of before when it closes."""
    kind = _event_of(counter.state, state)
    sits = officer or counter.officer
    counter.state, counter.state_since, counter.state_reason, counter.officer = state, at, reason, officer
    counter.save(update_fields=["state", "state_since", "state_reason", "officer"])
    if kind is not None:
        CounterEvent.objects.create(counter=counter, kind=kind, at=at, officer=sits, actor=actor, reason=reason)
    if state == CounterState.OPEN:
        wake_calls(counter.centre_id, at)
    live.bump(f"queue:{counter.centre_id}")
    return counter


def _event_of(before: str, after: str) -> CounterEventKind | None:
    """What happened, if anything: opening an open counter again is nothing, pausing again gives another reason."""
    if after == CounterState.OPEN:
        return {
            CounterState.CLOSED.value: CounterEventKind.OPENED,
            CounterState.PAUSED.value: CounterEventKind.RESUMED,
        }.get(before)
    if after == CounterState.PAUSED:
        return CounterEventKind.PAUSED
    return None if before == CounterState.CLOSED else CounterEventKind.CLOSED
