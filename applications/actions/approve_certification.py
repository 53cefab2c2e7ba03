"""The signer approves: the number is taken in this very transaction, and the job may make the file."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from applications.actions.locking import locked, wrong_state
from applications.enums import EventKind, State, StepKind
from applications.history import record
from applications.models import CertificationItem, RegisterEntry, Step
from applications.notarisation.enums import JobState, RegisterKind
from applications.notarisation.register import enter
from applications.notarisation.requests import personal_of
from applications.permissions import check_receiver
from citizens.models import User
from portal import jobs, live

COMPOSE = "applications.tasks.compose_certification"


@transaction.atomic
def approve_certification(*, item: CertificationItem, at: datetime, acting_user: User) -> RegisterEntry:
    """Compare, approve and enter in the register (Decree 23/2015 art. 20; one number for all copies of one original).

    Approved again, it is the same line. The desk officer of the centre signs until signers come with their own issue.
    """
    copy = locked(item.certification.application)
    check_receiver(acting_user, copy)
    item = (
        CertificationItem.objects.select_for_update(of=("self",))
        .select_related("entry__register", "scan", "certification")
        .get(pk=item.pk)
    )
    if item.entry is not None:
        return item.entry
    if item.state != JobState.SUBMITTED or copy.state not in (State.ACCEPTED, State.PROCESSING):
        raise wrong_state(copy)
    entry = enter(
        centre=copy.helped_at,
        kind=RegisterKind(item.certification.kind),
        at=at,
        signer=acting_user,
        title=item.title,
        pages=item.pages,
        copies=item.copies,
        fee=item.fee,
        scan_sha256=item.scan.sha256,
        personal=personal_of(item, copy.applicant),
    )
    item.approve(entry)
    item.save(update_fields=["state", "entry", "check_code"])
    if copy.state == State.ACCEPTED:
        copy.take(acting_user)
        record(
            application=copy,
            kind=EventKind.TAKEN,
            at=at,
            actor=acting_user,
            centre=copy.helped_at,
            from_state=State.ACCEPTED,
        )
    copy.changed_at = at
    copy.save(update_fields=["state", "handler", "changed_at"])
    copy.steps.filter(to_at__isnull=True).update(to_at=at)
    Step.objects.create(application=copy, kind=StepKind.SIGN, holder=acting_user, from_at=at)
    record(
        application=copy,
        kind=EventKind.CERTIFIED,
        at=at,
        actor=acting_user,
        centre=copy.helped_at,
        details={
            "register": str(entry.register.kind),
            "year": entry.register.year,
            "number": entry.number,
            "entry": entry.hash,
            "scan": entry.scan_sha256,
        },
    )
    jobs.wake(COMPOSE, item.pk)
    live.bump(f"dossier:{copy.pk}", f"dossier:{copy.for_application_id}", f"dossiers:{copy.competent_id}")
    return entry
