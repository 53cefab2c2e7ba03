"""Jobs of signing in: what is over is forgotten. Running one again does nothing more."""

from __future__ import annotations

from celery import shared_task

from citizens.actions.citizen_sessions import forget_sessions
from citizens.actions.phone_code import forget_phone_codes
from citizens.actions.staff_sessions import forget_ended_sessions
from portal import clock


@shared_task
def forget_sign_ins() -> None:
    at = clock.now()
    forget_phone_codes(at=at)
    forget_sessions(at=at)
    forget_ended_sessions(at=at)
