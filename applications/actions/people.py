"""Work that goes from one person to another: a dossier, all of somebody's, and for the days somebody is away."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked, wrong_state
from applications.actions.steps import announce
from applications.enums import IN_HAND, EventKind, State
from applications.history import record
from applications.models import Absence, Application
from applications.people import specialists_of, specialists_throughout
from applications.permissions import CITY, LEADERS, check, may_handle, may_sign
from centres.enums import Role
from centres.models import Centre, Membership
from centres.permissions import has_role
from citizens.models import User
from portal.clock import local_day
from portal.errors import BadInput, RuleBroken

PEOPLE = LEADERS | {Role.MANAGER}
# Received and in somebody's hands; what nobody has taken yet lies with nobody.
HANDLED = [state for state in IN_HAND if state != State.ACCEPTED]
# A request for certification goes on by itself: its documents lie before every signer.
HELD = Q(state__in=HANDLED, certification__isnull=True)
MOST_AT_ONCE = 200


def may_arrange(user: User, centre_id: int) -> bool:
    """Who shares out the work of a centre: its leaders and its manager."""
    return has_role(user, PEOPLE, centre_id)


@transaction.atomic
def hand_on(*, application: Application, to: User, reason: str, at: datetime, acting_user: User) -> Application:
    """Give the dossier to a colleague, who has it from now on; what was done with it stays as it is."""
    dossier = locked(application)
    check(
        may_handle(acting_user, dossier)
        or may_sign(acting_user, dossier)
        or may_arrange(acting_user, dossier.competent_id)
    )
    return _give(dossier, to, reason, at, acting_user)


@transaction.atomic
def take_from_leaver(
    *, application: Application, to: User, reason: str, at: datetime, acting_user: User
) -> Application:
    """The same by the city's administrator, who hands on nothing else than what lies with somebody who goes."""
    check(has_role(acting_user, CITY))
    return _give(locked(application), to, reason, at, acting_user)


def hand_on_left(*, at: datetime) -> int:
    """What was taken after a move was written down, and is not finished on the last day, goes to the colleague named then;
    how many went. Where that colleague works there no more, it stays and the city's page names it."""
    went = 0
    for role in _ended_with_work(local_day(at)):
        assert role.centre is not None
        here = specialists_of(role.centre, local_day(at))
        if role.user in here or role.successor not in here:
            continue
        rows = Application.objects.filter(HELD, competent=role.centre, handler=role.user)
        for dossier in rows.order_by("due_at", "id")[:MOST_AT_ONCE]:
            went += _hand_on_to_successor(dossier, role, at)
    return went


def _ended_with_work(day: date) -> QuerySet[Membership]:
    rows = Membership.objects.filter(role=Role.SPECIALIST, successor__isnull=False, valid_to__lt=day)
    work = Application.objects.filter(HELD, competent=OuterRef("centre"), handler=OuterRef("user"))
    return rows.filter(Exists(work)).select_related("centre", "user", "successor").order_by("pk")


@transaction.atomic
def _hand_on_to_successor(application: Application, role: Membership, at: datetime) -> bool:
    dossier = locked(application)
    if dossier.handler_id != role.user_id:  # handed on meanwhile
        return False
    assert role.successor is not None
    try:
        _give(dossier, role.successor, gettext("The last day at this centre is over."), at, None)
    except RuleBroken:  # finished meanwhile
        return False
    return True


def _give(dossier: Application, to: User, reason: str, at: datetime, acting_user: User | None) -> Application:
    if dossier.state not in HANDLED or dossier.handler is None:
        raise wrong_state(dossier)
    if not reason.strip():
        raise BadInput(_("Write the reason."), code="reason_empty", field="reason")
    if to.pk == dossier.handler_id:
        raise RuleBroken(_("This person has it already."), code="has_it", field="to")
    _works_here(to, dossier.competent, at)
    before, dossier.handler, dossier.changed_at = dossier.handler, to, at
    dossier.save(update_fields=["handler", "changed_at"])
    step = dossier.steps.filter(to_at__isnull=True, holder=before).first()
    if step is not None:
        step.to_at = at
        step.save(update_fields=["to_at"])
        dossier.steps.create(kind=step.kind, holder=to, from_at=at)
    record(
        application=dossier,
        kind=EventKind.HANDED_ON,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        reason=reason.strip()[:500],
        details={"before": str(before), "to": str(to), "from_id": before.pk, "to_id": to.pk},
    )
    announce(dossier)
    return dossier


def hand_on_all(*, centre: Centre, person: User, to: User, reason: str, at: datetime, acting_user: User) -> int:
    """Give everything that lies with somebody who leaves to a colleague; how many went. Each is a change of its own, so a
    broken one keeps no other back, and it can be done again."""
    check(may_arrange(acting_user, centre.pk))
    if not reason.strip():
        raise BadInput(_("Write the reason."), code="reason_empty", field="reason")
    if to.pk == person.pk:
        raise BadInput(_("Choose somebody else."), code="same_person", field="to")
    _works_here(to, centre, at)
    rows = Application.objects.filter(competent=centre, handler=person, state__in=HANDLED).order_by("due_at", "id")
    went = 0
    for dossier in rows:
        try:
            hand_on(application=dossier, to=to, reason=reason, at=at, acting_user=acting_user)
            went += 1
        except RuleBroken:  # finished or handed on meanwhile
            continue
    return went


@transaction.atomic
def note_absence(
    *,
    centre: Centre,
    person: User,
    substitute: User,
    from_day: date,
    to_day: date,
    reason: str = "",
    at: datetime,
    acting_user: User,
) -> Absence:
    """Somebody will be away, and a colleague finds their dossiers on the own list for those days."""
    check(may_arrange(acting_user, centre.pk))
    if to_day < from_day or to_day < local_day(at):
        raise BadInput(_("The last day is before the first, or over already."), code="days", field="to_day")
    if substitute.pk == person.pk:
        raise BadInput(_("Choose somebody else."), code="same_person", field="substitute")
    if substitute not in specialists_throughout(centre, max(from_day, local_day(at)), to_day):
        raise BadInput(
            _("Choose a specialist who works here on every day of the absence."), code="not_here", field="substitute"
        )
    coming = Absence.objects.select_for_update().filter(
        centre=centre, ended_at__isnull=True, from_day__lte=to_day, to_day__gte=from_day
    )
    if coming.filter(user=person).exists():
        raise RuleBroken(_("An absence is noted for these days already."), code="absence_twice", field="from_day")
    if coming.filter(user=substitute).exists():
        raise RuleBroken(_("This colleague is away then, too."), code="substitute_away", field="substitute")
    if coming.filter(substitute=person).exists():
        raise RuleBroken(
            _("This person stands in for somebody else then. Change that first."), code="stands_in", field="from_day"
        )
    return Absence.objects.create(
        user=person,
        centre=centre,
        substitute=substitute,
        from_day=from_day,
        to_day=to_day,
        reason=reason.strip()[:200],
        noted_at=at,
        noted_by=acting_user,
    )


@transaction.atomic
def end_absence(*, absence: Absence, at: datetime, acting_user: User) -> None:
    """It does not happen, or the person is back before its last day."""
    held = Absence.objects.select_for_update(of=("self",)).select_related("centre").get(pk=absence.pk)
    check(may_arrange(acting_user, held.centre_id) or has_role(acting_user, CITY))
    if held.ended_at is None:
        held.ended_at = at
        held.save(update_fields=["ended_at"])


def _works_here(person: User, centre: Centre, at: datetime) -> None:
    if person not in specialists_of(centre, local_day(at)):
        raise BadInput(_("Choose a specialist of this centre."), code="not_here", field="to")
