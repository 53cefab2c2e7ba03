"""Which announcements are for whom."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from centres.models import Membership
from centres.permissions import roles_of
from citizens.models import User
from support.models import Announcement, AnnouncementReader


def for_user(user: User, at: datetime) -> list[Announcement]:
    """Running announcements to this person's roles where they are held, newest first, with ``read_at`` and ``confirmed_at``."""
    roles = roles_of(user)
    places = {centre_id for centre_id, _role in roles}
    rows = Announcement.objects.filter(withdrawn_at__isnull=True, from_at__lte=at, until_at__gt=at)
    if None not in places:
        rows = rows.filter(Q(centre__isnull=True) | Q(centre__in=places))
    found = [row for row in rows.select_related("centre", "author") if is_for(row, roles)]
    seen = {row.announcement_id: row for row in AnnouncementReader.objects.filter(user=user, announcement__in=found)}
    for row in found:
        reader = seen.get(row.pk)
        row.read_at = reader.read_at if reader else None  # type: ignore[attr-defined]
        row.confirmed_at = reader.confirmed_at if reader else None  # type: ignore[attr-defined]
    return found


def is_for(announcement: Announcement, roles: frozenset[tuple[int | None, str]]) -> bool:
    """Whether one of these roles is addressed, at the centre it is held at."""
    return any(
        (not announcement.roles or role in announcement.roles)
        and (announcement.centre_id is None or centre_id is None or centre_id == announcement.centre_id)
        for centre_id, role in roles
    )


def unread(user: User, at: datetime) -> list[Announcement]:
    """Those not opened yet, or not confirmed although that was asked."""
    return [row for row in for_user(user, at) if row.read_at is None or (row.must_confirm and row.confirmed_at is None)]  # type: ignore[attr-defined]


def audience(announcement: Announcement, day: object) -> QuerySet[User]:
    """Everybody it is for today, by name, with ``has_read`` and ``has_confirmed``."""
    held = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day), user=OuterRef("pk"), valid_from__lte=day, blocked_reason=""
    )
    if announcement.roles:
        held = held.filter(role__in=announcement.roles)
    if announcement.centre_id is not None:
        held = held.filter(Q(centre__isnull=True) | Q(centre=announcement.centre_id))
    readers = AnnouncementReader.objects.filter(announcement=announcement, user=OuterRef("pk"))
    return (
        User.objects.filter(Exists(held), is_active=True)
        .annotate(has_read=Exists(readers), has_confirmed=Exists(readers.filter(confirmed_at__isnull=False)))
        .order_by("has_read", "has_confirmed", "full_name", "pk")
    )
