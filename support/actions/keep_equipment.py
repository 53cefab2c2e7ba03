"""Write a thing into the inventory, and mend what is written about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from centres.models import Centre, Device
from citizens.models import User
from portal.errors import BadInput
from portal.vn.problems import InvalidValue
from portal.vn.text import clean_line
from support.enums_equipment import RUNS_OUR_PAGES, EquipmentEventKind, EquipmentKind
from support.equipment_history import folded, note
from support.models import Equipment
from support.models.equipment import NAME_LIMIT
from support.permissions import require_responder

WORD_LIMIT = 60
WRITTEN = ("kind", "name", "maker", "model", "serial", "device", "bought_on", "warranty_until")


@transaction.atomic
def add_equipment(*, centre: Centre, at: datetime, acting_user: User, **said: Any) -> Equipment:
    """A new thing, a spare until it is put in use; ``said`` as ``change_equipment`` has it.

    Raises ``NotAllowed``, ``BadInput``.
    """
    require_responder(acting_user, centre.pk)
    row = Equipment(centre=centre, since=at)
    _write(row, **said)
    _save(row)
    note(equipment=row, kind=EquipmentEventKind.ADDED, at=at, actor=acting_user, from_state="", text=str(row))
    return row


@transaction.atomic
def change_equipment(*, equipment: Equipment, at: datetime, acting_user: User, **said: Any) -> Equipment:
    """Other words about it; where nothing is different, nothing is written. Raises ``NotAllowed``, ``BadInput``."""
    row = locked(equipment)
    require_responder(acting_user, row.centre_id)
    before = {name: getattr(row, name) for name in WRITTEN}
    _write(row, **said)
    changed = [name for name in WRITTEN if getattr(row, name) != before[name]]
    if changed:
        _save(row)
        text = "; ".join(f"{before[name] or '–'} → {getattr(row, name) or '–'}" for name in changed)
        note(equipment=row, kind=EquipmentEventKind.CHANGED, at=at, actor=acting_user, text=text)
    return row


def locked(equipment: Equipment) -> Equipment:
    """The thing's present row, locked until the transaction ends."""
    rows = Equipment.objects.select_for_update(of=("self",)).select_related("centre", "counter", "holder", "device")
    return rows.get(pk=equipment.pk)


def line_of(text: str, limit: int, field: str) -> str:
    """One tidy line. Raises ``BadInput``."""
    try:
        return clean_line(text, limit)
    except InvalidValue as refused:
        raise BadInput(refused.message, code=refused.code, field=field) from refused


def _write(
    row: Equipment,
    *,
    kind: str,
    name: str,
    maker: str = "",
    model: str = "",
    serial: str = "",
    device: Device | None = None,
    bought_on: date | None = None,
    warranty_until: date | None = None,
) -> None:
    if kind not in EquipmentKind.values:
        raise BadInput(_("Choose what kind of thing it is."), code="bad_kind", field="kind")
    row.kind = kind
    row.name = line_of(name, NAME_LIMIT, "name")
    if not row.name:
        raise BadInput(_("Give it a name, such as what people call it."), code="no_name", field="name")
    row.maker, row.model = line_of(maker, WORD_LIMIT, "maker"), line_of(model, WORD_LIMIT, "model")
    row.serial = line_of(serial, WORD_LIMIT, "serial").upper().replace(" ", "")
    row.bought_on, row.warranty_until = bought_on, warranty_until
    if bought_on and warranty_until and warranty_until < bought_on:
        raise BadInput(_("The warranty ends before it was bought."), code="bad_warranty", field="warranty_until")
    row.device = _device(row, device)


def _device(row: Equipment, device: Device | None) -> Device | None:
    """The screen of the portal that this thing is."""
    if device is None:
        return None
    fits = row.kind == device.kind and row.kind in RUNS_OUR_PAGES
    if not fits or device.centre_id != row.centre_id or device.revoked_at is not None or not row.is_owned:
        raise BadInput(_("Choose a screen of this centre and of this kind."), code="bad_device", field="device")
    if Equipment.objects.filter(device=device).exclude(pk=row.pk).exists():
        raise BadInput(_("This screen is in the inventory already."), code="device_taken", field="device")
    return device


def _save(row: Equipment) -> None:
    same = (
        Equipment.objects.filter(maker=row.maker, serial=row.serial).exclude(pk=row.pk).first() if row.serial else None
    )
    if same is not None:
        raise BadInput(
            _("This serial number is that of %(other)s.") % {"other": same}, code="serial_taken", field="serial"
        )
    row.folded = folded(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise BadInput(
            _("Somebody has just written the same down. Please look again."), code="taken_meanwhile", field="serial"
        ) from None
