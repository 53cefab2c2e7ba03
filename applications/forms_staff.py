"""What is typed about staff: who joins, who takes over what lies with somebody, and where they go."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.leaving import Plan
from centres.enums import Role
from centres.models import Centre
from centres.models.staff import REASON_LENGTH
from portal import clock

_CHOOSE = [("", "–")]


def _day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class RoleForm(forms.Form):
    """A role at a centre, from a day on."""

    role = forms.ChoiceField(label=_("Role"), choices=[*_CHOOSE, *Role.choices])
    title = forms.CharField(
        label=_("Title above a signature"),
        max_length=150,
        required=False,
        help_text=_("As it stands above a signature, in Vietnamese: Giám đốc Chi nhánh."),
    )
    first_day = forms.DateField(label=_("First day"), widget=_day_input())


class JoinForm(RoleForm):
    """The account of somebody new, and their first role; of somebody known the role alone."""

    full_name = forms.CharField(label=_("Full name"), max_length=120)
    username = forms.CharField(label=_("User name"), max_length=60, help_text=_("Such as nguyen.thu.ha"))
    email = forms.EmailField(label=_("E-mail"), required=False)
    centre = forms.ModelChoiceField(
        label=_("Centre"), queryset=Centre.objects.none(), required=False, empty_label=_("the whole city")
    )
    field_order = ("full_name", "username", "email", "role", "centre", "title", "first_day")

    def __init__(self, data: Any = None, *, is_known: bool = False, **kwargs: Any) -> None:
        super().__init__(data, initial={"first_day": clock.today(), **kwargs.pop("initial", {})}, **kwargs)
        self.fields["centre"].queryset = Centre.objects.filter(is_active=True)  # type: ignore[attr-defined]
        if is_known:
            for name in ("full_name", "username", "email"):
                del self.fields[name]


class LeaveForm(forms.Form):
    """A colleague for each task of the plan, the reason, and which plan was shown."""

    seen = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_LENGTH, error_messages={"required": _("Write the reason.")}
    )

    def __init__(self, plan: Plan, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, initial={"seen": plan.seen}, **kwargs)
        self.plan = plan
        for task in plan.tasks:
            self.fields[task.key] = forms.TypedChoiceField(
                label=task.what,
                help_text=task.shown,
                coerce=int,
                choices=[*_CHOOSE, *((one.pk, str(one)) for one in task.choices)],
                error_messages={"required": _("Choose who takes this over.")},
            )
        self.order_fields([*(task.key for task in plan.tasks), *self.own_order])

    own_order: tuple[str, ...] = ("reason", "seen")

    @property
    def to(self) -> dict[str, int]:
        """Whom each task was given to."""
        return {task.key: self.cleaned_data[task.key] for task in self.plan.tasks}


class MoveForm(RoleForm, LeaveForm):
    """Where the person goes, beside who takes over what lies here."""

    new_centre = forms.ModelChoiceField(label=_("New centre"), queryset=Centre.objects.none(), empty_label="–")
    own_order = ("new_centre", "role", "title", "first_day", "reason", "seen")

    def __init__(self, plan: Plan, data: Any = None, **kwargs: Any) -> None:
        super().__init__(plan, data, **kwargs)
        self.initial["first_day"] = clock.today()
        others = Centre.objects.filter(is_active=True).exclude(code=plan.centre.code if plan.centre else "")
        self.fields["new_centre"].queryset = others  # type: ignore[attr-defined]
