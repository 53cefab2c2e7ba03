"""Who looked at whose dossiers: one row a page, written before the page is shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from applications.models import Application, Register
from centres.enums import Role
from centres.models import Centre, Ticket
from centres.permissions import roles_of
from citizens.actions.record_look import record_look
from citizens.models import Citizen, Look
from portal import shared

_A_DAY = 24 * 60 * 60


def looked_at_list(*, applications: Iterable[Application], reason: str, at: datetime, user: Any) -> None:
    """One row a centre that names every applicant a list showed of it."""
    shown: dict[Centre, list[int]] = {}
    for row in applications:
        if row.applicant_id:
            shown.setdefault(row.competent, []).append(row.applicant_id)
    for centre, subjects in shown.items():
        record_look(
            citizens=subjects, reason=reason, unit=str(centre), role=_role_at(user, centre.pk), at=at, acting_user=user
        )


def looked_at_desk(*, ticket: Ticket, person: Citizen, reason: str, at: datetime, user: Any) -> None:
    """One row the first time this officer's desk shows this person in this visit: whoever's matter is open, or the
    person of the ticket; the scan itself has written one.

    The shared cache remembers that it was written, so a desk that is drawn again costs no statement. A cache that
    forgets makes the rows be looked at once more, never a second look.
    """
    known = f"desk-look:{user.pk}:{ticket.pk}:{person.pk}"
    if shared.recall(known):
        return
    earlier = Look.objects.filter(citizen=person, user=user, at__gte=ticket.issued_at)
    if not earlier.exists():
        record_look(
            citizen=person,
            reason=reason,
            unit=str(ticket.centre),
            role=_role_at(user, ticket.centre_id),
            at=at,
            acting_user=user,
        )
    shared.keep(known, True, _A_DAY)


def looked_at_filed(*, application: Application, reason: str, at: datetime, user: Any) -> None:
    """One row the first time in a day that this officer's desk shows an application filed online."""
    known = f"filed-look:{user.pk}:{application.pk}:{application.applicant_id}"
    if not shared.recall(known):
        looked_at(application=application, reason=reason, at=at, user=user)
        shared.keep(known, True, _A_DAY)


def looked_at(*, application: Application, reason: str, at: datetime, user: Any) -> None:
    """One row for one dossier; nothing for a draft that names nobody yet."""
    centre = application.competent
    record_look(
        citizen=application.applicant,
        reason=reason,
        dossier_code=application.code or "",
        unit=str(centre),
        role=_role_at(user, centre.pk),
        at=at,
        acting_user=user,
    )


def looked_at_register(*, register: Register, subjects: Iterable[int], reason: str, at: datetime, user: Any) -> None:
    """One row that names everybody whom a page or a print of a register showed."""
    record_look(
        citizens=subjects,
        reason=reason,
        unit=str(register.centre),
        role=_role_at(user, register.centre_id),
        at=at,
        acting_user=user,
    )


def looked_at_people(*, people: Iterable[Citizen], centre: Centre | None, reason: str, at: datetime, user: Any) -> None:
    """One row that names everybody whose records a page put side by side; ``centre`` is where the person works."""
    record_look(
        citizens=people,
        reason=reason,
        unit=str(centre) if centre else _("the whole city"),
        role=_role_at(user, centre.pk if centre else 0),
        at=at,
        acting_user=user,
    )


def _role_at(user: Any, centre_id: int) -> str:
    """As what the person works there: roles at the centre, else of the whole city, else anywhere."""
    held = roles_of(user)
    here = [role for centre, role in held if centre == centre_id] or [role for centre, role in held if centre is None]
    names = sorted(here or {role for _centre, role in held})
    return ", ".join(str(Role(role).label) for role in names)[:60]
