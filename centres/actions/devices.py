"""Name a kiosk, board or citizen's screen, and take its key away again."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from centres import device_access
from centres.enums import DeviceKind
from centres.models import Centre, Counter, Device, Zone
from centres.permissions import MANAGERS, has_role
from citizens.models import User
from portal import live
from portal.errors import BadInput, NotAllowed

NAME_LIMIT = 80


@transaction.atomic
def register(
    *,
    centre: Centre,
    kind: str,
    name: str,
    prints_itself: bool = False,
    zone: Zone | None = None,
    counter: Counter | None = None,
    at: datetime,
    acting_user: User,
) -> tuple[Device, str]:
    """A new device and its key, which is shown this once. Raises ``NotAllowed``, ``BadInput``."""
    _guard(centre.pk, acting_user)
    name = _name_of(name)
    if kind not in DeviceKind.values:
        raise BadInput(_("Choose what kind of screen it is."), code="bad_kind", field="kind")
    zone, counter = _zone_of(zone, centre.pk, kind), _counter_of(counter, centre.pk, kind)
    key = secrets.token_urlsafe(24)
    device = Device.objects.create(
        centre=centre,
        kind=kind,
        name=name,
        zone=zone,
        counter=counter,
        prints_itself=prints_itself and kind == DeviceKind.KIOSK,
        key_hash=Device.hash_of(key),
        created_at=at,
    )
    return device, key


@transaction.atomic
def arrange(
    *, device: Device, name: str, zone: Zone | None = None, counter: Counter | None = None, acting_user: User
) -> Device:
    """Give the screen another name, a board the zone whose calls it shows (none: the whole hall), a citizen's screen its
    counter.

    It shows so with its next look. Raises ``NotAllowed``, ``BadInput``.
    """
    _guard(device.centre_id, acting_user)
    device.name, device.zone = _name_of(name), _zone_of(zone, device.centre_id, device.kind)
    device.counter = _counter_of(counter, device.centre_id, device.kind)
    device.save(update_fields=["name", "zone", "counter"])
    _tell(device)
    return device


@transaction.atomic
def revoke(*, device: Device, at: datetime, acting_user: User) -> Device:
    """The screen is signed out with its next request. Revoking again changes nothing. Raises ``NotAllowed``."""
    _guard(device.centre_id, acting_user)
    if device.revoked_at is None:
        device.revoked_at = at
        device.save(update_fields=["revoked_at"])
    _tell(device)
    return device


def _tell(device: Device) -> None:
    """What is remembered of the screen is forgotten, and it looks again."""
    device_access.forget(device)
    live.bump(f"device:{device.pk}")


def _name_of(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_LIMIT:
        raise BadInput(
            _("Give the screen a name of at most %(limit)s characters, such as where it stands.")
            % {"limit": NAME_LIMIT},
            code="bad_name",
            field="name",
        )
    return name


def _zone_of(zone: Zone | None, centre_id: int, kind: str) -> Zone | None:
    if zone is None or kind != DeviceKind.BOARD:
        return None  # a kiosk gives numbers for the whole hall
    if zone.centre_id != centre_id:
        raise BadInput(_("Choose a zone of this centre."), code="other_centre", field="zone")
    return zone


def _counter_of(counter: Counter | None, centre_id: int, kind: str) -> Counter | None:
    """A citizen's screen stands at one counter of the centre; others at none."""
    if kind != DeviceKind.SCREEN:
        return None
    if counter is None or counter.centre_id != centre_id:
        raise BadInput(_("Choose the counter where the screen stands."), code="no_counter", field="counter")
    return counter


def _guard(centre_id: int, user: User) -> None:
    if not has_role(user, MANAGERS, centre_id):
        raise NotAllowed(_("Only a manager of the centre can do this."), code="not_manager_here")
