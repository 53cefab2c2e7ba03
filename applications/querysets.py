"""What can be asked about applications."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from applications.enums import IN_HAND, RUNNING, State
from applications.notarisation.enums import JobState
from centres.enums import Role
from centres.permissions import centres_of

# Counter officers see what their centre received; the others what their centre has to decide.
_RECEIVING = frozenset({Role.COUNTER_OFFICER, Role.MANAGER, Role.CITY_ADMIN})
_DECIDING = frozenset({Role.SPECIALIST, Role.LEADER, Role.MANAGER, Role.CITY_ADMIN})

# Taken in for another office, which does not have it yet.
NOT_FORWARDED = Q(state=State.ACCEPTED, forward_by__isnull=False)


class ApplicationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> ApplicationQuerySet:
        """Applications of the centres where the user works, as far as the role there goes; with drafts at the desk.

        What was taken in for an office elsewhere is seen there once it was handed over.
        """
        receiving, deciding = centres_of(user, _RECEIVING), centres_of(user, _DECIDING)
        if receiving is None or deciding is None:
            return self
        received = Q(helped_at__in=receiving) | Q(received_at_centre__in=receiving)
        decided = Q(competent__in=deciding) & ~Q(state=State.DRAFT) & ~NOT_FORWARDED
        return self.filter(received | decided)

    def still_wanted(self) -> ApplicationQuerySet:
        """Copies made for a dossier, without those that were taken back or refused: nobody pays for these."""
        return self.exclude(state=State.WITHDRAWN).exclude(
            state=State.STOPPED, certification__items__state=JobState.REFUSED
        )

    def in_hand(self) -> ApplicationQuerySet:
        return self.filter(state__in=IN_HAND)

    def overdue(self, at: datetime) -> ApplicationQuerySet:
        """Past due while the office has it; time the citizen takes does not count."""
        return self.filter(state__in=RUNNING, due_at__lt=at)

    def by_due_date(self) -> ApplicationQuerySet:
        return self.order_by("due_at", "id")
