"""Who may do what where: roles by centre, read once per user object."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import BigAutoField, DateField, Q, QuerySet

from centres.enums import Role
from portal import clock
from portal.prepared import Given, Prepared

# Who works inside one centre and may see its queue. Support and helpers keep a centre running and see nobody's matter.
STAFF = frozenset(Role) - {Role.SUPPORT, Role.HELPER}
DESK = frozenset({Role.COUNTER_OFFICER, Role.MANAGER})
MANAGERS = frozenset({Role.MANAGER, Role.CITY_ADMIN})
# Who may speak to the hall.
ANNOUNCERS = MANAGERS | {Role.SUPPORT}


def _roles_in_force() -> QuerySet[Any, tuple[int | None, str]]:
    # By name: the models import this module.
    membership = apps.get_model("centres", "Membership")
    day = Given("day", DateField())
    return membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        user=Given("user", BigAutoField()),
        valid_from__lte=day,
        blocked_reason="",
    ).values_list("centre_id", "role")


_ROLES = Prepared(_roles_in_force)


def roles_of(user: Any) -> frozenset[tuple[int | None, str]]:
    """(centre id, role) pairs in force today, without blocked ones; centre ``None`` is the whole city."""
    if not user.is_authenticated:
        return frozenset()
    known: frozenset[tuple[int | None, str]] | None = getattr(user, "_roles", None)
    if known is None:
        known = frozenset(_ROLES.all(user=user.pk, day=clock.today()))
        user._roles = known
    return known


def staff_roles_of(user: Any) -> frozenset[tuple[int | None, str]]:
    """Those of them that open people's matters (``settings.STAFF_ROLES``)."""
    return frozenset((centre_id, role) for centre_id, role in roles_of(user) if role in STAFF)


def has_role(user: Any, roles: Iterable[str], centre_id: int | None = None) -> bool:
    """Whether the user holds one of the roles at this centre (at any centre when none is named).

    A city administrator's role counts at every centre.
    """
    wanted = set(roles)
    return any(
        role in wanted and (centre_id is None or held is None or held == centre_id) for held, role in roles_of(user)
    )


def centres_of(user: Any, roles: Iterable[str] = STAFF) -> set[int] | None:
    """Ids of the centres where the user holds one of the roles; ``None`` means all of them."""
    wanted = set(roles)
    held = {centre_id for centre_id, role in roles_of(user) if role in wanted}
    return None if None in held else {centre_id for centre_id in held if centre_id is not None}
