"""What a dossier asks of the catalogue: its quote with the centre's and the citizen's own facts."""

from __future__ import annotations

from datetime import datetime

from applications.models import Application
from centres.models import Centre
from procedures.calendars import load_calendar
from procedures.catalogue_cache import version_by_id
from procedures.models import ProcedureVersion
from procedures.quote import Quote, quote


def version_of(application: Application) -> ProcedureVersion:
    """The version the draft or dossier lives under, with its rules, from this process's memory."""
    return version_by_id(application.version_id)


def facts_at(centre: Centre, answers: dict[str, bool]) -> dict[str, bool]:
    """The answers with what the centre itself knows; an answer given by hand wins."""
    return {"in_ward": centre.in_ward, **answers}


def quote_for(application: Application, at: datetime) -> Quote:
    """Papers, fees and due date if it were received at this moment."""
    return quote(
        version_of(application),
        facts_at(application.competent, application.facts),
        at,
        load_calendar(),
        application.competent.closes_at,
        application.pages,
        application.copies,
    )
