"""What a version and a procedure keep as lists of their own: notices, checks, other limits, first questions, signers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portal.row_fields import RowForm, offer
from portal.text import pick
from portal.text_fields import LanguagesField
from procedures.condition_fields import ConditionField, ConditionsStart, facts_offered
from procedures.condition_words import in_words
from procedures.enums import Confidence, StepRole
from procedures.facts import AnsweredBy
from procedures.form_fields import free, key_of
from procedures.limits import SAME_DAY_CUTOFF, LimitKind

LIMIT_KINDS = [
    (LimitKind.WORKING_DAYS, _("Working days")),
    (LimitKind.SAME_DAY, _("The same day")),
    (LimitKind.HALF_DAY, _("Half a day")),
    (LimitKind.HOURS, _("Hours, day and night")),
    (LimitKind.CALENDAR_DAYS, _("Calendar days")),
]
NUMBERED = {LimitKind.WORKING_DAYS: "days", LimitKind.CALENDAR_DAYS: "days", LimitKind.HOURS: "hours"}
WITH_CUTOFF = (LimitKind.SAME_DAY, LimitKind.WORKING_DAYS)
MOST_DAYS, MOST_HOURS = 365, 720
CUTOFF = r"^([01]\d|2[0-3]):[0-5]\d$"
NO_HOUR = _("Write hour:minute, for example 15:00.")
CHECK_KINDS = [
    ("days_since_at_most", _("At most so many days after this day")),
    ("age_at_least", _("At least so many years since this day")),
]
CHECK_NUMBERS = {"days_since_at_most": "days", "age_at_least": "years"}
SEVERITIES = [("warning", _("Warn, and take it in")), ("refusal", _("Do not take it in"))]
EMPTY = ("", "—")


def _facts_of(who: AnsweredBy) -> Any:
    return lambda: [EMPTY, *facts_offered(who)[0][1]]


def limit_in_words(limit: Mapping[str, Any]) -> str:
    """ "5 working days" as an author of rules reads it."""
    kind = limit["kind"]
    number = limit.get(NUMBERED.get(kind, ""))
    words = str(dict(LIMIT_KINDS).get(kind, kind))
    return f"{words}: {number}" if number else words


def limit_fault(kind: str, number: int | None) -> Any:
    """What is wrong with the number of a limit, None for nothing."""
    if kind not in NUMBERED:
        return None
    if not number:
        return _("Write how many days or hours.")
    most = MOST_HOURS if kind == LimitKind.HOURS else MOST_DAYS
    return _("At most %(most)d.") % {"most": most} if number > most else None


def cutoff_of(kind: LimitKind, typed: str) -> str:
    """The hour after which a limit counts from the next working day; empty where it has none."""
    return (typed or (SAME_DAY_CUTOFF if kind is LimitKind.SAME_DAY else "")) if kind in WITH_CUTOFF else ""


class LimitRow(ConditionsStart, RowForm):
    """Another limit, which counts under a condition."""

    when = ConditionField(label=_("counts"), required=True)
    kind = forms.ChoiceField(label=_("time limit"), choices=[EMPTY, *LIMIT_KINDS])
    number = forms.IntegerField(label=_("how many days or hours"), required=False, min_value=1)
    cutoff = forms.RegexField(
        CUTOFF,
        label=_("later than this counts as the next working day"),
        required=False,
        error_messages={"invalid": NO_HOUR},
    )
    source = forms.CharField(label=_("article of the limit"), required=False, max_length=200)
    confidence = forms.ChoiceField(label=_("confidence"), choices=[EMPTY, *Confidence.choices], required=False)
    parts = ("when", "kind", "days", "hours", "cutoff", "source", "confidence")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.initial:
            self.initial["number"] = self.initial.get("days", self.initial.get("hours"))

    @property
    def summary(self) -> str:
        return f"{limit_in_words(self.initial)} – {in_words(self.initial.get('when'))}"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "number" not in self.errors and (fault := limit_fault(cleaned.get("kind", ""), cleaned.get("number"))):
            self.add_error("number", fault)
        return cleaned

    def filled(self) -> dict[str, Any]:
        given = self.cleaned_data
        kind = LimitKind(given["kind"])
        counted = {NUMBERED[kind]: given["number"]} if kind in NUMBERED else {}
        cutoff = cutoff_of(kind, given["cutoff"])
        until = {"cutoff": cutoff} if cutoff else {}
        return {**{name: given[name] for name in ("when", "kind", "source", "confidence")}, **counted, **until}


class NoticeRow(ConditionsStart, RowForm):
    """What must be said first."""

    text = LanguagesField(label=_("what is said"))
    acknowledge = forms.BooleanField(
        label=_("must be answered"),
        required=False,
        help_text=_("The citizen must say that they still want it."),
    )
    when = ConditionField(label=_("said"))
    article = forms.CharField(label=_("article of law"), required=False, max_length=200)
    confidence = forms.ChoiceField(label=_("confidence"), choices=[EMPTY, *Confidence.choices], required=False)
    parts = ("text", "when", "article", "confidence")

    @property
    def summary(self) -> str:
        return f"{pick(self.initial['text'])} – {in_words(self.initial.get('when'))}"

    def row(self) -> dict[str, Any]:
        return super().row() | {"acknowledge": self.cleaned_data["acknowledge"]}


class CheckRow(RowForm):
    """A condition of the law on a day that the form asks for. ``fields_offered``: the form's days, key and question."""

    kind = forms.ChoiceField(label=_("what is checked"), choices=[EMPTY, *CHECK_KINDS])
    field = forms.ChoiceField(
        label=_("day of the form"), help_text=_("A new question can be chosen once the page has been saved.")
    )
    number = forms.IntegerField(label=_("how many days or years"), min_value=1, max_value=32000)
    severity = forms.ChoiceField(label=_("what happens otherwise"), choices=[EMPTY, *SEVERITIES])
    message = LanguagesField(label=_("what is said then"))
    sets_fact = forms.ChoiceField(
        label=_("answers the question"),
        required=False,
        choices=_facts_of(AnsweredBy.PORTAL),
        help_text=_("A question that the portal answers with yes then, for the conditions of papers and fees."),
    )
    article = forms.CharField(label=_("article of law"), max_length=200)
    parts = ("kind", "field", "days", "years", "severity", "message", "sets_fact", "article")

    def __init__(self, *args: Any, fields_offered: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "field", fields_offered)
        if self.initial:
            self.initial["number"] = self.initial.get("days", self.initial.get("years"))

    @property
    def summary(self) -> str:
        return pick(self.initial["message"])

    def filled(self) -> dict[str, Any]:
        given = self.cleaned_data
        names = ("kind", "field", "severity", "message", "sets_fact", "article")
        return {**{name: given[name] for name in names}, CHECK_NUMBERS[given["kind"]]: given["number"]}


class FirstQuestionRow(RowForm):
    """A paper worth asking for before somebody waits. ``papers_offered``: key and name of each that is asked for."""

    paper = forms.ChoiceField(label=_("paper"))
    question = LanguagesField(
        label=_("question"), required=False, help_text=_("Empty: the paper is asked for by its name.")
    )
    first_fact = forms.ChoiceField(
        label=_("asked before it"),
        required=False,
        choices=_facts_of(AnsweredBy.CITIZEN),
        help_text=_("Questions that decide whether this paper is needed."),
    )
    second_fact = forms.ChoiceField(label=_("and this"), required=False, choices=_facts_of(AnsweredBy.CITIZEN))
    parts = ("paper", "question", "facts")

    def __init__(self, *args: Any, papers_offered: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.papers = dict(papers_offered)
        _offer(self, "paper", papers_offered)
        if self.initial:
            first, second = [*self.initial.get("facts", ()), "", ""][:2]
            self.initial = {**self.initial, "first_fact": first, "second_fact": second}

    @property
    def summary(self) -> str:
        name = self.papers.get(self.initial["paper"], self.initial["paper"])
        return pick(self.initial.get("question")) or name

    def filled(self) -> dict[str, Any]:
        given = self.cleaned_data
        facts = [fact for fact in dict.fromkeys((given["first_fact"], given["second_fact"])) if fact]
        return {"paper": given["paper"], "facts": facts, "question": given["question"]}


class SignerRow(RowForm):
    """Who signs the form on paper. ``fields_offered``: what the forms ask for, key and question."""

    words = forms.CharField(label=_("above the signature"), max_length=120, help_text=_("In Vietnamese."))
    name = forms.ChoiceField(
        label=_("name below it"), required=False, help_text=_("The question whose answer is their name.")
    )
    parts = ("words", "name")

    def __init__(self, *args: Any, fields_offered: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "name", fields_offered)

    @property
    def summary(self) -> str:
        return str(self.initial["words"])


class StepRow(RowForm):
    """A step of handling: who does what."""

    name = LanguagesField(label=_("what is done"))
    role = forms.ChoiceField(label=_("by whom"), choices=[EMPTY, *StepRole.choices])
    parts = ("name", "role")

    @property
    def summary(self) -> str:
        return pick(self.initial["name"])


def _offer(form: RowForm, name: str, offered: Sequence[tuple[str, str]]) -> None:
    """The choices there are, and what is stored now even where nothing offers it any more."""
    stored = form.initial.get(name)
    known = {key for key, _name in offered}
    gone = [(stored, _now("%(key)s (not there any more)") % {"key": stored})] if stored and stored not in known else []
    offer(form, name, [EMPTY, *offered, *gone])


def with_keys(rows: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """Each with a key: its own, or one made of its text in Vietnamese."""
    taken = {row["key"] for row in rows if "key" in row}
    for row in rows:
        if "key" not in row:
            row["key"] = free(key_of(row[text]["vi"], "n"), taken)
            taken.add(row["key"])
    return rows
