"""Things of an inventory for tests, made by the real actions of somebody who supports every centre."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from centres.enums import Role
from centres.models import Centre, Counter, Membership
from citizens.models import User
from support.actions.keep_equipment import add_equipment
from support.actions.move_equipment import put_in_use
from support.enums_equipment import EquipmentKind
from support.models import Equipment
from tests.factories.centres import MORNING, MembershipFactory


def a_keeper() -> User:
    """Whoever keeps the inventories of the city."""
    known = Membership.objects.filter(role=Role.CITY_ADMIN).select_related("user").first()
    return known.user if known else MembershipFactory(role=Role.CITY_ADMIN, centre=None).user


def a_thing(
    centre: Centre, counter: Counter | None = None, *, place: str = "", at: datetime = MORNING, **said: Any
) -> Equipment:
    """A printer, in use where a counter or a place is named, else a spare."""
    keeper = a_keeper()
    words = {"kind": EquipmentKind.PRINTER, "name": "Máy in", **said}
    row = add_equipment(centre=centre, at=at, acting_user=keeper, **words)
    if counter is None and not place:
        return row
    return put_in_use(equipment=row, counter=counter, place=place, at=at, acting_user=keeper)
