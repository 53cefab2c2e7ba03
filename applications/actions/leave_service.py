"""Somebody leaves, or leaves a centre for another: all that lies with them goes to named colleagues, in one act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from applications.actions.delegate_signing import end_delegation
from applications.actions.hand_over_register import hand_over_register
from applications.actions.people import end_absence, take_from_leaver
from applications.actions.signing_keys import end_key
from applications.leaving import Plan, Task, absences_of, delegations_held, keys_held, plan_of, seat_of, succeeded_by
from applications.models import SecondFactor
from centres.actions.counters import close_counter
from centres.actions.staff import day_before, end_roles, give_role, guard, name_successor
from centres.enums import StaffChangeKind
from centres.models import Centre, StaffChange
from centres.models.staff import REASON_LENGTH
from centres.moves import reason_of
from citizens.actions.accounts import close_account
from citizens.models import User
from portal import clock
from portal.errors import BadInput, RuleBroken
from support.actions import handle as incidents
from support.actions import move_equipment as equipment
from support.actions.on_call import forget_contact, hand_shift_on
from support.actions.review import hand_follow_up_on


@transaction.atomic
def leave(*, person: User, to: Mapping[str, int], reason: str, seen: str, at: datetime, acting_user: User) -> User:
    """The person leaves today. ``to`` names a colleague for each task of the plan, ``seen`` is the plan that was shown.

    Raises ``NotAllowed``, ``BadInput`` (``reason_missing``, ``nobody_named``, ``oneself``) and ``RuleBroken``
    (``changed_meanwhile``, ``no_successor``, ``gone_already``).
    """
    person, reason = _held(person, reason, acting_user)
    plan = _checked(plan_of(person, None, at), to, seen)
    given = _hand_over(plan, to, reason, at, acting_user)
    _end_here(plan, reason, at, acting_user, is_now=True)
    _end_keys(plan, reason, at, acting_user)
    end_roles(roles=plan.roles, last_day=clock.local_day(at))
    close_account(person, at)
    _write_down(plan, StaffChangeKind.LEFT, None, clock.local_day(at), reason, given, at, acting_user)
    return person


@transaction.atomic
def move(
    *,
    person: User,
    centre: Centre,
    new_centre: Centre,
    role: str,
    title: str,
    first_day: date,
    to: Mapping[str, int],
    reason: str,
    seen: str,
    at: datetime,
    acting_user: User,
) -> User:
    """The person works at another centre from a day on. What lies with them here is handed over now; their roles here
    last until the day before. Raises as ``leave``, and ``BadInput`` of the new role.
    """
    person, reason = _held(person, reason, acting_user)
    if new_centre.pk == centre.pk:
        raise BadInput(_("Choose another centre."), code="same_centre", field="new_centre")
    plan = _checked(plan_of(person, centre, at), to, seen)
    if not plan.roles:
        raise RuleBroken(_("This person has no role at that centre any more."), code="gone_already")
    given = _hand_over(plan, to, reason, at, acting_user)
    _end_here(plan, reason, at, acting_user, is_now=first_day <= clock.local_day(at))
    end_roles(roles=plan.roles, last_day=day_before(first_day))
    if heir := to.get(f"dossiers-{centre.pk}"):
        name_successor(person=person, centre=centre, to_id=heir)
    give_role(person=person, centre=new_centre, role=role, title=title, first_day=first_day, at=at)
    _write_down(plan, StaffChangeKind.MOVED, new_centre, first_day, reason, given, at, acting_user)
    return person


def _held(person: User, reason: str, acting_user: User) -> tuple[User, str]:
    guard(acting_user)
    reason = reason_of(reason, REASON_LENGTH)
    if not reason:
        raise BadInput(_("Please say why in a few words."), code="reason_missing", field="reason")
    if person.pk == acting_user.pk:
        raise BadInput(_("Somebody else does this for you."), code="oneself")
    person = User.objects.select_for_update().get(pk=person.pk)
    if not person.is_active:
        raise RuleBroken(_("This account is closed."), code="gone_already")
    return person, reason


def _checked(plan: Plan, to: Mapping[str, int], seen: str) -> Plan:
    if plan.seen != seen:
        raise RuleBroken(
            _("What lies with this person has changed meanwhile. Please look again."), code="changed_meanwhile"
        )
    if plan.problems:
        raise RuleBroken(plan.problems[0], code="no_successor")
    for task in plan.tasks:
        if to.get(task.key) not in {one.pk for one in task.choices}:
            raise BadInput(_("Choose who takes this over."), code="nobody_named", field=task.key)
    return plan


def _hand_over(plan: Plan, to: Mapping[str, int], reason: str, at: datetime, acting_user: User) -> list[str]:
    """Each thing to the colleague named for it; what went to whom, in words."""
    given = []
    for task in plan.tasks:
        colleague = next(one for one in task.choices if one.pk == to[task.key])
        _GIVE[task.key.rsplit("-", 1)[0]](task, colleague, reason, at, acting_user)
        given.append(f"{task.what} → {colleague}")
        if task.key.startswith("dossiers-"):
            succeeded_by(plan.person).filter(centre=int(task.key.rsplit("-", 1)[1])).update(successor=colleague)
    return given


def _give_dossiers(task: Task, to: User, reason: str, at: datetime, acting_user: User) -> None:
    for row in task.rows:
        take_from_leaver(application=row, to=to, reason=reason, at=at, acting_user=acting_user)


def _give_stand_in(task: Task, to: User, reason: str, at: datetime, acting_user: User) -> None:
    for row in task.rows:
        row.substitute = to
        row.save(update_fields=["substitute"])


def _give_register(task: Task, to: User, reason: str, at: datetime, acting_user: User) -> None:
    for row in task.rows:
        hand_over_register(register=row, to=to, reason=reason, at=at, acting_user=acting_user)


def _give_shifts(task: Task, to: User, reason: str, at: datetime, acting_user: User) -> None:
    for row in task.rows:
        hand_shift_on(shift=row, to=to, at=at, acting_user=acting_user)


def _give_incidents(task: Task, to: User, reason: str, at: datetime, acting_user: User) -> None:
    for row in task.rows:
        incidents.hand_on(incident=row, to=to, at=at, acting_user=acting_user)


def _give_follow_ups(task: Task, to: User, reason: str, at: datetime, acting_user: User) -> None:
    for row in task.rows:
        hand_follow_up_on(follow_up=row, to=to, at=at, acting_user=acting_user)


def _give_equipment(task: Task, to: User, reason: str, at: datetime, acting_user: User) -> None:
    for row in task.rows:
        equipment.hand_on(equipment=row, to=to, at=at, acting_user=acting_user)


_GIVE: dict[str, Callable[[Task, User, str, datetime, User], Any]] = {
    "dossiers": _give_dossiers,
    "stand-in": _give_stand_in,
    "register": _give_register,
    "shifts": _give_shifts,
    "incidents": _give_incidents,
    "follow-ups": _give_follow_ups,
    "equipment": _give_equipment,
}


def _end_here(plan: Plan, reason: str, at: datetime, acting_user: User, *, is_now: bool) -> None:
    """What holds only while the person works there. A seat is kept until the last day: the evening closes it."""
    seat = seat_of(plan)
    if seat is not None and is_now:
        close_counter(counter=seat, reason=gettext("left"), at=at, acting_user=acting_user)
    for deed in delegations_held(plan, at):
        end_delegation(delegation=deed, reason=reason, at=at, acting_user=acting_user)
    for absence in absences_of(plan, at):
        end_absence(absence=absence, at=at, acting_user=acting_user)


def _end_keys(plan: Plan, reason: str, at: datetime, acting_user: User) -> None:
    for key in keys_held(plan, at):
        end_key(key=key, reason=reason, at=at, acting_user=acting_user)
    SecondFactor.objects.filter(user=plan.person).delete()
    forget_contact(person=plan.person)


def _write_down(
    plan: Plan,
    kind: StaffChangeKind,
    centre: Centre | None,
    day: date,
    reason: str,
    given: list[str],
    at: datetime,
    acting_user: User,
) -> StaffChange:
    return StaffChange.objects.create(
        person=plan.person,
        kind=kind,
        centre=centre,
        day=day,
        at=at,
        by=acting_user,
        reason=reason,
        details=[*given, *(f"{line.what}: {line.shown}" if line.names else line.what for line in plan.ends)],
    )
