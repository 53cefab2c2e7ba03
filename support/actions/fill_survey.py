"""Fill the checklist of a centre: answers and pictures that a tablet may have kept for days, each taken in once."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from citizens.models import User
from portal import clock, files
from portal.errors import BadInput, RuleBroken
from portal.filekinds import IMAGE_FORMATS
from portal.pictures.mending import as_jpeg
from portal.pictures.opening import CannotOpen, open_upright
from portal.uploads import inspect_upload
from portal.vn.problems import InvalidValue
from portal.vn.text import clean_line
from support.actions.find_gaps import find_gaps
from support.enums_survey import Answer
from support.models import Survey, SurveyAnswer, SurveyPhoto, SurveyQuestion
from support.models.survey import NOTE_LIMIT
from support.permissions import require_surveyor
from support.survey_answers import lines_of, questions_on, score_of

CLIENT_KEY = re.compile(r"[0-9a-f-]{32,40}")
# What lay longer on a tablet says nothing about the centre any more.
KEPT = timedelta(days=60)
MOST_PHOTOS = 10
MOST_DOTS, QUALITY = 1600, 82
_Sent = TypeVar("_Sent", bound=models.Model)


@transaction.atomic
def answer(
    *,
    centre: Centre,
    question: str,
    value: str,
    note: str,
    seen: int,
    client_key: str,
    given_at: datetime,
    at: datetime,
    acting_user: User,
) -> SurveyAnswer:
    """One answer, given at ``given_at`` by somebody who had seen the answers up to ``seen``; sent again, it is the same one.

    It belongs to the survey of its time: one that was finished meanwhile is reckoned anew. Raises ``NotAllowed``, ``BadInput``,
    ``RuleBroken`` (key_used).
    """
    with _taking(centre, client_key, given_at, at, acting_user):
        if (known := _known(SurveyAnswer, client_key, acting_user)) is not None:
            return known
        asked = _question(question, given_at)
        if value not in Answer.values:
            raise BadInput(_("Please choose one of the answers."), code="bad_answer", field="value")
        if value == Answer.NOT_NEEDED and asked.is_must:
            raise BadInput(_("A must-have is needed everywhere."), code="must_is_needed", field="value")
        survey = _survey_of(centre, given_at, acting_user)
        made = SurveyAnswer.objects.create(
            survey=survey, question=asked, client_key=client_key, value=value, note=_note(note), seen=max(seen, 0),
            by=acting_user, given_at=given_at, received_at=at,
        )  # fmt: skip
        _reckon_anew(survey, at)
        return made


@transaction.atomic
def add_photo(
    *,
    centre: Centre,
    question: str,
    upload: UploadedFile,
    client_key: str,
    given_at: datetime,
    at: datetime,
    acting_user: User,
) -> SurveyPhoto:
    """One picture; sent again, it is the same one. What its camera wrote down is left out. Raises as ``answer`` and as
    ``inspect_upload``."""
    with _taking(centre, client_key, given_at, at, acting_user):
        if (known := _known(SurveyPhoto, client_key, acting_user)) is not None:
            return known
        asked = _question(question, given_at)
        content = _picture(upload)
        survey = _survey_of(centre, given_at, acting_user)
        if survey.photos.filter(question__key=asked.key).count() >= MOST_PHOTOS:
            raise RuleBroken(_("There are enough pictures of this already."), code="enough_photos")
        kept = files.store([content])
        return SurveyPhoto.objects.create(
            survey=survey, question=asked, client_key=client_key, sha256=kept.sha256, size=kept.size,
            by=acting_user, given_at=given_at, received_at=at,
        )  # fmt: skip


@transaction.atomic
def finish(*, centre: Centre, client_key: str, given_at: datetime, at: datetime, acting_user: User) -> Survey:
    """The survey is done: its score and its gaps; sent again, it is the same one.

    Raises ``NotAllowed``, ``BadInput``, ``RuleBroken`` (nothing_answered, disputed).
    """
    with _taking(centre, client_key, given_at, at, acting_user):
        known = Survey.objects.filter(finish_key=client_key, centre=centre).first()
        if known is not None:
            return known
        survey = Survey.objects.filter(centre=centre, finished_at__isnull=True).first()
        if survey is None or not survey.answers.exists():
            raise RuleBroken(_("Nothing is answered yet."), code="nothing_answered")
        lines = lines_of(survey, questions_on(clock.local_day(given_at)))
        disputed = [str(line.question) for line in lines if line.is_disputed]
        if disputed:
            said = _("Two people answered differently: %(what)s. Answer it once more, then finish.")
            raise RuleBroken(said % {"what": disputed[0]}, code="disputed")
        survey.finished_at, survey.finished_by = max(given_at, survey.started_at), acting_user
        survey.finish_key, survey.score = client_key, score_of(lines)
        survey.save(update_fields=["finished_at", "finished_by", "finish_key", "score"])
        find_gaps(survey=survey, lines=lines, at=at)
        return survey


@contextmanager
def _taking(centre: Centre, client_key: str, given_at: datetime, at: datetime, acting_user: User) -> Iterator[None]:
    require_surveyor(acting_user, centre.pk)
    if not CLIENT_KEY.fullmatch(client_key):
        raise BadInput(_("This page is out of date. Please begin again."), code="bad_client_key")
    if given_at > at or given_at < at - KEPT:
        raise BadInput(_("This was noted down too long ago. Please look again."), code="too_old")
    # One after the other, so that one survey is open and the order of rows is the order in which they came.
    Centre.objects.select_for_update(of=("self",), no_key=True).get(pk=centre.pk)
    yield


def _known(model: type[_Sent], client_key: str, acting_user: User) -> _Sent | None:
    found: Any = model._default_manager.filter(client_key=client_key).first()
    if found is not None and found.by_id != acting_user.pk:
        raise RuleBroken(_("This page is out of date. Please begin again."), code="key_used")
    return found


def _question(key: str, given_at: datetime) -> SurveyQuestion:
    found = [question for question in questions_on(clock.local_day(given_at)) if question.key == key]
    if not found:
        raise BadInput(_("This is not asked any more."), code="no_question", field="question")
    return found[0]


def _survey_of(centre: Centre, given_at: datetime, acting_user: User) -> Survey:
    """The one that ran at that moment, else the one that is open, else a new one."""
    ended = Survey.objects.filter(centre=centre, started_at__lte=given_at, finished_at__gte=given_at)
    running = Survey.objects.filter(centre=centre, finished_at__isnull=True)
    found = ended.order_by("-started_at").first() or running.first()
    return found or Survey.objects.create(centre=centre, started_at=given_at, started_by=acting_user)


def _reckon_anew(survey: Survey, at: datetime) -> None:
    """An answer that was kept on a tablet while somebody else finished: the score and the gaps follow it."""
    if survey.finished_at is None:
        return
    lines = lines_of(survey, questions_on(clock.local_day(survey.finished_at)))
    survey.score = score_of(lines)
    survey.save(update_fields=["score"])
    later = Survey.objects.filter(Q(finished_at__gt=survey.finished_at), centre=survey.centre_id).exists()
    if not later:
        find_gaps(survey=survey, lines=lines, at=at)


def _note(text: str) -> str:
    try:
        return clean_line(text, NOTE_LIMIT)
    except InvalidValue as refused:
        raise BadInput(refused.message, code=refused.code, field="note") from refused


def _picture(upload: UploadedFile) -> bytes:
    found = inspect_upload(upload)
    if found.media_type not in IMAGE_FORMATS or found.pages > 1:
        raise BadInput(_("Only a picture can be added here."), code="not_a_picture", field="file")
    try:
        content = io.BytesIO(b"".join(found.chunks()))
        return as_jpeg(open_upright(content, found.media_type), quality=QUALITY, longest=MOST_DOTS)
    except CannotOpen as broken:
        raise BadInput(_("This picture cannot be opened."), code="upload_unreadable", field="file") from broken
