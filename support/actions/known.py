"""Write down what is known to go wrong."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citizens.models import User
from portal.errors import BadInput
from support.enums import Kind
from support.known_problems import folded
from support.models import KnownProblem
from support.permissions import require_support


@transaction.atomic
def keep_known(
    *,
    known: KnownProblem | None = None,
    kind: str,
    title: str,
    symptoms: str,
    remedy: str,
    is_retired: bool = False,
    at: datetime,
    acting_user: User,
) -> KnownProblem:
    """A new known problem, or another wording of one; a retired one is offered no more. Raises ``NotAllowed``, ``BadInput``."""
    require_support(acting_user)
    if kind not in Kind.values:
        raise BadInput(_("Choose what does not work."), code="bad_kind", field="kind")
    title, symptoms, remedy = " ".join(title.split()), symptoms.strip(), remedy.strip()
    for name, text in (("title", title), ("symptoms", symptoms), ("remedy", remedy)):
        if not text:
            raise BadInput(_("Write something down."), code="empty", field=name)
    row = known or KnownProblem()
    row.kind, row.title, row.symptoms, row.remedy = kind, title, symptoms, remedy
    row.folded, row.changed_at = folded(title, symptoms, remedy), at
    row.retired_at = (row.retired_at or at) if is_retired else None
    row.save()
    return row
