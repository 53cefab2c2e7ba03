"""A request for certification ends with its last document: filed, refused, taken back or failed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications import messages
from applications.actions.fees import ENDED_UNPAID, let_fall_unpaid, settle
from applications.actions.locking import locked, wrong_state
from applications.actions.post_result import overtake
from applications.actions.wait_for_copy import copies_have_ended
from applications.catalogue import version_of
from applications.enums import TAKEN_BACK, EventKind, State, StepKind
from applications.history import record
from applications.ledger import outstanding
from applications.models import Application, CertificationItem, Result, Step
from applications.notarisation.enums import JobState
from applications.notarisation.messages import CopyCertified
from applications.notarisation.requests import is_over, is_request, items_of, request_of
from applications.permissions import check_receiver
from centres.actions.matters import finish_matter
from citizens.models import User
from portal import live
from portal.errors import RuleBroken

# As long as the column; a request of many documents names its first and last number.
NUMBER_LENGTH = 60


def end_if_over(copy: Application, at: datetime, actor: User | None) -> bool:
    """End the request once nothing more comes of its documents, in the transaction of the change that ended the last
    one; whoever waits for it is brought back. The caller holds the lock of ``copy``.

    With something filed it is finished, whatever became of the rest. A draft stays one: its officer may add another.
    """
    items = items_of(request_of(copy, version_of(copy)))
    if copy.state != State.DRAFT:
        settle(copy, at)
    if not items or not is_over(items):
        return False
    filed = [item for item in items if item.counts]
    if copy.state != State.DRAFT:
        if filed:
            _finish(copy, filed, at)
            messages.tell(CopyCertified, copy, at=at)
        else:
            _end_empty(copy, items, at, actor)
    copies_have_ended(copy, at)
    return True


@transaction.atomic
def end_draft(*, application: Application, at: datetime, acting_user: User) -> Application:
    """End a request in whose draft nothing is left to certify: refused where anything was refused, withdrawn otherwise.

    Raises ``NotAllowed``, ``RuleBroken`` (``wrong_state``, ``documents_left``).
    """
    draft = locked(application)
    check_receiver(acting_user, draft)
    if draft.state != State.DRAFT or not is_request(version_of(draft)):
        raise wrong_state(draft)
    items = items_of(request_of(draft, version_of(draft)))
    if not items or not is_over(items):
        raise RuleBroken(
            _("There are documents to certify still. Refuse them or take them out first."), code="documents_left"
        )
    is_refused = any(item.state == JobState.REFUSED for item in items)
    if is_refused:
        draft.refuse(at)
    else:
        draft.withdraw(at)
    _save_ended(draft, at)
    record(
        application=draft,
        kind=EventKind.REFUSED if is_refused else EventKind.WITHDRAWN,
        at=at,
        actor=acting_user,
        centre=draft.helped_at,
        from_state=State.DRAFT,
        details={"why": "not_certified" if is_refused else TAKEN_BACK},
    )
    if draft.matter is not None and draft.matter.done_at is None:
        finish_matter(matter=draft.matter, at=at, acting_user=acting_user)
    live.bump(f"dossier:{draft.pk}")
    return draft


def _end_empty(copy: Application, items: Sequence[CertificationItem], at: datetime, actor: User | None) -> None:
    """Nothing came of it: withdrawn where everything was taken back, stopped where the office could not or must not."""
    let_fall_unpaid(copy, ENDED_UNPAID, at, actor)
    settle(copy, at)
    from_state = copy.state
    states = {item.state for item in items}
    if states == {JobState.DROPPED}:
        kind, why = EventKind.WITHDRAWN, TAKEN_BACK
        copy.withdraw(at)
    else:
        kind, why = EventKind.STOPPED, _why_nothing(items)
        if copy.state == State.ACCEPTED:
            copy.take(actor)
        copy.stop(at)
    _save_ended(copy, at)
    record(
        application=copy,
        kind=kind,
        at=at,
        actor=actor,
        centre=copy.helped_at,
        from_state=from_state,
        details={"why": why},
    )


def _why_nothing(items: Sequence[CertificationItem]) -> str:
    if any(item.state == JobState.REFUSED for item in items):
        return "not_certified"
    return "line_struck" if any(item.strike for item in items) else "scan_unreadable"


def leave_struck_out(copy: Application, at: datetime, actor: User) -> None:
    """A line of the request was struck through: what is ready to be handed over holds it no more, and where nothing else
    does, nothing is handed over. What was given out is past. The caller holds the lock of ``copy``.
    """
    if copy.state != State.DONE:
        return
    items = items_of(request_of(copy, version_of(copy)))
    filed = [item for item in items if item.counts]
    if filed:
        result = copy.result
        result.number, result.document = numbers_of(filed), filed[-1].output
        result.save(update_fields=["number", "document"])
        return
    overtake(copy, at, actor)
    copy.void_result(at)
    _save_ended(copy, at)
    record(
        application=copy,
        kind=EventKind.STOPPED,
        at=at,
        actor=actor,
        centre=copy.helped_at,
        from_state=State.DONE,
        details={"why": "line_struck"},
    )


def _save_ended(copy: Application, at: datetime) -> None:
    copy.changed_at = at
    copy.save(update_fields=["state", "delivery_state", "handler", "ended_at", "changed_at"])
    copy.steps.filter(to_at__isnull=True).update(to_at=at)


def _finish(copy: Application, filed: Sequence[CertificationItem], at: datetime) -> None:
    """Released; and given out in one go where the copies lie where they were asked for, and nobody fetches paper. What is not
    paid by then stands in the history, and is asked for with the dossier that the copies are for."""
    last, centre = filed[-1], copy.helped_at
    entry = last.entry
    if entry is None:
        raise ValueError("a filed document has its number")
    signer, is_for_another = last.signs, copy.for_application_id is not None
    given_out = is_for_another or not any(item.paper_copies for item in filed)
    unpaid = outstanding(copy)
    name = copy.applicant.full_name if copy.applicant else ""
    number = numbers_of(filed)
    Result.objects.create(
        application=copy,
        number=number,
        document=last.output,
        proposed_by=signer,
        proposed_at=entry.at,
        signed_by=signer,
        signed_at=entry.at,
        handed_to=name if given_out else "",
    )
    copy.release(at)
    record(
        application=copy,
        kind=EventKind.APPROVED,
        at=at,
        actor=signer,
        centre=centre,
        from_state=State.PROCESSING,
        details={"number": number, "files": [item.output.sha256 for item in filed if item.output]},
    )
    copy.steps.filter(to_at__isnull=True).update(to_at=at)
    if given_out:
        copy.hand_over(at)
        record(
            application=copy,
            kind=EventKind.HANDED_OVER,
            at=at,
            actor=signer,
            centre=centre,
            from_state=State.DONE,
            details={
                "signed": False,
                "into": "dossier" if is_for_another else "",
                **({"unpaid": unpaid} if unpaid else {}),
            },
            personal={"handed_to": name},
        )
    else:
        Step.objects.create(application=copy, kind=StepKind.RETURN, holder=None, from_at=at)
    copy.changed_at = at
    copy.save(update_fields=["state", "released_at", "handed_over_at", "delivery_state", "changed_at"])


def numbers_of(filed: Sequence[CertificationItem]) -> str:
    """``0007, 0008/2026 SCT/BS``: the numbers of a request, each once."""
    entries = {item.entry.pk: item.entry for item in filed if item.entry}
    ordered = sorted(entries.values(), key=lambda entry: (entry.register_id, entry.sequence))
    last = ordered[-1].register
    tail = f"/{last.year} {last.kind}"
    named = ", ".join(entry.number for entry in ordered) + tail
    return named if len(named) <= NUMBER_LENGTH else f"{ordered[0].number}–{ordered[-1].number}{tail}"
