"""Ticking a line of the checklist."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked, wrong_state
from applications.enums import DocumentSource, PaperState, State
from applications.models import Document, Paper
from applications.permissions import check_receiver
from citizens.models import HeldDocument, User
from portal import clock, live
from portal.errors import BadInput, RuleBroken
from procedures.enums import CopyForm

# What counts for each form of copy: what the officer may tick for it.
ACCEPTED = {
    CopyForm.ORIGINAL: [PaperState.PRESENTED],
    CopyForm.SHOWN: [PaperState.PRESENTED],
    CopyForm.COMPARED_COPY: [PaperState.COPIED],
    CopyForm.CERTIFIED_COPY: [PaperState.PRESENTED],
    CopyForm.LOOKED_UP: [PaperState.LOOKED_UP],
}


# What a certified copy on file can stand for.
FROM_FILE = frozenset({CopyForm.COMPARED_COPY, CopyForm.CERTIFIED_COPY})


@transaction.atomic
def mark_paper(*, paper: Paper, there: bool, at: datetime, acting_user: User) -> Paper:
    """Tick a paper as handed in or shown in the form the law asks for, or take the tick back.

    A line that is being certified or was certified here is left as it is.
    """
    draft = locked(paper.application)
    check_receiver(acting_user, draft)
    if draft.state != State.DRAFT:
        raise wrong_state(draft)
    paper = Paper.objects.select_for_update().get(pk=paper.pk)
    if paper.state in (PaperState.CERTIFYING, PaperState.CERTIFIED):
        raise RuleBroken(_("This copy is certified here; it needs no tick."), code="paper_certified")
    paper.state = ACCEPTED[CopyForm(paper.form_of_copy)][0] if there else PaperState.MISSING
    paper.document = None
    paper.save(update_fields=["state", "document"])
    live.bump(f"dossier:{draft.pk}")
    return paper


@transaction.atomic
def use_held_document(*, paper: Paper, held: HeldDocument, at: datetime, acting_user: User) -> Paper:
    """Take a paper that is on file already, so that the citizen need not bring it again.

    A copy on file stands for a copy, never for an original to be handed in or shown. Taken again, it is the same line.
    """
    draft = locked(paper.application)
    check_receiver(acting_user, draft)
    if draft.state != State.DRAFT:
        raise wrong_state(draft)
    paper = Paper.objects.select_for_update(of=("self",)).select_related("kind").get(pk=paper.pk)
    if paper.state == PaperState.ON_FILE:
        return paper
    if paper.state != PaperState.MISSING:
        raise RuleBroken(_("This paper is there already."), code="paper_there")
    if paper.form_of_copy not in FROM_FILE:
        raise BadInput(_("The original is needed here; a copy on file does not replace it."), code="original_needed")
    if held.valid_until is not None and held.valid_until < clock.local_day(at):
        raise BadInput(_("This paper on file is not valid any more."), code="held_expired")
    if held.citizen_id != draft.applicant_id or held.kind_key != paper.kind.key:
        raise BadInput(_("This paper on file belongs to another person or is of another kind."), code="not_this_paper")
    paper.document = Document.objects.create(
        sha256=held.sha256,
        size=0,
        media_type=held.media_type,
        name=held.title,
        pages=held.pages,
        source=DocumentSource.CERTIFIED,
        application=draft,
        created_at=at,
        created_by=acting_user,
    )
    paper.state = PaperState.ON_FILE
    paper.note = held.source_code
    paper.save(update_fields=["state", "document", "note"])
    live.bump(f"dossier:{draft.pk}")
    return paper
