"""An electronic receipt is cancelled by a counter-entry of its own number; the transfer waits for its right dossier again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.fees import settle
from applications.actions.issue_form import issue
from applications.actions.locking import locked
from applications.actions.match_notice import BANK_TOPIC
from applications.actions.pay import book_row
from applications.actions.steps import announce
from applications.enums import EventKind, Method, PaymentKind
from applications.enums_bank import NoticeState, Outcome
from applications.history import record
from applications.ledger import paid_so_far
from applications.models import Application, BankNotice, Payment
from applications.papers_out import CANCELLATION, receipt_number_of
from applications.permissions import check, may_sign
from citizens.models import User
from portal import live
from portal.errors import BadInput, RuleBroken


@transaction.atomic
def cancel_receipt(
    *, application: Application, payment: int, reason: str, at: datetime, acting_user: User
) -> Application:
    """A leader cancels the receipt of a transfer that was booked for the wrong dossier, and says why.

    Nothing is changed or removed: a row against it takes the sum out again, with a paper that names the receipt, and the
    transfer is on the list to be matched by hand. Raises ``RuleBroken`` once its money was given back.
    """
    notice = BankNotice.objects.select_for_update().filter(payment=payment, application=application.pk).first()
    dossier = locked(application)
    check(may_sign(acting_user, dossier))
    if not reason.strip():
        raise BadInput(_("Write the reason."), code="reason_empty", field="reason")
    row = dossier.payments.filter(pk=payment, cashier__isnull=True, kind=PaymentKind.PAID).first()
    if notice is None or row is None:
        raise RuleBroken(_("This receipt was cancelled already. Look at it again."), code="cancelled_already")
    if paid_so_far(dossier) < row.amount:
        raise RuleBroken(
            _("Its money was given back already, so the receipt cannot be cancelled any more."), code="given_back"
        )
    said = {"amount": row.amount, "receipt": row.receipt_number, "reference": row.reference, "why": reason.strip()[:500],
            "signer": str(acting_user)}  # fmt: skip
    paper = issue(application=dossier, number=CANCELLATION, said=said, at=at, by=acting_user)
    against = Payment(
        kind=PaymentKind.REFUNDED,
        method=Method.TRANSFER,
        amount=row.amount,
        reference=row.reference,
        reason=reason.strip()[:500],
        cancels=row,
    )
    book_row(against, dossier, receipt_number_of(paper), at, acting_user)
    from_state = dossier.state
    moved = settle(dossier, at)
    record(
        application=dossier,
        kind=EventKind.RECEIPT_UNDONE,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        from_state=from_state,
        details={"fee": row.amount, "receipt": row.receipt_number, "against": against.receipt_number, **moved},
        personal={"reason": reason.strip()},
    )
    notice.state, notice.outcome, notice.payment, notice.application = NoticeState.LISTED, Outcome.CANCELLED, None, None
    notice.settled_at, notice.settled_by = at, acting_user
    notice.save(update_fields=["state", "outcome", "payment", "application", "settled_at", "settled_by"])
    live.bump(BANK_TOPIC)
    announce(dossier)
    return dossier
