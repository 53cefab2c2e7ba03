"""What was found of a signed file that a citizen brought is noted with the paper it stands for; the file is not kept."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked, wrong_state
from applications.enums import PaperState, State
from applications.models import Paper
from applications.permissions import check_receiver
from citizens.models import User
from portal import live
from portal.errors import RuleBroken

OWN_NOTE = [PaperState.CERTIFYING, PaperState.CERTIFIED, PaperState.ON_FILE]


@transaction.atomic
def note_checked_file(*, paper: Paper, finding: str, at: datetime, acting_user: User) -> Paper:
    """Note the finding with a line of a draft's checklist; whether the paper counts as there is still the officer's tick.

    Raises ``NotAllowed`` or ``RuleBroken`` (``wrong_state``, ``paper_there``).
    """
    draft = locked(paper.application)
    check_receiver(acting_user, draft)
    if draft.state != State.DRAFT:
        raise wrong_state(draft)
    paper = Paper.objects.select_for_update().get(pk=paper.pk)
    if paper.state in OWN_NOTE:
        raise RuleBroken(_("This paper is there already."), code="paper_there")
    paper.note = finding[:200]
    paper.save(update_fields=["note"])
    live.bump(f"dossier:{draft.pk}")
    return paper
