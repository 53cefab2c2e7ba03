"""Who is ready: branch no. 3 surveyed twice, some points surveyed once, one of them about to go live and one with gaps."""

from __future__ import annotations

import io
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from applications.demo.centres import Place
from centres.enums import Role
from centres.models import Centre, Membership
from citizens.models import User
from portal import clock
from support.actions import fill_survey
from support.actions.find_gaps import close_gap, give_gap
from support.enums_survey import Answer
from support.models import Survey, SurveyGap
from support.survey_answers import questions_on

# Of the points, by the code of their ward or commune: what is not answered with yes, and whether it still prepares.
_POINTS: tuple[tuple[str, dict[str, str], bool], ...] = (
    ("00004", {}, False),
    ("00025", {"spare-devices": "no", "wifi-for-citizens": "partly"}, False),
    ("00070", {"ramp": "no", "second-line": "no", "toilet": "no"}, True),
    ("10441", {"second-line": "no", "counter-privacy": "partly"}, True),
    ("09619", {"power-backup": "no", "main-line": "partly", "second-line": "no", "helpers-named": "no", "way-signs": "no",
               "wifi-for-citizens": "no", "staff-trained": "partly"}, True),
)  # fmt: skip
_NOTES = {
    "ramp": "Bậc tam cấp cao 15 cm, chưa có dốc",
    "main-line": "Mất tín hiệu hai lần trong một giờ",
    "power-backup": "Bộ lưu điện đặt mua, chưa về",
}


def seed_readiness(place: Place, support: User, at: datetime) -> None:
    """Made once: what is there stays. Without a checklist (``load_checklist``) there is nothing to answer."""
    if Survey.objects.exists() or not questions_on(clock.local_day(at)):
        return
    city = Membership.objects.filter(role=Role.CITY_ADMIN).select_related("user")[0].user
    _survey(
        place.centre, support, at - timedelta(days=60), {"ramp": "partly", "spare-devices": "no", "way-signs": "no"}
    )
    _survey(place.centre, support, at - timedelta(days=4), {"spare-devices": "partly"}, photo="spare-devices")
    for number, (code, values, prepares) in enumerate(_POINTS, 1):
        centre = Centre.objects.filter(unit_code=code).first()
        if centre is None:
            continue
        _survey(centre, city, at - timedelta(days=number), values, photo="ramp" if "ramp" in values else "")
        if prepares:
            Centre.objects.filter(pk=centre.pk).update(in_preparation=True)
    _give(city, at)


def _survey(centre: Centre, user: User, at: datetime, values: dict[str, str], photo: str = "") -> None:
    by: dict[str, Any] = {"centre": centre, "acting_user": user}
    for place, question in enumerate(questions_on(clock.local_day(at))):
        when = at + timedelta(minutes=place)
        value = values.get(question.key, Answer.YES)
        note = _NOTES.get(question.key, "") if value != Answer.YES else ""
        fill_survey.answer(
            question=question.key, value=value, note=note, seen=0, client_key=str(uuid.uuid4()), given_at=when, at=when, **by
        )  # fmt: skip
        if question.key == photo:
            upload = SimpleUploadedFile("anh.jpg", _picture())
            fill_survey.add_photo(
                question=photo, upload=upload, client_key=str(uuid.uuid4()), given_at=when, at=when, **by
            )
    done = at + timedelta(minutes=30)
    fill_survey.finish(client_key=str(uuid.uuid4()), given_at=done, at=done, **by)


def _give(city: User, at: datetime) -> None:
    """One is late, one has time, one is done; the rest is nobody's yet."""
    late, early, done = SurveyGap.objects.filter(
        closed_at__isnull=True, key__in=("main-line", "power-backup", "ramp")
    ).order_by("key")
    before = at - timedelta(days=1)
    give_gap(gap=late, owner=city, due_on=clock.local_day(before), at=before, acting_user=city)
    give_gap(gap=early, owner=city, due_on=clock.local_day(at) + timedelta(days=10), at=at, acting_user=city)
    close_gap(gap=done, how="Đã lắp dốc thép, thử xe lăn", at=at, acting_user=city)


def _picture() -> bytes:
    """A drawing of a doorstep; nobody's place."""
    image = Image.new("RGB", (1200, 900), "#d9d2c5")
    drawing = ImageDraw.Draw(image)
    drawing.rectangle((420, 120, 780, 640), fill="#7a5c3e")
    for step in range(3):
        drawing.rectangle(
            (340 - 60 * step, 640 + 60 * step, 860 + 60 * step, 700 + 60 * step), fill="#9a9488", outline="#6b665c"
        )
    made = io.BytesIO()
    image.save(made, "JPEG", quality=80)
    return made.getvalue()
