"""What the officer finds when they look at a document: the rules that forbid certifying it, and who signed before them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked, wrong_state
from applications.models import CertificationItem
from applications.notarisation.enums import JobState
from applications.notarisation.grounds import FINE, FORBIDS, grounds_for
from applications.permissions import check_receiver
from citizens.models import User
from portal import clock, live
from portal.errors import BadInput


@transaction.atomic
def answer_checks(
    *,
    item: CertificationItem,
    answers: Mapping[str, str],
    seen_to_sign: Collection[int] = (),
    at: datetime,
    acting_user: User,
) -> CertificationItem:
    """Keep the answers (``yes`` forbids), with who gave them and when; ``seen_to_sign`` are the ids of the signatories
    who signed before the officer, fit and aware (Decree 23/2015 art. 24).

    What is left out stays unanswered. Raises ``NotAllowed``, ``BadInput`` or ``RuleBroken`` (``wrong_state``).
    """
    copy = locked(item.certification.application)
    check_receiver(acting_user, copy)
    item = CertificationItem.objects.select_for_update(of=("self",)).select_related("certification").get(pk=item.pk)
    if item.state != JobState.WAITING:
        raise wrong_state(copy)
    asked = {ground.key for ground in grounds_for(item.certification.kind, clock.local_day(at))}
    if not (answers.keys() <= asked and set(answers.values()) <= {FINE, FORBIDS}):
        raise BadInput(_("The list of questions has changed. Open the document again."), code="unknown_ground")
    item.checks = {**item.checks, "answers": dict(answers), "at": at.isoformat(), "by": acting_user.pk}
    item.save(update_fields=["checks"])
    for signatory in item.signatories.all():
        is_seen = signatory.pk in seen_to_sign
        if is_seen != (signatory.attested_at is not None):
            signatory.attested_at = at if is_seen else None
            signatory.attested_by = acting_user if is_seen else None
            signatory.save(update_fields=["attested_at", "attested_by"])
    live.bump(f"dossier:{copy.pk}", f"dossier:{copy.for_application_id}")
    return item
