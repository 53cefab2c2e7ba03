"""The signer sends a document back to the desk: something can be mended there, and then it comes again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked, wrong_state
from applications.actions.submit_certification import signer_topic
from applications.actions.wait_for_copy import copies_have_ended
from applications.enums import EventKind
from applications.history import record
from applications.models import CertificationItem
from applications.notarisation.enums import JobState
from applications.permissions import check, may_certify
from citizens.models import User
from portal import clock, live
from portal.errors import BadInput

REASON_LENGTH = 500


@transaction.atomic
def send_back_certification(
    *, item: CertificationItem, reason: str, at: datetime, acting_user: User
) -> CertificationItem:
    """Back to the desk with a reason; its line goes on being certified, and its person comes back to the counter.

    Raises ``NotAllowed``, ``BadInput`` (``reason``) and ``RuleBroken`` (``wrong_state``).
    """
    copy = locked(item.certification.application)
    item = CertificationItem.objects.select_for_update(of=("self",)).select_related("certification").get(pk=item.pk)
    check(may_certify(acting_user, copy.helped_at, item.certification.kind, clock.local_day(at)))
    reason = reason_given(reason)
    if item.state != JobState.SUBMITTED:
        raise wrong_state(copy)
    item.send_back(reason)
    item.save(update_fields=["state", "reason"])
    record(
        application=copy,
        kind=EventKind.RETURNED_FOR_REWORK,
        at=at,
        actor=acting_user,
        centre=copy.helped_at,
        # What a signer writes may name somebody.
        personal={"note": reason},
    )
    copies_have_ended(copy, at)
    live.bump(f"dossier:{copy.pk}", f"dossier:{copy.for_application_id}", signer_topic(copy))
    return item


def reason_given(reason: str) -> str:
    """The reason in one line. Raises ``BadInput``."""
    reason = " ".join(reason.split())
    if not reason or len(reason) > REASON_LENGTH:
        raise BadInput(
            _("Say why, in at most %(most)s letters.") % {"most": REASON_LENGTH}, code="reason_missing", field="reason"
        )
    return reason
