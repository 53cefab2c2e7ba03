"""Helpers in a hall and people who ask for one, made by the real actions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from centres.enums import Role
from centres.models import Centre
from citizens.models import User
from notifications.models import PushSubscription
from support import asking
from support.actions.ask_for_help import ask_for_help
from support.actions.helper_shift import begin_shift
from support.models import AssistanceRequest, HelpPoint, OnCallBrowser
from tests.factories.centres import MORNING, MembershipFactory
from tests.factories.citizens import UserFactory


def a_helper(
    centre: Centre, name: str = "Hà Thu Lan", *, on_duty: bool = True, rings: bool = True, **given: Any
) -> User:
    """Somebody of the hall, there since this morning unless said otherwise, with a phone that rings."""
    user = UserFactory(full_name=name)
    MembershipFactory(centre=centre, role=given.get("role", Role.HELPER), user=user)
    if rings:
        OnCallBrowser.objects.create(user=user, browser=_phone(user.pk))
    if on_duty:
        begin_shift(centre=centre, badge="áo xanh, thẻ 12", at=given.get("at", MORNING), acting_user=user)
    return user


def _phone(number: int) -> PushSubscription:
    endpoint = f"https://fcm.googleapis.com/{number}"
    return PushSubscription.objects.create(
        endpoint=endpoint, endpoint_hash=PushSubscription.hash_of(endpoint), p256dh="k", auth="a", created_at=MORNING
    )


def a_point(centre: Centre, name: str = "Hàng 2, ghế 5") -> HelpPoint:
    return HelpPoint.objects.get_or_create(centre=centre, name=name, defaults={"created_at": MORNING})[0]


def an_ask(centre: Centre, name: str = "Hàng 2, ghế 5", at: datetime = MORNING) -> AssistanceRequest:
    """Asked for beside a seat."""
    return ask_for_help(place=asking.at_point(a_point(centre, name)), at=at, acting_user=None)
