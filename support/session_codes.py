"""The code on the trainer's screen: it changes every few seconds, so that a picture of it is soon worth nothing."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from django.core import signing
from django.utils.crypto import constant_time_compare

from citizens.models import User
from support.models import TrainingSession

STEP_SECONDS = 20
# Of the codes before, how many still open the page: a phone needs a moment.
STEPS_BACK = 2
# From opening the page to touching its button.
TOUCH_SECONDS = 300
LENGTH = 10
_SALT = "training-session-here"


def code_at(session: TrainingSession, at: datetime, back: int = 0) -> str:
    """What the screen shows at this moment."""
    step = int(at.timestamp()) // STEP_SECONDS - back
    made = hmac.new(session.secret.encode(), f"{session.pk}:{step}".encode(), hashlib.sha256)
    return made.hexdigest()[:LENGTH]


def is_shown(session: TrainingSession, code: str, at: datetime) -> bool:
    """Whether the screen shows this code, or has just shown it."""
    return any(constant_time_compare(code_at(session, at, back), code) for back in range(STEPS_BACK + 1))


def scanned(session: TrainingSession, user: User) -> str:
    """What says that this person has just scanned a good code."""
    return signing.dumps([session.pk, user.pk], salt=_SALT)


def has_scanned(session: TrainingSession, user: User, word: str) -> bool:
    try:
        return bool(signing.loads(word, salt=_SALT, max_age=TOUCH_SECONDS) == [session.pk, user.pk])
    except signing.BadSignature:
        return False
