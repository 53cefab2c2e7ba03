"""What is due for a dossier: asked for, taken at a counter, given back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applications import messages
from applications.actions.fees import let_fall, settle
from applications.actions.issue_form import issue
from applications.actions.locking import locked, wrong_state
from applications.actions.steps import announce, open_step
from applications.bank import is_connected
from applications.enums import PAYABLE, EventKind, Method, PauseWhy, PaymentKind, PaymentState, State, StepKind
from applications.enums_bank import NOTHING_DUE
from applications.history import record
from applications.ledger import lines_owed, outstanding, paid_so_far, payment_state_of, surplus
from applications.models import Application, FeeLine, Payment
from applications.papers_out import REFUND
from applications.pauses import pause
from applications.permissions import RECEIVERS, check, may_hand_over, may_handle, may_sign
from centres.permissions import has_role
from citizens.models import User
from portal.errors import BadInput, RuleBroken

_LARGEST = 10**9
NO_REFERENCE = _("Give the reference that the card terminal printed.")
BY_NOTICE = _("The bank's notice books a transfer, and this page shows it by itself.")


@transaction.atomic
def ask_payment(
    *, application: Application, name: str, amount: int, article: str = "", at: datetime, acting_user: User
) -> Application:
    """The specialist asks for dues that the handling brought up; the clock stops until they are paid.

    What was paid too much before counts for them: where it covers them, nothing is asked and no clock stops.
    """
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
    from_state, is_covered = dossier.state, payment_state_of(dossier) != PaymentState.DUE
    if not is_covered:
        dossier.ask_payment(at)
        dossier.save(update_fields=["state", "paused_at"])
        pause(dossier, PauseWhy.PAYMENT, at)
    settle(dossier, at)
    record(
        application=dossier,
        kind=EventKind.PAYMENT_ASKED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        from_state=from_state,
        reason=f"{name.strip()[:200]}"[:500],
        details={"fee": amount, **({"is_covered": True} if is_covered else {})},
    )
    if not is_covered:
        messages.tell(messages.PaymentAsked, dossier, occasion=at.isoformat(), at=at)
    announce(dossier)
    return dossier


@transaction.atomic
def take_fee(
    *,
    application: Application,
    amount: int,
    method: str,
    receipt_number: str,
    reference: str = "",
    at: datetime,
    acting_user: User,
) -> Application:
    """The counter has the money: the whole of what is due, with the number of the fee receipt. The clock goes on. Where a bank
    tells of transfers, its notice books them, and nobody else does.

    ``amount`` is what the officer was shown; another sum that is due by now is not booked in its place. ``reference`` is
    the card terminal's or the bank's.
    """
    dossier = locked(application)
    check(may_hand_over(acting_user, dossier))
    if method == Method.TRANSFER and is_connected():
        raise BadInput(BY_NOTICE, code="by_notice", field="method")
    if dossier.state not in PAYABLE or dossier.payment_state != PaymentState.DUE:
        raise wrong_state(dossier) if dossier.state not in PAYABLE else _nothing_due()
    due = outstanding(dossier)
    if amount != due:
        raise _other_sum()
    paid = Payment(kind=PaymentKind.PAID, method=method, amount=due, reference=reference, cashier=acting_user)
    book_row(paid, dossier, receipt_number, at, acting_user)
    from_state = dossier.state
    moved = settle(dossier, at)
    record(
        application=dossier,
        kind=EventKind.PAID,
        at=at,
        actor=acting_user,
        centre=dossier.received_at_centre,
        from_state=from_state,
        details={"fee": due, "method": method, "receipt": paid.receipt_number, **moved},
    )
    announce(dossier)
    return dossier


@transaction.atomic
def refund(
    *,
    application: Application,
    fallen: Sequence[int] = (),
    seen: int | None = None,
    reason: str,
    method: str,
    receipt_number: str,
    reference: str = "",
    cashier: User | None = None,
    at: datetime,
    acting_user: User,
) -> Application:
    """A leader has what was paid beyond what is owed given back, and says why; a paper says how much and for what.

    ``fallen`` are the ids of lines that are not owed any more, by the same decision. ``seen`` is the surplus the leader
    was shown before. ``cashier`` pays it out; by default whoever took the last payment.
    """
    dossier = locked(application)
    check(may_sign(acting_user, dossier))
    if seen is not None and seen != surplus(dossier):
        raise _other_sum()
    if not reason.strip():
        raise BadInput(_("Write the reason."), code="reason_empty", field="reason")
    lines = [line for line in lines_owed(dossier) if line.pk in set(fallen)]
    if len(lines) != len(set(fallen)):
        raise RuleBroken(_("This fee does not count any more. Look at it again."), code="line_gone", field="fallen")
    let_fall(lines, reason, at, acting_user)
    settle(dossier, at)
    amount = surplus(dossier)
    if not amount:
        raise RuleBroken(_("Nothing was paid that could be given back."), code="nothing_paid")
    back = Payment(
        kind=PaymentKind.REFUNDED,
        method=method,
        amount=amount,
        reference=reference,
        reason=reason.strip()[:500],
        cashier=_who_pays_out(dossier, cashier),
    )
    book_row(back, dossier, receipt_number, at, acting_user)
    settle(dossier, at)
    record(
        application=dossier,
        kind=EventKind.REFUNDED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        details={"fee": amount, "method": method, "receipt": back.receipt_number},
        personal={"reason": reason.strip()},
    )
    issue(application=dossier, number=REFUND, said=_said(dossier, back, acting_user), at=at, by=acting_user)
    messages.tell(messages.Refunded, dossier, occasion=str(back.sequence), at=at)
    announce(dossier)
    return dossier


def _who_pays_out(dossier: Application, cashier: User | None) -> User:
    """Raises ``BadInput`` where it is nobody of the counter that took the fee."""
    last = dossier.payments.filter(kind=PaymentKind.PAID).select_related("cashier").last()
    if cashier is None and last is not None and last.cashier is not None:
        return last.cashier
    if cashier is None or not has_role(cashier, RECEIVERS, dossier.received_at_centre_id):
        raise BadInput(_("Say who pays it out."), code="cashier", field="cashier")
    return cashier


def _said(dossier: Application, back: Payment, leader: User) -> dict[str, Any]:
    """What the paper of a refund keeps: the sums as they are after it, what was given back before, and the fees that this one
    is for.

    Each refund is the whole surplus, and so was nothing after each payment of what was due: this one is for what fell since the
    last of these. What came when nothing was due is in the sums alone.
    """
    lines = list(dossier.fee_lines.all())
    lowered = {line.replaces_id: line.amount for line in lines if line.replaces_id}
    every = list(dossier.payments.order_by("sequence").select_related("notice"))
    undone = {row.cancels_id for row in every}  # a receipt and the entry against it say nothing together
    rows = [row for row in every if row.pk not in {back.pk, *undone} and row.cancels_id is None]
    taken = [row for row in rows if row.kind == PaymentKind.PAID]
    given = [row for row in rows if row.kind == PaymentKind.REFUNDED]
    last = next((row for row in reversed(rows) if not _came_for_nothing(row)), rows[0])
    return {
        "amount": back.amount,
        "method": back.method,
        "voucher": back.receipt_number,
        "reference": back.reference,
        "why": back.reason,
        "taken": sum(row.amount for row in taken),
        "before": [{"amount": row.amount, "voucher": row.receipt_number} for row in given],
        "owed": sum(line.amount for line in lines if line.is_due),
        "gone": [
            {"name": line.name["vi"], "amount": line.amount, "now": lowered.get(line.pk, 0)}
            for line in lines
            if line.amount > lowered.get(line.pk, 0) and (at := _gone_at(line)) is not None and at > last.at
        ],
        "receipts": [row.receipt_number for row in taken],
        "cashier": str(back.cashier),
        "signer": str(leader),
    }


def _came_for_nothing(row: Payment) -> bool:
    notice = getattr(row, "notice", None)
    return notice is not None and notice.outcome in NOTHING_DUE


def _gone_at(line: FeeLine) -> datetime | None:
    """Since when it does not count; ``None`` while it does."""
    if line.is_due:
        return None
    return line.fell_at or (line.item.refused_at if line.item else None)


def book_row(row: Payment, dossier: Application, receipt_number: str, at: datetime, user: User | None) -> None:
    """Write the row as the dossier's next one. The caller holds the dossier's lock; the row's number holds without it."""
    row.receipt_number, row.reference = receipt_number.strip()[:40], row.reference.strip()[:40]
    if row.method not in Method.values:
        raise BadInput(_("Say how it was paid."), code="method", field="method")
    if not row.receipt_number:
        asked = (
            _("Give the number of the fee receipt.")
            if row.kind == PaymentKind.PAID
            else _("Give the number of the refund voucher.")
        )
        raise BadInput(asked, code="receipt_empty", field="receipt_number")
    if row.method == Method.CARD and row.kind == PaymentKind.PAID and not row.reference:
        raise BadInput(NO_REFERENCE, code="reference_empty", field="reference")
    row.application, row.at, row.by = dossier, at, user
    row.centre = dossier.received_at_centre or dossier.competent
    row.sequence = dossier.payments.count() + 1
    row.held = paid_so_far(dossier) + (row.amount if row.kind == PaymentKind.PAID else -row.amount)
    same = Payment.objects.filter(centre=row.centre, kind=row.kind)
    if row.reference and same.filter(method=row.method, reference=row.reference).exists():
        used = (
            _("This reference was used for another payment.")
            if row.kind == PaymentKind.PAID
            else _("This reference was used for another refund.")
        )
        raise RuleBroken(used, code="reference_used", field="reference")
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        used = (
            _("This receipt number was used for another payment.")
            if row.kind == PaymentKind.PAID
            else _("This voucher number was used for another refund.")
        )
        raise RuleBroken(used, code="receipt_used", field="receipt_number") from error


def _other_sum() -> RuleBroken:
    return RuleBroken(_("Another sum is due now than the one you saw. Look at it again."), code="amount_changed")


def _nothing_due() -> RuleBroken:
    return RuleBroken(_("Nothing is due for this dossier any more."), code="nothing_due")
