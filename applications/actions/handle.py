"""From receipt to signature: take, ask for a supplement, propose, sign, send back."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications import messages
from applications.actions.locking import locked, wrong_state
from applications.actions.register_copy import check_has_copy, is_register_copy, keep_on_file
from applications.catalogue import version_of
from applications.documents_kept import Kept
from applications.enums import DocumentSource, EventKind, PauseWhy, State, StepKind
from applications.history import record
from applications.models import Application, Result, Step, SupplementRequest
from applications.notarisation.requests import request_of
from applications.pauses import end_pause, pause
from applications.permissions import check, is_own_work, may_handle, may_receive, may_sign
from citizens.models import User
from portal import live
from portal.errors import BadInput, RuleBroken

# The signs of official numbers, with a letter or a digit among them.
_OFFICIAL_NUMBER = re.compile(r"[/. -]*(?:[^\W_][/. -]*)+")
PROPOSAL_CHANGED = _("Another result is proposed now than the one you read. Look at it, then sign.")


def _now_at(application: Application, kind: StepKind, holder: User | None, at: datetime) -> None:
    application.steps.filter(to_at__isnull=True).update(to_at=at)
    Step.objects.create(application=application, kind=kind, holder=holder, from_at=at)


def _announce(application: Application) -> None:
    live.bump(f"dossier:{application.pk}", f"dossiers:{application.competent_id}")


def _step_of(application: Application) -> str:
    open_step = application.steps.filter(to_at__isnull=True).first()
    return open_step.kind if open_step else ""


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
    _now_at(dossier, StepKind.APPRAISE, acting_user, at)
    record(
        application=dossier,
        kind=EventKind.TAKEN,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        from_state=from_state,
    )
    _announce(dossier)
    return dossier


@transaction.atomic
def ask_supplement(*, application: Application, faults: str, at: datetime, acting_user: User) -> Application:
    """Ask once for everything that is missing, with reason and guidance; the clock stops.

    Decree 118/2025 art. 17.2a as amended by 309/2026: one notice. A second request is refused here; the road that
    needs a leader's reason is another action.
    """
    dossier = locked(application)
    check(may_handle(acting_user, dossier))
    if dossier.state != State.PROCESSING or _step_of(dossier) != StepKind.APPRAISE:
        raise wrong_state(dossier)
    if not faults.strip():
        raise BadInput(_("Write what is missing and what the citizen should do."), code="faults_empty", field="faults")
    if dossier.supplements.exists():
        raise RuleBroken(
            _("A supplement was already requested for this dossier. The law allows one complete request."),
            code="second_supplement",
            field="faults",
        )
    from_state = dossier.state
    dossier.ask_supplement(at)
    dossier.changed_at = at
    dossier.save(update_fields=["state", "paused_at", "changed_at"])
    pause(dossier, PauseWhy.SUPPLEMENT, at)
    SupplementRequest.objects.create(application=dossier, faults=faults.strip(), asked_at=at, asked_by=acting_user)
    record(
        application=dossier,
        kind=EventKind.SUPPLEMENT_ASKED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        from_state=from_state,
        personal={"faults": faults.strip()},
    )
    messages.tell(messages.SupplementAsked, dossier, occasion="1", at=at)
    _announce(dossier)
    return dossier


@transaction.atomic
def accept_supplement(*, application: Application, note: str, at: datetime, acting_user: User) -> Application:
    """The counter or the specialist has what was asked for; the clock goes on with the time the citizen took added."""
    dossier = locked(application)
    check(may_handle(acting_user, dossier) or may_receive(acting_user, dossier))
    request = dossier.supplements.filter(answered_at__isnull=True).first()
    if dossier.state != State.SUPPLEMENT or request is None:
        raise wrong_state(dossier)
    from_state = dossier.state
    due_at, explanation = end_pause(dossier, at)
    dossier.resume(due_at, explanation)
    dossier.changed_at = at
    dossier.save(update_fields=["state", "paused_at", "due_at", "due_explanation", "changed_at"])
    request.answered_at = at
    request.save(update_fields=["answered_at"])
    record(
        application=dossier,
        kind=EventKind.SUPPLEMENTED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        from_state=from_state,
        details={"due_at": due_at.isoformat()},
        personal={"note": note.strip()},
    )
    _announce(dossier)
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
    if dossier.state != State.PROCESSING or _step_of(dossier) != StepKind.APPRAISE:
        raise wrong_state(dossier)
    number = _official_number(number)
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
    _now_at(dossier, StepKind.SIGN, None, at)
    record(
        application=dossier,
        kind=EventKind.PROPOSED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        details={"number": result.number, "file": result.document.sha256 if result.document else ""},
    )
    _announce(dossier)
    return dossier


def _official_number(typed: str) -> str:
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
        or _step_of(dossier) != StepKind.SIGN
        or request_of(dossier, version_of(dossier))
    ):
        raise wrong_state(dossier)
    if not reason.strip():
        raise BadInput(_("Say what has to be changed."), code="reason_empty", field="reason")
    dossier.changed_at = at
    dossier.save(update_fields=["changed_at"])
    _now_at(dossier, StepKind.APPRAISE, dossier.handler, at)
    record(
        application=dossier,
        kind=EventKind.RETURNED_FOR_REWORK,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        personal={"reason": reason.strip()},
    )
    _announce(dossier)
    return dossier


@transaction.atomic
def sign(*, application: Application, proposal: int | None = None, at: datetime, acting_user: User) -> Application:
    """The leader signs the result off; it goes back to the counter and the citizen is told.

    ``proposal`` is the one that was read (``handling.proposal_of``): another one is not signed in its place.
    """
    dossier = locked(application)
    check(may_sign(acting_user, dossier))
    if (
        dossier.state != State.PROCESSING
        or _step_of(dossier) != StepKind.SIGN
        or request_of(dossier, version_of(dossier))
    ):
        raise wrong_state(dossier)
    if is_own_work(acting_user, dossier):
        raise RuleBroken(_("You handled this dossier yourself; somebody else has to sign it."), code="own_work")
    if proposal is not None and not dossier.steps.filter(pk=proposal, to_at__isnull=True).exists():
        raise RuleBroken(PROPOSAL_CHANGED, code="proposal_changed")
    from_state = dossier.state
    dossier.result.signed_by, dossier.result.signed_at = acting_user, at
    dossier.result.save(update_fields=["signed_by", "signed_at"])
    keep_on_file(dossier, at)
    dossier.release(at)
    dossier.changed_at = at
    dossier.save(update_fields=["state", "released_at", "changed_at"])
    _now_at(dossier, StepKind.RETURN, None, at)
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
    _announce(dossier)
    return dossier
