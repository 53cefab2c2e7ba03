"""What can be asked about the inventory."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from centres.permissions import centres_of, roles_of
from portal.vn.text import fold
from support.enums import OPEN, Severity
from support.enums_equipment import OWNED
from support.permissions import READERS

if TYPE_CHECKING:  # only for the annotations: the models import these querysets
    from support.models import Equipment  # noqa: F401 - named in a string

# Counter 2 is not found among serial numbers that begin with 2.
SHORT_NUMBER = 3


class EquipmentQuerySet(models.QuerySet["Equipment"]):
    def visible_to(self, user: Any) -> EquipmentQuerySet:
        """The inventory of the centres the user supports or manages."""
        allowed = centres_of(user, READERS)
        return self if allowed is None else self.filter(centre__in=allowed)

    def scanned_by(self, user: Any) -> EquipmentQuerySet:
        """What the user may open by its label: everything at the centres where they have any role."""
        places = {centre_id for centre_id, _role in roles_of(user)}
        return self if None in places else self.filter(centre__in=places)

    def with_faults(self) -> EquipmentQuerySet:
        """Each with ``is_broken``: an incident about it, or about the screen it is, is open; and ``is_down``: one that says
        that nobody can work with it."""
        return self.annotate(is_broken=_fault_open(), is_down=_fault_open(severity__lt=Severity.ANNOYING))

    def broken(self) -> EquipmentQuerySet:
        """Those with a fault."""
        return self.filter(_fault_open())

    def like(self, words: str) -> EquipmentQuerySet:
        """Those that hold every word or its beginning, with or without diacritics; a short number is a whole one."""
        found = self
        for word in fold(words).split():
            is_number = word.isdigit() and len(word) <= SHORT_NUMBER
            found = found.filter(folded__contains=f" {word} " if is_number else f" {word}")
        return found

    def warranty_ends(self, today: date, within: timedelta) -> EquipmentQuerySet:
        """What is still owned and whose warranty ends soon, the soonest first; what has ended is not among them."""
        ends = Q(warranty_until__gte=today, warranty_until__lte=today + within)
        return self.filter(ends, state__in=OWNED).order_by("warranty_until", "id")


def _fault_open(**which: Any) -> Q:
    """Open itself, or as the incident that it was merged into."""
    faults = apps.get_model("support", "Incident").objects.filter(**which)
    lasting = faults.filter(Q(state__in=OPEN) | Q(merged_into__state__in=OPEN))
    return Q(Exists(lasting.filter(equipment=OuterRef("pk")))) | Q(Exists(lasting.filter(device=OuterRef("device"))))
