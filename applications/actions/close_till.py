"""A cashier closes the day, corrects a closing in the open, and a manager signs beside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applications.enums import Method
from applications.models import ClosedPayment, Countersignature, DayClosing, RefusedCount
from applications.permissions import RECEIVERS, check
from applications.till import booked, open_payments
from centres.models import Centre
from centres.permissions import MANAGERS, has_role
from citizens.models import User
from portal import clock, live
from portal.errors import BadInput, NotAllowed, RuleBroken

NOTE_LENGTH = 500


@dataclass(frozen=True)
class Counted:
    """What a cashier counted, in đồng: the money in the till, below nothing where they laid out more than there was; the
    terminal's slips; the transfers that have come."""

    cash: int
    card: int
    transfer: int
    change_money: int = 0
    note: str = ""


class Differs(BadInput):
    """The count differs and no reason was given; ``closing`` is the row that was not kept."""

    def __init__(self, closing: DayClosing) -> None:
        ways = ", ".join(str(way.label) for way in closing.ways_that_differ)
        super().__init__(
            _("What you counted differs from what was booked: %(ways)s. Count again, or write why.") % {"ways": ways},
            code="differs",
            field="note",
        )
        self.closing = closing


def close_till(*, centre: Centre, counted: Counted, last: int, at: datetime, acting_user: User) -> DayClosing:
    """Close everything that this person booked here and has not closed yet.

    ``last`` is the id of the last payment the page showed: what was booked since is looked at first. A count that differs
    without a reason is refused, says no sum that was booked, and is kept all the same. Raises ``NotAllowed``, ``BadInput``
    (``note`` where the count differs) and ``RuleBroken`` (``nothing_booked``, ``booked_since``).
    """
    try:
        return _close(centre, counted, last, at, acting_user)
    except Differs as refusal:
        RefusedCount.objects.create(
            cashier=acting_user,
            last_id=last,
            at=at,
            change_money=refusal.closing.change_money,
            counted_cash=refusal.closing.counted_cash,
            counted_card=refusal.closing.counted_card,
            counted_transfer=refusal.closing.counted_transfer,
        )
        raise


@transaction.atomic
def _close(centre: Centre, counted: Counted, last: int, at: datetime, acting_user: User) -> DayClosing:
    check(has_role(acting_user, RECEIVERS, centre.pk))
    _in_turn(acting_user)
    payments = list(open_payments(centre, acting_user))
    if not payments:
        raise RuleBroken(_("Nothing was booked since your last closing."), code="nothing_booked")
    if max(row.pk for row in payments) != last:
        raise RuleBroken(_("Something was booked since you counted. Look at it again."), code="booked_since")
    sums = {row.method: row for row in booked(payments)}
    closing = _counted(
        DayClosing(
            centre=centre,
            cashier=acting_user,
            day=clock.local_day(at),
            at=at,
            taken_cash=sums[Method.CASH].taken,
            returned_cash=sums[Method.CASH].returned,
            taken_card=sums[Method.CARD].taken,
            returned_card=sums[Method.CARD].returned,
            taken_transfer=sums[Method.TRANSFER].taken,
            returned_transfer=sums[Method.TRANSFER].returned,
        ),
        counted,
    )
    try:
        with transaction.atomic():
            closing.save()
            ClosedPayment.objects.bulk_create(ClosedPayment(closing=closing, payment=row) for row in payments)
    except IntegrityError as error:  # the database holds it too: a payment is closed once
        raise RuleBroken(_("This was closed already. Look at it again."), code="closed_already") from error
    live.bump(f"dossiers:{centre.pk}")
    return closing


@transaction.atomic
def correct_till(*, closing: DayClosing, counted: Counted, at: datetime, acting_user: User) -> DayClosing:
    """The cashier counted wrong: a new row says what is right and why, the old one stays. A manager signs it anew."""
    if closing.cashier_id != acting_user.pk:
        raise NotAllowed(_("Only the person who closed it can correct it."), code="not_own_closing")
    check(has_role(acting_user, RECEIVERS, closing.centre_id))
    _in_turn(acting_user)
    if DayClosing.objects.filter(corrects=closing).exists():
        raise RuleBroken(_("It was corrected already. Look at the last one."), code="corrected_already")
    if not counted.note.strip():
        raise BadInput(_("Write the reason."), code="reason_empty", field="note")
    sums = {
        name: getattr(closing, name)
        for name in (
            "taken_cash", "returned_cash", "taken_card", "returned_card", "taken_transfer", "returned_transfer",
        )
    }  # fmt: skip
    anew = DayClosing(centre=closing.centre, cashier=acting_user, day=closing.day, at=at, corrects=closing, **sums)
    anew = _counted(anew, counted)
    anew.save()
    live.bump(f"dossiers:{closing.centre_id}")
    return anew


@transaction.atomic
def countersign_till(*, closing: DayClosing, note: str, at: datetime, acting_user: User) -> Countersignature:
    """A manager of the centre has seen the closing and the money; nobody signs beside their own."""
    check(has_role(acting_user, MANAGERS, closing.centre_id))
    if closing.cashier_id == acting_user.pk:
        raise RuleBroken(_("You closed this yourself; somebody else has to sign it."), code="own_work")
    User.objects.select_for_update().get(pk=closing.cashier_id)
    if DayClosing.objects.filter(corrects=closing).exists():
        raise RuleBroken(_("It was corrected already. Look at the last one."), code="corrected_already")
    if Countersignature.objects.filter(closing=closing).exists():
        raise RuleBroken(_("It is signed already."), code="signed_already")
    signed = Countersignature.objects.create(
        closing=closing, cashier_id=closing.cashier_id, by=acting_user, at=at, note=note.strip()[:NOTE_LENGTH]
    )
    live.bump(f"dossiers:{closing.centre_id}")
    return signed


def _in_turn(cashier: User) -> None:
    """One cashier's closings, corrections and their signatures come one after another; payments cannot be locked, since
    nobody may change them."""
    User.objects.select_for_update().get(pk=cashier.pk)


def _counted(closing: DayClosing, counted: Counted) -> DayClosing:
    """The row with what was counted. Raises ``BadInput``."""
    closing.change_money, closing.counted_cash = counted.change_money, counted.cash
    closing.counted_card, closing.counted_transfer = counted.card, counted.transfer
    closing.note = counted.note.strip()[:NOTE_LENGTH]
    if counted.change_money < 0:
        raise BadInput(_("Give a whole sum in đồng."), code="amount", field="change_money")
    if closing.differs and not closing.note:
        raise Differs(closing)
    before = DayClosing.objects.filter(centre=closing.centre, cashier=closing.cashier, day=closing.day)
    closing.sequence = before.count() + 1
    return closing
