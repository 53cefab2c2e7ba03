"""The parts of a linked dossier: begun one after another, each with its own result; the dossier ends with the last.

Decree 63/2024 as amended by 301/2026: one request, several offices; results are returned separately, as each is ready.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications import messages
from applications.actions.ending import answer_by_result, stop_without_result
from applications.actions.extend import drop_draft_of
from applications.actions.fees import REASON_LENGTH, unpaid_with_reason
from applications.actions.handle import official_number
from applications.actions.locking import locked, wrong_state
from applications.actions.originals import bump, give_with_result
from applications.actions.part_clocks import recount_parts
from applications.actions.steps import announce, now_at
from applications.approved_days import Approved
from applications.documents_kept import Kept
from applications.enums import IN_HAND, DeliveryState, DocumentSource, EventKind, PartState, PauseWhy, State, StepKind
from applications.history import record
from applications.linked import law_of
from applications.models import Application, Document, Part
from applications.pauses import pause, planned
from applications.permissions import check, may_hand_over, may_handle
from centres.actions.matters import finish_matter
from citizens.models import User
from portal.errors import BadInput, RuleBroken
from portal.vn.text import fold
from procedures.catalogue_cache import load_calendar


def open_parts(dossier: Application, quote_keys: Sequence[str], at: datetime) -> None:
    """Make the parts of a dossier that is being received; those that wait for none begin. In the caller's transaction."""
    if not quote_keys:
        return
    Part.objects.bulk_create(
        Part(application=dossier, key=key, order=order, due_at=at) for order, key in enumerate(quote_keys, start=1)
    )
    promised = {row.key: row.due for row in planned(dossier, load_calendar()).parts}
    for row in dossier.parts.all():
        row.due_at, row.due_explanation = promised[row.key].at, promised[row.key].explanation
        if not law_of(dossier, row.key).get("after"):
            row.begin(at)
        row.save()


@transaction.atomic
def finish_part(
    *, application: Application, part: str, number: str, document: Kept | None, at: datetime, acting_user: User
) -> Application:
    """The office has decided: its result with number, and its file if there is one; what waited for it begins."""
    dossier, row = _in_hand(application, part, acting_user)
    number = official_number(number)
    kept = document.note(dossier, DocumentSource.RESULT, at, acting_user) if document else None
    row.finish(number=number, document=kept, at=at, by=acting_user)
    row.save()
    _changed(dossier, at)
    _told(dossier, row, EventKind.PART_DONE, at, acting_user, number=number, file=kept.sha256 if kept else "")
    messages.tell_part(messages.PartReady, dossier, row, at=at)
    go_on_with_parts(dossier, at, acting_user)
    announce(dossier)
    return dossier


@transaction.atomic
def refuse_part(*, application: Application, part: str, ground: str, at: datetime, acting_user: User) -> Application:
    """The office refuses its part and names the ground; only what depends on it ends with it."""
    dossier, row = _in_hand(application, part, acting_user)
    if not ground.strip():
        raise BadInput(_("Write the ground: the citizen reads it."), code="ground_empty", field="ground")
    row.refuse(ground=ground.strip(), at=at, by=acting_user)
    row.save()
    _changed(dossier, at)
    record(
        application=dossier,
        kind=EventKind.PART_REFUSED,
        at=at,
        actor=acting_user,
        centre=dossier.competent,
        details={"part": row.key},
        personal={"reason": row.ground},
    )
    messages.tell_part(messages.PartRefused, dossier, row, at=at)
    go_on_with_parts(dossier, at, acting_user)
    announce(dossier)
    return dossier


def _in_hand(application: Application, key: str, user: User) -> tuple[Application, Part]:
    """The locked dossier and its part that is with its office. Raises ``NotAllowed``, ``RuleBroken``."""
    dossier = locked(application)
    check(may_handle(user, dossier))
    row = dossier.parts.filter(key=key).first()
    if row is None or dossier.state != State.PROCESSING:
        raise wrong_state(dossier)
    if row.state != PartState.WITH_OFFICE:
        raise wrong_part(row)
    return dossier, row


def wrong_part(row: Part) -> RuleBroken:
    """The refusal when somebody else was quicker with this part, or the page was old."""
    return RuleBroken(
        _("This part is now “%(state)s”, so this step is not possible any more. Look at it again.")
        % {"state": row.get_state_display()},
        code="wrong_part",
        field="part",
    )


def _changed(dossier: Application, at: datetime) -> None:
    dossier.changed_at = at
    dossier.save(update_fields=["changed_at"])


def _told(dossier: Application, row: Part, kind: EventKind, at: datetime, by: User | None, **details: str) -> None:
    record(
        application=dossier,
        kind=kind,
        at=at,
        actor=by,
        centre=dossier.competent,
        details={"part": row.key, **details},
    )


# -- what follows from a part that changed ------------------------------------------------------------------------------


def go_on_with_parts(dossier: Application, at: datetime, by: User | None) -> None:
    """Begin and end what waited for another part, and see to the dossier; in the caller's transaction, on the locked row."""
    rows = {row.key: row for row in dossier.parts.all()}
    for row in rows.values():
        first = rows.get(law_of(dossier, row.key).get("after", ""))
        if row.state != PartState.WAITING or first is None:
            continue
        if first.state == PartState.DONE:
            row.begin(at)
            row.save()
            _told(dossier, row, EventKind.PART_BEGUN, at, by)
        elif not first.is_open:
            row.end(at)
            row.save()
            _told(dossier, row, EventKind.PART_ENDED, at, by, because=first.key)
    recount_parts(dossier, Approved().of(dossier))
    states = {row.state for row in rows.values()}
    if not any(row.is_open for row in rows.values()):
        _over(dossier, list(rows.values()), at, by)
    elif PartState.WITH_OFFICE not in states and dossier.state == State.PROCESSING:
        wait_for_citizen(dossier, at)
        record(
            application=dossier,
            kind=EventKind.PARTS_WAIT,
            at=at,
            actor=by,
            centre=dossier.competent,
            from_state=State.PROCESSING,
            details={"part": ""},
        )


def wait_for_citizen(dossier: Application, at: datetime) -> None:
    """No office has anything of it any more: the dossier waits as a whole."""
    dossier.ask_supplement(at)
    dossier.changed_at = at
    dossier.save(update_fields=["state", "paused_at", "changed_at"])
    pause(dossier, PauseWhy.SUPPLEMENT, at)


def _over(dossier: Application, rows: list[Part], at: datetime, by: User | None) -> None:
    """Every part is over: the results wait for the citizen, or there is none."""
    done = [row for row in rows if row.state == PartState.DONE]
    if not done:
        stop_without_result(dossier, at, by)
        return
    drop_draft_of(dossier, at)
    answer_by_result(dossier, at, by)
    dossier.release(at)
    dossier.changed_at = at
    dossier.save(update_fields=["state", "released_at", "changed_at"])
    now_at(dossier, StepKind.RETURN, None, at)
    record(
        application=dossier,
        kind=EventKind.PARTS_OVER,
        at=at,
        actor=by,
        centre=dossier.competent,
        from_state=State.PROCESSING,
        details={"part": "", "results": len(done), "parts": len(rows)},
    )
    if not any(row.is_to_collect for row in done):
        _returned(dossier, max(done, key=lambda row: row.handed_at or at).handed_to, at, by)


# -- handing over -------------------------------------------------------------------------------------------------------


@transaction.atomic
def hand_over_parts(
    *,
    application: Application,
    parts: Sequence[str],
    handed_to: str,
    signature: Kept | None,
    authorisation: str = "",
    unpaid_reason: str = "",
    at: datetime,
    acting_user: User,
) -> Application:
    """Give out the results of these parts against a signature; with the last of all, the dossier is handed over, and the
    originals in custody with it (``authorisation`` is what anybody else than the applicant showed). While something is to be paid the officer says
    why, as for a whole result."""
    dossier = locked(application)
    check(may_hand_over(acting_user, dossier))
    rows = list(dossier.parts.filter(key__in=parts))
    on_way = dossier.delivery_state == DeliveryState.ON_WAY
    if dossier.state not in (*IN_HAND, State.DONE) or on_way or not dossier.parts.exists():
        raise wrong_state(dossier)
    if not rows:
        raise BadInput(_("Choose which result is handed over."), code="parts_empty", field="parts")
    if gone := next((row for row in rows if not row.is_to_collect), None):
        raise wrong_part(gone)
    if not handed_to.strip():
        raise BadInput(_("Write the name of the person who takes the result."), code="name_empty", field="handed_to")
    shown = shown_by_proxy(dossier, handed_to, authorisation)
    unpaid = unpaid_with_reason(dossier, unpaid_reason)
    drawn = signature.note(dossier, DocumentSource.UPLOAD, at, acting_user) if signature else None
    for row in rows:
        hand_part(row, handed_to.strip(), drawn, at)
    _changed(dossier, at)
    record(
        application=dossier,
        kind=EventKind.PART_HANDED,
        at=at,
        actor=acting_user,
        centre=dossier.received_at_centre,
        details={
            "part": ",".join(row.key for row in rows),
            "signed": signature is not None,
            **({"unpaid": unpaid} if unpaid else {}),
        },
        personal={
            "handed_to": handed_to.strip(),
            **shown,
            **({"reason": unpaid_reason.strip()[:REASON_LENGTH]} if unpaid else {}),
        },
    )
    if dossier.state == State.DONE and not any(row.is_to_collect for row in dossier.parts.all()):
        bump(give_with_result(dossier, handed_to, authorisation, at, acting_user))
        _returned(dossier, handed_to.strip(), at, acting_user)
    announce(dossier)
    return dossier


def shown_by_proxy(dossier: Application, handed_to: str, authorisation: str) -> dict[str, str]:
    """What the history keeps of the paper by which somebody else than the applicant takes a result; nothing for the applicant.
    Raises ``BadInput`` where it is not written down."""
    applicant = dossier.applicant.full_name if dossier.applicant else ""
    if fold(handed_to.strip()) == fold(applicant):
        return {}
    if not authorisation.strip():
        raise BadInput(
            _("Somebody else than the applicant takes the result: write down the paper they show."),
            code="authorisation_empty",
            field="authorisation",
        )
    return {"authorisation": authorisation.strip()}


def hand_part(row: Part, handed_to: str, signature: Document | None, at: datetime) -> None:
    """Note who took the result of this part."""
    row.handed_to, row.handed_at, row.signature = handed_to, at, signature
    row.save(update_fields=["handed_to", "handed_at", "signature"])


def _returned(dossier: Application, handed_to: str, at: datetime, by: User | None) -> None:
    """Nothing is left to collect."""
    dossier.hand_over(at)
    dossier.save(update_fields=["state", "handed_over_at", "delivery_state", "changed_at"])
    dossier.steps.filter(to_at__isnull=True).update(to_at=at)
    record(
        application=dossier,
        kind=EventKind.HANDED_OVER,
        at=at,
        actor=by,
        centre=dossier.received_at_centre,
        from_state=State.DONE,
        personal={"handed_to": handed_to},
    )
    if by is not None and dossier.matter is not None and dossier.matter.done_at is None:
        finish_matter(matter=dossier.matter, at=at, acting_user=by)
