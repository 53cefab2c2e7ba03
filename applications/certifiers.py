"""How signers are titled on paper, and who can be one at a centre."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from applications.notarisation.describe import SIGNER_TITLE
from applications.notarisation.signers import SigningDelegation, SigningKey, delegation_of, rules_on
from applications.permissions import LEADERS, memberships_on
from centres.models import Centre
from centres.permissions import STAFF
from citizens.models import User
from portal import clock
from portal.vn.dates import format_date


def title_on_paper(user: User, centre: Centre, kind: str, day: date) -> str:
    """What stands above the signature: a leader's own title, else the delegation's with its deed."""
    led = memberships_on(day).filter(user=user, centre=centre, role__in=LEADERS).first()
    if led is not None:
        return led.title or SIGNER_TITLE
    held = delegation_of(user, centre.pk, kind, day)
    return deed_title(held) if held else SIGNER_TITLE


def deed_title(held: SigningDelegation) -> str:
    """Vietnamese by law, as it is printed."""
    return f"{held.title} (theo văn bản số {held.deed_number} ngày {format_date(held.deed_day)})"


def possible_signers(centre: Centre, day: date) -> QuerySet[User]:
    """Who works at the centre: only they can be delegated."""
    works_there = Exists(memberships_on(day).filter(user=OuterRef("pk"), centre=centre, role__in=STAFF))
    return User.objects.filter(works_there, is_active=True).order_by("full_name", "pk")


def keys_that_end(people: Iterable[int], at: datetime) -> list[SigningKey]:
    """Keys of these people that still hold but end within the days of the city's rules, and have no successor."""
    until = at + timedelta(days=rules_on(clock.local_day(at)).key_notice_days)
    held = SigningKey.objects.filter(end__isnull=True, valid_from__lte=at)
    lasting = Exists(held.filter(person=OuterRef("person"), valid_to__gt=until))
    ending = held.filter(~lasting, person__in=people, valid_to__gt=at, valid_to__lte=until)
    return list(ending.select_related("person").order_by("valid_to", "pk"))
