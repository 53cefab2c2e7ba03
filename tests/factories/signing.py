"""Signers for tests: an authenticator that is set up, a deed, a key."""

from __future__ import annotations

import base64
from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client

from applications.models import SecondFactor, SigningDelegation, SigningKey
from applications.notarisation.enums import RegisterKind
from applications.notarisation.second_factor import SESSION_KEY, sealed
from centres.enums import Role
from centres.models import Centre
from citizens.models import User
from portal import clock
from tests.factories.applications import MONDAY, a_centre, member_of

SECRET = base64.b32encode(b"hai muoi byte bi mat").decode()


def a_factor(user: User, at: datetime = MONDAY) -> SecondFactor:
    """An authenticator that was set up an hour ago."""
    earlier = at - timedelta(hours=1)
    return SecondFactor.objects.create(
        user=user, sealed_secret=sealed(base64.b32decode(SECRET)), created_at=earlier, confirmed_at=earlier
    )


def open_signing_of(client: Client, user: User, at: datetime | None = None) -> None:
    """As after a right code in this client's session."""
    factor = SecondFactor.objects.filter(user=user).first() or a_factor(user)
    session = client.session
    session[SESSION_KEY] = [user.pk, factor.pk, ((at or clock.now()) + timedelta(minutes=10)).timestamp()]
    session.save()


def a_delegation(person: User | None = None, centre: Centre | None = None, **fields: Any) -> SigningDelegation:
    """A counter officer certifies copies in November and December by a deed."""
    centre = centre or a_centre()
    return SigningDelegation.objects.create(
        **{
            "person": person or member_of(Role.COUNTER_OFFICER, centre),
            "centre": centre,
            "kinds": [RegisterKind.COPIES.value],
            "basis": "delegated",
            "title": "Thừa ủy quyền Chủ tịch Ủy ban nhân dân phường",
            "deed_number": "12/QĐ-UBND",
            "deed_day": date(2026, 10, 30),
            "first_day": date(2026, 11, 1),
            "last_day": date(2026, 12, 31),
            "entered_at": MONDAY - timedelta(days=20),
            "entered_by": member_of(Role.MANAGER, centre),
            **fields,
        }
    )


def a_key(person: User, **fields: Any) -> SigningKey:
    """A key as it was entered; nothing lies where it says."""
    return SigningKey.objects.create(
        **{
            "person": person,
            "url": "file:///nowhere/signer.p12",
            "secret": "password",
            "fingerprint": "ab" * 32,
            "subject": "Người ký",
            "valid_from": MONDAY - timedelta(days=100),
            "valid_to": MONDAY + timedelta(days=500),
            "entered_at": MONDAY - timedelta(days=90),
            "entered_by": member_of(Role.MANAGER, a_centre()),
            **fields,
        }
    )
