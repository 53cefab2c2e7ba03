"""The officer has compared the copy with its original and sends it to the signer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked, wrong_state
from applications.enums import State
from applications.models import Application, Certification, CertificationItem
from applications.notarisation.enums import JobState
from applications.notarisation.grounds import forbidding, unanswered
from applications.permissions import check_receiver
from citizens.models import User
from portal import clock, jobs, live
from portal.errors import RuleBroken


@transaction.atomic
def submit_certification(*, item: CertificationItem, at: datetime, acting_user: User) -> CertificationItem:
    """Put the document before the signer (Decree 23/2015 art. 20). Sent again, it is the same.

    The rules that forbid certifying it were answered, and whoever signs was seen to sign. Raises ``NotAllowed`` and
    ``RuleBroken`` (``wrong_state``, ``not_checked``).
    """
    copy = locked(item.certification.application)
    check_receiver(acting_user, copy)
    item = CertificationItem.objects.select_for_update(of=("self",)).select_related("certification").get(pk=item.pk)
    if item.state == JobState.SUBMITTED:
        return item
    if item.state != JobState.WAITING or copy.state not in (State.ACCEPTED, State.PROCESSING):
        raise wrong_state(copy)
    why = why_not_submitted(item, item.certification, at)
    if why:
        raise RuleBroken(why, code="not_checked")
    _submit(item, at, acting_user)
    _draw_receipt(copy)
    _announce(copy)
    return item


def submit_all(copy: Application, at: datetime, user: User) -> None:
    """Everything that waits in a request that was just received, found whole, inside the caller's transaction."""
    rows = CertificationItem.objects.select_for_update(of=("self",)).filter(
        certification__application=copy, state=JobState.WAITING
    )
    for item in rows.order_by("pk"):
        _submit(item, at, user)
    _announce(copy)


def why_not_submitted(item: CertificationItem, request: Certification, at: datetime) -> str:
    """What keeps a document that waits at the desk from the signer, as a sentence; empty when nothing does."""
    if item.pages_not_shown:
        return why_not_shown(item)
    day = clock.local_day(at)
    if forbidding(item.checks, request.kind, day):
        return str(_("By your answers it must not be certified. Refuse it, or put the answers right."))
    if unanswered(item.checks, request.kind, day):
        return str(_("Answer first what forbids certifying it."))
    if not request.is_of_copies and not _all_seen_to_sign(item):
        return str(_("Tick for each person first that they signed before you."))
    return ""


def why_not_shown(item: CertificationItem) -> str:
    """What keeps a document from being signed whose pages nobody can see."""
    pages = ", ".join(str(number) for number in item.pages_not_shown)
    return str(
        _("Nobody can see what is certified: these pages of the scan cannot be shown: %(pages)s. Scan the paper again.")
        % {"pages": pages}
    )


def _all_seen_to_sign(item: CertificationItem) -> bool:
    seen = [signatory.attested_at is not None for signatory in item.signatories.all()]
    return bool(seen) and all(seen)


def _submit(item: CertificationItem, at: datetime, user: User) -> None:
    item.submit(at, user)
    item.save(update_fields=["state", "submitted_at", "submitted_by", "reason"])


def _draw_receipt(copy: Application) -> None:
    """Nothing joins the request any more: its receipt can be drawn."""
    for pk in copy.issued_forms.filter(number="01", document__isnull=True).values_list("pk", flat=True):
        jobs.wake("applications.tasks.render_receipt", pk)


def _announce(copy: Application) -> None:
    live.bump(
        f"dossier:{copy.pk}", f"dossier:{copy.for_application_id}", f"dossiers:{copy.competent_id}", signer_topic(copy)
    )


def signer_topic(copy: Application) -> str:
    """What the signers' queue of the copy's centre listens to."""
    return f"signers:{copy.helped_at_id}"
