"""Call the next person to the officer's counter."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import BigAutoField, DateField, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from centres.enums import AT_COUNTER, CounterState, TicketEventKind
from centres.models import Counter, Membership, Ticket
from centres.moves import CALLING, keep, write_down
from centres.permissions import DESK, has_role
from citizens.models import User
from portal import clock
from portal.errors import NotAllowed, RuleBroken
from portal.prepared import Given, Prepared


@transaction.atomic
def call_next(*, at: datetime, acting_user: User) -> Ticket:
    """Call whoever is next for the officer's open counter: priority first, then time, then number.

    One SELECT finds the counter, the officer's right to it and the person, and locks the person's row; rows that
    another officer is just taking are skipped. Why nothing came back is looked up only then.
    Raises ``RuleBroken`` (``no_counter``, ``counter_paused``, ``counter_busy``, ``nobody_waits``), ``NotAllowed``.
    """
    ticket = _NEXT.first(user=acting_user.pk, day=clock.local_day(at))
    if ticket is None:
        raise _why_nobody(acting_user, at)
    # Only what the pages of a call need, in the order of the columns; the rest is read when somebody asks for it.
    counter = Counter.from_db(
        ticket._state.db, ("id", "centre_id", "number"), (ticket.desk_id, ticket.centre_id, ticket.desk_number)
    )
    # A number drawn while this request was on its way is later than the request's own moment.
    at = max(at, ticket.issued_at)
    ticket.call(counter, at)
    try:
        with transaction.atomic(savepoint=False):
            keep(ticket, CALLING)
    except IntegrityError:
        # The same officer pressed twice at once: the other call has the counter.
        raise RuleBroken(
            _("Somebody has just been called to this counter. Please look again."), code="counter_busy"
        ) from None
    write_down(ticket, TicketEventKind.CALLED, at, acting_user)
    return ticket


def _next_for_officer() -> QuerySet[Any]:
    """Whom this officer may call now, first in order. On SQLite the transaction itself is the lock."""
    user, day = Given("user", BigAutoField()), Given("day", DateField())
    mine = Counter.objects.filter(officer=user, state=CounterState.OPEN)
    works_here = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        user=user,
        centre=OuterRef("centre"),
        role__in=DESK,
        valid_from__lte=day,
        blocked_reason="",
    )
    # Somebody who was set aside returns to the counter that has the papers, as long as it is open.
    kept_for_another = Counter.objects.filter(
        ~Q(officer=user), pk=OuterRef("counter"), state=CounterState.OPEN, services=OuterRef("service")
    )
    return (
        Ticket.objects.waiting()
        .filter(
            Exists(works_here),
            ~Exists(Ticket.objects.at_counter().filter(counter__in=mine)),
            Q(counter__isnull=True) | ~Exists(kept_for_another),
            centre=Subquery(mine.values("centre")),
            service__in=mine.values("services"),
            day=day,
        )
        .annotate(desk_id=Subquery(mine.values("id")), desk_number=Subquery(mine.values("number")))
        .select_related("service")
        .select_for_update(skip_locked=True, of=("self",))
        .in_order()[:1]
    )


_NEXT: Prepared[Any] = Prepared(_next_for_officer)


def _why_nobody(user: User, at: datetime) -> RuleBroken:
    counter = Counter.objects.filter(officer=user).first()
    if counter is None or counter.state == CounterState.CLOSED:
        return RuleBroken(_("You have no counter yet. Choose your counter first."), code="no_counter")
    if not has_role(user, DESK, counter.centre_id):
        return NotAllowed(
            _("You may not call people at this centre now. Please ask the manager of the centre."),
            code="not_staff_here",
        )
    if counter.state == CounterState.PAUSED:
        return RuleBroken(_("Your counter is paused. Open it again to call the next person."), code="counter_paused")
    there = Ticket.objects.filter(counter=counter, state__in=AT_COUNTER).first()
    if there:
        return RuleBroken(
            _("Number %(label)s is still at your counter. Finish it or set it aside first.") % {"label": there.label},
            code="counter_busy",
        )
    return RuleBroken(_("Nobody is waiting for this counter."), code="nobody_waits")
