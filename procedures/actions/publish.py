"""A version that was written in the administration is published: from its first day on it is the law."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import NotAllowed, RuleBroken
from portal.text import pick
from procedures.loading.checking import faults_of
from procedures.loading.writing import around, as_content, version_content
from procedures.models import ProcedureVersion
from procedures.models.versions import version_overlaps

PERMISSION = "procedures.change_procedureversion"


@transaction.atomic
def publish(*, version: ProcedureVersion, at: datetime, acting_user: Any) -> ProcedureVersion:
    """Publish a draft; the version before it ends on the day before, if its last day was not known yet.

    Raises ``NotAllowed``, ``RuleBroken`` (``already_published``, ``first_day_over``, ``not_complete`` with ``faults``, a
    list of sentences, ``version_overlaps``).
    """
    if not acting_user.has_perm(PERMISSION):
        raise NotAllowed(_("You may not publish procedures. Ask the city administrator."), code="not_allowed")
    draft = ProcedureVersion.objects.for_quote().get(pk=version.pk)
    if draft.published_at is not None:
        raise RuleBroken(_("This version has been published already."), code="already_published")
    if draft.effective_from < clock.local_day(at):
        raise RuleBroken(
            _(
                "The first day is over: what was handed in since then was taken in under other rules. Choose a later day."
            ),
            code="first_day_over",
            field="effective_from",
        )
    content = as_content(draft.procedure) | {"versions": [version_content(draft)]}
    if faults := [*_gaps(draft)] or faults_of(content, around()):
        raise RuleBroken(
            _("This version is not complete yet. %(faults)s") % {"faults": " ".join(faults)},
            code="not_complete",
            details={"faults": faults},
        )
    _end_the_one_before(draft)
    draft.published_at = at
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:  # the database's own word: somebody published another one at the same moment
        raise version_overlaps() from None
    return draft


def _gaps(draft: ProcedureVersion) -> Iterator[str]:
    """What a person forgets; whatever else a file would be refused for is told as the loader tells it."""
    papers = list(draft.requirements.all())
    if not papers:
        yield _("Name at least one paper, if only the ID card that is shown.")
    for paper in papers:
        if not paper.source:
            yield _("Write the article of law that asks for “%(paper)s”.") % {"paper": pick(paper.kind.name)}
    if not draft.legal_basis:
        yield _("Write the acts it is based on.")
    if not (draft.procedure.handler and draft.procedure.receive_at):
        yield _("Write at the procedure who decides and where it may be handed in.")


def _end_the_one_before(draft: ProcedureVersion) -> None:
    """An open end meets the new first day; one that is known already stays, and must leave room."""
    before = (
        ProcedureVersion.objects.published()
        .filter(procedure=draft.procedure, effective_from__lt=draft.effective_from, effective_to__isnull=True)
        .first()
    )
    if before is not None:
        before.effective_to = draft.effective_from - timedelta(days=1)
        before.save()
