"""What somebody asks for at the counter is not taken in: form 03 says why, and by which article."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications import messages
from applications.actions.end_filing import FORM, written
from applications.actions.issue_form import issue
from applications.actions.locking import locked, wrong_state
from applications.actions.steps import announce
from applications.actions.sweep_scans import erase_scans_of
from applications.catalogue import version_of
from applications.enums import EventKind, State
from applications.history import record
from applications.models import Application, Declaration
from applications.notarisation.requests import is_request
from applications.permissions import check_receiver
from centres.actions.matters import finish_matter
from citizens.models import User
from portal import live
from portal.errors import RuleBroken


@transaction.atomic
def refuse_draft(*, application: Application, reason: str, ground: str, at: datetime, acting_user: User) -> Application:
    """End a draft at the counter with its reason and ground. The person is handed form 03; what was declared at home can be
    used again.

    Raises ``NotAllowed``, ``BadInput``, ``RuleBroken``: ``wrong_state`` (also of what was filed online, and of requests for
    certification, which have refusals of their own), ``nobody_named``, ``draft_used`` while copies are certified for it.
    """
    draft = locked(application)
    check_receiver(acting_user, draft)
    if draft.state != State.DRAFT or hasattr(draft, "arrival") or is_request(version_of(draft)):
        raise wrong_state(draft)
    if draft.applicant is None:
        raise RuleBroken(
            _("Scan the ID card or type the number first: the refusal is addressed to somebody."), code="nobody_named"
        )
    if draft.made_for_it.still_wanted().exists():
        raise RuleBroken(
            _("Copies are being certified for this. Take their scans back first, or wait until they are done."),
            code="draft_used",
        )
    reason, ground = written(reason, "reason"), written(ground, "ground")
    erase_scans_of(draft)
    Declaration.objects.filter(application=draft).update(application=None, used_at=None, used_by=None)
    draft.refuse(at)
    draft.changed_at = at
    draft.save(update_fields=["state", "ended_at", "changed_at"])
    said = {
        "officer": str(acting_user),
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
    messages.tell(messages.RefusedAtCounter, draft, at=at)
    if draft.matter is not None and draft.matter.done_at is None:
        finish_matter(matter=draft.matter, at=at, acting_user=acting_user)
        live.bump(f"ticket:{draft.matter.ticket_id}")
    announce(draft)
    return draft
