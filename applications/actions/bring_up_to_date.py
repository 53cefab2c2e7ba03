"""A draft that outlived the rules it was begun under."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.actions.locking import locked
from applications.actions.papers_asked import refresh_papers
from applications.catalogue import version_of
from applications.enums import State
from applications.models import Application
from applications.permissions import check_receiver
from citizens.models import User
from portal import clock, live
from portal.errors import RuleBroken
from procedures.catalogue_cache import version_in_force
from procedures.differences import differences


class RulesChanged(RuleBroken):
    """The draft's version is not in force on the day it would be received."""


def refuse_old_rules(draft: Application, at: datetime) -> None:
    """Raise ``RulesChanged`` unless the draft's version is in force today: a dossier keeps the version it is received
    under, so it must be the one of that day. Its ``missing`` says what is new."""
    old, day = version_of(draft), clock.local_day(at)
    if not old.is_in_force(day):
        new = version_in_force(old.procedure_id, day)
        raise RulesChanged(
            _("The rules changed while this was being prepared. What was typed is kept; look at the checklist again."),
            code="rules_changed",
            details={"missing": differences(old, new)} if new else None,
        )


@transaction.atomic
def bring_up_to_date(*, application: Application, at: datetime, acting_user: User) -> Application:
    """Move a draft to the version in force today: answers and papers stay where the new rules ask for the same.

    Raises ``RuleBroken`` (``no_version``) when the procedure has none any more; the draft is left as it is then.
    """
    draft = locked(application)
    check_receiver(acting_user, draft)
    if draft.state != State.DRAFT or version_of(draft).is_in_force(clock.local_day(at)):
        return draft
    version = version_in_force(draft.version.procedure_id, clock.local_day(at))
    if version is None:
        raise RuleBroken(
            _("No version of this procedure is in force today. Tell the city administrator."), code="no_version"
        )
    asked = {(row.kind_id, row.form_of_copy): row for row in version.requirements.all()}
    for paper in draft.papers.all():
        same = asked.get((paper.kind_id, paper.form_of_copy))
        if same is not None:
            paper.requirement = same
            paper.save(update_fields=["requirement"])
    draft.version, draft.changed_at = version, at
    draft.save(update_fields=["version", "changed_at"])
    refresh_papers(draft, at)
    live.bump(f"dossier:{draft.pk}")
    return draft
