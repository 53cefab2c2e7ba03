"""The officer has compared the copy with its original and sends it to the signer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from applications.actions.locking import locked, wrong_state
from applications.enums import State
from applications.models import Application, CertificationItem
from applications.notarisation.enums import JobState
from applications.permissions import check_receiver
from citizens.models import User
from portal import live


@transaction.atomic
def submit_certification(*, item: CertificationItem, at: datetime, acting_user: User) -> CertificationItem:
    """Put the document before the signer (Decree 23/2015 art. 20). Sent again, it is the same.

    Raises ``NotAllowed`` and ``RuleBroken`` (``wrong_state``).
    """
    copy = locked(item.certification.application)
    check_receiver(acting_user, copy)
    item = CertificationItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if item.state == JobState.SUBMITTED:
        return item
    if item.state != JobState.WAITING or copy.state not in (State.ACCEPTED, State.PROCESSING):
        raise wrong_state(copy)
    item.submit(at, acting_user)
    item.save(update_fields=["state", "submitted_at", "submitted_by", "reason"])
    live.bump(
        f"dossier:{copy.pk}", f"dossier:{copy.for_application_id}", f"dossiers:{copy.competent_id}", signer_topic(copy)
    )
    return item


def signer_topic(copy: Application) -> str:
    """What the signers' queue of the copy's centre listens to."""
    return f"signers:{copy.helped_at_id}"
