"""The request for a supplement as it is typed: a line for each paper, and free ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from applications.actions.supplement import Fault

LINE = 300
FREE_LINES = 3
MOST_FREE_LINES = 24


@dataclass(frozen=True)
class Row:
    """One line of the table: about a paper of the dossier (its name), or about what is typed."""

    paper: str
    about: BoundField | None
    what: BoundField
    todo: BoundField

    @property
    def is_wrong(self) -> bool:
        return bool(self.what.errors or self.todo.errors)


class SupplementForm(forms.Form):
    """``papers`` are the dossier's; ``until`` is the suggested last day, and ``fixed`` says that the law sets it."""

    guidance = forms.CharField(
        label=_("More guidance"),
        help_text=_("Where to get a paper, whom to ask, what is not needed."),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
    until = forms.DateField(label=_("Until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(
        label=_("Why it has to be asked a second time"),
        max_length=500,
        error_messages={"required": _("Say why it has to be asked a second time.")},
        widget=forms.Textarea({"rows": 2}),
    )
    understood = forms.BooleanField(
        label=_("I know that this dossier will count as overdue."),
        error_messages={"required": _("Tick that you know what a second request means, or do not ask.")},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        papers: Sequence[str],
        until: date,
        fixed: bool = False,
        again: bool = False,
        free_lines: int = FREE_LINES,
    ) -> None:
        super().__init__(data, initial={"until": until})
        self.papers, self.free_lines = list(papers), min(max(free_lines, FREE_LINES), MOST_FREE_LINES)
        if fixed:
            del self.fields["until"]
        if not again:
            del self.fields["reason"], self.fields["understood"]
        for number in range(len(self.papers) + self.free_lines):
            about = self.papers[number] if number < len(self.papers) else _("line %(number)s") % {"number": number + 1}
            if number >= len(self.papers):
                self._line(f"about-{number}", _("What it is about, %(line)s") % {"line": about})
            self._line(f"what-{number}", _("What is missing or wrong: %(line)s") % {"line": about})
            self._line(f"todo-{number}", _("What to do: %(line)s") % {"line": about})

    def _line(self, name: str, label: Any) -> None:
        self.fields[name] = forms.CharField(label=label, max_length=LINE, required=False)

    def rows(self) -> list[Row]:
        """The lines in order, the papers first."""
        count = len(self.papers)
        return [
            Row(
                self.papers[number] if number < count else "",
                None if number < count else self[f"about-{number}"],
                self[f"what-{number}"],
                self[f"todo-{number}"],
            )
            for number in range(count + self.free_lines)
        ]

    def rest(self) -> list[BoundField]:
        """The fields below the table."""
        return [self[name] for name in ("guidance", "until", "reason", "understood") if name in self.fields]

    def faults(self) -> list[Fault]:
        """What was typed, without empty lines."""
        said = self.cleaned_data
        found = [
            Fault(
                said.get(f"what-{number}", ""),
                said.get(f"todo-{number}", ""),
                self.papers[number] if number < len(self.papers) else said.get(f"about-{number}", ""),
            )
            for number in range(len(self.papers) + self.free_lines)
        ]
        return [fault for fault in found if fault.what]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for number in range(len(self.papers) + self.free_lines):
            half = cleaned.get(f"todo-{number}") or cleaned.get(f"about-{number}")
            if half and not cleaned.get(f"what-{number}"):
                self.add_error(f"what-{number}", _("Say what is missing or wrong."))
            if cleaned.get(f"what-{number}") and not cleaned.get(f"todo-{number}"):
                self.add_error(f"todo-{number}", _("Say what the citizen should do."))
        if not self.errors and not self.faults():
            raise ValidationError(_("Write what is missing and what the citizen should do."), code="faults_empty")
        return cleaned
