"""The ward or commune of today for an address that names an old one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen, User
from portal.errors import BadInput
from procedures.models import Unit
from procedures.units import resolve_old_address


@transaction.atomic
def settle_unit(*, citizen: Citizen, unit_code: str, at: datetime, acting_user: User) -> Citizen:
    """Keep the unit of today that the citizen named; an old unit that was divided is asked about, never guessed."""
    unit = Unit.objects.current().filter(code=unit_code).first()
    if unit is None:
        raise BadInput(_("Choose the ward or commune of today from the list."), code="unknown_unit", field="unit")
    return _keep(citizen, unit)


@transaction.atomic
def settle_unit_if_certain(*, citizen: Citizen, at: datetime, acting_user: User) -> Citizen:
    """Keep the unit of today where the card's address leaves no doubt; otherwise change nothing."""
    if citizen.unit_code or not citizen.card_address:
        return citizen
    unit = resolve_old_address(citizen.card_address).unit
    return _keep(citizen, unit) if unit else citizen


@transaction.atomic
def keep_address(*, citizen: Citizen, address: str, at: datetime, acting_user: User) -> Citizen:
    """Keep where the person says they live now; the unit, too, where what they say names one of today without doubt."""
    unit = resolve_old_address(address).unit
    citizen.address, citizen.unit_code = address, unit.code if unit else ""
    citizen.save(update_fields=["address", "unit_code"])
    return citizen


def _keep(citizen: Citizen, unit: Unit) -> Citizen:
    citizen.unit_code = unit.code
    citizen.address = f"{_first_part(citizen.card_address)}{unit.name}, Hà Nội"
    citizen.save(update_fields=["unit_code", "address"])
    return citizen


def _first_part(card_address: str) -> str:
    """House and street, which a merger of units does not change; empty where the card names the unit alone."""
    parts = [part.strip() for part in card_address.split(",")]
    street = parts[0] if len(parts) > 3 else ""
    return f"{street}, " if street else ""
