"""What is due for a dossier: asked for, taken at a counter, given back."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applications import messages
from applications.actions.locking import locked, wrong_state
from applications.actions.part_clocks import go_on
from applications.actions.steps import announce, open_step
from applications.enums import IN_HAND, EventKind, Method, PauseWhy, PaymentKind, PaymentState, State, StepKind
from applications.history import record
from applications.models import Application, FeeLine, Payment
from applications.pauses import pause
from applications.permissions import check, may_hand_over, may_handle, may_sign
from citizens.models import User
from portal.errors import BadInput, RuleBroken

# Taken in and not ended without a result: a fee may still be taken.
PAYABLE = [*IN_HAND, State.DONE, State.RETURNED]
_LARGEST = 10**9


def paid_so_far(dossier: Application) -> int:
    """What was taken and not given back, from its prefetched payments."""
    return sum(row.amount if row.kind == PaymentKind.PAID else -row.amount for row in dossier.payments.all())


def outstanding(dossier: Application) -> int:
    """What is still to be paid, from its prefetched fee lines and payments; nothing once it is not due any more."""
    if dossier.payment_state != PaymentState.DUE:
        return 0
    return max(0, sum(line.amount for line in dossier.fee_lines.all() if line.is_due) - paid_so_far(dossier))


@transaction.atomic
def ask_payment(
    *, application: Application, name: str, amount: int, article: str = "", at: datetime, acting_user: User
) -> Application:
    """The specialist asks for dues that the handling brought up; the clock stops until they are paid."""
    dossier = locked(application)
    check(may_handle(acting_user, dossier))
    if dossier.state != State.PROCESSING or open_step(dossier) != StepKind.APPRAISE:
        raise wrong_state(dossier)
    if not name.strip():
        raise BadInput(_("Say what is to be paid."), code="name_empty", field="name")
    if not 0 < amount <= _LARGEST:
        raise BadInput(_("Give a whole sum in đồng."), code="amount", field="amount")
    FeeLine.objects.create(
        application=dossier, name={"vi": name.strip()[:200]}, article=article.strip()[:300], amount=amount
    )
    from_state = dossier.state
    dossier.ask_payment(at)
    dossier.payment_state, dossier.changed_at = PaymentState.DUE, at
    dossier.save(update_fields=["state", "payment_state", "paused_at", "changed_at"])
    pause(dossier, PauseWhy.PAYMENT, at)
    record(
        application=dossier,
        kind=EventKind.PAYMENT_ASKED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        from_state=from_state,
        reason=f"{name.strip()[:200]}"[:500],
        details={"fee": amount},
    )
    messages.tell(messages.PaymentAsked, dossier, occasion=at.isoformat(), at=at)
    announce(dossier)
    return dossier


@transaction.atomic
def take_fee(
    *, application: Application, amount: int, method: str, receipt_number: str, at: datetime, acting_user: User
) -> Application:
    """The counter has the money: the whole of what is due, with the number of the fee receipt. The clock goes on.

    ``amount`` is what the officer was shown; another sum that is due by now is not booked in its place.
    """
    dossier = locked(application)
    check(may_hand_over(acting_user, dossier))
    if dossier.state not in PAYABLE or dossier.payment_state != PaymentState.DUE:
        raise wrong_state(dossier) if dossier.state not in PAYABLE else _nothing_due()
    due = outstanding(dossier)
    if amount != due:
        raise RuleBroken(_("Another sum is due now than the one you saw. Look at it again."), code="amount_changed")
    _booked(dossier, PaymentKind.PAID, due, method, receipt_number, "", at, acting_user)
    from_state = dossier.state
    dossier.payment_state, dossier.changed_at = PaymentState.PAID, at
    changed, moved = ["payment_state", "changed_at"], {}
    if dossier.state == State.PAYMENT:
        due_at, explanation = go_on(dossier, at)
        dossier.settle(due_at, explanation)
        changed += ["state", "paused_at", "due_at", "due_explanation"]
        moved = {"due_at": due_at.isoformat()}
    dossier.save(update_fields=changed)
    record(
        application=dossier,
        kind=EventKind.PAID,
        at=at,
        actor=acting_user,
        centre=dossier.received_at_centre,
        from_state=from_state,
        details={"fee": due, "method": method, "receipt": receipt_number.strip(), **moved},
    )
    announce(dossier)
    return dossier


@transaction.atomic
def refund(
    *, application: Application, reason: str, method: str, receipt_number: str, at: datetime, acting_user: User
) -> Application:
    """A leader has the whole of what was paid given back, and says why."""
    dossier = locked(application)
    check(may_sign(acting_user, dossier))
    amount = paid_so_far(dossier)
    if dossier.payment_state != PaymentState.PAID or not amount:
        raise RuleBroken(_("Nothing was paid that could be given back."), code="nothing_paid")
    if not reason.strip():
        raise BadInput(_("Write the reason."), code="reason_empty", field="reason")
    _booked(dossier, PaymentKind.REFUNDED, amount, method, receipt_number, reason.strip()[:500], at, acting_user)
    dossier.payment_state, dossier.changed_at = PaymentState.REFUNDED, at
    dossier.save(update_fields=["payment_state", "changed_at"])
    record(
        application=dossier,
        kind=EventKind.REFUNDED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        details={"fee": amount, "method": method, "receipt": receipt_number.strip()},
        personal={"reason": reason.strip()},
    )
    messages.tell(messages.Refunded, dossier, at=at)
    announce(dossier)
    return dossier


def _booked(
    dossier: Application,
    kind: PaymentKind,
    amount: int,
    method: str,
    receipt_number: str,
    reason: str,
    at: datetime,
    user: User,
) -> None:
    number = receipt_number.strip()[:40]
    centre = dossier.received_at_centre or dossier.competent
    if method not in Method.values:
        raise BadInput(_("Say how it was paid."), code="method", field="method")
    if not number:
        raise BadInput(_("Give the number of the fee receipt."), code="receipt_empty", field="receipt_number")
    row = Payment(
        application=dossier,
        kind=kind,
        method=method,
        amount=amount,
        receipt_number=number,
        reason=reason,
        at=at,
        by=user,
        centre=centre,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise RuleBroken(
            _("This receipt number was used for another payment."), code="receipt_used", field="receipt_number"
        ) from error


def _nothing_due() -> RuleBroken:
    return RuleBroken(_("Nothing is due for this dossier any more."), code="nothing_due")
