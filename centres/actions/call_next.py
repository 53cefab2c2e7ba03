"""Call the next person to the officer's counter."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import (
    BigAutoField,
    DateField,
    DateTimeField,
    Exists,
    Q,
    QuerySet,
    SmallIntegerField,
    Subquery,
)
from django.utils.translation import gettext_lazy as _

from centres.counting import counted
from centres.enums import AT_COUNTER, CounterState, TicketEventKind, TicketState
from centres.models import Counter, Membership, Ticket
from centres.moves import CALLING, keep, write_down
from centres.permissions import DESK, has_role
from centres.policy import policy_on
from centres.reach import calm_before, cap_of, desk_of, may_overtake, next_in_line, passed_by
from citizens.models import User
from portal import clock
from portal.errors import NotAllowed, RuleBroken
from portal.prepared import Given, Prepared

# How often somebody else may be quicker while we wait for a lock.
TRIES = 3


@transaction.atomic
def call_next(*, at: datetime, by_itself: bool = False, acting_user: User) -> Ticket:
    """Call whoever is next for the officer's open counter (``centres.order``): who comes back to it, then by class as
    far as the cap lets one overtake, then by place in time.

    One SELECT finds the counter, the officer's right to it and the person, and locks the counter, which may not close
    meanwhile, and the person's row; rows that another officer is just taking are skipped. Why nothing came back is
    looked up only then. ``by_itself``: the portal
    calls for the officer, who is not written down as the caller.
    Raises ``RuleBroken`` (``no_counter``, ``counter_paused``, ``counter_busy``, ``nobody_waits``), ``NotAllowed``.
    """
    day = clock.local_day(at)
    given = {"user": acting_user.pk, "day": day, "midnight": start_of(at), "city_cap": policy_on(None, day).cap or 1}
    for _try in range(TRIES):
        ticket = _NEXT.first(**given)
        # After a wait for a lock PostgreSQL gives the row as it has become, with what was chosen before.
        if ticket is None or ticket.desk_id is None or ticket.state == TicketState.WAITING:
            break
    if ticket is None or ticket.desk_id is None or ticket.state != TicketState.WAITING:
        raise _why_nobody(acting_user, at)
    # Only what the pages of a call need, in the order of the columns; the rest is read when somebody asks for it.
    counter = Counter.from_db(
        ticket._state.db, ("id", "centre_id", "number"), (ticket.desk_id, ticket.centre_id, ticket.desk_number)
    )
    # A number drawn while this request was on its way is later than the request's own moment.
    at = max(at, ticket.issued_at)
    caller = None if by_itself else acting_user
    take_to_counter(ticket, counter, at, caller, passes_by=ticket.passes_by, calm=ticket.calm)
    return ticket


def take_to_counter(
    ticket: Ticket,
    counter: Counter,
    at: datetime,
    user: User | None,
    *,
    passes_by: bool,
    calm: int | None,
    reason: str = "",
) -> None:
    """The call itself, saved and written down; with a reason it was called by its number.

    Raises ``RuleBroken`` (``counter_busy``, ``changed_meanwhile``).
    """
    jumped, calm = counted(ticket, passes_by, calm)
    ticket.call(counter, at, bool(jumped))
    try:
        with transaction.atomic(savepoint=False):
            keep(ticket, CALLING)
    except IntegrityError:
        # The same officer pressed twice at once: the other call has the counter.
        raise RuleBroken(
            _("Somebody has just been called to this counter. Please look again."), code="counter_busy"
        ) from None
    kind = TicketEventKind.PICKED if reason else TicketEventKind.CALLED
    write_down(ticket, kind, at, user, reason, jumped=jumped, calm=calm)


def start_of(at: datetime) -> datetime:
    """Midnight in Hanoi before this moment."""
    return datetime.combine(clock.local_day(at), time.min, tzinfo=clock.HANOI)


def _next_for_officer() -> QuerySet[Any]:
    """Whom this officer may call now, first in order. On SQLite the transaction itself is the lock."""
    user, day = Given("user", BigAutoField()), Given("day", DateField())
    desk = desk_of(user)
    works_here = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        user=user,
        centre=Subquery(desk.values("centre")),  # once, not for each who waits
        role__in=DESK,
        valid_from__lte=day,
        blocked_reason="",
    )
    calm = calm_before(user, Given("midnight", DateTimeField()))
    by_class = may_overtake(calm, cap_of(user, day, Given("city_cap", SmallIntegerField())))
    return (
        Ticket.objects.filter(
            Exists(works_here),
            ~Exists(Ticket.objects.at_counter().filter(counter__in=desk)),
            pk=next_in_line(user, day, by_class),
        )
        .annotate(
            # Whoever closes this counter waits for us; whoever has just closed it leaves nothing to find here.
            desk_id=Subquery(desk.select_for_update(no_key=True).values("id")),
            desk_number=Subquery(desk.values("number")),
            calm=calm,
            passes_by=passed_by(user, day),
        )
        .select_related("service")
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
    )


_NEXT: Prepared[Any] = Prepared(_next_for_officer)


def _why_nobody(user: User, at: datetime) -> RuleBroken:
    try:
        refuse_without_desk(user, at)
    except RuleBroken as refused:
        return refused
    return RuleBroken(_("Nobody is waiting for this counter."), code="nobody_waits")


def refuse_without_desk(user: User, at: datetime) -> Counter:
    """The officer's counter when it can call somebody now, locked until the end of the transaction.

    Raises ``RuleBroken`` (``no_counter``, ``counter_paused``, ``counter_busy``), ``NotAllowed``.
    """
    counter = Counter.objects.select_for_update(no_key=True).filter(officer=user).first()
    if counter is None or counter.state == CounterState.CLOSED:
        raise RuleBroken(_("You have no counter yet. Choose your counter first."), code="no_counter")
    if not has_role(user, DESK, counter.centre_id):
        raise NotAllowed(
            _("You may not call people at this centre now. Please ask the manager of the centre."),
            code="not_staff_here",
        )
    if counter.state == CounterState.PAUSED:
        raise RuleBroken(_("Your counter is paused. Open it again to call the next person."), code="counter_paused")
    there = Ticket.objects.filter(counter=counter, state__in=AT_COUNTER).first()
    if there:
        raise RuleBroken(
            _("Number %(label)s is still at your counter. Finish it or set it aside first.") % {"label": there.label},
            code="counter_busy",
        )
    return counter
