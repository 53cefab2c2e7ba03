"""A document that must not be certified: refused by its rule, on paper."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications import messages
from applications.actions.documents_wanted import follow_documents
from applications.actions.end_certification import end_if_over
from applications.actions.issue_form import issue
from applications.actions.locking import locked, wrong_state
from applications.actions.send_back_certification import reason_given
from applications.actions.wait_for_copy import copies_have_ended
from applications.enums import EventKind, PaperState
from applications.history import record
from applications.models import Application, CertificationItem
from applications.notarisation.enums import JobState
from applications.notarisation.grounds import Ground, forbidding, grounds_for
from applications.notarisation.messages import NotCertified
from applications.permissions import check, check_receiver, may_certify
from citizens.models import User
from portal import clock, live
from portal.errors import BadInput
from portal.text import pick

REFUSAL = "03"
REASON_LENGTH = 500
VIETNAMESE = "vi"


@transaction.atomic
def refuse_certification(
    *, item: CertificationItem, ground: str, reason: str = "", at: datetime, acting_user: User
) -> CertificationItem:
    """Refuse one document by the rule with this key (``grounds.py``) and issue form 03, which names its article.

    The officer refuses what waits at the desk, the signer what lies before them. The line of the checklist that waits
    for it is missing again, the person is told, and what was refused is not paid for. Refused again, it is the same.
    Raises ``NotAllowed``, ``BadInput`` and ``RuleBroken`` (``wrong_state``).
    """
    application = item.certification.application
    if application.for_application is not None:
        locked(application.for_application)
    copy = locked(application)
    item = (
        CertificationItem.objects.select_for_update(of=("self",))
        .select_related("certification", "for_paper")
        .get(pk=item.pk)
    )
    _check_may(item, copy, at, acting_user)
    if item.state == JobState.REFUSED:
        return item
    if item.state not in (JobState.WAITING, JobState.SUBMITTED):
        raise wrong_state(copy)
    # The officer's rule speaks for itself; the signer, who sees the paper alone, says what they saw.
    reason = reason_given(reason) if item.state == JobState.SUBMITTED else " ".join(reason.split())
    found = _grounds(item, ground, reason, at)
    said = {"officer": str(acting_user), "refused": _said(item, found, reason)}
    form = issue(application=copy, number=REFUSAL, said=said, at=at, by=acting_user)
    item.refuse(at, acting_user, ground, reason)
    item.refusal = form
    item.save(update_fields=["state", "refused_at", "refused_by", "ground", "reason", "refusal"])
    if item.for_paper is not None and item.for_paper.state == PaperState.CERTIFYING:
        item.for_paper.state = PaperState.MISSING
        item.for_paper.save(update_fields=["state"])
    follow_documents(copy, at)
    record(
        application=copy,
        kind=EventKind.NOT_CERTIFIED,
        at=at,
        actor=acting_user,
        centre=copy.helped_at,
        details={"ground": ground, "articles": [one.article for one in found], "form": REFUSAL},
        personal={"document": item.title, "reason": reason},
    )
    if copy.code:  # while it is prepared its person stands at the counter
        messages.tell(NotCertified, copy, occasion=str(item.pk), at=at)
    if not end_if_over(copy, at, acting_user):
        copies_have_ended(copy, at)
    live.bump(
        f"dossier:{copy.pk}",
        f"dossier:{copy.for_application_id}",
        f"dossiers:{copy.competent_id}",
        f"signers:{copy.helped_at_id}",
    )
    return item


def _check_may(item: CertificationItem, copy: Application, at: datetime, user: User) -> None:
    """What lies before the signer is the signer's to refuse."""
    if item.state == JobState.SUBMITTED:
        check(may_certify(user, copy.helped_at, item.certification.kind, clock.local_day(at)))
    else:
        check_receiver(user, copy)


def _grounds(item: CertificationItem, ground: str, reason: str, at: datetime) -> list[Ground]:
    """The rule that was named, and the others that the answers name."""
    day, kind = clock.local_day(at), item.certification.kind
    named = next((one for one in grounds_for(kind, day) if one.key == ground), None)
    if named is None:
        raise BadInput(_("Choose the rule that forbids it."), code="ground_unknown", field="ground")
    if len(reason) > REASON_LENGTH:
        raise BadInput(
            _("Write the reason in at most %(most)s letters.") % {"most": REASON_LENGTH},
            code="reason_long",
            field="reason",
        )
    return [named, *(one for one in forbidding(item.checks, kind, day) if one.key != ground)]


def _said(item: CertificationItem, found: list[Ground], reason: str) -> dict[str, object]:
    """What form 03 says of it: official papers are Vietnamese whatever the officer reads."""
    return {
        "title": item.title,
        "grounds": [{"sentence": pick(one.words, VIETNAMESE), "article": one.article} for one in found],
        "reason": reason,
    }
