"""What a survey found missing becomes a gap with an owner and a date; what is there now closes it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from centres.permissions import roles_of
from citizens.models import User
from portal import clock
from portal.errors import BadInput, RuleBroken
from portal.vn.problems import InvalidValue
from portal.vn.text import clean_line
from support.models import Survey, SurveyGap
from support.models.survey import NOTE_LIMIT
from support.permissions import require_surveyor
from support.survey_answers import Line


@transaction.atomic
def find_gaps(*, survey: Survey, lines: Iterable[Line], at: datetime) -> None:
    """Open and close the centre's gaps by what this finished survey says; one that is open keeps its owner and date."""
    open_gaps = {
        gap.key: gap for gap in SurveyGap.objects.select_for_update(of=("self",), no_key=True).filter(
            centre=survey.centre_id, closed_at__isnull=True
        )
    }  # fmt: skip
    for line in lines:
        gap = open_gaps.get(line.question.key)
        if line.is_done and gap is not None:
            gap.closed_at, gap.closed_by = at, line.answers[-1].by
            gap.save(update_fields=["closed_at", "closed_by"])
        elif not line.is_done and gap is None:
            SurveyGap.objects.create(
                survey=survey, centre_id=survey.centre_id, question=line.question, key=line.question.key, opened_at=at
            )


@transaction.atomic
def give_gap(*, gap: SurveyGap, owner: User | None, due_on: date | None, at: datetime, acting_user: User) -> SurveyGap:
    """Whose it is, and until when. Raises ``NotAllowed``, ``BadInput``, ``RuleBroken`` (gap_closed)."""
    row = _open_gap(gap, acting_user)
    if owner is None or not roles_of(owner):
        raise BadInput(_("Choose somebody."), code="no_owner", field="owner")
    if due_on is None or due_on < clock.local_day(at):
        raise BadInput(_("Choose a day from today on."), code="bad_due", field="due_on")
    row.owner, row.due_on = owner, due_on
    row.save(update_fields=["owner", "due_on"])
    return row


@transaction.atomic
def close_gap(*, gap: SurveyGap, how: str, at: datetime, acting_user: User) -> SurveyGap:
    """It is there now; counts as a yes until the next survey looks. Raises ``NotAllowed``, ``BadInput``, ``RuleBroken``."""
    row = _open_gap(gap, acting_user)
    try:
        row.how = clean_line(how, NOTE_LIMIT)
    except InvalidValue as refused:
        raise BadInput(refused.message, code=refused.code, field="how") from refused
    if not row.how:
        raise BadInput(_("Say in a few words what was done."), code="no_words", field="how")
    row.closed_at, row.closed_by = at, acting_user
    row.save(update_fields=["closed_at", "closed_by", "how"])
    return row


def _open_gap(gap: SurveyGap, acting_user: User) -> SurveyGap:
    row = SurveyGap.objects.select_for_update(of=("self",), no_key=True).get(pk=gap.pk)
    require_surveyor(acting_user, row.centre_id)
    if row.closed_at is not None:
        raise RuleBroken(_("This is closed already."), code="gap_closed")
    return row
