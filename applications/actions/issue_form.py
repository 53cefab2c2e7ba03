"""Issuing a form of Circular 03/2025: its row in the transaction of what it is about, its file soon after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from applications.models import Application, IssuedForm
from applications.models.papers import as_issued
from applications.numbers import next_book_line, next_paper_number
from citizens.models import User
from portal import jobs
from portal.clock import local_day

RECEIPT = "01"
# The apology, the notice of an end and the control slip are those of the office that decides; the others are the counter's.
_OF_THE_OFFICE = frozenset({"04", "05", "06"})


def issue(
    *,
    application: Application,
    number: str,
    said: Mapping[str, Any] | None = None,
    reason: str = "",
    at: datetime,
    by: User | None,
) -> IssuedForm:
    """The next paper of this number, with what it says beside the person, the officer and the promise; ``by`` nobody where the
    portal issues it of itself.

    The caller holds the dossier's row lock. Earlier ones stay as they are.
    """
    sequence = application.issued_forms.filter(number=number).count() + 1
    form = IssuedForm.objects.create(
        application=application,
        number=number,
        sequence=sequence,
        reason=reason.strip()[:500],
        issued_at=at,
        issued_by=by,
        frozen={**as_issued(application), **(said or {}), **numbered(application, number, at)},
    )
    jobs.wake("applications.tasks.render_receipt", form.pk)
    return form


def numbered(application: Application, number: str, at: datetime) -> dict[str, Any]:
    """The official number of this paper, once in its office and year (Decree 30/2020, annex I), and for a receipt the day's
    line in the tracking book. A receipt that is issued again keeps both."""
    centre = application.competent if number in _OF_THE_OFFICE else application.received_at_centre
    agency_code, day = (centre or application.helped_at).agency_code, local_day(at)
    if number != RECEIPT:
        return {"no": next_paper_number(number, agency_code, day.year)}
    first = application.issued_forms.filter(number=RECEIPT).order_by("sequence").first()
    if first is not None:
        return {name: first.frozen[name] for name in ("no", "book", "line") if first.frozen.get(name)}
    return {
        "no": next_paper_number(number, agency_code, day.year),
        "book": day.isoformat(),
        "line": next_book_line(agency_code, day),
    }
