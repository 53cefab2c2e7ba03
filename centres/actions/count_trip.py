"""Count that somebody had a paper not with them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from centres.actions.draw import CLIENT_KEY
from centres.enums import AskedAt, TripChoice
from centres.models import Centre, PaperTrip
from portal import clock
from portal.errors import BadInput
from procedures.models import Requirement


@transaction.atomic
def count_trip(
    *, centre: Centre, requirement: Requirement, choice: str, asked_at: AskedAt, client_key: str, at: datetime
) -> None:
    """One row a decision, without a trace of who made it; the same key counts once. Raises ``BadInput``."""
    if choice not in TripChoice.values:
        raise BadInput(_("Please choose one of the answers."), code="bad_choice", field="choice")
    if not CLIENT_KEY.fullmatch(client_key):
        raise BadInput(_("This screen is out of date. Please go back to the start."), code="bad_client_key")
    row = PaperTrip(
        centre=centre,
        day=clock.local_day(at),
        procedure=requirement.version.procedure,
        kind=requirement.kind,
        choice=choice,
        asked_at=asked_at,
        client_key=client_key,
    )
    PaperTrip.objects.bulk_create([row], ignore_conflicts=True)
