"""Have a paper printed at another counter, say that it is printed, or take it back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from centres.models import Counter
from centres.permissions import DESK, has_role
from citizens.models import User
from portal import live
from portal.errors import NotAllowed, RuleBroken
from support.enums_equipment import PrintState
from support.models import Equipment, PrintElsewhere
from support.printing import near, topic


@transaction.atomic
def print_elsewhere(
    *, counter: Counter, printer: Equipment, what: str, path: str, reference: str, at: datetime, acting_user: User
) -> PrintElsewhere:
    """Ask the counter of this printer to print; what waits at another one is taken back. ``path`` is an address of the portal.

    Raises ``NotAllowed``, ``RuleBroken``.
    """
    seat = Counter.objects.select_for_update().get(pk=counter.pk)
    if seat.officer_id != acting_user.pk:
        raise NotAllowed(_("Only the officer at this counter can do this."), code="not_your_counter")
    if printer.pk not in {row.pk for row in near(seat)}:
        raise RuleBroken(
            _("This printer does not work any more, or nobody is at its counter. Choose another one."),
            code="printer_gone",
        )
    open_one = PrintElsewhere.objects.select_for_update().filter(reference=reference, state=PrintState.ASKED).first()
    if open_one is not None and open_one.printer_id == printer.pk:
        return open_one
    if open_one is not None:
        _take_back(open_one, at)
    live.bump(topic(seat.centre_id))
    return PrintElsewhere.objects.create(
        counter=seat,
        printer=printer,
        what=what[:120],
        path=path,
        reference=reference,
        asked_by=acting_user,
        asked_at=at,
    )


@transaction.atomic
def note_printed(*, paper: PrintElsewhere, at: datetime, acting_user: User) -> PrintElsewhere:
    """It has come out; a second time does no harm. Raises ``NotAllowed``, ``RuleBroken``."""
    row = _locked(paper)
    if not has_role(acting_user, DESK, row.counter.centre_id):
        raise NotAllowed(_("You do not work at a counter of this centre."), code="not_staff_here")
    if row.is_printed:
        return row
    if not row.is_waiting:
        raise RuleBroken(_("This paper was taken back: nobody needs it any more."), code="taken_back")
    row.print(acting_user, at)
    row.save(update_fields=["state", "printed_by", "ended_at"])
    live.bump(topic(row.counter.centre_id))
    return row


@transaction.atomic
def take_print_back(*, paper: PrintElsewhere, at: datetime, acting_user: User) -> None:
    """It is not needed there any more; nothing where it has come out. Raises ``NotAllowed``."""
    row = _locked(paper)
    if row.counter.officer_id != acting_user.pk and row.asked_by_id != acting_user.pk:
        raise NotAllowed(_("Only the officer at this counter can do this."), code="not_your_counter")
    if row.is_waiting:
        _take_back(row, at)


def _take_back(row: PrintElsewhere, at: datetime) -> None:
    row.take_back(max(at, row.asked_at))
    row.save(update_fields=["state", "ended_at"])
    live.bump(topic(row.counter.centre_id))


def _locked(paper: PrintElsewhere) -> PrintElsewhere:
    return PrintElsewhere.objects.select_for_update(of=("self",)).select_related("counter").get(pk=paper.pk)
