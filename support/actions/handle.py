"""What support does with an incident, from "I look after it" to "closed", and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citizens.models import User
from portal import clock, jobs
from portal.errors import BadInput, RuleBroken
from portal.text import LANGUAGES
from support.enums import OPEN, UNANSWERED, IncidentEventKind, IncidentState
from support.history import record
from support.models import Incident
from support.permissions import may_respond, require_responder
from support.targets import after_open_time, goal_on

CHANGED = ["state", "owner", "acknowledged_at", "resolved_at", "closed_at", "call_at", "contact", "merged_into"]
WORDS_LIMIT = 160


def locked(incident: Incident) -> Incident:
    """The incident's present row, locked until the transaction ends."""
    return Incident.objects.select_for_update(of=("self",)).select_related("centre", "owner").get(pk=incident.pk)


@transaction.atomic
def acknowledge(*, incident: Incident, at: datetime, acting_user: User) -> Incident:
    """Somebody looks after it: nobody else is called. Raises ``NotAllowed``, ``RuleBroken``."""
    return _move(
        incident,
        IncidentEventKind.ACKNOWLEDGED,
        UNANSWERED,
        lambda row: row.acknowledge(acting_user, at),
        at,
        acting_user,
    )


@transaction.atomic
def begin(*, incident: Incident, at: datetime, acting_user: User) -> Incident:
    """Work on it begins, or goes on. Raises ``NotAllowed``, ``RuleBroken``."""
    sources = [*UNANSWERED, IncidentState.ACKNOWLEDGED, IncidentState.WAITING]
    return _move(incident, IncidentEventKind.BEGUN, sources, lambda row: row.begin(acting_user, at), at, acting_user)


@transaction.atomic
def wait(*, incident: Incident, note: str, at: datetime, acting_user: User) -> Incident:
    """It waits for somebody else; ``note`` says for whom. Raises ``NotAllowed``, ``BadInput``, ``RuleBroken``."""
    _required(note, _("Say whom or what it waits for."))
    sources = [IncidentState.ACKNOWLEDGED, IncidentState.IN_PROGRESS]
    return _move(incident, IncidentEventKind.WAITING, sources, lambda row: row.wait(), at, acting_user, note)


@transaction.atomic
def resolve(*, incident: Incident, note: str, at: datetime, acting_user: User) -> Incident:
    """It works again; ``note`` says what helped. Raises ``NotAllowed``, ``BadInput``, ``RuleBroken``."""
    _required(note, _("Say what helped."))
    return _move(
        incident, IncidentEventKind.RESOLVED, OPEN, lambda row: row.resolve(acting_user, at), at, acting_user, note
    )


@transaction.atomic
def resolve_by_itself(*, incident: Incident, note: str, at: datetime) -> Incident | None:
    """The watch sees that it works again; nothing where somebody has resolved it meanwhile."""
    row = locked(incident)
    if row.state not in OPEN:
        return None
    return _carry_out(row, IncidentEventKind.RESOLVED, lambda one: one.resolve(None, at), at, None, note)


@transaction.atomic
def close(*, incident: Incident, at: datetime, acting_user: User) -> Incident:
    """Nothing is left to do; a citizen's phone is forgotten. Raises ``NotAllowed``, ``RuleBroken``.

    A severe one is closed once its causes are written down.
    """
    row = locked(incident)
    require_responder(acting_user, row.centre_id)
    if row.is_severe and not row.causes and row.state == IncidentState.RESOLVED:
        raise RuleBroken(_("Write down the causes first: this was a severe incident."), code="no_causes")
    return _move(row, IncidentEventKind.CLOSED, [IncidentState.RESOLVED], lambda one: one.close(at), at, acting_user)


@transaction.atomic
def reopen(*, incident: Incident, note: str, at: datetime, acting_user: User) -> Incident:
    """It does not work after all: its targets begin anew. Raises ``NotAllowed``, ``BadInput``, ``RuleBroken``."""
    _required(note, _("Say what does not work."))
    row = locked(incident)
    require_responder(acting_user, row.centre_id)
    if row.merged_into_id is not None:
        raise RuleBroken(_("This was merged into another incident. Reopen that one."), code="merged")
    if Incident.objects.filter(fingerprint=row.fingerprint, state__in=OPEN).exclude(pk=row.pk).exists():
        raise RuleBroken(_("The same is reported again already, as another incident."), code="open_again")
    goal = goal_on(row.severity, clock.local_day(at))
    row.respond_by = after_open_time(row.centre, at, goal.response)
    row.resolve_by = after_open_time(row.centre, at, goal.resolution)
    sources = [IncidentState.RESOLVED, IncidentState.CLOSED]

    def change(one: Incident) -> None:
        one.reopen(at)
        if not goal.calls:
            one.call_at = None

    row = _move(row, IncidentEventKind.REOPENED, sources, change, at, acting_user, note, ["respond_by", "resolve_by"])
    jobs.wake("support.tasks.call_on_call")
    return row


@transaction.atomic
def merge(*, incident: Incident, into: Incident, at: datetime, acting_user: User) -> Incident:
    """The same thing reported in other words: it is closed, and its count goes over. Returns what it was merged into.

    Raises ``NotAllowed``, ``BadInput``, ``RuleBroken``.
    """
    if incident.pk == into.pk:
        raise BadInput(_("Choose another incident than this one."), code="same", field="into")
    # In one order, so that two people who merge crosswise do not wait for each other for ever.
    rows = {row.pk: row for row in (locked(one) for one in sorted((incident, into), key=lambda one: one.pk))}
    row, other = rows[incident.pk], rows[into.pk]
    for one in (row, other):
        require_responder(acting_user, one.centre_id)
    if other.state not in OPEN:
        raise BadInput(_("Choose an incident that is open."), code="not_open", field="into")
    _move(row, IncidentEventKind.MERGED, OPEN, lambda one: one.merge(other, at), at, acting_user, f"#{other.pk}")
    other.count += row.count
    other.save(update_fields=["count"])
    record(
        incident=other, kind=IncidentEventKind.TOOK_OVER, at=at, actor=acting_user, note=f"#{row.pk} {row.what}",
        details={"incident": row.pk},
    )  # fmt: skip
    return other


@transaction.atomic
def note(*, incident: Incident, text: str, at: datetime, acting_user: User) -> Incident:
    """Write something down. Raises ``NotAllowed``, ``BadInput``."""
    _required(text, _("Write something down."))
    row = locked(incident)
    require_responder(acting_user, row.centre_id)
    record(incident=row, kind=IncidentEventKind.NOTE, at=at, actor=acting_user, note=text)
    return row


@transaction.atomic
def hand_on(*, incident: Incident, to: User, at: datetime, acting_user: User) -> Incident:
    """A colleague looks after it from now on; its state stays. Raises ``NotAllowed``, ``BadInput``."""
    row = locked(incident)
    require_responder(acting_user, row.centre_id)
    if not may_respond(to, row.centre_id):
        raise BadInput(_("Choose somebody of support."), code="not_support", field="to")
    before, row.owner = row.owner, to
    row.save(update_fields=["owner"])
    words = f"{before or '–'} → {to}"
    record(incident=row, kind=IncidentEventKind.NOTE, at=at, actor=acting_user, note=words)
    return row


@transaction.atomic
def publish(*, incident: Incident, words: dict[str, str] | None, at: datetime, acting_user: User) -> Incident:
    """Say it on the status page in these words, or take it off. Raises ``NotAllowed``, ``BadInput``."""
    row = locked(incident)
    require_responder(acting_user, row.centre_id)
    said = {language: " ".join(text.split()) for language, text in (words or {}).items() if text.strip()}
    if said and (not said.get("vi") or set(said) - set(LANGUAGES)):
        raise BadInput(_("Give the text in Vietnamese at least."), code="no_vietnamese", field="words")
    if any(len(text) > WORDS_LIMIT for text in said.values()):
        raise BadInput(
            _("At most %(limit)s characters, please.") % {"limit": WORDS_LIMIT}, code="too_long", field="words"
        )
    row.public_words = said or None
    row.save(update_fields=["public_words"])
    kind = IncidentEventKind.PUBLISHED if said else IncidentEventKind.WITHDRAWN
    record(incident=row, kind=kind, at=at, actor=acting_user, note=said.get("vi", ""))
    return row


def _move(
    incident: Incident,
    kind: str,
    sources: list[IncidentState],
    change: Callable[[Incident], None],
    at: datetime,
    actor: User,
    note: str = "",
    more: list[str] | None = None,
) -> Incident:
    row = incident if more is not None else locked(incident)
    require_responder(actor, row.centre_id)
    if row.state not in sources:
        raise RuleBroken(
            _("This incident is now “%(state)s”, so this step is not possible any more. Look at it again.")
            % {"state": row.get_state_display()},
            code="wrong_state",
        )
    return _carry_out(row, kind, change, at, actor, note, more)


def _carry_out(
    row: Incident,
    kind: str,
    change: Callable[[Incident], None],
    at: datetime,
    actor: User | None,
    note: str = "",
    more: list[str] | None = None,
) -> Incident:
    before = row.state
    change(row)
    row.save(update_fields=[*CHANGED, *(more or [])])
    record(incident=row, kind=kind, at=at, actor=actor, from_state=before, note=note)
    return row


def _required(text: str, sentence: object) -> None:
    if not text.strip():
        raise BadInput(sentence, code="no_note", field="note")
