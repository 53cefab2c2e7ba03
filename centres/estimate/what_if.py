"""What if, with the hall as it stands in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from django.utils.translation import gettext as _

from centres.estimate.hall import Expected
from centres.estimate.learn import Learned
from centres.estimate.memory import known
from centres.estimate.seen import hall_now
from centres.estimate.simulate import Answer, Change, MoveCounter, OpenCounter, simulate
from centres.models import Centre, Counter, Service, Ticket
from portal import clock
from portal.errors import BadInput

# As many numbers as the belief counts that today is as busy as other days.
BELIEF = 60.0


def what_if(*, centre: Centre, changes: Sequence[Change], at: datetime) -> Answer | None:
    """The rest of today without and with these changes; ``None`` where too little is known of this centre.

    Raises ``BadInput`` (``bad_counter``, ``bad_service``, ``bad_interval``).
    """
    _check(centre, changes)
    learned = known(centre, at).learned
    if not learned.services:
        return None
    return simulate(hall_now(centre, at), learned, expected(centre, learned, at), changes)


def expected(centre: Centre, learned: Learned, at: datetime) -> Expected:
    """Who usually comes, scaled by how busy today has been so far."""
    local = clock.local(at)
    passed = (local.hour * 60 + local.minute) / 15
    share = np.clip(passed - np.arange(96), 0.0, 1.0)
    usual = float(sum((rates * share).sum() for rates in learned.arrivals.values()))
    drawn = Ticket.objects.of_day(centre, clock.local_day(at)).count()
    busy = (drawn + BELIEF) / (usual + BELIEF)
    return Expected({key: rates * busy for key, rates in learned.arrivals.items()})


def _check(centre: Centre, changes: Sequence[Change]) -> None:
    counters = set(Counter.objects.filter(centre=centre).values_list("pk", flat=True))
    services = set(Service.objects.filter(centre=centre).values_list("pk", flat=True))
    for change in changes:
        if change.counter_id is not None and change.counter_id not in counters:
            raise BadInput(_("Choose a counter of this centre."), code="bad_counter", field="counter")
        if isinstance(change, OpenCounter | MoveCounter) and not change.services <= services:
            raise BadInput(_("Choose a service of this centre."), code="bad_service", field="services")
        if change.end is not None and change.end <= change.start:
            raise BadInput(_("The end must be after the beginning."), code="bad_interval", field="end")
