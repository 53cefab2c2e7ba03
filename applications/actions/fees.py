"""Fee lines after the receipt: they fall away with a reason, or are lowered, and the payment state follows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked, wrong_state
from applications.actions.part_clocks import go_on
from applications.actions.request_payment import follow_sums
from applications.actions.steps import announce
from applications.enums import PAYABLE, EventKind, PaymentState, State
from applications.history import record
from applications.ledger import dues_of, lines_owed, paid_so_far, payment_state_of
from applications.models import Application, FeeLine
from applications.permissions import check, may_sign
from citizens.models import User
from portal.errors import BadInput, RuleBroken
from portal.vn.money import format_vnd

REASON_LENGTH = 500
# Kept with the line, and in Vietnamese like every reason that is.
ENDED_UNPAID = "Hồ sơ kết thúc trước khi nộp."


@transaction.atomic
def lower_fee(
    *, application: Application, line: int, amount: int, reason: str, at: datetime, acting_user: User
) -> Application:
    """A leader lowers one fee, to nothing where an exemption was granted; what was paid beyond is to be given back.

    The old line falls away with the reason and stays to be read; a smaller one takes its place.
    """
    dossier = locked(application)
    check(may_sign(acting_user, dossier))
    if dossier.state not in PAYABLE:
        raise wrong_state(dossier)
    old = next((row for row in lines_owed(dossier) if row.pk == line and row.amount), None)
    if old is None:
        raise RuleBroken(_("This fee does not count any more. Look at it again."), code="line_gone", field="line")
    if not 0 <= amount < old.amount:
        raise BadInput(_("Give a sum below the one that is owed now."), code="amount", field="lowered")
    if not reason.strip():
        raise BadInput(_("Write the reason."), code="reason_empty", field="reason")
    let_fall([old], reason, at, acting_user)
    if amount:
        FeeLine.objects.create(
            application=dossier,
            name=old.name,
            article=old.article,
            quantity=old.quantity,
            amount=amount,
            item=old.item,
            replaces=old,
        )
    from_state = dossier.state
    moved = settle(dossier, at)
    record(
        application=dossier,
        kind=EventKind.FEE_LOWERED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        from_state=from_state,
        details={"fee": amount, "fee_before": old.amount, "line": old.pk, **moved},
        personal={"reason": reason.strip()},
    )
    announce(dossier)
    return dossier


def let_fall(lines: Iterable[FeeLine], why: str, at: datetime, by: User | None) -> None:
    """These fees do not count any more; inside the caller's transaction, under the dossier's lock."""
    for line in lines:
        line.fell_at, line.fell_why, line.fell_by = at, why.strip()[:REASON_LENGTH], by
        line.save(update_fields=["fell_at", "fell_why", "fell_by"])


def let_fall_unpaid(dossier: Application, why: str, at: datetime, by: User | None) -> None:
    """What nobody has paid when it ends is not owed; the latest falls first, since dues are paid whole and in order.

    The caller holds the dossier's lock and settles the payment state.
    """
    lines, paid = lines_owed(dossier), paid_so_far(dossier)
    left = sum(line.amount for line in lines)
    while left > paid:
        line = lines.pop()
        left -= line.amount
        let_fall([line], why, at, by)


def unpaid_with_reason(dossier: Application, reason: str) -> int:
    """What is still to be paid when a result is given out, with what the copies made for it cost. Raises ``RuleBroken``
    (``fee_unpaid``) without a reason for it."""
    unpaid = sum(due for _row, due in dues_of(dossier))
    if unpaid and not reason.strip():
        raise RuleBroken(
            _("%(sum)s is still to be paid. Take it first, or write why the result is handed over unpaid.")
            % {"sum": format_vnd(unpaid)},
            code="fee_unpaid",
            field="unpaid_reason",
        )
    return unpaid


def settle(dossier: Application, at: datetime) -> dict[str, str]:
    """Let the payment state and the code to pay follow the sums, and the clock go on where it waited for what is not due any
    more.

    The caller holds the dossier's lock. Gives what its history row says of a moved date.
    """
    dossier.payment_state, dossier.changed_at = payment_state_of(dossier), at
    changed, moved = ["payment_state", "changed_at"], {}
    if dossier.state == State.PAYMENT and dossier.payment_state != PaymentState.DUE:
        due_at, explanation = go_on(dossier, at)
        dossier.settle(due_at, explanation)
        changed += ["state", "paused_at", "due_at", "due_explanation"]
        moved = {"due_at": due_at.isoformat()}
    dossier.save(update_fields=changed)
    follow_sums(dossier, at)
    return moved
