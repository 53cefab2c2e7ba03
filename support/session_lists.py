"""Sessions as pages show them: how many seats are left, and what somebody has of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from centres.permissions import centres_of
from citizens.models import User
from support.enums_training import SeatState
from support.models import Course, SessionSeat, TrainingSession
from support.permissions import READERS


@dataclass(frozen=True)
class Line:
    """One session; ``mine`` is the seat of whoever looks."""

    session: TrainingSession
    free: int
    waiting: int
    mine: SessionSeat | None

    @property
    def comes(self) -> bool:
        return self.mine is not None and self.mine.state != SeatState.LEFT

    @property
    def waits(self) -> bool:
        return self.mine is not None and self.mine.state == SeatState.WAITING


def counted(rows: QuerySet[TrainingSession]) -> QuerySet[TrainingSession]:
    """With ``seats_taken``, ``seats_waiting`` and ``were_there``."""
    return rows.select_related("course", "centre", "trainer").annotate(
        seats_taken=Count("taken", filter=Q(taken__state=SeatState.TAKEN)),
        seats_waiting=Count("taken", filter=Q(taken__state=SeatState.WAITING)),
        were_there=Count("taken", filter=Q(taken__attended_at__isnull=False)),
    )


def coming_sessions(course: Course, user: User, at: datetime) -> list[Line]:
    """Of this course, those that are not over and were not called off; two statements."""
    rows = counted(course.sessions.filter(until_at__gte=at, cancelled_at__isnull=True)).order_by("from_at")
    mine = {row.session_id: row for row in SessionSeat.objects.filter(user=user, session__in=rows)}
    return [
        Line(row, max(0, row.seats - row.seats_taken), row.seats_waiting, mine.get(row.pk))  # type: ignore[attr-defined]
        for row in rows
    ]


def sessions_of(user: User) -> QuerySet[TrainingSession]:
    """Those this person gives or looks after, the next ones first."""
    allowed = centres_of(user, READERS)
    rows = counted(TrainingSession.objects.all()).order_by("-from_at", "-pk")
    if allowed is None:
        return rows
    return rows.filter(Q(trainer=user) | Q(centre__in=allowed) | Q(course__centre__in=allowed))
