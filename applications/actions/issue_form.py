"""Issuing a form of Circular 03/2025: its row in the transaction of what it is about, its file soon after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from applications.models import Application, IssuedForm
from applications.models.papers import as_issued
from citizens.models import User
from portal import jobs


def issue(
    *,
    application: Application,
    number: str,
    said: Mapping[str, Any] | None = None,
    reason: str = "",
    at: datetime,
    by: User,
) -> IssuedForm:
    """The next paper of this number, with what it says beside the person, the officer and the promise.

    The caller holds the dossier's row lock. Earlier ones stay as they are.
    """
    sequence = application.issued_forms.filter(number=number).count() + 1
    form = IssuedForm.objects.create(
        application=application,
        number=number,
        sequence=sequence,
        reason=reason.strip()[:500],
        issued_at=at,
        issued_by=by,
        frozen={**as_issued(application), **(said or {})},
    )
    jobs.wake("applications.tasks.render_receipt", form.pk)
    return form
