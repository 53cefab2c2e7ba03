"""Name a kiosk or board, and take its key away again."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from centres import device_access
from centres.enums import DeviceKind
from centres.models import Centre, Device
from centres.permissions import MANAGERS, has_role
from citizens.models import User
from portal.errors import BadInput, NotAllowed

NAME_LIMIT = 80


@transaction.atomic
def register(
    *, centre: Centre, kind: str, name: str, prints_itself: bool = False, at: datetime, acting_user: User
) -> tuple[Device, str]:
    """A new device and its key, which is shown this once. Raises ``NotAllowed``, ``BadInput``."""
    _guard(centre.pk, acting_user)
    name = name.strip()
    if not name or len(name) > NAME_LIMIT:
        raise BadInput(
            _("Give the screen a name of at most %(limit)s characters, such as where it stands.")
            % {"limit": NAME_LIMIT},
            code="bad_name",
            field="name",
        )
    if kind not in DeviceKind.values:
        raise BadInput(_("Choose what kind of screen it is."), code="bad_kind", field="kind")
    key = secrets.token_urlsafe(24)
    device = Device.objects.create(
        centre=centre,
        kind=kind,
        name=name,
        prints_itself=prints_itself and kind == DeviceKind.KIOSK,
        key_hash=Device.hash_of(key),
        created_at=at,
    )
    return device, key


@transaction.atomic
def revoke(*, device: Device, at: datetime, acting_user: User) -> Device:
    """The screen is signed out with its next request. Revoking again changes nothing. Raises ``NotAllowed``."""
    _guard(device.centre_id, acting_user)
    if device.revoked_at is None:
        device.revoked_at = at
        device.save(update_fields=["revoked_at"])
    device_access.forget(device)
    return device


def _guard(centre_id: int, user: User) -> None:
    if not has_role(user, MANAGERS, centre_id):
        raise NotAllowed(_("Only a manager of the centre can do this."), code="not_manager_here")
