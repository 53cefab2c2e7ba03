"""Write a course: its versions as drafts, with lessons and questions, and their publication."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from centres.enums import Role
from centres.models import Centre
from citizens.models import User
from portal import clock
from portal.errors import BadInput, RuleBroken
from support.actions.keep_equipment import line_of
from support.lesson_pictures import Picture
from support.models import Course, CourseVersion, Lesson, Question
from support.models.course import EXPLANATION_LIMIT, OPTION_LIMIT, SUMMARY_LIMIT, TEXT_LIMIT, TITLE_LIMIT
from support.permissions import require_teacher

FEWEST_OPTIONS, MOST_OPTIONS = 2, 6
MOST_PARTS = 60
SAID_OF_A_VERSION = ("news", "minutes", "pass_mark", "tries", "valid_months", "needs_session", "earlier_until")
_COPIED = ("minutes", "pass_mark", "tries", "valid_months", "needs_session")
_OF_LESSON = ("order", "title", "text", "sha256", "media_type", "picture_says", "video")
_OF_QUESTION = ("order", "text", "options", "right", "explanation")


@transaction.atomic
def add_course(
    *,
    centre: Centre | None,
    title: str,
    summary: str = "",
    roles: Iterable[str] = (),
    at: datetime,
    acting_user: User,
) -> Course:
    """A course with an empty first draft. Raises ``NotAllowed``, ``BadInput``."""
    require_teacher(acting_user, centre.pk if centre else None)
    row = Course(centre=centre, created_at=at)
    _describe(row, title, summary, roles)
    row.save()
    CourseVersion.objects.create(course=row, number=1)
    return row


@transaction.atomic
def describe_course(
    *, course: Course, title: str, summary: str = "", roles: Iterable[str] = (), acting_user: User
) -> Course:
    """Another title, or other people it is for. Raises ``NotAllowed``, ``BadInput``."""
    require_teacher(acting_user, course.centre_id)
    _describe(course, title, summary, roles)
    course.save(update_fields=["title", "summary", "roles"])
    return course


@transaction.atomic
def retire_course(*, course: Course, at: datetime, acting_user: User) -> Course:
    """It is taught no more and asked for nowhere; certificates stay. Raises ``NotAllowed``."""
    require_teacher(acting_user, course.centre_id)
    if course.retired_at is None:
        course.retired_at = at
        course.save(update_fields=["retired_at"])
    return course


@transaction.atomic
def begin_version(*, course: Course, acting_user: User) -> CourseVersion:
    """The draft of the next version, with everything that stands in the last one; one that was begun goes on.

    Raises ``NotAllowed``.
    """
    require_teacher(acting_user, course.centre_id)
    Course.objects.select_for_update().get(pk=course.pk)
    last = course.versions.order_by("-number").first()
    if last is None or last.is_draft:
        return last or CourseVersion.objects.create(course=course, number=1)
    made = CourseVersion.objects.create(
        course=course, number=last.number + 1, **{name: getattr(last, name) for name in _COPIED}
    )
    Lesson.objects.bulk_create(
        Lesson(version=made, **{name: getattr(row, name) for name in _OF_LESSON}) for row in last.lessons.all()
    )
    Question.objects.bulk_create(
        Question(version=made, **{name: getattr(row, name) for name in _OF_QUESTION}) for row in last.questions.all()
    )
    return made


@transaction.atomic
def describe_version(*, version: CourseVersion, acting_user: User, **said: Any) -> CourseVersion:
    """How it is passed and how long that counts; ``said`` as ``SAID_OF_A_VERSION``. Raises ``NotAllowed``, ``BadInput``."""
    draft = _draft(version, acting_user)
    for name in SAID_OF_A_VERSION:
        if name in said:
            setattr(draft, name, said[name])
    draft.news = line_of(draft.news, SUMMARY_LIMIT, "news")
    draft.save()
    return draft


@transaction.atomic
def publish_version(*, version: CourseVersion, at: datetime, acting_user: User) -> CourseVersion:
    """From now on this is what is taught. Raises ``NotAllowed``, ``RuleBroken``."""
    draft = _draft(version, acting_user)
    if not draft.lessons.exists() or not draft.questions.exists():
        raise RuleBroken(_("A course needs at least one lesson and one question."), code="course_empty")
    if draft.earlier_until is not None and draft.earlier_until < clock.local_day(at):
        raise BadInput(
            _("Choose today or a later day: people need time to learn it."), code="bad_day", field="earlier_until"
        )
    draft.published_at, draft.published_by = at, acting_user
    draft.save(update_fields=["published_at", "published_by"])
    return draft


@transaction.atomic
def keep_lesson(
    *,
    version: CourseVersion,
    lesson: Lesson | None = None,
    title: str,
    text: str = "",
    video: str = "",
    picture: Picture | None = None,
    picture_says: str = "",
    no_picture: bool = False,
    acting_user: User,
) -> Lesson:
    """A new lesson at the end, or other words in one. Raises ``NotAllowed``, ``BadInput``."""
    draft = _draft(version, acting_user)
    row = lesson or Lesson(version=draft, order=_next_place(draft.lessons))
    row.title, row.text = _line(title, TITLE_LIMIT, "title"), text.replace("\r\n", "\n").strip()
    if len(row.text) > TEXT_LIMIT:
        raise BadInput(
            _("At most %(limit)s characters, please.") % {"limit": TEXT_LIMIT}, code="too_long", field="text"
        )
    row.video = web_address(video, "video")
    row.picture_says = line_of(picture_says, 200, "picture_says")
    if picture is not None:
        row.sha256, row.media_type = picture.sha256, picture.media_type
    elif no_picture:
        row.sha256 = row.media_type = row.picture_says = ""
    if row.sha256 and not row.picture_says:
        raise BadInput(
            _("Say in a few words what the picture shows, for those who do not see it."),
            code="no_words",
            field="picture_says",
        )
    if not (row.text or row.sha256 or row.video):
        raise BadInput(_("Give it a text, a picture or a film."), code="empty", field="text")
    row.save()
    return row


@transaction.atomic
def keep_question(
    *,
    version: CourseVersion,
    question: Question | None = None,
    text: str,
    options: Sequence[str],
    right: Sequence[int],
    explanation: str,
    acting_user: User,
) -> Question:
    """A new question at the end, or other words in one. Raises ``NotAllowed``, ``BadInput``."""
    draft = _draft(version, acting_user)
    row = question or Question(version=draft, order=_next_place(draft.questions))
    row.text = _line(text, SUMMARY_LIMIT, "text")
    row.explanation = _line(explanation, EXPLANATION_LIMIT, "explanation")
    row.options = [_line(option, OPTION_LIMIT, "options") for option in options]
    row.right = sorted(set(right))
    if not FEWEST_OPTIONS <= len(row.options) <= MOST_OPTIONS or len(set(row.options)) < len(row.options):
        raise BadInput(
            _("Give it %(fewest)s to %(most)s different answers.") % {"fewest": FEWEST_OPTIONS, "most": MOST_OPTIONS},
            code="bad_options",
            field="options",
        )
    if not row.right or not set(row.right) <= set(range(len(row.options))):
        raise BadInput(_("Mark the right answers."), code="no_right", field="options")
    row.save()
    return row


@transaction.atomic
def remove_part(*, part: Lesson | Question, acting_user: User) -> None:
    """Take a lesson or a question out of a draft. Raises ``NotAllowed``, ``RuleBroken``."""
    _draft(part.version, acting_user)
    part.delete()


def web_address(text: str, field: str) -> str:
    """An address that a browser opens safely, or nothing. Raises ``BadInput``."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        is_good = not text or (parts.scheme == "https" and bool(parts.hostname) and " " not in text)
    except ValueError:
        is_good = False
    if not is_good:
        raise BadInput(_("Give an address that begins with https://."), code="bad_address", field=field)
    return text


def _draft(version: CourseVersion, user: User) -> CourseVersion:
    row = CourseVersion.objects.select_for_update(of=("self",)).select_related("course").get(pk=version.pk)
    require_teacher(user, row.course.centre_id)
    if not row.is_draft:
        raise RuleBroken(
            _("This version is published and does not change any more. Begin a new one."), code="published"
        )
    return row


def _describe(row: Course, title: str, summary: str, roles: Iterable[str]) -> None:
    row.title, row.summary = _line(title, TITLE_LIMIT, "title"), line_of(summary, SUMMARY_LIMIT, "summary")
    row.roles = sorted(set(roles))
    if set(row.roles) - set(Role.values):
        raise BadInput(_("Choose roles there are."), code="bad_role", field="roles")


def _line(text: str, limit: int, field: str) -> str:
    """A line that is not empty."""
    line = line_of(text, limit, field)
    if not line:
        raise BadInput(_("Please fill this in."), code="empty", field=field)
    return line


def _next_place(parts: Any) -> int:
    last = parts.aggregate(last=Max("order"))["last"] or 0
    if last >= MOST_PARTS:
        raise RuleBroken(_("That is enough for one course: begin another one."), code="too_many")
    return int(last) + 1
