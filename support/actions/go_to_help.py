"""A helper goes, is there, and is free again; what nobody answers goes on to more people."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from citizens.models import User
from portal.errors import RuleBroken
from support.enums_help import HELP_NOT_THERE, HelpEventKind, HelpState, Ring
from support.help_history import note
from support.helpers import expected_at, first_name, shift_of, stale
from support.models import AssistanceRequest
from support.permissions import require_helper
from support.ringing import ring


@transaction.atomic
def accept(*, request: AssistanceRequest, at: datetime, acting_user: User) -> AssistanceRequest:
    """I go. Of two at once one does. Raises ``NotAllowed``, ``RuleBroken``."""
    row = _locked(request)
    require_helper(acting_user, row.centre_id)
    if row.state != HelpState.WAITING:
        raise _not_now(row)
    shift = shift_of(acting_user, at)
    badge = shift.badge if shift is not None and shift.centre_id == row.centre_id else ""
    row.accept(acting_user, badge, at, expected_at(row.centre_id, at))
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "helper", "badge", "accepted_at", "expected_at", "wider_at"])
    except IntegrityError:
        raise RuleBroken(_("You are with somebody already. End that first."), code="already_out") from None
    note(request=row, kind=HelpEventKind.ACCEPTED, at=at, actor=acting_user)
    return row


@transaction.atomic
def give_back(*, request: AssistanceRequest, at: datetime, acting_user: User) -> None:
    """I cannot go after all: somebody else is asked. Raises ``NotAllowed``, ``RuleBroken``."""
    row = _mine(request, [HelpState.COMING], acting_user)
    row.give_back()
    row.save(update_fields=["state", "helper", "badge", "accepted_at", "expected_at"])
    note(request=row, kind=HelpEventKind.GIVEN_BACK, at=at, actor=acting_user)
    ring(request=row, first=Ring.ALL, at=at)


@transaction.atomic
def arrive(*, request: AssistanceRequest, at: datetime, acting_user: User | None) -> None:
    """Helper and person have met; either says so, and a second time does no harm. Raises ``NotAllowed``, ``RuleBroken``."""
    row = _locked(request)
    if row.state == HelpState.HERE:
        return
    if acting_user is not None:
        _check_mine(row, acting_user)
    if row.state != HelpState.COMING:
        raise _not_now(row)
    row.arrive(at)
    row.save(update_fields=["state", "arrived_at"])
    note(request=row, kind=HelpEventKind.ARRIVED, at=at, actor=acting_user)


@transaction.atomic
def finish(*, request: AssistanceRequest, at: datetime, acting_user: User) -> None:
    """The person is helped. Raises ``NotAllowed``, ``RuleBroken``."""
    _end(_mine(request, [HelpState.HERE], acting_user), lambda row: row.finish(at), HelpEventKind.DONE, at, acting_user)


@transaction.atomic
def find_nobody(*, request: AssistanceRequest, at: datetime, acting_user: User) -> None:
    """Nobody was there. Raises ``NotAllowed``, ``RuleBroken``."""
    row = _mine(request, [HelpState.COMING], acting_user)
    _end(row, lambda row: row.find_nobody(at), HelpEventKind.NOBODY, at, acting_user)


@transaction.atomic
def widen(*, request_id: int, at: datetime) -> bool:
    """Tell more people, if nobody has answered and it is time; the row is locked, so beside itself it tells once."""
    row = _waiting_long(at).select_for_update(of=("self",)).filter(pk=request_id).first()
    if row is None:
        return False
    ring(request=row, first=Ring(row.ring + 1), at=at)
    return True


def to_widen(at: datetime) -> list[int]:
    """Ids of the requests that go to more people now."""
    return list(_waiting_long(at).values_list("pk", flat=True))


@transaction.atomic
def end_by_itself(*, request_id: int, at: datetime) -> bool:
    """What nobody ended: somebody who was there has left, else nobody came."""
    row = stale(at).select_for_update(of=("self",)).filter(pk=request_id).first()
    if row is None:
        return False
    if row.state in HELP_NOT_THERE:
        _end(row, lambda row: row.lapse(at), HelpEventKind.LAPSED, at, None)
    else:
        _end(row, lambda row: row.finish(at), HelpEventKind.DONE, at, None)
    return True


def _end(
    row: AssistanceRequest, change: Callable[[AssistanceRequest], None], kind: str, at: datetime, actor: User | None
) -> None:
    change(row)
    row.save(update_fields=["state", "ended_at", "wider_at"])
    note(request=row, kind=kind, at=at, actor=actor)


def _waiting_long(at: datetime) -> QuerySet[AssistanceRequest]:
    return AssistanceRequest.objects.filter(state=HelpState.WAITING, wider_at__lte=at).order_by("urgency", "asked_at")


def _locked(request: AssistanceRequest) -> AssistanceRequest:
    """Without the helper: a join would still show nobody where the row was waited for."""
    return AssistanceRequest.objects.select_for_update().get(pk=request.pk)


def _mine(request: AssistanceRequest, states: Collection[str], user: User) -> AssistanceRequest:
    row = _locked(request)
    _check_mine(row, user)
    if row.state not in states:
        raise _not_now(row)
    return row


def _check_mine(row: AssistanceRequest, user: User) -> None:
    require_helper(user, row.centre_id)
    if row.helper_id != user.pk:
        raise _not_now(row)


def _not_now(row: AssistanceRequest) -> RuleBroken:
    if row.helper is not None:
        return RuleBroken(
            _("%(name)s goes already: %(state)s.") % {"name": first_name(row.helper), "state": row.get_state_display()},
            code="taken",
        )
    return RuleBroken(_("This has ended: %(state)s.") % {"state": row.get_state_display()}, code="not_now")
