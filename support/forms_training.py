"""Input about courses, sessions and what counters ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from centres.enums import Role
from centres.permissions import DESK
from procedures.models import Field
from support.actions.write_course import MOST_OPTIONS
from support.fields import CentreChoice
from support.forms import Moment, PersonChoice
from support.forms_equipment import Day
from support.models import Course, Question
from support.models.course import EXPLANATION_LIMIT, OPTION_LIMIT, SUMMARY_LIMIT, TEXT_LIMIT, TITLE_LIMIT
from support.models.training import REASON_LIMIT

OPENERS = [(role.value, role.label) for role in Role if role in DESK]


class CourseForm(forms.Form):
    """What a course is about, and for whom."""

    title = forms.CharField(label=_("What is the course called?"), max_length=TITLE_LIMIT)
    summary = forms.CharField(
        label=_("What can one do afterwards?"), max_length=SUMMARY_LIMIT, required=False,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip
    roles = forms.MultipleChoiceField(
        label=_("Only for"),
        help_text=_("None chosen: for every one."),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(),
    )

    def __init__(self, *arguments: Any, centres: Any = None, for_all: bool = False, **options: Any) -> None:
        """Without ``centres`` it is a course there is: its place stays."""
        super().__init__(*arguments, **options)
        if centres is not None:
            self.fields["centre"] = CentreChoice(
                centres, label=_("Where"), required=not for_all, empty_label=_("the whole city") if for_all else "–"
            )


class VersionForm(forms.Form):
    """How it is passed, and how long that counts."""

    news = forms.CharField(label=_("What is new in it"), max_length=SUMMARY_LIMIT, required=False)
    minutes = forms.IntegerField(label=_("Minutes that it takes"), min_value=1, max_value=2000)
    pass_mark = forms.IntegerField(label=_("Right answers that pass, in percent"), min_value=1, max_value=100)
    tries = forms.IntegerField(label=_("Tries a day"), min_value=1, max_value=100)
    valid_months = forms.IntegerField(
        label=_("Months for which the certificate is valid"), help_text=_("Empty: without an end."), min_value=1,
        max_value=120, required=False,
    )  # fmt: skip
    earlier_until = forms.DateField(
        label=_("Certificates of earlier versions count until"),
        help_text=_("The last day. Empty: they count as long as they are valid."),
        required=False,
        widget=Day(),
    )
    needs_session = forms.BooleanField(label=_("Being there at a session is part of it"), required=False)


class LessonForm(forms.Form):
    """A page to read."""

    title = forms.CharField(label=_("Title"), max_length=TITLE_LIMIT)
    text = forms.CharField(
        label=_("Text"), help_text=_("An empty line begins a new paragraph."), max_length=TEXT_LIMIT, required=False,
        widget=forms.Textarea({"rows": 12}),
    )  # fmt: skip
    picture = forms.FileField(
        label=_("Picture"), required=False, widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"})
    )
    picture_says = forms.CharField(
        label=_("What the picture shows"), help_text=_("Read out to those who do not see it."), max_length=200,
        required=False,
    )  # fmt: skip
    no_picture = forms.BooleanField(label=_("Take the picture away"), required=False)
    video = forms.CharField(
        label=_("Link to a film"), max_length=400, required=False,
        widget=forms.URLInput({"placeholder": "https://"}),
    )  # fmt: skip

    def __init__(self, *arguments: Any, has_picture: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if not has_picture:
            del self.fields["no_picture"]


class QuestionForm(forms.Form):
    """A question with its answers, the right ones marked."""

    text = forms.CharField(label=_("Question"), max_length=SUMMARY_LIMIT, widget=forms.Textarea({"rows": 2}))
    explanation = forms.CharField(
        label=_("Why"), help_text=_("Shown after the try."), max_length=EXPLANATION_LIMIT,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for place in range(MOST_OPTIONS):
            words = {"number": place + 1}
            self.fields[f"option_{place}"] = forms.CharField(
                label=_("Answer %(number)s") % words, max_length=OPTION_LIMIT, required=False
            )
            self.fields[f"right_{place}"] = forms.BooleanField(
                label=_("Answer %(number)s is right") % words, required=False
            )
        self.order_fields(["text", *(f"{name}_{place}" for place in range(MOST_OPTIONS) for name in ("option", "right")), "explanation"])  # fmt: skip

    def said(self) -> dict[str, Any]:
        """As ``keep_question`` takes it: empty lines are no answers."""
        options: list[str] = []
        right: list[int] = []
        for place in range(MOST_OPTIONS):
            if option := self.cleaned_data[f"option_{place}"].strip():
                if self.cleaned_data[f"right_{place}"]:
                    right.append(len(options))
                options.append(option)
        texts = {name: self.cleaned_data[name] for name in ("text", "explanation")}
        return {**texts, "options": options, "right": right}


def initial_of(question: Question) -> dict[str, Any]:
    """What the form shows of a question there is."""
    options = {f"option_{place}": option for place, option in enumerate(question.options)}
    right = {f"right_{place}": True for place in question.right}
    return {"text": question.text, "explanation": question.explanation, **options, **right}


class AnswersForm(forms.Form):
    """A try: every question with its answers; more than one may be right where the question says so."""

    def __init__(self, *arguments: Any, questions: list[Question], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.questions = questions
        for question in questions:
            choices = [(str(place), option) for place, option in enumerate(question.options)]
            is_one = len(question.right) == 1
            kind = forms.ChoiceField if is_one else forms.MultipleChoiceField
            self.fields[f"q{question.pk}"] = kind(
                label=question.text,
                help_text="" if is_one else _("More than one answer is right."),
                choices=choices,
                widget=forms.RadioSelect() if is_one else forms.CheckboxSelectMultiple(),
                error_messages={"required": _("Please answer this question.")},
            )

    def answers(self) -> dict[int, list[int]]:
        """The places chosen, by the id of the question."""
        chosen = {question.pk: self.cleaned_data[f"q{question.pk}"] for question in self.questions}
        return {pk: [int(one) for one in ([said] if isinstance(said, str) else said)] for pk, said in chosen.items()}


class SessionForm(forms.Form):
    """When and where people meet. Times are those of Hanoi."""

    place = forms.CharField(label=_("Room or address"), max_length=120, required=False)
    link = forms.CharField(
        label=_("Link, if online"), max_length=400, required=False, widget=forms.URLInput({"placeholder": "https://"})
    )
    from_at = forms.DateTimeField(label=_("From"), widget=Moment())
    until_at = forms.DateTimeField(label=_("Until"), widget=Moment())
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=1000, initial=20)
    field_order = ("course", "centre", "trainer", "place", "link", "from_at", "until_at", "seats")

    def __init__(self, *arguments: Any, courses: Any, centres: Any, people: Any, for_all: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["course"] = forms.ModelChoiceField(courses, label=_("Course"))
        self.fields["centre"] = CentreChoice(
            centres, label=_("Where"), required=not for_all, empty_label=_("the whole city") if for_all else "–"
        )
        self.fields["trainer"] = PersonChoice(people, label=_("Trainer"))
        self.order_fields(self.field_order)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=REASON_LIMIT)


class RequirementForm(forms.Form):
    """What is asked for, of whom and from when."""

    role = forms.ChoiceField(label=_("Whoever opens a counter as"), choices=OPENERS)
    warns_from = forms.DateField(label=_("Warns from"), widget=Day())
    blocks_from = forms.DateField(
        label=_("Blocks from"), help_text=_("Empty: it only warns."), required=False, widget=Day()
    )
    field_order = ("centre", "role", "course", "field", "warns_from", "blocks_from")

    def __init__(self, *arguments: Any, centres: Any, courses: Any, for_all: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["centre"] = CentreChoice(
            centres, label=_("Where"), required=not for_all, empty_label=_("the whole city") if for_all else "–"
        )
        self.fields["course"] = forms.ModelChoiceField(
            courses, label=_("Must have done"), required=False, empty_label=_("the short lessons of new law")
        )
        self.fields["field"] = forms.ModelChoiceField(
            Field.objects.all(), label=_("Only where the counter gives"), required=False, empty_label=_("anything")
        )
        self.order_fields(self.field_order)


class ExceptionForm(forms.Form):
    """Who may open a counter although training is missing, until when, and why."""

    last_day = forms.DateField(label=_("Until and with"), widget=Day())
    reason = forms.CharField(label=_("Why it cannot wait"), max_length=REASON_LIMIT)
    field_order = ("person", "last_day", "reason")

    def __init__(self, *arguments: Any, people: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["person"] = PersonChoice(people, label=_("Who"))
        self.order_fields(self.field_order)


def courses_asked(centres: Any, for_all: bool) -> Any:
    """Courses that a centre's counters may ask for: the city's, and its own."""
    rows = Course.objects.filter(retired_at__isnull=True, versions__published_at__isnull=False).distinct()
    return rows if for_all else rows.filter(centre__isnull=True) | rows.filter(centre__in=centres)
