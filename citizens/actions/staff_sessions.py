"""Where staff are signed in: noted, listed, and ended from elsewhere."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from citizens.models import StaffSession, User
from portal.sessions import SessionStore

# What its own name for itself says first counts: every browser calls itself by several others' names, too.
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("CocCoc", "Cốc Cốc"), ("coc_coc", "Cốc Cốc"), ("Firefox/", "Firefox"),
             ("Chrome/", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
            ("Linux", "Linux"))  # fmt: skip
# The row is written a moment before its session is.
NEW = timedelta(minutes=5)


def note_session(*, user: User, session_key: str, address: str, agent: str, at: datetime) -> None:
    """One row for this sign-in; ``agent`` is what the browser calls itself."""
    StaffSession.objects.update_or_create(
        session_key=session_key,
        defaults={"user": user, "began_at": at, "address": address[:45], "browser": browser_of(agent)},
    )


def sessions_of(user: User, at: datetime) -> QuerySet[StaffSession]:
    """Those that still open something, the newest first."""
    return _alive(at).filter(user=user).order_by("-began_at", "-pk")


@transaction.atomic
def end_staff_sessions(rows: QuerySet[StaffSession]) -> int:
    """Whoever holds one of these signs in anew at their next touch. Returns how many."""
    keys = list(rows.values_list("session_key", flat=True))
    for key in keys:
        SessionStore(key).delete()
    StaffSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


def forget_ended_sessions(*, at: datetime) -> int:
    """Drop the rows whose session has gone: signed out, ended, or too old. Returns how many."""
    over = StaffSession.objects.filter(began_at__lt=at - NEW).exclude(pk__in=_alive(at).values("pk"))
    return over.delete()[0]


def browser_of(agent: str) -> str:
    """As people call it, for example "Chrome, Windows"; empty where nothing of it is known."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if re.search(rf"\b{mark}", agent)), "")
    return ", ".join(part for part in (browser, system) if part)


def _alive(at: datetime) -> QuerySet[StaffSession]:
    sessions = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=at)
    return StaffSession.objects.filter(Exists(sessions))
