"""The file of a document cannot be made, or is not to be made any more: its number stays, and nothing comes of it."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from applications.actions.end_certification import end_if_over
from applications.actions.wait_for_copy import copies_have_ended
from applications.enums import PaperState
from applications.models import Application, CertificationItem
from applications.notarisation import half_signed
from citizens.models import User
from portal import live

log = structlog.get_logger(__name__)


def give_up(copy: Application, item: CertificationItem, sentence: str, at: datetime, actor: User | None) -> None:
    """End the document with this source sentence, in the caller's transaction: the line of the checklist is missing again,
    and with the request's last document the request ends. The caller holds the locks of both dossiers
    and of the item.
    """
    item.give_up(sentence)
    item.save(update_fields=["state", "last_error"])
    if item.for_paper is not None and item.for_paper.state == PaperState.CERTIFYING:
        item.for_paper.state = PaperState.MISSING
        item.for_paper.save(update_fields=["state"])
    if not end_if_over(copy, at, actor):
        copies_have_ended(copy, at)
    transaction.on_commit(lambda: half_signed.forget(item))
    log.error("certification_failed", item=item.pk)
    live.bump(f"dossier:{copy.pk}", f"dossier:{copy.for_application_id}", f"dossiers:{copy.competent_id}")
