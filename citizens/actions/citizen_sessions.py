"""A citizen signs in, is known for a while, and signs out. Apart from staff's sessions in every way."""

from __future__ import annotations

from datetime import datetime, timedelta

from citizens.enums import SignInWay
from citizens.models import Citizen, CitizenSession
from citizens.secrets_kept import kept_hash, new_key

# Phones are lent, and computers in a hall are everybody's.
IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=8)
# "Seen" is written so often at most: a page more is no write more.
NOTED_EVERY = timedelta(minutes=1)
FORGOTTEN_AFTER = timedelta(days=30)


def begin_by_phone(*, phone: str, at: datetime) -> str:
    """The key of a new session of whoever holds this phone."""
    return _begin(CitizenSession(way=SignInWay.PHONE, phone=phone), at)


def begin_by_vneid(*, citizen: Citizen, level: int, at: datetime) -> str:
    """The key of a new session of this citizen, whom VNeID has named."""
    return _begin(CitizenSession(way=SignInWay.VNEID, citizen=citizen, level=level), at)


def session_by_key(key: str, at: datetime) -> CitizenSession | None:
    """The session that is alive under this key; it is noted that it was used. One statement, two once a minute."""
    if not key:
        return None
    rows = CitizenSession.objects.filter(ended_at__isnull=True, seen_at__gt=at - IDLE, created_at__gt=at - LONGEST)
    row = rows.select_related("citizen__merged_into").filter(key_hash=kept_hash("session", key)).first()
    if row is not None and row.seen_at <= at - NOTED_EVERY:
        # Guarded: somebody who signs out at this moment stays signed out.
        CitizenSession.objects.filter(pk=row.pk, ended_at__isnull=True).update(seen_at=at)
    return row


def end_session(*, session: CitizenSession, at: datetime) -> None:
    """Its key opens nothing any more, wherever it was copied to."""
    CitizenSession.objects.filter(pk=session.pk, ended_at__isnull=True).update(ended_at=at)


def forget_sessions(*, at: datetime) -> int:
    """Drop those nobody has used for a month."""
    return CitizenSession.objects.filter(seen_at__lt=at - FORGOTTEN_AFTER).delete()[0]


def _begin(row: CitizenSession, at: datetime) -> str:
    key = new_key()
    row.key_hash, row.created_at, row.seen_at = kept_hash("session", key), at, at
    row.save()
    return key
