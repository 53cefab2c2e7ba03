"""Whom to call now, level by level, and how each is reached."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from centres.enums import Role
from centres.models import Membership
from citizens.models import User
from notifications.message import Recipient
from portal import clock
from support.models import OnCallBrowser, OnCallContact, OnCallShift


def shifts_at(centre_id: int | None, at: datetime) -> QuerySet[OnCallShift]:
    """Who is on call for this centre (for the city where there is none) at this moment, the first level first."""
    here = Q(centre__isnull=True) | Q(centre=centre_id) if centre_id else Q(centre__isnull=True)
    return OnCallShift.objects.filter(here, from_at__lte=at, until_at__gt=at, user__is_active=True)


def levels(centre_id: int | None, at: datetime) -> list[list[User]]:
    """The people of each level, in order; after them those who are never off: support, then the city's administrators.

    Never empty as long as anybody has such a role: a rota with a hole, or one nobody answers, does not end the chain.
    """
    by_level: dict[int, list[User]] = {}
    for shift in shifts_at(centre_id, at).select_related("user").order_by("level", "id"):
        by_level.setdefault(shift.level, []).append(shift.user)
    found = [by_level[level] for level in sorted(by_level)]
    for role in (Role.SUPPORT, Role.CITY_ADMIN):
        known = {user.pk for level in found for user in level}
        if more := [user for user in _with_role(role, centre_id, at) if user.pk not in known]:
            found.append(more)
    return found


def _with_role(role: Role, centre_id: int | None, at: datetime) -> list[User]:
    day = clock.local_day(at)
    held = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day), role=role, valid_from__lte=day, blocked_reason=""
    )
    if centre_id is not None:
        held = held.filter(Q(centre__isnull=True) | Q(centre=centre_id))
    return list(User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("pk"))


def recipients(users: Iterable[User]) -> dict[int, Recipient]:
    """How each of these people is reached, by the id of the user: two statements for all."""
    people = {user.pk: user for user in users}
    contacts = {row.user_id: row for row in OnCallContact.objects.filter(user__in=people)}
    browsers: dict[int, list[int]] = {}
    for row in OnCallBrowser.objects.filter(user__in=people).order_by("browser"):
        browsers.setdefault(row.user_id, []).append(row.browser_id)
    return {
        pk: Recipient(
            email=(contacts[pk].email if pk in contacts else "") or user.email,
            phone=contacts[pk].phone if pk in contacts else "",
            browsers=tuple(browsers.get(pk, ())),
        )
        for pk, user in people.items()
    }
