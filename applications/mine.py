"""A citizen's own dossiers, for whoever is signed in: where each stands, what is to be done, and by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When

from applications.enums import TERMINAL, WAITING_FOR_CITIZEN, State
from applications.models import Application
from applications.querysets import ApplicationQuerySet
from applications.tracking import TrackedDossier, dossier_address, with_what_is_shown
from citizens.actions.bind_phone import citizen_of
from citizens.models import Citizen, CitizenSession

# A number that lies idle is sold again: what happened before that is no business of its new owner's.
CONTACT_FOR = timedelta(days=180)
_URGENT = Case(
    When(state__in=WAITING_FOR_CITIZEN, then=Value(0)),
    When(state=State.DONE, then=Value(1)),
    When(state__in=TERMINAL, then=Value(3)),
    default=Value(2),
    output_field=IntegerField(),
)


@dataclass(frozen=True)
class Whose:
    """What this session opens. A phone that no counter has bound opens what names it as its contact, and nobody's name."""

    session: CitizenSession
    citizen: Citizen | None
    rows: ApplicationQuerySet


class MineLine(TrackedDossier):
    """One dossier as one line of the list."""

    @property
    def address(self) -> str:
        return dossier_address(self.application.token)

    @property
    def bring_until(self) -> datetime | None:
        """By when the first of what is asked for has to be brought."""
        return min((row.until for row, _part in self.supplements if row.until), default=None)


def whose(session: CitizenSession, at: datetime) -> Whose:
    """One statement at most; the rows themselves are not read yet."""
    citizen = citizen_of(session, at)
    mine = Q(pk__in=[])
    if session.phone:
        mine |= Q(contact_phone=session.phone, changed_at__gt=at - CONTACT_FOR)
    if citizen is not None:
        mine |= Q(applicant=citizen)
    rows = Application.objects.filter(mine, anonymised_at__isnull=True)
    return Whose(session, citizen, rows.order_by(_URGENT, "-started_at", "-id"))


def lines(rows: Any, at: datetime) -> list[MineLine]:
    """A page of these rows: as many statements for thirty as for one."""
    return [MineLine(row, at) for row in with_what_is_shown(rows)]
