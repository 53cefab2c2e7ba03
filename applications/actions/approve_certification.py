"""The signer approves: the number is taken in this very transaction, and the job may make the file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked, wrong_state
from applications.actions.submit_certification import signer_topic, why_not_shown
from applications.certifiers import title_on_paper
from applications.enums import EventKind, State, StepKind
from applications.history import record
from applications.models import Application, Certification, CertificationItem, RegisterEntry, Step
from applications.notarisation.enums import JobState, RegisterKind
from applications.notarisation.register import enter
from applications.notarisation.requests import personal_of
from applications.notarisation.signing.keyring import check_can_sign
from applications.permissions import check, may_certify
from citizens.models import User
from portal import clock, jobs, live
from portal.errors import RuleBroken
from portal.vn.text import fold

COMPOSE = "applications.tasks.compose_certification"


@transaction.atomic
def approve_certification(
    *, item: CertificationItem, at: datetime, acting_user: User, others: Iterable[CertificationItem] = ()
) -> RegisterEntry:
    """Approve and enter in the register as the centre's signer (Decree 23/2015 art. 20). Approved again, it is the same line.

    ``others`` are approved with it on the same line: documents of the same type in the same request, whose number is one
    (Circular 01/2020/TT-BTP); none that lies before the signer may be left out. A type that has its number already is not
    joined: it takes the next one. Whoever calls this has asked for the second factor. All of them or none.

    Raises ``NotAllowed`` and ``RuleBroken`` (``wrong_state``, ``no_key``, ``not_shown``, ``other_line``,
    ``left_out``, ``register_closed``).
    """
    copy = locked(item.certification.application)
    items = _locked_items(item, others)
    first = next(row for row in items if row.pk == item.pk)
    certification = first.certification
    check(may_certify(acting_user, copy.helped_at, certification.kind, clock.local_day(at)))
    if first.entry is not None:
        return first.entry
    check_can_sign(acting_user, at)
    if copy.state not in (State.ACCEPTED, State.PROCESSING) or any(row.state != JobState.SUBMITTED for row in items):
        raise wrong_state(copy)
    for row in items:
        if row.pages_not_shown:
            raise RuleBroken(why_not_shown(row), code="not_shown")
    if any(one_line(row) != one_line(first) for row in items):
        raise RuleBroken(_("Only documents of one type in one request share a number."), code="other_line")
    _check_none_left_out(items, first)
    title = title_on_paper(acting_user, copy.helped_at, certification.kind, clock.local_day(at))
    entry = _enter(certification, copy, items, at, acting_user, title)
    for row in items:
        row.approve(entry, title)
        row.save(update_fields=["state", "entry", "check_code", "signer_title"])
    _take_in_hand(copy, at, acting_user)
    _write_down(copy, entry, at, acting_user)
    for row in items:
        jobs.wake(COMPOSE, row.pk)
    live.bump(
        f"dossier:{copy.pk}", f"dossier:{copy.for_application_id}", f"dossiers:{copy.competent_id}", signer_topic(copy)
    )
    return entry


def one_line(item: CertificationItem) -> tuple[int, str]:
    """What documents that share a line of the register have in common: the request and the type."""
    return item.certification_id, fold(item.title)


def _locked_items(item: CertificationItem, others: Iterable[CertificationItem]) -> Sequence[CertificationItem]:
    """In the order of their ids, as everybody locks them."""
    wanted = {item.pk, *(other.pk for other in others)}
    rows = CertificationItem.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
    return list(rows.select_related("entry__register", "scan", "certification"))


def _check_none_left_out(items: Sequence[CertificationItem], first: CertificationItem) -> None:
    rows = CertificationItem.objects.filter(certification=first.certification_id, state=JobState.SUBMITTED)
    left = [row.title for row in rows.exclude(pk__in=[row.pk for row in items]) if one_line(row) == one_line(first)]
    if left:
        raise RuleBroken(
            _("Documents of one type in one request have one number. This one waits, too, and goes along: %(titles)s.")
            % {"titles": ", ".join(left)},
            code="left_out",
        )


def _enter(
    certification: Certification,
    copy: Application,
    items: Sequence[CertificationItem],
    at: datetime,
    signer: User,
    signer_title: str,
) -> RegisterEntry:
    return enter(
        centre=copy.helped_at,
        kind=RegisterKind(certification.kind),
        at=at,
        signer=signer,
        signer_title=signer_title,
        title=items[0].title,
        pages=sum(row.pages for row in items),
        copies=sum(row.copies for row in items),
        fee=sum(row.owed for row in items),
        scan_sha256=scans_hash([row.scan.sha256 for row in items]),
        personal=personal_of(items, copy.applicant),
    )


def scans_hash(scans: Sequence[str]) -> str:
    """The scan's own hash; of several scans, the SHA-256 over their hashes in order, each on a line."""
    if len(scans) == 1:
        return scans[0]
    return hashlib.sha256("\n".join(sorted(scans)).encode()).hexdigest()


def _take_in_hand(copy: Application, at: datetime, signer: User) -> None:
    if copy.state == State.ACCEPTED:
        copy.take(signer)
        record(
            application=copy,
            kind=EventKind.TAKEN,
            at=at,
            actor=signer,
            centre=copy.helped_at,
            from_state=State.ACCEPTED,
        )
    copy.changed_at = at
    copy.save(update_fields=["state", "handler", "changed_at"])
    copy.steps.filter(to_at__isnull=True).update(to_at=at)
    Step.objects.create(application=copy, kind=StepKind.SIGN, holder=signer, from_at=at)


def _write_down(copy: Application, entry: RegisterEntry, at: datetime, signer: User) -> None:
    record(
        application=copy,
        kind=EventKind.CERTIFIED,
        at=at,
        actor=signer,
        centre=copy.helped_at,
        details={
            "register": str(entry.register.kind),
            "year": entry.register.year,
            "number": entry.number,
            "entry": entry.hash,
            "scan": entry.scan_sha256,
        },
    )
