"""Who helps in a hall now, who is told of a request, and how long they need to get there."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median

from django.db.models import Exists, OuterRef, Q, QuerySet

from centres.enums import Role
from centres.models import Centre, Membership
from citizens.models import User
from notifications.message import Recipient
from portal import clock
from portal.vn.names import split_name
from support.enums_help import HELP_OPEN, HELP_OUT, HelpState, Ring
from support.models import AssistanceRequest, HelperShift, OnCallBrowser
from support.permissions import HELPERS
from support.rules import rules_on

# The last so many walks say how long the next one takes.
MEASURED = 20
MEASURED_WITHIN = timedelta(days=14)


def topic(centre_id: int) -> str:
    """What changes with every request and every helper of this hall."""
    return f"help:{centre_id}"


def on_duty(centre_id: int, at: datetime) -> QuerySet[HelperShift]:
    """The shifts that run in this hall now; one that nobody ended is over at midnight."""
    day = clock.local_day(at)
    held = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day), Q(centre__isnull=True) | Q(centre=centre_id),
        user=OuterRef("user"), role__in=HELPERS, valid_from__lte=day, blocked_reason="",
    )  # fmt: skip
    running = HelperShift.objects.filter(centre=centre_id, day=day, ended_at__isnull=True, user__is_active=True)
    return running.filter(Exists(held))


def free(shifts: QuerySet[HelperShift]) -> QuerySet[HelperShift]:
    """Those of them who are out for nobody."""
    return shifts.exclude(Exists(AssistanceRequest.objects.filter(helper=OuterRef("user"), state__in=HELP_OUT)))


def shift_of(user: User, at: datetime) -> HelperShift | None:
    """The shift this person is on now."""
    running = HelperShift.objects.filter(user=user, day=clock.local_day(at), ended_at__isnull=True)
    return running.select_related("centre").first()


def out_for(user: User) -> AssistanceRequest | None:
    """Whom this person goes to, or is with."""
    return AssistanceRequest.objects.filter(helper=user, state__in=HELP_OUT).select_related("centre").first()


def people_told(centre_id: int, ring: int, at: datetime) -> list[User]:
    """Whom a request of this hall is told to."""
    if ring == Ring.MANAGERS:
        day = clock.local_day(at)
        held = Membership.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
            centre=centre_id, role=Role.MANAGER, valid_from__lte=day, blocked_reason="",
        )  # fmt: skip
        return list(User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("pk"))
    shifts = on_duty(centre_id, at)
    if ring == Ring.FREE:
        shifts = free(shifts)
    return list(User.objects.filter(pk__in=shifts.values("user")).order_by("pk"))


def browsers_of(people: list[User]) -> dict[int, Recipient]:
    """The browsers in which these people are told, by the id of the user; those without any are left out."""
    found: dict[int, list[int]] = {}
    for row in OnCallBrowser.objects.filter(user__in=people).order_by("browser"):
        found.setdefault(row.user_id, []).append(row.browser_id)
    return {user_id: Recipient(browsers=tuple(browsers)) for user_id, browsers in found.items()}


def expected_at(centre_id: int, at: datetime) -> datetime:
    """When somebody who goes now is there, as measured in this hall lately."""
    walks = AssistanceRequest.objects.filter(
        centre=centre_id, asked_at__gte=at - MEASURED_WITHIN, accepted_at__isnull=False, arrived_at__isnull=False
    ).order_by("-asked_at")
    seconds = [
        (there - gone).total_seconds() for gone, there in walks.values_list("accepted_at", "arrived_at")[:MEASURED]
    ]
    usual = rules_on(clock.local_day(at)).help_walk_seconds
    return at + timedelta(seconds=median(seconds) if seconds else usual)


def first_name(user: User) -> str:
    """As people in the hall are told it: the given name alone."""
    return split_name(user.full_name).given if user.full_name.strip() else str(user)


def open_requests(centre_id: int) -> QuerySet[AssistanceRequest]:
    """What is open in this hall, the first to be helped first."""
    return AssistanceRequest.objects.filter(centre=centre_id, state__in=HELP_OPEN).select_related("helper")


def waiting(centre_id: int) -> QuerySet[AssistanceRequest]:
    return open_requests(centre_id).filter(state=HelpState.WAITING)


def is_anybody_there(centre: Centre, at: datetime) -> bool:
    """Whether helpers are in this hall now."""
    return on_duty(centre.pk, at).exists()


def stale(at: datetime) -> QuerySet[AssistanceRequest]:
    """Requests that end by themselves: asked for longer ago than the rules allow."""
    limit = at - timedelta(minutes=rules_on(clock.local_day(at)).help_lapse_minutes)
    return AssistanceRequest.objects.filter(state__in=HELP_OPEN, asked_at__lt=limit)
