"""Certification is refused, by a rule that forbids it: no number is taken, and the paper is missing again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked, wrong_state
from applications.actions.send_back_certification import reason_given
from applications.actions.submit_certification import signer_topic
from applications.actions.wait_for_copy import copy_has_ended
from applications.enums import RUNNING, EventKind, PaperState, State
from applications.history import record
from applications.models import Application, CertificationItem
from applications.notarisation.enums import WITHOUT_NUMBER, JobState
from applications.notarisation.grounds import grounds_for
from applications.permissions import check, check_receiver, may_certify
from citizens.models import User
from portal import clock, live
from portal.errors import BadInput


@transaction.atomic
def refuse_certification(
    *, item: CertificationItem, ground: str, reason: str, at: datetime, acting_user: User
) -> CertificationItem:
    """Refuse one document: the signer what lies before them, the officer what is still at the desk.

    ``ground`` is the key of a rule in force. With the request's last document the request ends. Refused again, it is the
    same. Raises ``NotAllowed``, ``BadInput`` (``ground_unknown``, ``reason``) and ``RuleBroken`` (``wrong_state``).
    """
    application = item.certification.application
    if application.for_application is not None:
        locked(application.for_application)
    copy = locked(application)
    rows = CertificationItem.objects.select_for_update(of=("self",)).select_related("for_paper", "certification")
    item = rows.get(pk=item.pk)
    kind, day = item.certification.kind, clock.local_day(at)
    if item.state == JobState.WAITING:
        check_receiver(acting_user, copy)
    else:
        check(may_certify(acting_user, copy.helped_at, kind, day))
    if item.state == JobState.REFUSED:
        return item
    if item.state not in (JobState.WAITING, JobState.SUBMITTED):
        raise wrong_state(copy)
    if ground not in {rule.key for rule in grounds_for(kind, day)}:
        raise BadInput(_("Choose the rule that forbids certifying it."), code="ground_unknown", field="ground")
    reason = reason_given(reason)
    item.refuse(at, acting_user, ground, reason)
    item.save(update_fields=["state", "refused_at", "refused_by", "ground", "reason"])
    if item.for_paper is not None and item.for_paper.state == PaperState.CERTIFYING:
        item.for_paper.state = PaperState.MISSING
        item.for_paper.save(update_fields=["state"])
    _end_or_go_on(copy, item, at, acting_user)
    copy_has_ended(item, at)
    live.bump(
        f"dossier:{copy.pk}", f"dossier:{copy.for_application_id}", f"dossiers:{copy.competent_id}", signer_topic(copy)
    )
    return item


def _end_or_go_on(copy: Application, item: CertificationItem, at: datetime, user: User) -> None:
    """A request of which nothing was certified and nothing is left ends; the refusal stands in its history."""
    from_state = copy.state
    left = item.certification.items.exclude(pk=item.pk)
    over = not left.filter(state__in=[JobState.WAITING, JobState.SUBMITTED]).exists()
    if over and not left.exclude(state__in=WITHOUT_NUMBER).exists() and copy.state in RUNNING:
        if copy.state == State.ACCEPTED:
            copy.take(user)
        copy.stop(at)
        copy.changed_at = at
        copy.save(update_fields=["state", "handler", "ended_at", "changed_at"])
        copy.steps.filter(to_at__isnull=True).update(to_at=at)
    record(
        application=copy,
        kind=EventKind.REFUSED,
        at=at,
        actor=user,
        centre=copy.helped_at,
        from_state=from_state,
        details={"why": "certification_refused", "ground": item.ground},
        # What somebody writes may name a person.
        personal={"note": item.reason},
    )
