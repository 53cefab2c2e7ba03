"""From receipt to signature: take, propose, sign, send back."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications import messages
from applications.actions.ending import answer_by_result
from applications.actions.extend import drop_draft_of
from applications.actions.locking import locked, wrong_state
from applications.actions.register_copy import check_has_copy, is_register_copy, keep_on_file
from applications.actions.steps import announce, now_at, open_step
from applications.catalogue import version_of
from applications.documents_kept import Kept
from applications.enums import DocumentSource, EventKind, State, StepKind
from applications.history import record
from applications.models import Application, Result
from applications.notarisation.requests import request_of
from applications.pauses import has_parts
from applications.permissions import check, is_own_work, may_handle, may_sign
from citizens.models import User
from portal.errors import BadInput, RuleBroken

# The signs of official numbers, with a letter or a digit among them.
_OFFICIAL_NUMBER = re.compile(r"[/. -]*(?:[^\W_][/. -]*)+")
PROPOSAL_CHANGED = _("The dossier is not as you read it any more. Look at it again, then sign.")
# What is signed was looked at since the last of these.
_LOOKED_AT_AGAIN = frozenset({
    EventKind.PROPOSED, EventKind.FORM_CORRECTED, EventKind.PAPER_ADDED, EventKind.PERSON_MERGED, EventKind.PERSON_PARTED,
})  # fmt: skip


@transaction.atomic
def take(*, application: Application, at: datetime, acting_user: User) -> Application:
    """A specialist takes the dossier in hand."""
    dossier = locked(application)
    check(may_handle(acting_user, dossier))
    if dossier.state != State.ACCEPTED or request_of(dossier, version_of(dossier)):
        raise wrong_state(dossier)
    from_state = dossier.state
    dossier.take(acting_user)
    dossier.changed_at = at
    dossier.save(update_fields=["state", "handler", "changed_at"])
    now_at(dossier, StepKind.APPRAISE, acting_user, at)
    record(
        application=dossier,
        kind=EventKind.TAKEN,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        from_state=from_state,
    )
    announce(dossier)
    return dossier


@transaction.atomic
def propose(
    *,
    application: Application,
    number: str,
    document: Kept | None,
    drop_document: bool = False,
    at: datetime,
    acting_user: User,
) -> Application:
    """The specialist is done: the result with its number, and its file if there is one, goes to the leader.

    The file of a proposal that was sent back stays unless another takes its place or it is to be dropped.
    """
    dossier = locked(application)
    check(may_handle(acting_user, dossier))
    if dossier.state != State.PROCESSING or open_step(dossier) != StepKind.APPRAISE or has_parts(dossier):
        raise wrong_state(dossier)
    number = official_number(number)
    proposed: dict[str, Any] = {"number": number, "proposed_by": acting_user, "proposed_at": at}
    if document is not None:
        proposed["document"] = document.note(dossier, DocumentSource.RESULT, at, acting_user)
    elif drop_document:
        proposed["document"] = None
    if is_register_copy(dossier):
        before = Result.objects.filter(application=dossier).first()
        check_has_copy(bool(proposed.get("document", before and before.document)))
    result, _is_new = Result.objects.update_or_create(application=dossier, defaults=proposed)
    dossier.changed_at = at
    dossier.save(update_fields=["changed_at"])
    now_at(dossier, StepKind.SIGN, None, at)
    record(
        application=dossier,
        kind=EventKind.PROPOSED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        details={"number": result.number, "file": result.document.sha256 if result.document else ""},
    )
    announce(dossier)
    return dossier


def official_number(typed: str) -> str:
    number = unicodedata.normalize("NFC", typed.strip())
    if not number:
        raise BadInput(_("Give the number of the result."), code="number_empty", field="number")
    if not _OFFICIAL_NUMBER.fullmatch(number):
        raise BadInput(
            _("Write the number with letters, digits, spaces and the signs / - . only, for example 88/QĐ-UBND."),
            code="number_unusual",
            field="number",
        )
    return number


@transaction.atomic
def send_back(*, application: Application, reason: str, at: datetime, acting_user: User) -> Application:
    """The leader does not sign and says why; the specialist has it again."""
    dossier = locked(application)
    check(may_sign(acting_user, dossier))
    if (
        dossier.state != State.PROCESSING
        or open_step(dossier) != StepKind.SIGN
        or request_of(dossier, version_of(dossier))
    ):
        raise wrong_state(dossier)
    if not reason.strip():
        raise BadInput(_("Say what has to be changed."), code="reason_empty", field="reason")
    dossier.changed_at = at
    dossier.save(update_fields=["changed_at"])
    now_at(dossier, StepKind.APPRAISE, dossier.handler, at)
    record(
        application=dossier,
        kind=EventKind.RETURNED_FOR_REWORK,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        personal={"reason": reason.strip()},
    )
    announce(dossier)
    return dossier


def proposal_of(dossier: Application) -> int | None:
    """What waits for the leader, by the last change of the result or of what it rests on: after the next one it is another
    number."""
    if not any(step.kind == StepKind.SIGN and step.to_at is None for step in dossier.steps.all()):
        return None
    return max((event.pk for event in dossier.events.all() if event.kind in _LOOKED_AT_AGAIN), default=0)


@transaction.atomic
def sign(*, application: Application, proposal: int | None = None, at: datetime, acting_user: User) -> Application:
    """The leader signs the result off; it goes back to the counter and the citizen is told.

    ``proposal`` is the one that was read (``proposal_of``): another one, or one whose dossier was changed since, is not
    signed in its place.
    """
    dossier = locked(application)
    check(may_sign(acting_user, dossier))
    if (
        dossier.state != State.PROCESSING
        or open_step(dossier) != StepKind.SIGN
        or request_of(dossier, version_of(dossier))
    ):
        raise wrong_state(dossier)
    if is_own_work(acting_user, dossier):
        raise RuleBroken(_("You handled this dossier yourself; somebody else has to sign it."), code="own_work")
    if proposal is not None and proposal != proposal_of(dossier):
        raise RuleBroken(PROPOSAL_CHANGED, code="proposal_changed")
    from_state = dossier.state
    dossier.result.signed_by, dossier.result.signed_at = acting_user, at
    dossier.result.save(update_fields=["signed_by", "signed_at"])
    keep_on_file(dossier, at)
    drop_draft_of(dossier, at)
    answer_by_result(dossier, at, acting_user)
    dossier.release(at)
    dossier.changed_at = at
    dossier.save(update_fields=["state", "released_at", "changed_at"])
    now_at(dossier, StepKind.RETURN, None, at)
    record(
        application=dossier,
        kind=EventKind.APPROVED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        from_state=from_state,
        details={"number": dossier.result.number},
    )
    messages.tell(messages.ResultReady, dossier, at=at)
    announce(dossier)
    return dossier
