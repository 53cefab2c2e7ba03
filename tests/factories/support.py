"""Incidents and people on call for tests, made by the real actions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from centres.models import Centre
from citizens.models import User
from support.actions.report import report
from support.enums import Kind, Severity, Source
from support.models import Incident, OnCallShift
from tests.factories.centres import MORNING


def an_incident(centre: Centre | None = None, **given: Any) -> Incident:
    """A printer that does not print at one counter, reported by nobody in particular this morning."""
    said = {
        "kind": Kind.PRINTER,
        "severity": Severity.ONE,
        "what": "Máy in quầy 2 không in",
        "source": Source.STAFF,
        "at": MORNING,
        "acting_user": None,
    }
    return report(centre=centre, **{**said, **given})


def on_call(user: User, *, level: int = 1, centre: Centre | None = None) -> OnCallShift:
    """On call for the whole of this Monday."""
    day = timedelta(hours=12)
    return OnCallShift.objects.create(
        user=user, centre=centre, level=level, from_at=MORNING - day, until_at=MORNING + day
    )
