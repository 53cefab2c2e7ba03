"""Sessions of courses: planned, a seat taken and given back, called off, and who was there."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from centres.permissions import roles_of
from citizens.models import User
from notifications.actions.queue import queue_notice
from notifications.message import Notice
from portal.errors import BadInput, NotAllowed, RuleBroken
from support import courses, session_codes
from support.actions.keep_equipment import line_of
from support.actions.learn import award
from support.actions.write_course import web_address
from support.enums_training import COMING, SeatState
from support.messages import SeatFree, SessionOff
from support.models import Course, SessionSeat, TrainingSession
from support.models.training import REASON_LIMIT
from support.on_call import recipients
from support.permissions import may_teach, require_teacher

LONGEST = timedelta(hours=24)
# Who comes early is there already, who is kept longer was there.
AROUND = timedelta(minutes=30)
MOST_SEATS = 1000


@transaction.atomic
def plan_session(
    *,
    course: Course,
    centre: Centre | None,
    trainer: User,
    place: str = "",
    link: str = "",
    from_at: datetime,
    until_at: datetime,
    seats: int,
    at: datetime,
    acting_user: User,
) -> TrainingSession:
    """Some hours in a hall, online, or both. Raises ``NotAllowed``, ``BadInput``."""
    require_teacher(acting_user, centre.pk if centre else course.centre_id)
    if course.centre_id is not None and (centre is None or centre.pk != course.centre_id):
        raise BadInput(_("This course is one of another centre."), code="other_centre", field="centre")
    if course.retired_at is not None or courses.current_of(course) is None:
        raise BadInput(_("Publish the course first."), code="not_taught", field="course")
    place, link = line_of(place, 120, "place"), web_address(link, "link")
    if not place and not link:
        raise BadInput(_("Say where: a place, a link, or both."), code="nowhere", field="place")
    if from_at < at or not timedelta() < until_at - from_at <= LONGEST:
        raise BadInput(_("It must begin later than now, and end on the same day."), code="bad_time", field="from_at")
    if not 1 <= seats <= MOST_SEATS:
        raise BadInput(_("Give it at least one seat."), code="no_seat", field="seats")
    return TrainingSession.objects.create(
        course=course, centre=centre, trainer=trainer, place=place, link=link, from_at=from_at, until_at=until_at,
        seats=seats,
    )  # fmt: skip


@transaction.atomic
def take_seat(*, session: TrainingSession, at: datetime, acting_user: User) -> SessionSeat:
    """I come: a seat, or a place on the waiting list. Twice is once. Raises ``NotAllowed``, ``RuleBroken``."""
    row = _running(session, at)
    if not courses.is_for(row.course, roles_of(acting_user)):
        raise NotAllowed(_("This course is for others."), code="for_others")
    if row.from_at <= at:
        raise RuleBroken(_("It has begun. Whoever is there scans the code on the screen."), code="begun")
    seat, is_new = SessionSeat.objects.get_or_create(
        session=row, user=acting_user, defaults={"state": _state_now(row), "asked_at": at}
    )
    if not is_new and seat.state == SeatState.LEFT:
        seat.state, seat.asked_at = _state_now(row), at
        seat.save(update_fields=["state", "asked_at"])
    return seat


@transaction.atomic
def leave_seat(*, session: TrainingSession, at: datetime, acting_user: User) -> SessionSeat | None:
    """I do not come; the first of the waiting list gets the seat, and is told. Raises ``RuleBroken``."""
    row = _running(session, at)
    seat = SessionSeat.objects.filter(session=row, user=acting_user, state__in=COMING).first()
    if seat is None:
        return None
    if seat.attended_at is not None:
        raise RuleBroken(_("You were there already."), code="was_there")
    seat.state = SeatState.LEFT
    seat.save(update_fields=["state"])
    _move_up(row, at)
    return seat


@transaction.atomic
def call_off(*, session: TrainingSession, reason: str, at: datetime, acting_user: User) -> TrainingSession:
    """It does not take place; everybody who meant to come is told. Raises ``NotAllowed``, ``BadInput``, ``RuleBroken``."""
    require_session_teacher(session, acting_user)
    row = _running(session, at)
    why = line_of(reason, REASON_LIMIT, "reason")
    if not why:
        raise BadInput(_("Please say why in a few words."), code="reason_missing", field="reason")
    row.cancelled_at, row.cancelled_why = at, why
    row.save(update_fields=["cancelled_at", "cancelled_why"])
    people = [seat.user for seat in row.taken.filter(state__in=COMING).select_related("user")]
    _tell(people, SessionOff(session=row), f"session-off:{row.pk}", row, at)
    return row


@transaction.atomic
def be_there(*, session: TrainingSession, scanned: str, at: datetime, acting_user: User) -> SessionSeat:
    """I am here: ``scanned`` says that I have just read the code of the screen. Also without a seat: who is there is there.

    Raises ``NotAllowed``, ``RuleBroken`` (``scan_again``, ``not_now``).
    """
    row = _running(session, at, over_after=AROUND)
    if not courses.is_for(row.course, roles_of(acting_user)):
        raise NotAllowed(_("This course is for others."), code="for_others")
    if not session_codes.has_scanned(row, acting_user, scanned):
        raise RuleBroken(_("The code on the screen has changed. Please scan it once more."), code="scan_again")
    return _there(row, acting_user, None, at)


@transaction.atomic
def mark_there(*, session: TrainingSession, person: User, at: datetime, acting_user: User) -> SessionSeat:
    """The trainer sees somebody whose phone does not scan. Raises ``NotAllowed``, ``RuleBroken``."""
    require_session_teacher(session, acting_user)
    row = _running(session, at, over_after=LONGEST)
    if not row.taken.filter(user=person).exists():
        raise RuleBroken(_("This person is not on the list."), code="not_on_list")
    return _there(row, person, acting_user, at)


def require_session_teacher(session: TrainingSession, user: User) -> None:
    """Raises ``NotAllowed`` for whoever neither gives this session nor teaches there."""
    where = session.centre_id if session.centre_id is not None else session.course.centre_id
    if session.trainer_id != user.pk and not may_teach(user, where):
        raise NotAllowed(_("Only the trainer can do this."), code="not_trainer")


def _there(row: TrainingSession, person: User, seen_by: User | None, at: datetime) -> SessionSeat:
    if at < row.from_at - AROUND:
        raise RuleBroken(_("It has not begun yet."), code="not_now")
    seat, _is_new = SessionSeat.objects.get_or_create(
        session=row, user=person, defaults={"state": SeatState.TAKEN, "asked_at": at}
    )
    if seat.attended_at is None:
        seat.state, seat.attended_at, seat.seen_by = SeatState.TAKEN, at, seen_by
        seat.save(update_fields=["state", "attended_at", "seen_by"])
        version = courses.current_of(row.course)
        if version is not None:
            award(user=person, version=version, at=at)
    return seat


def _running(session: TrainingSession, at: datetime, over_after: timedelta = timedelta()) -> TrainingSession:
    """Its row, locked: seats are counted one after another."""
    row = TrainingSession.objects.select_for_update(of=("self",)).select_related("course", "trainer").get(pk=session.pk)
    if row.cancelled_at is not None:
        raise RuleBroken(_("This session was called off."), code="called_off")
    if row.until_at + over_after < at:
        raise RuleBroken(_("This session is over."), code="over")
    return row


def _state_now(row: TrainingSession) -> SeatState:
    return SeatState.TAKEN if row.taken.filter(state=SeatState.TAKEN).count() < row.seats else SeatState.WAITING


def _move_up(row: TrainingSession, at: datetime) -> None:
    while _state_now(row) == SeatState.TAKEN:
        first = row.taken.filter(state=SeatState.WAITING).select_related("user").order_by("asked_at", "pk").first()
        if first is None:
            return
        first.state = SeatState.TAKEN
        first.save(update_fields=["state"])
        _tell([first.user], SeatFree(session=row), f"session-seat:{row.pk}:{at:%y%m%d%H%M%S}", row, at)


def _tell(people: list[User], notice: Notice, occasion: str, row: TrainingSession, at: datetime) -> None:
    for person, reach in recipients(people).items():
        queue_notice(notice=notice, recipient=reach, dedup_key=f"{occasion}:{person}", not_after=row.until_at, at=at)
