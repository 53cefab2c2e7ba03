"""What every step of handling does beside its own change: where the dossier lies, and who is told on the screens."""

from __future__ import annotations

from datetime import datetime

from applications.enums import StepKind
from applications.models import Application, Step
from citizens.models import User
from portal import live


def now_at(application: Application, kind: StepKind, holder: User | None, at: datetime) -> None:
    """Close the open step and open the next."""
    no_step(application, at)
    Step.objects.create(application=application, kind=kind, holder=holder, from_at=at)


def no_step(application: Application, at: datetime) -> None:
    """Close the open step: the dossier lies nowhere in the office any more."""
    application.steps.filter(to_at__isnull=True).update(to_at=at)


def open_step(application: Application) -> str:
    """Where it lies (a ``StepKind``), empty when nowhere. One statement."""
    step = application.steps.filter(to_at__isnull=True).first()
    return step.kind if step else ""


def announce(application: Application) -> None:
    live.bump(f"dossier:{application.pk}", f"dossiers:{application.competent_id}")
