"""What can be asked about centres and tickets."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from centres.enums import AT_COUNTER, TicketState
from centres.permissions import centres_of

if TYPE_CHECKING:  # only for the annotations: the models import these querysets
    from centres.models import Centre, Ticket  # noqa: F401 - named in a string


class TicketQuerySet(models.QuerySet["Ticket"]):
    def of_day(self, centre: Centre, day: date) -> TicketQuerySet:
        return self.filter(centre=centre, day=day)

    def waiting(self) -> TicketQuerySet:
        return self.filter(state=TicketState.WAITING)

    def at_counter(self) -> TicketQuerySet:
        return self.filter(state__in=AT_COUNTER)

    def in_order(self) -> TicketQuerySet:
        """Priority first, then the place in time; the id decides between equal times."""
        return self.order_by("priority", "queue_at", "id")

    def visible_to(self, user: Any) -> TicketQuerySet:
        """Tickets of the centres where the user works."""
        allowed = centres_of(user)
        return self if allowed is None else self.filter(Q(centre__in=allowed))
