"""What was filed at the national portal and ends before it was received: refused with its ground (form 03), or withdrawn there."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications import messages
from applications.actions.edit_draft import leave_visit
from applications.actions.ending import ask_to_withdraw
from applications.actions.issue_form import issue
from applications.actions.locking import locked, wrong_state
from applications.actions.steps import announce
from applications.enums import IN_HAND, EventKind, State, SyncState
from applications.history import record
from applications.models import Application, Arrival
from applications.permissions import check_receiver
from citizens.models import User
from portal.errors import BadInput, RuleBroken

FORM = "03"
LONGEST = 500
# Official papers are Vietnamese, and so is what the office writes into them.
WITHDRAWN_THERE = "Công dân rút hồ sơ trên Cổng Dịch vụ công quốc gia."


@transaction.atomic
def refuse_filing(
    *, application: Application, reason: str, ground: str, at: datetime, acting_user: User
) -> Application:
    """Do not take in what was filed: why, and by which article. Form 03 says so, and the person and the national portal are told.

    Raises ``NotAllowed``, ``BadInput``, ``RuleBroken`` (``wrong_state``).
    """
    draft = _filed(application, acting_user)
    reason, ground = written(reason, "reason"), written(ground, "ground")
    _end(draft, State.REFUSED, at)
    said = {
        "officer": str(acting_user),
        "applicant": draft.applicant.full_name if draft.applicant else draft.arrival.person.get("full_name", ""),
        "refused": {"grounds": [{"sentence": reason, "article": ground}]},
    }
    issue(application=draft, number=FORM, said=said, at=at, by=acting_user)
    record(
        application=draft,
        kind=EventKind.REFUSED,
        at=at,
        actor=acting_user,
        centre=draft.helped_at,
        from_state=State.DRAFT,
        details={"form": FORM, "ground": ground},
        personal={"reason": reason},
    )
    messages.tell(messages.NotAccepted, draft, at=at)
    announce(draft)
    return draft


@transaction.atomic
def note_withdrawn(*, application: Application, reason: str = "", at: datetime, acting_user: User) -> Application:
    """The citizen withdrew it at the national portal, as an officer has read there. Raises ``NotAllowed``, ``RuleBroken``."""
    return _withdrawn(_filed(application, acting_user), reason.strip()[:LONGEST], at, acting_user)


@transaction.atomic
def withdrawn_there(*, arrival: Arrival, at: datetime) -> None:
    """The national portal says that the citizen withdrew it. What was received already is their wish, which an officer settles."""
    dossier = locked(arrival.application)
    if dossier.state == State.DRAFT:
        _withdrawn(dossier, "", at, None)
    elif dossier.state in IN_HAND and not dossier.withdrawals.filter(settled_at__isnull=True).exists():
        try:
            ask_to_withdraw(application=dossier, reason=WITHDRAWN_THERE, at=at)
        except RuleBroken:  # a request for certification has an end of its own
            return


def forget_filers(at: datetime) -> int:
    """Blank what the people who filed said of themselves, where the dossier has a person of its own, or has ended and the
    national portal was told (Law 91/2025 art. 14.1c: no longer than the purpose needs). Returns how many."""
    known = Arrival.objects.exclude(person={}).filter(application__applicant__isnull=False)
    ended = Arrival.objects.exclude(person={}).exclude(application__state=State.DRAFT)
    # A message that still waits names whoever filed.
    told = ended.filter(application__sync_state__in=[SyncState.LOCAL, SyncState.SENT])
    return known.update(person={}) + told.update(person={})


def _filed(application: Application, user: User) -> Application:
    draft = locked(application)
    check_receiver(user, draft)
    if draft.state != State.DRAFT or getattr(draft, "arrival", None) is None:
        raise wrong_state(draft)
    return draft


def _withdrawn(draft: Application, reason: str, at: datetime, actor: User | None) -> Application:
    _end(draft, State.WITHDRAWN, at)
    record(
        application=draft,
        kind=EventKind.WITHDRAWN,
        at=at,
        actor=actor,
        centre=draft.helped_at,
        from_state=State.DRAFT,
        details={"why": "withdrawn_there"},
        personal={"reason": reason or WITHDRAWN_THERE},
    )
    messages.tell(messages.FilingWithdrawn, draft, at=at)
    announce(draft)
    return draft


def _end(draft: Application, state: State, at: datetime) -> None:
    leave_visit(draft, at)
    if state == State.REFUSED:
        draft.refuse(at)
    else:
        draft.withdraw(at)
    draft.changed_at = at
    draft.save(update_fields=["state", "ended_at", "changed_at"])


def written(text: str, field: str) -> str:
    """What an officer wrote for the paper. Raises ``BadInput`` where it is empty or too long."""
    words = " ".join(text.split())
    if not words:
        raise BadInput(_("Write the reason and its ground in the law."), code="ground_empty", field=field)
    if len(words) > LONGEST:
        raise BadInput(_("At most %(limit)s characters, please.") % {"limit": LONGEST}, code="too_long", field=field)
    return words
