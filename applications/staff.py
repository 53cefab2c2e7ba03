"""Who works where: the list of staff, and one person with all their times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from centres.models import Centre, Membership
from centres.permissions import MANAGERS, centres_of
from citizens.models import User
from portal import clock
from portal.vn.names import sort_key
from portal.vn.text import fold


@dataclass(frozen=True)
class Found:
    """Somebody in the list: enough to search and to sort by."""

    pk: int
    name: str
    username: str


def staff_seen_by(user: Any) -> QuerySet[User]:
    """People with a role, now or once: the city's administrator sees all, a manager those of their own centres."""
    roles = Membership.objects.all()
    allowed = centres_of(user, MANAGERS)
    if allowed is not None:
        roles = roles.filter(centre__in=allowed)
    return User.objects.filter(pk__in=roles.values("user"))


def search(rows: QuerySet[User], words: str, centre: Centre | None, *, gone: bool) -> list[Found]:
    """By syllables of the name, without marks, or the user name; by name as Vietnamese sorts it. One statement: a city
    has some thousand staff, and their names fit into memory."""
    rows = rows.filter(is_active=not gone)
    if centre is not None:
        rows = rows.filter(pk__in=_working(gone).filter(centre=centre).values("user"))
    wanted = fold(words).split()
    found = [
        Found(pk, name or username, username)
        for pk, name, username in rows.order_by().values_list("pk", "full_name", "username")
        if _fits(wanted, f"{name} {username}")
    ]
    return sorted(found, key=lambda one: (sort_key(one.name), one.pk))


def _working(gone: bool) -> QuerySet[Membership]:
    rows = Membership.objects.all()
    return rows if gone else rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today()))


def _fits(wanted: list[str], text: str) -> bool:
    folded = fold(text).split()
    return all(any(part.startswith(word) for part in folded) for word in wanted)


def with_roles(shown: Iterable[Found]) -> list[tuple[User, list[Membership]]]:
    """These people in this order, with the roles they have now or will have. Two statements."""
    keys = [one.pk for one in shown]
    people = User.objects.in_bulk(keys)
    held: dict[int, list[Membership]] = {}
    for row in _working(gone=False).filter(user__in=keys).select_related("centre").order_by("centre__code", "role"):
        held.setdefault(row.user_id, []).append(row)
    return [(people[pk], held.get(pk, [])) for pk in keys]
