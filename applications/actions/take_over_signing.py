"""Whoever approved a line has no key any more, and its file is not signed yet: another signer of the centre takes it over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.approve_certification import COMPOSE
from applications.actions.locking import locked
from applications.actions.send_back_certification import reason_given
from applications.actions.submit_certification import signer_topic
from applications.certifiers import title_on_paper
from applications.enums import EventKind, StepKind
from applications.history import record
from applications.models import Application, CertificationItem, RegisterEntry, Step
from applications.notarisation import half_signed
from applications.notarisation.enums import JobState
from applications.notarisation.signing.keyring import are_own_keys_needed, check_can_sign, key_in_force
from applications.permissions import check, may_certify
from citizens.models import User
from portal import clock, jobs, live
from portal.errors import RuleBroken


@transaction.atomic
def take_over_signing(
    *, entry: RegisterEntry, reason: str, at: datetime, acting_user: User
) -> Sequence[CertificationItem]:
    """Sign what waits on this line in the place of whoever approved it; the documents that were taken over.

    The line keeps its number and who approved it; the papers name who signs them. Whoever calls this has asked for the
    second factor. Raises ``NotAllowed``, ``BadInput`` (``reason_missing``) and ``RuleBroken`` (``no_key``, ``not_left``).
    """
    copy = locked(Application.objects.filter(certification__items__entry=entry).distinct().get())
    rows = CertificationItem.objects.select_for_update(of=("self",)).filter(entry=entry, state=JobState.APPROVED)
    items = list(rows.select_related("entry__signer", "taken_over_by").order_by("pk"))
    kind, day = entry.register.kind, clock.local_day(at)
    check(may_certify(acting_user, copy.helped_at, kind, day))
    reason = reason_given(reason)
    check_can_sign(acting_user, at)
    left = [item for item in items if is_left(item, at)]
    if not left:
        raise RuleBroken(
            _("Nothing on this line waits for a key any more: it is being made, or a new key was entered."),
            code="not_left",
        )
    before = left[0].signs
    for item in left:
        item.taken_over_by, item.signer_title = acting_user, title_on_paper(acting_user, copy.helped_at, kind, day)
        item.not_before, item.last_error = None, ""
        item.save(update_fields=["taken_over_by", "signer_title", "not_before", "last_error"])
        jobs.wake(COMPOSE, item.pk)
    copy.steps.filter(to_at__isnull=True).update(to_at=at)
    Step.objects.create(application=copy, kind=StepKind.SIGN, holder=acting_user, from_at=at)
    record(
        application=copy,
        kind=EventKind.SIGNER_CHANGED,
        at=at,
        actor=acting_user,
        centre=copy.helped_at,
        details={"number": str(entry), "before": str(before), "documents": [item.pk for item in left]},
        # What a signer writes may name somebody.
        personal={"reason": reason},
    )
    live.bump(f"dossier:{copy.pk}", f"dossier:{copy.for_application_id}", signer_topic(copy))
    return left


def is_left(item: CertificationItem, at: datetime) -> bool:
    """Whether the document has its number, is not signed by a person, and whoever should sign it has no key."""
    waits = item.state == JobState.APPROVED and are_own_keys_needed()
    return waits and key_in_force(item.signs, at) is None and not half_signed.is_begun(item)
