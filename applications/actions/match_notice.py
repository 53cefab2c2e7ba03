"""A transfer finds its dossier: by its reference, or by hand; and is booked once, whatever else happens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.fees import settle
from applications.actions.issue_form import issue
from applications.actions.locking import locked
from applications.actions.pay import book_row
from applications.actions.steps import announce
from applications.bank import may_book_at, may_settle
from applications.documents import VIETNAMESE
from applications.enums import PAYABLE, EventKind, Method, PaymentKind, State
from applications.enums_bank import NoticeState, Outcome
from applications.history import record
from applications.ledger import lines_owed, outstanding
from applications.models import Application, BankAccount, BankNotice, Payment, PaymentRequest
from applications.papers_out import FEE_RECEIPT, receipt_number_of
from applications.payments.reference import references_in
from applications.permissions import check
from citizens.models import User
from portal import live
from portal.errors import BadInput, RuleBroken

_LARGEST = 2**31 - 1
NOTE_LENGTH = 500
BANK_TOPIC = "bank"


@transaction.atomic
def match_notice(*, notice_id: int, at: datetime) -> BankNotice | None:
    """Book one transfer that nobody looked at yet, by the reference in its words; what has none of ours is left to people.

    May run any number of times, also at once: only a row that waits is worked on, under its lock.
    """
    notice = _held(notice_id)
    if notice is None or notice.state != NoticeState.WAITING:
        return notice
    booked = _booked_by_hand(notice)
    if booked is not None:
        _booked(notice, booked, Outcome.BEFORE, at, None)
        return notice
    found = list(PaymentRequest.objects.filter(reference__in=references_in(notice.text)).select_related("application"))
    dossiers = {request.application_id: request.application for request in found}
    if len(dossiers) != 1 or not _came_to_us(notice, found):
        _listed(notice, Outcome.SEVERAL if len(dossiers) > 1 else Outcome.UNKNOWN, at)
        return notice
    dossier = locked(next(iter(dossiers.values())))
    if dossier.anonymised_at is not None or notice.amount > _LARGEST:
        _listed(notice, Outcome.ERASED if dossier.anonymised_at else Outcome.UNKNOWN, at)
        return notice
    book_transfer(notice, dossier, at, None)
    return notice


@transaction.atomic
def match_by_hand(*, notice: BankNotice, code: str, at: datetime, acting_user: User) -> BankNotice:
    """A manager says which dossier a transfer was for. The same roads as by its reference. Raises ``RuleBroken``."""
    held = _to_settle(notice, acting_user)
    found = Application.objects.filter(code=code, received_at__isnull=False).first() if code else None
    if found is None or not may_book_at(acting_user, found.received_at_centre_id):
        raise BadInput(_("No dossier of your centre has this code."), code="no_dossier", field="code")
    dossier = locked(found)
    if dossier.anonymised_at is not None or held.amount > _LARGEST:
        raise BadInput(_("Nothing can be booked for this dossier any more."), code="no_dossier", field="code")
    book_transfer(held, dossier, at, acting_user)
    return held


@transaction.atomic
def set_aside(*, notice: BankNotice, note: str, at: datetime, acting_user: User) -> BankNotice:
    """A manager says what a transfer was, which is for no dossier: sent back by the bank, or another matter's."""
    held = _to_settle(notice, acting_user)
    if not note.strip():
        raise BadInput(_("Write what it is and what was done with it."), code="note_empty", field="note")
    held.state, held.note = NoticeState.ASIDE, note.strip()[:NOTE_LENGTH]
    held.settled_at, held.settled_by = at, acting_user
    held.save(update_fields=["state", "note", "settled_at", "settled_by"])
    live.bump(BANK_TOPIC)
    return held


def book_transfer(notice: BankNotice, dossier: Application, at: datetime, by: User | None) -> Payment:
    """The payment of a transfer with its receipt: the whole sum, whatever is due; what is too much is given back by the rules
    for that. The caller holds both locks."""
    due = outstanding(dossier) if dossier.state in PAYABLE else 0
    outcome = outcome_of(notice.amount, due, dossier.state)
    receipt = issue(application=dossier, number=FEE_RECEIPT, said=_said(notice, dossier, due), at=at, by=by)
    paid = Payment(
        kind=PaymentKind.PAID, method=Method.TRANSFER, amount=notice.amount, reference=_reference_for(notice, dossier)
    )
    book_row(paid, dossier, receipt_number_of(receipt), at, by)
    from_state = dossier.state
    moved = settle(dossier, at)
    record(
        application=dossier,
        kind=EventKind.PAID,
        at=at,
        actor=by,
        centre=dossier.received_at_centre,
        from_state=from_state,
        details={
            "fee": notice.amount,
            "method": Method.TRANSFER.value,
            "receipt": paid.receipt_number,
            "bank": outcome.value,
            **moved,
        },
    )
    _booked(notice, paid, outcome, at, by)
    announce(dossier)
    return paid


def outcome_of(amount: int, due: int, state: int) -> Outcome:
    if due:
        return Outcome.EXACT if amount == due else Outcome.UNDER if amount < due else Outcome.OVER
    return Outcome.TWICE if state in PAYABLE else Outcome.AFTER_END


def _said(notice: BankNotice, dossier: Application, due: int) -> dict[str, Any]:
    """What the receipt keeps: the sum, what it was for, and the bank's own number."""
    return {
        "amount": notice.amount,
        "owed": due,
        "fees": [{"name": line.name[VIETNAMESE], "amount": line.amount} for line in lines_owed(dossier) if line.amount],
        "reference": notice.reference,
        "account": notice.account,
        "paid_at": notice.paid_at.isoformat(),
        "is_over": dossier.state in (State.REFUSED, State.WITHDRAWN, State.STOPPED),
    }


def _reference_for(notice: BankNotice, dossier: Application) -> str:
    """The bank's number; with the turn where it was booked at the centre before (a receipt that was cancelled, another
    bank's same number), since a reference counts once."""
    before = Payment.objects.filter(
        centre=dossier.received_at_centre or dossier.competent,
        method=Method.TRANSFER,
        kind=PaymentKind.PAID,
        reference__startswith=notice.reference,
    )
    turns = sum(row.reference.partition(" ")[0] == notice.reference for row in before)
    return f"{notice.reference} ({turns + 1})" if turns else notice.reference


def _came_to_us(notice: BankNotice, requests: list[PaymentRequest]) -> bool:
    """Whether the account is one that fees are transferred to: its reference alone makes nobody's money ours."""
    shown = {request.account for request in requests}
    return notice.account in shown or BankAccount.objects.filter(account=notice.account).exists()


def _booked_by_hand(notice: BankNotice) -> Payment | None:
    """The payment that a cashier booked under the bank's number, before there were notices."""
    rows = Payment.objects.filter(
        method=Method.TRANSFER, kind=PaymentKind.PAID, reference=notice.reference, amount=notice.amount
    )
    return rows.filter(cashier__isnull=False, notice__isnull=True).first()


def _held(notice_id: int) -> BankNotice | None:
    return BankNotice.objects.select_for_update().filter(pk=notice_id).first()


def _to_settle(notice: BankNotice, user: User) -> BankNotice:
    check(may_settle(user, notice))
    held = _held(notice.pk)
    if held is None or held.state != NoticeState.LISTED:
        raise RuleBroken(_("This transfer was settled already. Look at the list again."), code="settled_already")
    return held


def _booked(notice: BankNotice, paid: Payment, outcome: Outcome, at: datetime, by: User | None) -> None:
    notice.state, notice.outcome, notice.payment, notice.application = (
        NoticeState.BOOKED, outcome, paid, paid.application,
    )  # fmt: skip
    notice.settled_at, notice.settled_by = at, by
    notice.save(update_fields=["state", "outcome", "payment", "application", "settled_at", "settled_by"])
    live.bump(BANK_TOPIC)


def _listed(notice: BankNotice, outcome: Outcome, at: datetime) -> None:
    notice.state, notice.outcome, notice.settled_at = NoticeState.LISTED, outcome, at
    notice.save(update_fields=["state", "outcome", "settled_at"])
    live.bump(BANK_TOPIC)
