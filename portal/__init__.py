"""The portal's settings, wiring and the few tools every app shares."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
