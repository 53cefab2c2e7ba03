"""A form field for a list of things that each have several parts: a small form for each, and an empty one to add."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _


class RowForm(forms.Form):
    """One thing of the list. Parts of it that the form does not ask for stay as they are."""

    # What the form stores: what is empty of it is left out.
    parts: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = dict(self.initial)
        self.is_new = not self.initial

    @property
    def summary(self) -> str:
        """One line that tells it from the others."""
        raise NotImplementedError

    def row(self) -> dict[str, Any]:
        """As it is stored."""
        ours = {*self.parts, *self.fields}
        kept = {name: value for name, value in self.initial.items() if name not in ours}
        return kept | {name: value for name, value in self.filled().items() if value not in (None, "", [], {})}

    def filled(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in self.parts}


class RowsWidget(forms.Widget):
    template_name = "portal/widgets/rows.html"

    def __init__(self, form: type[RowForm], most: int) -> None:
        super().__init__()
        self.form, self.most = form, most
        self.rows: list[dict[str, Any]] = []
        self.form_kwargs: dict[str, Any] = {}
        # Names of rows that are shown open.
        self.opened: Collection[str] = ()

    def formset(self, name: str, data: Any = None) -> BaseFormSet[Any]:
        kind = formset_factory(
            self.form, extra=1, can_order=True, can_delete=True, max_num=self.most, validate_max=True, absolute_max=200
        )
        return kind(data, prefix=name, initial=self.rows, form_kwargs=self.form_kwargs)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        formset = value if isinstance(value, BaseFormSet) else self.formset(name)
        return context | {"formset": formset, "opened": self.opened}

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return None if self.value_omitted_from_data(data, files, name) else self.formset(name, data)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}-TOTAL_FORMS" not in data


class RowsField(forms.Field):
    """A list of mappings. A page that does not ask for it leaves it as it is."""

    def __init__(self, form: type[RowForm], *, most: int = 50, **kwargs: Any) -> None:
        super().__init__(widget=RowsWidget(form, most), required=False, **kwargs)

    def start(self, rows: list[dict[str, Any]] | None, **form_kwargs: Any) -> None:
        """The list that is stored now, and what each of its forms is given."""
        self.initial = self.widget.rows = rows or []
        self.widget.form_kwargs = form_kwargs

    def clean(self, value: Any) -> list[dict[str, Any]]:
        if value is None:
            return self.initial or []
        if not value.is_valid():
            problems = value.non_form_errors() or [_("Something is missing or wrong in the entries marked here.")]
            raise forms.ValidationError([str(problem) for problem in problems], code="rows")
        return [form.row() for form in value.ordered_forms]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return data is not None and data.has_changed()


def start_rows(form: forms.BaseForm, name: str, rows: list[dict[str, Any]] | None, **form_kwargs: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, RowsField)
    field.start(rows, **form_kwargs)


def offer(form: forms.BaseForm, name: str, choices: Sequence[tuple[str, Any]]) -> None:
    """What may be chosen in this field of the form."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class ListWidget(forms.Widget):
    """A select for each thing of a list, in its order, and some empty ones to go on with."""

    template_name = "portal/widgets/list.html"
    fewest, spare, most = 4, 2, 40

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.choices: list[Any] = []

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        chosen = list(value or ())
        lines = max(self.fewest, len(chosen) + self.spare)
        select = forms.Select(choices=[("", "—"), *self.choices])
        base = context["widget"]["attrs"].get("id", name)
        context["lines"] = [
            select.render(
                f"{name}-{number}", key, {"id": f"{base}_{number}" if number else base, "aria-label": number + 1}
            )
            for number, key in enumerate([*chosen, *[""] * (lines - len(chosen))][: self.most])
        ]
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        return [key for number in range(self.most) if (key := data.get(f"{name}-{number}", ""))]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}-0" not in data


class ListField(forms.MultipleChoiceField):
    """Several of what there is, in an order that counts."""

    widget = ListWidget

    def clean(self, value: list[str]) -> list[str]:
        chosen: list[str] = super().clean(list(dict.fromkeys(value)))
        return chosen

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or ()) != list(data or ())
