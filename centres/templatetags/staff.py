"""What a member of staff may open, for the menu: a link that leads to a refusal is not shown."""

from __future__ import annotations

from typing import Any

from django import template

from centres.enums import Role
from centres.permissions import MANAGERS, STAFF, has_role

register = template.Library()
# The rooms of the menu and who is let in, as their views say.
ROOMS: dict[str, frozenset[Role]] = {
    "desk": frozenset({Role.COUNTER_OFFICER}),
    "dossiers": STAFF,
    "registers": STAFF - {Role.SPECIALIST},
    "day": MANAGERS,
    "city": frozenset({Role.CITY_ADMIN}),
    "national": frozenset({Role.CITY_ADMIN}),
    "support": MANAGERS | {Role.SUPPORT},
    "helping": frozenset({Role.HELPER, Role.SUPPORT, Role.MANAGER}),
    "handles": frozenset({Role.SUPPORT, Role.CITY_ADMIN}),
}


@register.simple_tag
def may_open(user: Any, room: str) -> bool:
    """Whether this person's roles open the room; nobody signed in opens none."""
    return bool(user) and has_role(user, ROOMS[room])
