"""Codes beside seats: put one up, take one away."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from centres.permissions import has_role
from citizens.models import User
from portal.errors import BadInput, NotAllowed
from support.models import HelpPoint
from support.permissions import READERS


@transaction.atomic
def put_up(*, centre: Centre, name: str, at: datetime, acting_user: User) -> HelpPoint:
    """A code for this place. Raises ``NotAllowed``, ``BadInput``."""
    _guard(centre.pk, acting_user)
    words = " ".join(name.split())
    if not words:
        raise BadInput(_("Say which seat or place it is."), code="no_name", field="name")
    try:
        with transaction.atomic():
            return HelpPoint.objects.create(centre=centre, name=words[:80], created_at=at)
    except IntegrityError:
        raise BadInput(_("There is a place of this name already."), code="name_taken", field="name") from None


@transaction.atomic
def take_away(*, point: HelpPoint, at: datetime, acting_user: User) -> None:
    """This code opens nothing any more. Raises ``NotAllowed``."""
    _guard(point.centre_id, acting_user)
    HelpPoint.objects.filter(pk=point.pk, retired_at__isnull=True).update(retired_at=at)


def _guard(centre_id: int, user: User) -> None:
    if not has_role(user, READERS, centre_id):
        raise NotAllowed(_("This page is for support staff and managers."), code="not_support")
