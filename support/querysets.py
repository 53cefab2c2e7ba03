"""What can be asked about incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from centres.permissions import centres_of
from support.enums import OPEN
from support.permissions import READERS

if TYPE_CHECKING:  # only for the annotations: the models import these querysets
    from support.models import Equipment, Incident  # noqa: F401 - named in a string


class IncidentQuerySet(models.QuerySet["Incident"]):
    def open(self) -> IncidentQuerySet:
        return self.filter(state__in=OPEN)

    def about(self, thing: Equipment) -> IncidentQuerySet:
        """Those of this thing of the inventory, and of the screen that it is."""
        found = Q(equipment=thing)
        return self.filter(found if thing.device_id is None else found | Q(device=thing.device_id))

    def visible_to(self, user: Any) -> IncidentQuerySet:
        """Those of the centres the user supports or manages, those of no centre for whoever supports any, and one's own."""
        allowed = centres_of(user, READERS)
        if allowed is None:
            return self
        mine = Q(reporter=user.pk)
        return self.filter(mine | Q(centre__in=allowed) | Q(centre__isnull=True)) if allowed else self.filter(mine)
