"""The checklist of a draft, kept in step with the answers."""

from __future__ import annotations

from datetime import datetime

from applications.catalogue import quote_for, version_of
from applications.enums import PaperState
from applications.models import Application, Paper
from procedures.enums import CopyForm


def refresh_papers(application: Application, at: datetime, *, new: bool = False) -> None:
    """Make the checklist what the rules ask under the present facts; a line that stays keeps its state.

    A line that is not asked for any more goes, unless something was handed in for it. What the office looks up
    itself counts as there from the start: it must not be asked for (Decree 118/2025 art. 4.2a).
    """
    kinds = {row.pk: row.kind_id for row in version_of(application).requirements.all()}
    asked = {ask.requirement_id: ask for ask in quote_for(application, at).papers}
    present = {} if new else {paper.requirement_id: paper for paper in application.papers.all()}
    gone = [
        paper.pk
        for requirement, paper in present.items()
        if requirement not in asked and paper.state in (PaperState.MISSING, PaperState.LOOKED_UP)
    ]
    if gone:
        application.papers.filter(pk__in=gone).delete()
    Paper.objects.bulk_create(
        Paper(
            application=application,
            requirement_id=requirement,
            kind_id=kinds[requirement],
            form_of_copy=ask.form_of_copy,
            copies=ask.copies,
            order=order,
            state=PaperState.LOOKED_UP if ask.form_of_copy == CopyForm.LOOKED_UP else PaperState.MISSING,
        )
        for order, (requirement, ask) in enumerate(asked.items())
        if requirement not in present
    )
