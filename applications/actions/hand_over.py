"""Handing the result to the citizen."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.fees import REASON_LENGTH, unpaid_with_reason
from applications.actions.linked import hand_over_parts
from applications.actions.locking import locked, wrong_state
from applications.actions.originals import bump, give_with_result
from applications.documents_kept import Kept
from applications.enums import DocumentSource, EventKind, State
from applications.history import record
from applications.models import Application
from applications.pauses import parts_of
from applications.permissions import check, may_hand_over
from centres.actions.matters import finish_matter
from citizens.models import User
from portal import live
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
    who signed for it, ``authorisation`` what a proxy who takes an original showed.

    While something is to be paid the officer says why it is given out all the same. Raises ``RuleBroken``
    (``fee_unpaid``) without that reason, and (``original_away``) while an original is not at the branch.
    """
    dossier = locked(application)
    check(may_hand_over(acting_user, dossier))
    if dossier.state != State.DONE:
        raise wrong_state(dossier)
    if not handed_to.strip():
        raise BadInput(_("Write the name of the person who takes the result."), code="name_empty", field="handed_to")
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
    result = dossier.result
    result.handed_to = handed_to.strip()
    result.signature = signature.note(dossier, DocumentSource.UPLOAD, at, acting_user) if signature else None
    result.save(update_fields=["handed_to", "signature"])
    from_state = dossier.state
    dossier.hand_over(at)
    dossier.changed_at = at
    dossier.save(update_fields=["state", "handed_over_at", "delivery_state", "changed_at"])
    dossier.steps.filter(to_at__isnull=True).update(to_at=at)
    record(
        application=dossier,
        kind=EventKind.HANDED_OVER,
        at=at,
        actor=acting_user,
        centre=dossier.received_at_centre,
        from_state=from_state,
        details={"signed": signature is not None, **({"unpaid": unpaid} if unpaid else {})},
        personal={
            "handed_to": handed_to.strip(),
            **({"reason": unpaid_reason.strip()[:REASON_LENGTH]} if unpaid else {}),
        },
    )
    # Of copies that their person waited for: the visit was still about them.
    if dossier.matter is not None and dossier.matter.done_at is None:
        finish_matter(matter=dossier.matter, at=at, acting_user=acting_user)
    live.bump(f"dossier:{dossier.pk}", f"dossiers:{dossier.competent_id}")
    bump(originals)
    return dossier
