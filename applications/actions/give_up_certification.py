"""The file of a document cannot be made, or is not to be made any more: its number stays, and nothing comes of it."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.actions.end_certification import end_if_over
from applications.actions.fees import let_fall
from applications.actions.wait_for_copy import copies_have_ended
from applications.enums import PaperState, State
from applications.ledger import lines_owed
from applications.models import Application, CertificationItem
from applications.notarisation import half_signed
from citizens.models import User
from portal import live
from support.actions.report import report
from support.enums import Kind, Severity, Source

# Kept with its fee, and in Vietnamese like every reason that is.
NOT_MADE = "Không lập được bản chứng thực."
log = structlog.get_logger(__name__)


def give_up(copy: Application, item: CertificationItem, sentence: str, at: datetime, actor: User | None) -> None:
    """End the document with this source sentence, in the caller's transaction: the line of the checklist is missing again,
    and with the request's last document the request ends. Where the portal itself (``actor`` is ``None``) brought nothing of a
    request about, support is told; its officers and signers have it in a list. The caller holds the locks of both dossiers
    and of the item.
    """
    let_fall([line for line in lines_owed(copy) if line.item_id == item.pk], NOT_MADE, at, actor)
    item.give_up(sentence)
    item.save(update_fields=["state", "last_error"])
    if item.for_paper is not None and item.for_paper.state == PaperState.CERTIFYING:
        item.for_paper.state = PaperState.MISSING
        item.for_paper.save(update_fields=["state"])
    if not end_if_over(copy, at, actor):
        copies_have_ended(copy, at)
    elif actor is None and copy.state == State.STOPPED:
        # Afterwards, and whatever becomes of it: what was given up stays so.
        transaction.on_commit(lambda: _tell_support(copy, sentence, at), robust=True)
    transaction.on_commit(lambda: half_signed.forget(item))
    log.error("certification_failed", item=item.pk)
    live.bump(f"dossier:{copy.pk}", f"dossier:{copy.for_application_id}", f"dossiers:{copy.competent_id}")


def _tell_support(copy: Application, sentence: str, at: datetime) -> None:
    """One incident a centre while it is open, however many requests: the next one is counted."""
    report(
        kind=Kind.SIGNING,
        severity=Severity.ONE,
        what=_("A request for certification came to nothing: none of its files could be made. %(why)s")
        % {"why": _(sentence)},
        source=Source.PORTAL,
        centre=copy.helped_at,
        page=reverse("applications:dossier", args=[copy.pk]),
        fingerprint=f"certification:{copy.helped_at_id}",
        at=at,
        acting_user=None,
    )
