"""What the answers of a survey come to: which of them stand, where two differ, and the score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from support.enums_survey import ANSWER_KIND, POINTS, Answer
from support.models import Survey, SurveyAnswer, SurveyPhoto, SurveyQuestion

FULL = 100


@dataclass
class Line:
    """One question of one survey. ``answers`` are those that stand: none, one, or several people's."""

    question: SurveyQuestion
    answers: list[SurveyAnswer] = field(default_factory=list)
    photos: list[SurveyPhoto] = field(default_factory=list)

    @property
    def is_disputed(self) -> bool:
        """Whether two people saw it differently, and nobody has settled it yet."""
        return len({answer.value for answer in self.answers}) > 1

    @property
    def value(self) -> str:
        """Empty where nobody answered, or where people differ."""
        return self.answers[-1].value if self.answers and not self.is_disputed else ""

    @property
    def kind(self) -> str:
        """As ``includes/state.html`` shows it."""
        return ANSWER_KIND[Answer(self.value)] if self.value else "warn" if self.is_disputed else ""

    @property
    def word(self) -> str:
        return str(Answer(self.value).label) if self.value else ""

    @property
    def is_done(self) -> bool:
        """A must-have is done by a yes, anything else also where it is not needed."""
        return self.value == Answer.YES or (self.value == Answer.NOT_NEEDED and not self.question.is_must)


def questions_on(day: date) -> list[SurveyQuestion]:
    """The checklist of a day, in order."""
    valid = SurveyQuestion.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)
    return list(valid)


def standing(answers: Iterable[SurveyAnswer]) -> dict[str, list[SurveyAnswer]]:
    """The answers that stand, by the question's key, in the order in which they came.

    One stands until a later one of the same person comes, or one by somebody who had seen it.
    """
    found: dict[str, list[SurveyAnswer]] = {}
    for answer in answers:
        before = found.get(answer.question.key, [])
        kept = [one for one in before if one.by_id != answer.by_id and one.pk > answer.seen]
        found[answer.question.key] = [*kept, answer]
    return found


def lines_of(survey: Survey | None, questions: Sequence[SurveyQuestion]) -> list[Line]:
    """The survey's answers and pictures beside these questions; two statements."""
    lines = {question.key: Line(question) for question in questions}
    if survey is None:
        return list(lines.values())
    answers = survey.answers.select_related("question", "by").order_by("pk")
    for key, found in standing(answers).items():
        if key in lines:
            lines[key].answers = found
    for photo in survey.photos.select_related("question", "by"):
        if photo.question.key in lines:
            lines[photo.question.key].photos.append(photo)
    return list(lines.values())


def score_of(lines: Iterable[Line]) -> int:
    """Points of a hundred; what nobody answered and what is disputed has none. Zero where nothing counts."""
    counted = [line for line in lines if line.value != Answer.NOT_NEEDED]
    got = sum(POINTS[Answer(line.value)] if line.value else 0 for line in counted)
    return round(FULL * got / len(counted)) if counted else 0
