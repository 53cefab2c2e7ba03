"""How ready centres are: by their last finished survey, and by what was put right since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from centres.models import Centre
from portal import clock
from procedures.models import Unit
from support.models import GoLive, Survey, SurveyAnswer, SurveyGap, SurveyQuestion
from support.survey_answers import Line, lines_of, questions_on, standing

# From here on a centre looks well; below the second, badly.
GOOD, FAIR = 90, 70


@dataclass
class Ready:
    """One centre. ``must_open`` are the must-haves that are neither answered with yes nor put right since."""

    centre: Centre
    survey: Survey | None = None
    before: Survey | None = None
    must_open: list[SurveyQuestion] = field(default_factory=list)
    gaps: int = 0
    late: int = 0
    lat: float | None = None
    lon: float | None = None

    @property
    def score(self) -> int | None:
        return self.survey.score if self.survey else None

    @property
    def change(self) -> int | None:
        """Points more than at the survey before; ``None`` where there was none."""
        if self.survey is None or self.before is None:
            return None
        return (self.survey.score or 0) - (self.before.score or 0)

    @property
    def is_ready(self) -> bool:
        return self.survey is not None and not self.must_open

    @property
    def kind(self) -> str:
        """As ``includes/state.html`` shows it, and the dot on the map."""
        if self.score is None:
            return ""
        if self.must_open or self.score < FAIR:
            return "act"
        return "ok" if self.score >= GOOD else "warn"


def readiness_of(centre: Centre, at: datetime) -> Ready:
    """One centre's."""
    return readiness([centre], at)[0]


def readiness(centres: Sequence[Centre], at: datetime) -> list[Ready]:
    """In the order given; the same number of statements however many."""
    rows = {centre.pk: Ready(centre) for centre in centres}
    today = clock.local_day(at)
    for survey in Survey.objects.filter(centre__in=rows, finished_at__isnull=False).order_by("-finished_at", "-pk"):
        ready = rows[survey.centre_id]
        if ready.survey is None:
            ready.survey = survey
        elif ready.before is None:
            ready.before = survey
    musts = [question for question in questions_on(today) if question.is_must]
    keys = [question.key for question in musts]
    gaps = list(SurveyGap.objects.filter(Q(closed_at__isnull=True) | Q(key__in=keys), centre__in=rows))
    for gap in gaps:
        if gap.closed_at is None:
            rows[gap.centre_id].gaps += 1
            rows[gap.centre_id].late += gap.is_late(today)
    _find_open(list(rows.values()), musts, gaps)
    places = {code: (lat, lon) for code, lat, lon in _places(centres)}
    for ready in rows.values():
        ready.lat, ready.lon = places.get(ready.centre.unit_code, (None, None))
    return list(rows.values())


def _find_open(rows: Sequence[Ready], musts: Sequence[SurveyQuestion], gaps: Sequence[SurveyGap]) -> None:
    """Which must-haves are open: those that the last survey found missing, unless that was put right since."""
    answers: dict[int, list[SurveyAnswer]] = {}
    given = SurveyAnswer.objects.filter(
        survey__in=[ready.survey for ready in rows if ready.survey], question__key__in=[one.key for one in musts]
    )
    for answer in given.select_related("question").order_by("pk"):
        answers.setdefault(answer.survey_id, []).append(answer)
    still = {(gap.centre_id, gap.key) for gap in gaps if gap.closed_at is None}
    ended = {(gap.centre_id, gap.key): gap.closed_at for gap in gaps if gap.closed_at is not None}
    for ready in rows:
        found = standing(answers.get(ready.survey.pk, [])) if ready.survey else {}
        for question in musts:
            place = (ready.centre.pk, question.key)
            closed_at = ended.get(place)
            is_mended = (
                ready.survey is not None
                and place not in still
                and closed_at is not None
                and closed_at > (ready.survey.finished_at or closed_at)
            )
            if not is_mended and not Line(question, found.get(question.key, [])).is_done:
                ready.must_open.append(question)


def _places(centres: Sequence[Centre]) -> list[tuple[str, float | None, float | None]]:
    codes = [centre.unit_code for centre in centres if centre.unit_code]
    found = Unit.objects.filter(is_current=True, code__in=codes, lat__isnull=False, lon__isnull=False)
    return list(found.values_list("code", "lat", "lon"))


@dataclass
class Past:
    """One finished survey beside others, with the answers to today's questions."""

    survey: Survey
    lines: list[Line]


def past_surveys(centre: Centre, questions: Sequence[SurveyQuestion], most: int) -> list[Past]:
    """The last ones, the oldest first."""
    rows = Survey.objects.filter(centre=centre, finished_at__isnull=False).select_related("finished_by")
    return [Past(row, lines_of(row, questions)) for row in reversed(rows.order_by("-finished_at", "-pk")[:most])]


def went_live(centre: Centre) -> GoLive | None:
    """When it last did, and by whom."""
    return GoLive.objects.filter(centre=centre).select_related("by").order_by("-at", "-pk").first()
