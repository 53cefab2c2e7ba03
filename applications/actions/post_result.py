"""A result that goes out by post: who carries it under which number, and how its way ended."""

from __future__ import annotations

import re
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications import messages
from applications.actions.fees import REASON_LENGTH, unpaid_with_reason
from applications.actions.hand_over import give_out, on_its_way
from applications.actions.locking import locked, wrong_state
from applications.actions.steps import announce, now_at
from applications.enums import DeliveryState, DispatchEnd, EventKind, State, StepKind
from applications.enums_originals import IN_CUSTODY
from applications.history import record
from applications.models import Application, Dispatch
from applications.pauses import parts_of
from applications.permissions import check, may_hand_over
from citizens.models import User
from portal.clock import local_day
from portal.errors import BadInput, RuleBroken

TRACKING_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]*")


@transaction.atomic
def post_result(
    *,
    application: Application,
    recipient: str,
    address: str,
    carrier: str,
    tracking_number: str,
    unpaid_reason: str = "",
    at: datetime,
    acting_user: User,
) -> Application:
    """Give the result to the post instead of to the citizen; it counts as handed over once the post has delivered it.

    Raises ``RuleBroken``: ``fee_unpaid`` without a reason for it, ``original_here`` while an original is in custody, which
    goes out against a signature only.
    """
    dossier = locked(application)
    check(may_hand_over(acting_user, dossier))
    if dossier.state != State.DONE or on_its_way(dossier):
        raise wrong_state(dossier)
    said = {"recipient": recipient, "address": address, "carrier": carrier, "tracking_number": tracking_number}
    said = {name: " ".join(typed.split()) for name, typed in said.items()}
    if empty := next((name for name, typed in said.items() if not typed), ""):
        raise BadInput(_("Fill this in: without it nobody can follow the letter."), code="letter_unknown", field=empty)
    if not TRACKING_NUMBER.fullmatch(said["tracking_number"]):
        raise BadInput(
            _("A tracking number has letters without marks, digits, spaces, dots, slashes and hyphens only."),
            code="tracking_number",
            field="tracking_number",
        )
    if dossier.originals.filter(place__in=IN_CUSTODY).exists():
        raise RuleBroken(
            _("An original goes out with this result, against a signature: it cannot be sent by post."),
            code="original_here",
        )
    unpaid = unpaid_with_reason(dossier, unpaid_reason)
    letter = Dispatch.objects.create(
        application=dossier, number=_numbers(dossier), sent_at=at, sent_by=acting_user, **said
    )
    dossier.delivery_state, dossier.changed_at = DeliveryState.ON_WAY, at
    dossier.save(update_fields=["delivery_state", "changed_at"])
    record(
        application=dossier,
        kind=EventKind.POSTED,
        at=at,
        actor=acting_user,
        centre=dossier.received_at_centre,
        details={"letter": letter.pk, "carrier": letter.carrier, **({"unpaid": unpaid} if unpaid else {})},
        personal={
            "tracking_number": letter.tracking_number,
            "handed_to": letter.recipient,
            "address": letter.address,
            **({"reason": unpaid_reason.strip()[:REASON_LENGTH]} if unpaid else {}),
        },
    )
    messages.tell(messages.Posted, dossier, occasion=str(letter.pk), at=at)
    announce(dossier)
    return dossier


@transaction.atomic
def note_delivered(
    *, application: Application, taken_by: str, delivered_on: date, at: datetime, acting_user: User
) -> Application:
    """The post has delivered the result: it is handed over, to whoever signed for it."""
    dossier, letter = _on_the_way(application, acting_user)
    if not taken_by.strip():
        raise BadInput(_("Write the name of the person who takes the result."), code="name_empty", field="handed_to")
    if not local_day(letter.sent_at) <= delivered_on <= local_day(at):
        raise BadInput(
            _("Give a day between the one it was sent on and today."), code="delivered_when", field="delivered_on"
        )
    letter.delivered_on, letter.taken_by = delivered_on, taken_by.strip()
    _end(letter, DispatchEnd.DELIVERED, at, acting_user)
    give_out(
        dossier,
        handed_to=letter.taken_by,
        signature=None,
        details={"letter": letter.pk, "carrier": letter.carrier, "delivered_on": delivered_on.isoformat()},
        at=at,
        by=acting_user,
    )
    return dossier


@transaction.atomic
def note_returned(*, application: Application, reason: str, at: datetime, acting_user: User) -> Application:
    """The post has brought the result back: it waits at the counter again, and may be sent once more."""
    dossier, letter = _on_the_way(application, acting_user)
    if not reason.strip():
        raise BadInput(_("Write the reason."), code="reason_empty", field="reason")
    letter.reason = reason.strip()[:500]
    _end(letter, DispatchEnd.RETURNED, at, acting_user)
    dossier.delivery_state, dossier.changed_at = DeliveryState.AT_COUNTER, at
    dossier.save(update_fields=["delivery_state", "changed_at"])
    now_at(dossier, StepKind.RETURN, None, at)
    record(
        application=dossier,
        kind=EventKind.CAME_BACK,
        at=at,
        actor=acting_user,
        centre=dossier.received_at_centre,
        details={"letter": letter.pk, "carrier": letter.carrier},
        personal={"tracking_number": letter.tracking_number, "reason": letter.reason},
    )
    messages.tell(messages.CameBack, dossier, occasion=str(letter.pk), at=at)
    announce(dossier)
    return dossier


def overtake(dossier: Application, at: datetime, by: User) -> None:
    """What is on its way counts no more; inside the caller's transaction, on the locked row."""
    for letter in dossier.dispatches.filter(ended_at__isnull=True):
        _end(letter, DispatchEnd.OVERTAKEN, at, by)


def _on_the_way(application: Application, user: User) -> tuple[Application, Dispatch]:
    dossier = locked(application)
    check(may_hand_over(user, dossier))
    letter = dossier.dispatches.filter(ended_at__isnull=True).first()
    if dossier.state != State.DONE or letter is None:
        raise wrong_state(dossier)
    return dossier, letter


def _end(letter: Dispatch, end: DispatchEnd, at: datetime, by: User) -> None:
    letter.end, letter.ended_at, letter.ended_by = end, at, by
    letter.save()


def _numbers(dossier: Application) -> str:
    """Of the result that goes out; of linked services, of each that was not collected yet."""
    result = getattr(dossier, "result", None)
    found = [result.number] if result else [row.number for row in parts_of(dossier) if row.is_to_collect]
    return ", ".join(found)[:200]
