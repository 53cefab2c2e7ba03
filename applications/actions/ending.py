"""The roads that end before a result: withdrawn by its applicant, or stopped (form 05)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications import messages
from applications.actions.extend import drop_draft_of
from applications.actions.fees import ENDED_UNPAID, let_fall_unpaid
from applications.actions.issue_form import issue
from applications.actions.locking import locked, wrong_state
from applications.actions.request_payment import follow_sums
from applications.actions.steps import announce, no_step
from applications.enums import IN_HAND, WITHDRAWABLE, EventKind, PaymentState
from applications.history import record
from applications.ledger import payment_state_of
from applications.models import Application, WithdrawalRequest
from applications.models.handling import STILL_OPEN
from applications.pauses import parts_of
from applications.permissions import check, may_sign, may_take_back
from citizens.models import User
from portal.errors import BadInput, RuleBroken
from portal.vn.dates import format_moment

FORM = "05"
# Official papers are Vietnamese, so their words are not translated.
NO_PART_LEFT = "Không thủ tục nào trong hồ sơ liên thông được giải quyết; lý do đã thông báo theo từng thủ tục."
SIGNED_FIRST = "Kết quả đã được ký trước khi đề nghị rút hồ sơ được xem xét."
_FEES = {
    PaymentState.NONE: "Không thu phí, lệ phí",
    PaymentState.VOID: "Chưa nộp; không phải nộp",
    PaymentState.PAID: "Đã nộp; việc hoàn trả được quyết định và thông báo riêng",
    PaymentState.OVER: "Đã nộp thừa; phần thừa được hoàn trả theo phiếu hoàn trả riêng",
    PaymentState.REFUNDED: "Đã hoàn trả",
}


def is_copy(dossier: Application) -> bool:
    """Whether it is a request for certification, which has roads of its own."""
    return hasattr(dossier, "certification")


@transaction.atomic
def withdraw(
    *, application: Application, reason: str, given_back: str = "", at: datetime, acting_user: User
) -> Application:
    """The applicant takes the dossier back before it is decided; ``given_back`` names the originals returned."""
    dossier = locked(application)
    check(may_take_back(acting_user, dossier))
    if dossier.state not in WITHDRAWABLE:
        raise wrong_state(dossier)
    _not_a_copy(dossier)
    _reason(reason)
    from_state = dossier.state
    dossier.withdraw(at)
    _over(dossier, at)
    record(
        application=dossier,
        kind=EventKind.WITHDRAWN,
        at=at,
        actor=acting_user,
        centre=dossier.received_at_centre or dossier.helped_at,
        from_state=from_state,
        personal={"reason": reason.strip(), "given_back": given_back.strip()},
    )
    if dossier.code:
        _notice(dossier, "applicant", reason, given_back, from_state, at, acting_user)
    messages.tell(messages.Withdrawn, dossier, at=at)
    announce(dossier)
    return dossier


@transaction.atomic
def stop(
    *, application: Application, reason: str, given_back: str = "", at: datetime, acting_user: User
) -> Application:
    """A leader ends the handling before a result exists, and says why (form 05)."""
    dossier = locked(application)
    check(may_sign(acting_user, dossier))
    if dossier.state not in IN_HAND:
        raise wrong_state(dossier)
    _not_a_copy(dossier)
    _reason(reason)
    from_state = dossier.state
    dossier.stop(at)
    _over(dossier, at)
    record(
        application=dossier,
        kind=EventKind.STOPPED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        from_state=from_state,
        personal={"reason": reason.strip(), "given_back": given_back.strip()},
    )
    _notice(dossier, "office", reason, given_back, from_state, at, acting_user)
    messages.tell(messages.Stopped, dossier, at=at)
    announce(dossier)
    return dossier


@transaction.atomic
def ask_to_withdraw(*, application: Application, reason: str, at: datetime) -> WithdrawalRequest:
    """The applicant's wish from the tracking page, once; an officer settles it. The caller has made sure who it is."""
    dossier = locked(application)
    if dossier.state not in IN_HAND:
        raise wrong_state(dossier)
    _not_a_copy(dossier)
    _reason(reason)
    if dossier.withdrawals.filter(settled_at__isnull=True).exists():
        raise RuleBroken(_("You have asked for this already. We answer as soon as we can."), code="asked_already")
    wish = WithdrawalRequest.objects.create(application=dossier, reason=reason.strip()[:500], asked_at=at)
    record(
        application=dossier,
        kind=EventKind.WITHDRAW_ASKED,
        at=at,
        actor=None,
        centre=dossier.received_at_centre,
        personal={"reason": reason.strip()},
    )
    announce(dossier)
    return wish


@transaction.atomic
def decline_withdrawal(*, application: Application, answer: str, at: datetime, acting_user: User) -> Application:
    """The wish cannot be met, and the applicant reads why."""
    dossier = locked(application)
    check(may_take_back(acting_user, dossier))
    wish = dossier.withdrawals.filter(settled_at__isnull=True).first()
    if wish is None:
        raise wrong_state(dossier)
    _reason(answer)
    wish.settled_at, wish.settled_by, wish.answer = at, acting_user, answer.strip()[:500]
    wish.save(update_fields=["settled_at", "settled_by", "answer"])
    record(
        application=dossier,
        kind=EventKind.NOT_WITHDRAWN,
        at=at,
        actor=acting_user,
        centre=dossier.received_at_centre or dossier.helped_at,
        personal={"reason": answer.strip()},
    )
    messages.tell(messages.NotWithdrawn, dossier, occasion=str(wish.pk), at=at)
    announce(dossier)
    return dossier


def answer_by_result(dossier: Application, at: datetime, signer: User | None) -> None:
    """The result was signed while a wish to withdraw was open: the applicant is told; inside the caller's transaction."""
    wish = dossier.withdrawals.filter(settled_at__isnull=True).first()
    if wish is None:
        return
    wish.settled_at, wish.settled_by, wish.answer = at, signer, SIGNED_FIRST
    wish.save(update_fields=["settled_at", "settled_by", "answer"])
    record(
        application=dossier,
        kind=EventKind.NOT_WITHDRAWN,
        at=at,
        actor=signer,
        centre=dossier.competent,
        reason=SIGNED_FIRST,
    )
    messages.tell(messages.NotWithdrawn, dossier, occasion=str(wish.pk), at=at)


def stop_unanswered(dossier: Application, until: datetime, asked_by: User, at: datetime) -> None:
    """Nothing came by the end that the law sets; inside the caller's transaction, on its locked row."""
    from_state = dossier.state
    dossier.stop(at)
    _over(dossier, at)
    record(
        application=dossier,
        kind=EventKind.NOT_ANSWERED,
        at=at,
        actor=None,
        centre=dossier.competent,
        from_state=from_state,
        details={"until": until.isoformat()},
    )
    reason = f"Quá thời hạn bổ sung hồ sơ (trước {format_moment(until, 'vi')}) mà không nhận được giấy tờ bổ sung."
    _notice(dossier, "law", reason, "", from_state, at, asked_by)
    messages.tell(messages.Stopped, dossier, at=at)
    announce(dossier)


def stop_without_result(dossier: Application, at: datetime, by: User | None) -> None:
    """Every office has refused its part, or nobody answered; inside the caller's transaction, on its locked row."""
    from_state = dossier.state
    signer = by or dossier.received_by
    dossier.stop(at)
    _over(dossier, at)
    record(
        application=dossier,
        kind=EventKind.STOPPED,
        at=at,
        actor=by,
        centre=dossier.competent,
        from_state=from_state,
        reason=NO_PART_LEFT,
    )
    if signer is not None:
        _notice(dossier, "office", NO_PART_LEFT, "", from_state, at, signer)
    messages.tell(messages.Stopped, dossier, at=at)


def end_parts(dossier: Application, at: datetime) -> None:
    """What is open of its parts ends with the dossier."""
    for row in parts_of(dossier):
        if row.is_open:
            row.pauses.filter(to_at__isnull=True).update(to_at=at)
            row.end(at)
            row.save()


def _not_a_copy(dossier: Application) -> None:
    if is_copy(dossier):
        raise RuleBroken(_("A certified copy is taken back where it is made."), code="certified_copy")


def _reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput(_("Write the reason."), code="reason_empty", field="reason")


def _over(dossier: Application, at: datetime) -> None:
    """Its clock, its step and its open request end with it."""
    dossier.changed_at = at
    let_fall_unpaid(dossier, ENDED_UNPAID, at, None)
    dossier.payment_state = payment_state_of(dossier)  # what was taken of it can still be given back
    dossier.save(update_fields=["state", "payment_state", "ended_at", "paused_at", "changed_at"])
    follow_sums(dossier, at)
    dossier.withdrawals.filter(settled_at__isnull=True).update(settled_at=at)
    drop_draft_of(dossier, at)
    dossier.pauses.filter(to_at__isnull=True).update(to_at=at)
    dossier.supplements.filter(STILL_OPEN).update(ended_at=at)
    end_parts(dossier, at)
    no_step(dossier, at)


def _notice(
    dossier: Application, asked_by: str, reason: str, given_back: str, from_state: int, at: datetime, by: User
) -> None:
    said = {
        "asked_by": asked_by,
        "why": reason.strip(),
        "given_back": given_back.strip(),
        "signer": str(by),
        "state": int(from_state),
        "fee": _FEES.get(PaymentState(dossier.payment_state), ""),
    }
    issue(application=dossier, number=FORM, said=said, at=at, by=by)
