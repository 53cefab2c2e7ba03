"""Who looked at whose dossiers: one row a page, written before the page is shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from applications.models import Application
from centres.enums import Role
from centres.models import Centre
from centres.permissions import roles_of
from citizens.actions.record_look import record_look


def looked_at_list(
    *, applications: Iterable[Application], centre: Centre, reason: str, at: datetime, user: Any
) -> None:
    """One row that names every applicant a list showed."""
    subjects = [row.applicant_id for row in applications if row.applicant_id]
    record_look(
        citizens=subjects, reason=reason, unit=str(centre), role=_role_at(user, centre.pk), at=at, acting_user=user
    )


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


def _role_at(user: Any, centre_id: int) -> str:
    """As what the person works there: roles at the centre, else of the whole city, else anywhere."""
    held = roles_of(user)
    here = [role for centre, role in held if centre == centre_id] or [role for centre, role in held if centre is None]
    names = sorted(here or {role for _centre, role in held})
    return ", ".join(str(Role(role).label) for role in names)[:60]
