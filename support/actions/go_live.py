"""A centre goes live: its must-haves are done."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from centres.actions.open_to_people import open_to_people
from centres.models import Centre
from citizens.models import User
from portal.errors import RuleBroken
from support.models import GoLive
from support.permissions import require_responder
from support.readiness import readiness_of


@transaction.atomic
def go_live(*, centre: Centre, at: datetime, acting_user: User) -> GoLive:
    """From now on the centre gives numbers and can be booked. Written down: who, when, on which survey.

    Raises ``NotAllowed``, ``RuleBroken`` (must_haves_open, live_already).
    """
    require_responder(acting_user, centre.pk)
    if not open_to_people(centre=centre):
        raise RuleBroken(_("This centre is live already."), code="live_already")
    ready = readiness_of(centre, at)
    if ready.survey is None or ready.must_open:
        raise RuleBroken(_("Must-haves are still open. See them in the list below."), code="must_haves_open")
    return GoLive.objects.create(centre=centre, survey=ready.survey, at=at, by=acting_user)
