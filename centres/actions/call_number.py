"""Call one given number, out of turn, with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from centres.actions.call_next import refuse_without_desk, start_of, take_to_counter
from centres.actions.hold import check_day
from centres.counting import may_overtake
from centres.enums import Priority, TicketState
from centres.models import Counter, Ticket
from centres.moves import guard, reason_of, wrong_state
from centres.policy import policy_on
from centres.reach import calm_before, passed_by
from citizens.models import User
from portal import clock
from portal.errors import BadInput, RuleBroken

REASON_LIMIT = 200


@transaction.atomic
def call_number(*, ticket: Ticket, reason: str, at: datetime, acting_user: User) -> Ticket:
    """Call this number to the officer's open counter; reason and officer are kept for whoever asks why.

    It overtakes whoever came earlier and is not of a better class, and counts so in the cap: when a call shortly before
    has overtaken somebody, as many in turn as the cap asks for come first.
    Raises ``NotAllowed``, ``BadInput`` (reason), ``RuleBroken`` (``no_counter``, ``counter_paused``, ``counter_busy``,
    ``counter_cannot``, ``wrong_state``, ``other_day``, ``cap_reached``).
    """
    guard(ticket, acting_user)
    reason = reason_of(reason, REASON_LIMIT)
    if not reason:
        raise BadInput(_("Write why this number is called out of turn."), code="reason_missing", field="reason")
    check_day(ticket, at)
    counter = refuse_without_desk(acting_user, at)
    ticket = Ticket.objects.select_for_update(of=("self",)).select_related("service").get(pk=ticket.pk)
    if ticket.state != TicketState.WAITING:
        raise wrong_state(ticket)
    _check_skill(ticket, counter)
    passes_by, calm = _looks(ticket, acting_user, at)
    policy = policy_on(ticket.centre_id, ticket.day)
    if passes_by and not may_overtake(calm, policy.cap):
        first = (policy.cap or 1) - 1 - (calm or 0)
        sentence = ngettext(
            "A call shortly before has gone ahead of others. Call %(count)d more person in turn, then number %(label)s.",
            "A call shortly before has gone ahead of others. Call %(count)d more people in turn, then number %(label)s.",
            first,
        )
        raise RuleBroken(sentence % {"count": first, "label": ticket.label}, code="cap_reached")
    take_to_counter(
        ticket, counter, max(at, ticket.issued_at), acting_user, passes_by=passes_by, calm=calm, reason=reason
    )
    return ticket


def _check_skill(ticket: Ticket, counter: Counter) -> None:
    if ticket.centre_id != counter.centre_id or not counter.services.filter(pk=ticket.service_id).exists():
        raise RuleBroken(
            _("Your counter does not do what number %(label)s waits for.") % {"label": ticket.label},
            code="counter_cannot",
        )


def _looks(ticket: Ticket, user: User, at: datetime) -> tuple[bool, int | None]:
    """Whether the call passes anybody by, and how calm this counter's calls were before."""
    day = clock.local_day(at)
    row: dict[str, Any] = (
        Ticket.objects.filter(pk=ticket.pk)
        .annotate(passes_by=passed_by(user.pk, Value(day), equals=True), calm=calm_before(user.pk, start_of(at)))
        .values("passes_by", "calm")
        .get()
    )
    return row["passes_by"] and ticket.priority != Priority.RETURNING, row["calm"]
