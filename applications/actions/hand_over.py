"""Handing the result to the citizen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.fees import REASON_LENGTH, unpaid_with_reason
from applications.actions.linked import hand_over_parts, hand_part, shown_by_proxy
from applications.actions.locking import locked, wrong_state
from applications.actions.originals import bump, give_with_result
from applications.actions.steps import announce, no_step
from applications.documents_kept import Kept
from applications.enums import Delivery, DeliveryState, DocumentSource, EventKind, State
from applications.history import record
from applications.models import Application, Document
from applications.pauses import parts_of
from applications.permissions import check, may_hand_over
from applications.result_ways import comes_for_it
from centres.actions.matters import finish_matter
from citizens.models import User
from portal.errors import BadInput


@transaction.atomic
def hand_over(
    *,
    application: Application,
    handed_to: str,
    signature: Kept | None,
    authorisation: str = "",
    unpaid_reason: str = "",
    at: datetime,
    acting_user: User,
) -> Application:
    """Give the result out against a signature, and the originals in custody with it; ``handed_to`` is the name of the person
    who signed for it, ``authorisation`` what anybody else than the applicant showed.

    While something is to be paid the officer says why it is given out all the same. Raises ``RuleBroken``
    (``fee_unpaid``) without that reason, (``authorisation_empty``) where a proxy's paper is not written down, and (``original_away``) while an original is not at the branch.
    """
    dossier = locked(application)
    check(may_hand_over(acting_user, dossier))
    if dossier.state != State.DONE or on_its_way(dossier):
        raise wrong_state(dossier)
    if not handed_to.strip():
        raise BadInput(_("Write the name of the person who takes the result."), code="name_empty", field="handed_to")
    shown = shown_by_proxy(dossier, handed_to, authorisation)
    unpaid = unpaid_with_reason(dossier, unpaid_reason)
    if waiting := [row.key for row in parts_of(dossier) if row.is_to_collect]:
        return hand_over_parts(
            application=dossier,
            parts=waiting,
            handed_to=handed_to,
            signature=signature,
            authorisation=authorisation,
            unpaid_reason=unpaid_reason,
            at=at,
            acting_user=acting_user,
        )
    originals = give_with_result(dossier, handed_to, authorisation, at, acting_user)
    give_out(
        dossier,
        handed_to=handed_to.strip(),
        signature=signature.note(dossier, DocumentSource.UPLOAD, at, acting_user) if signature else None,
        details={"signed": signature is not None, **({"unpaid": unpaid} if unpaid else {})},
        personal={**shown, **({"reason": unpaid_reason.strip()[:REASON_LENGTH]} if unpaid else {})},
        at=at,
        by=acting_user,
    )
    bump(originals)
    return dossier


@transaction.atomic
def give_as_file(*, application: Application, unpaid_reason: str = "", at: datetime, acting_user: User) -> Application:
    """The citizen has the result as a file, where they filed the dossier; nobody signs for it. What is unpaid asks for a reason,
    as over the counter."""
    dossier = locked(application)
    check(may_hand_over(acting_user, dossier))
    if dossier.state != State.DONE or dossier.delivery != Delivery.FILE or comes_for_it(dossier):
        raise wrong_state(dossier)
    unpaid = unpaid_with_reason(dossier, unpaid_reason)
    give_out(
        dossier,
        handed_to=dossier.applicant.full_name if dossier.applicant else "",
        signature=None,
        details={"as_file": True, **({"unpaid": unpaid} if unpaid else {})},
        personal={"reason": unpaid_reason.strip()[:REASON_LENGTH]} if unpaid else {},
        at=at,
        by=acting_user,
    )
    return dossier


def on_its_way(dossier: Application) -> bool:
    """Whether the post has the result now."""
    return dossier.delivery_state == DeliveryState.ON_WAY


def give_out(
    dossier: Application,
    *,
    handed_to: str,
    signature: Document | None,
    details: Mapping[str, Any],
    personal: Mapping[str, str] | None = None,
    at: datetime,
    by: User,
) -> None:
    """The result is with this person: the dossier is handed over, with whatever waits of its parts. In the caller's
    transaction, on the locked row."""
    for row in parts_of(dossier):
        if row.is_to_collect:
            hand_part(row, handed_to, signature, at)
    result = getattr(dossier, "result", None)
    if result is not None:
        result.handed_to, result.signature = handed_to, signature
        result.save(update_fields=["handed_to", "signature"])
    from_state = dossier.state
    dossier.hand_over(at)
    dossier.changed_at = at
    dossier.save(update_fields=["state", "handed_over_at", "delivery_state", "changed_at"])
    no_step(dossier, at)
    record(
        application=dossier,
        kind=EventKind.HANDED_OVER,
        at=at,
        actor=by,
        centre=dossier.received_at_centre,
        from_state=from_state,
        details=details,
        personal={"handed_to": handed_to, **(personal or {})},
    )
    # Of copies that their person waited for: the visit was still about them.
    if dossier.matter is not None and dossier.matter.done_at is None:
        finish_matter(matter=dossier.matter, at=at, acting_user=by)
    announce(dossier)
