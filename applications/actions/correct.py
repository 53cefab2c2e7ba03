"""Mistakes put right in the open: a receipt issued again, a wrong result replaced by a new decision."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications import messages
from applications.actions.edit_draft import refuse_other_way
from applications.actions.handle import PROPOSAL_CHANGED, official_number
from applications.actions.issue_form import issue
from applications.actions.locking import locked, wrong_state
from applications.actions.post_result import overtake
from applications.actions.steps import announce, now_at
from applications.documents import receipt_said
from applications.documents_kept import Kept
from applications.enums import IN_HAND, Delivery, DocumentSource, EventKind, State, StepKind
from applications.enums_originals import IN_CUSTODY
from applications.history import record
from applications.models import Application, ResultCorrection
from applications.papers_out import RECEIPT
from applications.pauses import has_parts
from applications.permissions import check, may_hand_over, may_handle, may_sign
from applications.result_ways import NO_ADDRESS, ORIGINAL_STAYS
from citizens.models import User
from portal.errors import BadInput, RuleBroken


@transaction.atomic
def correct_receipt(
    *,
    application: Application,
    reason: str,
    phone: str,
    email: str,
    delivery: str = "",
    delivery_address: str = "",
    at: datetime,
    acting_user: User,
) -> Application:
    """Issue form 01 again as everything is now, with the reason on it; the paper before is kept as it was.

    An empty ``phone``, ``email`` or ``delivery`` leaves what is known.
    """
    dossier = locked(application)
    check(may_hand_over(acting_user, dossier))
    if dossier.state not in IN_HAND:
        raise wrong_state(dossier)
    _reason(reason)
    before = {"phone_before": dossier.contact_phone, "email_before": dossier.contact_email}
    dossier.contact_phone, dossier.contact_email = phone or dossier.contact_phone, email or dossier.contact_email
    wanted = _wanted(dossier, delivery, delivery_address) if delivery else {}
    dossier.changed_at = at
    dossier.save(update_fields=["contact_phone", "contact_email", "delivery", "delivery_address", "changed_at"])
    form = issue(
        application=dossier, number=RECEIPT, said=receipt_said(dossier, at), reason=reason, at=at, by=acting_user
    )
    record(
        application=dossier,
        kind=EventKind.REISSUED,
        at=at,
        actor=acting_user,
        centre=dossier.received_at_centre,
        details={
            "sequence": form.sequence,
            "due_at": dossier.due_at.isoformat() if dossier.due_at else "",
            **({"delivery": dossier.delivery} if wanted else {}),
        },
        personal={
            "reason": reason.strip(),
            **before,
            "phone": dossier.contact_phone,
            "email": dossier.contact_email,
            **wanted,
        },
    )
    announce(dossier)
    return dossier


def _wanted(dossier: Application, delivery: str, address: str) -> dict[str, str]:
    """Change how the result is wanted; the addresses before and now for the history, nothing where it stays as it was."""
    refuse_other_way(dossier, delivery)
    before = (dossier.delivery, dossier.delivery_address)
    now = (delivery, " ".join(address.split()) if delivery == Delivery.POST else "")
    if now == before:
        return {}
    if now == (Delivery.POST, ""):
        raise BadInput(NO_ADDRESS, code="no_address", field="delivery_address")
    if delivery == Delivery.POST and dossier.originals.filter(place__in=IN_CUSTODY).exists():
        raise BadInput(ORIGINAL_STAYS, code="original_here", field="delivery")
    dossier.delivery, dossier.delivery_address = now
    return {"delivery_address_before": before[1], "delivery_address": now[1]}


@transaction.atomic
def propose_correction(
    *, application: Application, number: str, reason: str, document: Kept | None, at: datetime, acting_user: User
) -> Application:
    """The specialist has found the result wrong and proposes another decision; the old one counts until it is signed."""
    dossier = locked(application)
    check(may_handle(acting_user, dossier))
    if dossier.state not in (State.DONE, State.RETURNED) or hasattr(dossier, "certification") or has_parts(dossier):
        raise wrong_state(dossier)
    _reason(reason)
    number = official_number(number)
    if number == dossier.result.number:
        raise BadInput(_("A new decision has a number of its own."), code="number_same", field="number")
    if _open(dossier) is not None:
        raise RuleBroken(_("Another result is proposed already."), code="correction_open")
    ResultCorrection.objects.create(
        application=dossier,
        number=number,
        reason=reason.strip(),
        document=document.note(dossier, DocumentSource.RESULT, at, acting_user) if document else None,
        proposed_at=at,
        proposed_by=acting_user,
    )
    record(
        application=dossier,
        kind=EventKind.FOUND_WRONG,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        details={"number": number, "before": dossier.result.number},
        personal={"reason": reason.strip()},
    )
    announce(dossier)
    return dossier


@transaction.atomic
def sign_correction(
    *, application: Application, proposal: int | None = None, at: datetime, acting_user: User
) -> Application:
    """The leader signs the new decision: it replaces the old one, which is kept with all it said, and is handed over anew.

    ``proposal`` is the key of the correction that was read: another one is not signed in its place.
    """
    dossier = locked(application)
    check(may_sign(acting_user, dossier))
    correction = _open(dossier)
    if correction is None or dossier.state not in (State.DONE, State.RETURNED):
        raise wrong_state(dossier)
    if correction.proposed_by_id == acting_user.pk:
        raise RuleBroken(_("You proposed this result yourself; somebody else has to sign it."), code="own_work")
    if proposal is not None and proposal != correction.pk:
        raise RuleBroken(PROPOSAL_CHANGED, code="proposal_changed")
    result = dossier.result
    correction.old_number, correction.old_document = result.number, result.document
    correction.old_signed_at, correction.old_signed_by = result.signed_at, result.signed_by
    correction.old_handed_to, correction.old_signature = result.handed_to, result.signature
    correction.old_handed_at = dossier.handed_over_at
    correction.signed_at, correction.signed_by = at, acting_user
    correction.save()
    result.number, result.document = correction.number, correction.document
    result.proposed_by, result.proposed_at = correction.proposed_by, correction.proposed_at
    result.signed_at, result.signed_by, result.handed_to, result.signature = at, acting_user, "", None
    result.save()
    from_state = dossier.state
    dossier.replace_result(at)
    dossier.changed_at = at
    dossier.save(update_fields=["state", "handed_over_at", "delivery_state", "changed_at"])
    overtake(dossier, at, acting_user)
    now_at(dossier, StepKind.RETURN, None, at)
    record(
        application=dossier,
        kind=EventKind.REPLACED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        from_state=from_state,
        details={
            "number": correction.number,
            "before": correction.old_number,
            "file": correction.document.sha256 if correction.document else "",
            "file_before": correction.old_document.sha256 if correction.old_document else "",
        },
        personal={"reason": correction.reason},
    )
    messages.tell(messages.ResultReplaced, dossier, occasion=str(correction.pk), at=at)
    announce(dossier)
    return dossier


@transaction.atomic
def drop_correction(*, application: Application, reason: str, at: datetime, acting_user: User) -> Application:
    """The leader leaves the result as it is, and says why."""
    dossier = locked(application)
    check(may_sign(acting_user, dossier))
    correction = _open(dossier)
    if correction is None:
        raise wrong_state(dossier)
    _reason(reason)
    correction.dropped_at = at
    correction.save(update_fields=["dropped_at"])
    record(
        application=dossier,
        kind=EventKind.NOT_REPLACED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        details={"number": correction.number},
        personal={"reason": reason.strip()},
    )
    announce(dossier)
    return dossier


def _open(dossier: Application) -> ResultCorrection | None:
    return dossier.corrections.filter(signed_at__isnull=True, dropped_at__isnull=True).first()


def _reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput(_("Write the reason."), code="reason_empty", field="reason")
