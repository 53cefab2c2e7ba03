"""The request by which what is due can be paid by transfer: it follows the sums, and is renewed when its time is over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.accounts import account_on, last_day_of, open_request
from applications.actions.locking import locked, wrong_state
from applications.actions.steps import announce
from applications.enums import PAYABLE, PaymentState
from applications.ledger import outstanding
from applications.models import Application, PaymentRequest
from applications.payments.reference import new_reference
from portal.clock import local_day
from portal.errors import RuleBroken


def ask_by_code(dossier: Application, due: int, at: datetime) -> PaymentRequest | None:
    """The first request of what is due; ``None`` where nothing is, or no account is in force. The caller holds the lock and
    has ended the one before."""
    account = account_on(dossier.received_at_centre_id, local_day(at)) if due else None
    if account is None:
        return None
    return PaymentRequest.objects.create(
        application=dossier,
        reference=new_reference(),
        amount=due,
        bank=account.bank,
        account=account.account,
        holder=account.holder,
        made_at=at,
        last_day=last_day_of(account, local_day(at)),
    )


def follow_sums(dossier: Application, at: datetime) -> PaymentRequest | None:
    """Let the open request ask for what is due now. The caller holds the dossier's lock and settled its payment state."""
    if dossier.payment_state != PaymentState.DUE:
        dossier.payment_requests.filter(ended_at__isnull=True).update(ended_at=at)
        return None
    due, request = outstanding(dossier), open_request(dossier)
    if request is not None and request.amount == due:
        return request
    _end(request, at)
    return ask_by_code(dossier, due, at)


@transaction.atomic
def renew_request(*, application: Application, at: datetime) -> PaymentRequest:
    """A code for what is due, for whoever wants to pay now; one that still holds stays as it is. Raises ``RuleBroken``."""
    dossier = locked(application)
    if dossier.state not in PAYABLE:
        raise wrong_state(dossier)
    request = follow_sums(dossier, at)
    if request is not None and request.last_day < local_day(at):
        _end(request, at)
        request = ask_by_code(dossier, outstanding(dossier), at)
    if request is None:
        raise RuleBroken(_("It cannot be paid by transfer. Please pay at the counter."), code="no_code")
    announce(dossier)
    return request


def _end(request: PaymentRequest | None, at: datetime) -> None:
    if request is not None:
        request.ended_at = at
        request.save(update_fields=["ended_at"])
