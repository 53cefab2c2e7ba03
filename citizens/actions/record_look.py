"""Write down who looked at whose data, and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen, Look, User
from portal.errors import BadInput
from portal.vn.problems import InvalidValue
from portal.vn.text import clean_line

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


def record_look(
    *,
    citizen: Citizen | None = None,
    citizens: Iterable[Citizen | int] | None = None,
    reason: str | StrPromise,
    dossier_code: str = "",
    unit: str | StrPromise,
    role: str | StrPromise,
    at: datetime,
    acting_user: User,
) -> None:
    """One row for one person, or one for a whole list (people or their ids). One INSERT (Decree 326/2026 art. 8.5).

    A list that showed nobody leaves nothing. ``unit`` and ``role`` are texts: where and as what the person worked.

    Raises ``BadInput`` when no reason is given.
    """
    subjects = sorted({one if isinstance(one, int) else one.pk for one in citizens or ()})
    if citizen is None and not subjects:
        return
    Look.objects.create(
        user=acting_user,
        at=at,
        unit=str(unit)[:120],
        role=str(role)[:60],
        reason=_reason(str(reason)),
        dossier_code=dossier_code,
        citizen=citizen,
        subjects=subjects,
    )


def _reason(raw: str) -> str:
    try:
        reason = clean_line(raw, 200)
    except InvalidValue as error:
        raise BadInput(error.problem, code=error.code, field="reason") from error
    if not reason:
        raise BadInput(
            _("Please say in a few words why you look at this person's data."), code="reason_needed", field="reason"
        )
    return reason
