"""Surveys for tests, made by the real actions."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from centres.models import Centre
from citizens.models import User
from support.actions import fill_survey
from support.enums_survey import Answer, Area
from support.models import Survey, SurveyAnswer, SurveyQuestion
from tests.factories.centres import MORNING


def a_key() -> str:
    return str(uuid.uuid4())


def a_checklist() -> list[SurveyQuestion]:
    """Two must-haves and something that would be good to have."""
    rows = (
        ("line", Area.NETWORK, True, "Đường truyền chính"),
        ("kiosk", Area.DEVICES, True, "Kiosk chạy"),
        ("wifi", Area.NETWORK, False, "Wi-Fi cho dân"),
    )
    return [
        SurveyQuestion.objects.create(
            key=key, area=area, is_must=is_must, text={"vi": text, "en": key}, order=order, valid_from=date(2025, 7, 1)
        )
        for order, (key, area, is_must, text) in enumerate(rows)
    ]


def an_answer(
    centre: Centre, user: User, question: str, value: str = Answer.YES, *, at: datetime = MORNING, **said: Any
) -> SurveyAnswer:
    """Given and received at once."""
    given = {"note": "", "seen": 0, "client_key": a_key(), "given_at": at, **said}
    return fill_survey.answer(centre=centre, question=question, value=value, at=at, acting_user=user, **given)


def a_survey(centre: Centre, user: User, *, at: datetime = MORNING, **values: str) -> Survey:
    """A finished one with these answers; a yes where none is named."""
    for place, question in enumerate(SurveyQuestion.objects.all()):
        an_answer(centre, user, question.key, values.get(question.key, Answer.YES), at=at + timedelta(seconds=place))
    done = at + timedelta(minutes=1)
    return fill_survey.finish(centre=centre, client_key=a_key(), given_at=done, at=done, acting_user=user)
