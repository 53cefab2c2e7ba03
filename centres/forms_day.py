"""Input of the manager's day: counters, what is tried, which period is reported."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from centres.actions.counters import REASON_LIMIT
from centres.hours import PLANS_AHEAD
from centres.models import Centre, Counter, Service
from centres.permissions import DESK
from citizens.models import User
from portal import clock
from portal.text import pick


class ServiceBoxes(forms.ModelMultipleChoiceField):
    """Services as boxes to tick."""

    widget = forms.CheckboxSelectMultiple
    _NOT_HERE = _("Choose from the services of the centre.")
    default_error_messages = {"invalid_pk_value": _NOT_HERE, "invalid_choice": _NOT_HERE}

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.letter} · {pick(obj.title)}"


class CounterChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} · {obj.get_state_display()}"


class OfficerChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        seat = getattr(obj, "counter", None)
        return str(obj) if seat is None else f"{obj} ({seat})"


def officers_of(centre: Centre, day: date) -> QuerySet[User]:
    """Who may sit at a counter of this centre on this day, by name."""
    valid = Q(memberships__valid_to__isnull=True) | Q(memberships__valid_to__gte=day)
    return (
        User.objects.filter(
            valid,
            is_active=True,
            memberships__centre=centre,
            memberships__role__in=DESK,
            memberships__valid_from__lte=day,
            memberships__blocked_reason="",
        )
        .select_related("counter")
        .distinct()
        .order_by("full_name", "pk")
    )


class ReasonForm(forms.Form):
    """Pause or close."""

    reason = forms.CharField(label=_("Why"), max_length=REASON_LIMIT)


class OpenForm(forms.Form):
    officer = OfficerChoice(label=_("Officer"), queryset=User.objects.none())
    reason = forms.CharField(label=_("Why"), max_length=REASON_LIMIT, required=False)

    def __init__(self, *args: Any, centre: Centre, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].queryset = officers_of(centre, day)  # type: ignore[attr-defined]


class SkillsForm(forms.Form):
    services = ServiceBoxes(label=_("Services"), queryset=Service.objects.none())
    reason = forms.CharField(label=_("Why"), max_length=REASON_LIMIT)

    def __init__(self, *args: Any, centre: Centre, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["services"].queryset = Service.objects.filter(centre=centre)  # type: ignore[attr-defined]


class TryForm(forms.Form):
    """One change to try on the rest of today. Times are of today in Hanoi."""

    OPEN, MOVE, OUT = "open", "move", "out"
    WHAT = ((OPEN, _("One more counter")), (MOVE, _("A counter does something else")), (OUT, _("An officer is out")))

    what = forms.ChoiceField(label=_("What to try"), choices=WHAT, widget=forms.RadioSelect)
    counter = CounterChoice(
        label=_("Counter"),
        queryset=Counter.objects.none(),
        required=False,
        empty_label=_("one that is not there yet"),
    )
    services = ServiceBoxes(label=_("Services"), queryset=Service.objects.none(), required=False)
    start = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}))
    end = forms.TimeField(
        label=_("To"), widget=forms.TimeInput(attrs={"type": "time"}), required=False,
        help_text=_("Empty: to the end of the day."),
    )  # fmt: skip

    def __init__(self, *args: Any, centre: Centre, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        self.fields["counter"].queryset = Counter.objects.filter(centre=centre)  # type: ignore[attr-defined]
        self.fields["services"].queryset = Service.objects.filter(centre=centre)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        what = found.get("what")
        if what in (self.MOVE, self.OUT) and not found.get("counter"):
            self.add_error("counter", _("Choose the counter."))
        if what in (self.OPEN, self.MOVE) and not found.get("services"):
            self.add_error("services", _("Choose at least one service."))
        start, end = found.get("start"), found.get("end")
        if start and end and end <= start:
            self.add_error("end", _("The end must be after the beginning."))
        elif end and self.moment(end) <= self.at:
            self.add_error("end", _("This is over already. Choose a later end."))
        return found

    def moment(self, of_day: time) -> datetime:
        """This time today in Hanoi."""
        return datetime.combine(clock.local_day(self.at), of_day, tzinfo=clock.HANOI)


class PeriodForm(forms.Form):
    """Which days a report is about."""

    DAY, WEEK, MONTH = "day", "week", "month"
    SPANS = ((DAY, _("Day")), (WEEK, _("Week")), (MONTH, _("Month")))

    span = forms.ChoiceField(label=_("Period"), choices=SPANS)
    # Before the first of these days there was no centre, and a report looks no further ahead than a plan does.
    FIRST = date(2020, 1, 1)

    day = forms.DateField(label=_("With the day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        last = clock.today() + PLANS_AHEAD
        if not self.FIRST <= day <= last:
            raise forms.ValidationError(
                _("Choose a day between %(first)s and %(last)s."),
                code="no_such_day",
                params={"first": f"{self.FIRST:%d/%m/%Y}", "last": f"{last:%d/%m/%Y}"},
            )
        return day

    def period(self) -> tuple[date, date]:
        """First and last day; the form is valid."""
        return period_of(self.cleaned_data["span"], self.cleaned_data["day"])


def period_of(span: str, day: date) -> tuple[date, date]:
    """The day, its week from Monday, or its month."""
    if span == PeriodForm.WEEK:
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=6)
    if span == PeriodForm.MONTH:
        first = day.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return day, day
