"""What can be asked of the law's tables."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:  # only for the annotations: the models import these querysets
    from procedures.models import ProcedureVersion, Unit, UnitChange  # noqa: F401


class UnitQuerySet(models.QuerySet["Unit"]):
    def current(self) -> Self:
        return self.filter(is_current=True)

    def former(self) -> Self:
        return self.filter(is_current=False)


class ProcedureVersionQuerySet(models.QuerySet["ProcedureVersion"]):
    def published(self) -> Self:
        """Only those completely loaded: nothing is taken in under a version that lacks its papers or fees."""
        return self.filter(published_at__isnull=False)

    def on(self, day: date) -> Self:
        """In force on this day. Both ends count."""
        return self.filter(Q(effective_to__isnull=True) | Q(effective_to__gte=day), effective_from__lte=day)

    def overlapping(self, effective_from: date, effective_to: date | None) -> Self:
        """Those in force on at least one day of the span; None is "until further notice"."""
        found = self.filter(Q(effective_to__isnull=True) | Q(effective_to__gte=effective_from))
        return found if effective_to is None else found.filter(effective_from__lte=effective_to)

    def for_quote(self) -> Self:
        """With all that ``quote`` reads, in a few statements however many versions."""
        return self.select_related("procedure__field").prefetch_related(
            "requirements__kind", "fee_rules", "procedure__incentives"
        )
