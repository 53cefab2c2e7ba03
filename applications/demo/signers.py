"""The demo's signers: titles, an authenticator whose secret is printed openly, and a key of the throw-away authority each."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from applications.actions.signing_keys import end_key, enter_key
from applications.models import SecondFactor, SigningKey
from applications.notarisation.second_factor import sealed
from applications.notarisation.signing.keyring import read_certificate
from applications.notarisation.signing.throwaway import SECRET
from centres.enums import Role
from centres.models import Centre, Membership
from citizens.models import User
from portal import demo

TITLE = "Giám đốc Chi nhánh"


def set_up_signers(centre: Centre, leaders: Iterable[User], city: User, at: datetime) -> None:
    """What is missing; what is there stays."""
    for leader in leaders:
        Membership.objects.filter(user=leader, centre=centre, role=Role.LEADER, title="").update(title=TITLE)
        if leader.username == demo.SIGNER and not SecondFactor.objects.filter(user=leader).exists():
            secret = sealed(base64.b32decode(demo.SIGNER_SECRET))
            SecondFactor.objects.create(user=leader, sealed_secret=secret, created_at=at, confirmed_at=at)
        _give_key(leader, city, at)


def _give_key(leader: User, city: User, at: datetime) -> None:
    """The key that the throw-away authority made for them; a new one where it was made anew."""
    path = Path(settings.SIGNING_FOLDER) / f"{leader.username}.p12"
    if not settings.SIGNING_FOLDER or not path.exists():
        return
    fingerprint = read_certificate(path.as_uri(), SECRET).fingerprint
    held = SigningKey.objects.filter(person=leader, end__isnull=True)
    for old in held.exclude(fingerprint=fingerprint):
        end_key(key=old, reason="Chứng thư trình diễn được cấp lại", at=at, acting_user=city)
    if not held.filter(fingerprint=fingerprint).exists():
        enter_key(person=leader, url=path.as_uri(), secret=SECRET, at=at, acting_user=city)
