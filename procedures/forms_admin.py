"""The administration's forms for what versions stand on: procedures, kinds of papers, questions, life events, incentives."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.row_fields import ListField, RowsField, offer, start_rows
from portal.text import pick
from portal.text_fields import LinesField
from procedures.condition_fields import ConditionField, ConditionsStart
from procedures.facts import FACTS, RESERVED
from procedures.first_questions import BROUGHT, MOST
from procedures.form_fields import free, key_of
from procedures.forms_rules import FirstQuestionRow, SignerRow, StepRow, with_keys
from procedures.loading.checking import LISTS
from procedures.models import (
    DocumentKind,
    FeeRule,
    Field,
    Incentive,
    LifeEvent,
    Procedure,
    Question,
    Requirement,
    Usual,
)
from procedures.questions import known_fact, known_facts


class MadeKey:
    """For forms of rows with a key: it is made of the name where nobody types one, and stays once it is there."""

    key_field, key_from, key_length = "key", "name", 50

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.key_field in self.fields:  # type: ignore[attr-defined]
            key = self.fields[self.key_field]  # type: ignore[attr-defined]
            key.required = False
            key.help_text = _("Small letters, digits and _; empty: made of the name.")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}  # type: ignore[misc]
        if self.key_field in self.fields and self.key_field not in self.errors:  # type: ignore[attr-defined]
            cleaned[self.key_field] = self._key(cleaned)
        return cleaned

    def _key(self, cleaned: dict[str, Any]) -> str:
        instance: Any = self.instance  # type: ignore[attr-defined]
        stored: str = getattr(instance, self.key_field)
        typed: str = cleaned.get(self.key_field) or ""
        if stored and typed in ("", stored):
            return stored
        if typed:
            return key_of(typed.replace("-", " ").replace("_", " "))[: self.key_length]
        said = (cleaned.get(self.key_from) or {}).get("vi", "")
        return free(key_of(said)[: self.key_length].strip("_"), self.taken()) if said else ""

    def taken(self) -> set[str]:
        """The keys that a made one keeps away from."""
        model = type(self.instance)  # type: ignore[attr-defined]
        return set(model.objects.values_list(self.key_field, flat=True))


class FieldForm(MadeKey, forms.ModelForm):
    key_field, key_length = "code", 36

    class Meta:
        model = Field
        fields = ("code", "name", "order")


class DocumentKindForm(MadeKey, forms.ModelForm):
    class Meta:
        model = DocumentKind
        fields = ("key", "name", "is_form")

    def taken(self) -> set[str]:
        return super().taken() | set(known_facts())

    def clean(self) -> dict[str, Any]:
        """Papers and facts are answered under their keys on one page."""
        cleaned = super().clean()
        if cleaned.get("key") != self.instance.key and known_fact(cleaned.get("key", "")):
            self.add_error("key", _("This key is taken. Choose another one, or empty it."))
        return cleaned


class QuestionForm(MadeKey, forms.ModelForm):
    key_from = "question"

    class Meta:
        model = Question
        fields = ("question", "by", "doc", "source", "confidence", "key")
        widgets: ClassVar[dict[str, forms.Widget]] = {"doc": forms.Textarea({"rows": 3, "cols": 80})}

    def taken(self) -> set[str]:
        papers = DocumentKind.objects.values_list("key", flat=True)
        return super().taken() | set(FACTS) | RESERVED | set(papers)


USUAL, OWN = "usual", "own"


class ProcedureAdminForm(MadeKey, forms.ModelForm):
    """A procedure, with what is asked before the wait and its form on paper as questions."""

    key_from = "short_name"
    also_said = LinesField(label=_("also said"), required=False, help_text=_("Other words people use, one a line."))
    other_codes = LinesField(label=_("other codes seen"), required=False)
    ask_which = forms.ChoiceField(
        label=_("asked before the wait"),
        required=False,
        choices=[(USUAL, _("the originals that must be brought")), (OWN, _("what is chosen below"))],
    )
    ask_first = RowsField(FirstQuestionRow, most=MOST, label=_("papers asked for"))
    paper_title = forms.CharField(
        label=_("title of the form on paper"),
        required=False,
        max_length=300,
        help_text=_("In Vietnamese; empty: the name of the form among its papers."),
    )
    paper_promise = forms.CharField(
        label=_("what the signers promise"),
        required=False,
        widget=forms.Textarea({"rows": 3, "cols": 80}),
        help_text=_("In Vietnamese; empty: the usual sentence."),
    )
    paper_lists = forms.BooleanField(label=_("names the papers handed in with it"), required=False)
    paper_signers = RowsField(
        SignerRow, most=4, label=_("signers"), help_text=_("None: the applicant, over their name.")
    )

    class Meta:
        model = Procedure
        fields = (
            *("code", "key", "name", "short_name", "also_said", "field", "handler", "receive_at", "other_codes"),
            *("is_listed_only", "is_unconfirmed", "order", "desk_key", "ask_first"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        practice = self.instance.declaration
        self.initial = {
            **self.initial,
            "ask_which": USUAL if self.instance.ask_first is None else OWN,
            "paper_title": practice.get("title", ""),
            "paper_promise": practice.get("promise", ""),
            "paper_lists": practice.get("lists_papers", False),
        }
        start_rows(self, "ask_first", self.instance.ask_first, papers_offered=_papers_of(self.instance))
        start_rows(self, "paper_signers", practice.get("signers"), fields_offered=_questions_of(self.instance))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if f"{cleaned.get('key')}.yaml" in LISTS:
            self.add_error("key", _("This name is taken by a list of the catalogue. Choose another one."))
        which = cleaned.get("ask_which")
        if which == USUAL:
            cleaned["ask_first"] = None
        elif not which:  # a page that does not ask for it
            cleaned["ask_first"] = self.instance.ask_first
        return cleaned

    def _post_clean(self) -> None:
        if not self.errors and "paper_title" in self.data:
            given = {
                "title": self.cleaned_data["paper_title"],
                "promise": self.cleaned_data["paper_promise"],
                "lists_papers": self.cleaned_data["paper_lists"],
                "signers": self.cleaned_data["paper_signers"],
            }
            kept = {name: value for name, value in self.instance.declaration.items() if name not in given}
            self.instance.declaration = kept | {name: value for name, value in given.items() if value}
        super()._post_clean()  # type: ignore[misc]


def _papers_of(procedure: Procedure) -> list[tuple[str, str]]:
    """The papers that a citizen brings for it under any of its versions, key and name."""
    if not procedure.pk:
        return []
    rows = Requirement.objects.filter(version__procedure=procedure, form_of_copy__in=BROUGHT).select_related("kind")
    return list({row.kind.key: pick(row.kind.name) for row in rows}.items())


def _questions_of(procedure: Procedure) -> list[tuple[str, str]]:
    """What the forms of all its versions ask for, key and question."""
    if not procedure.pk:
        return []
    schemas = procedure.versions.values_list("form_schema", flat=True)
    return list(
        {key: pick(rule["x-label"]) for schema in schemas for key, rule in schema.get("properties", {}).items()}.items()
    )


class LifeEventForm(MadeKey, forms.ModelForm):
    procedures = ListField(label=_("procedures"), help_text=_("The most usual first."))

    class Meta:
        model = LifeEvent
        fields = ("key", "name", "hint", "procedures", "is_about_address", "order")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "procedures", [(row.key, str(row)) for row in Procedure.objects.select_related("field")])


class IncentiveForm(ConditionsStart, MadeKey, forms.ModelForm):
    condition = ConditionField(label=_("granted"))
    procedures = forms.ModelMultipleChoiceField(
        Procedure.objects.none(), label=_("procedures"), widget=forms.CheckboxSelectMultiple
    )
    fee_keys = forms.MultipleChoiceField(
        label=_("fees"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None of them: all fees of these procedures."),
    )

    class Meta:
        model = Incentive
        fields = (
            *("key", "name", "percent", "procedures", "fee_keys", "condition", "article"),
            *("effective_from", "effective_to", "confidence"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "procedures" in self.fields:
            charged = Q(versions__fee_rules__isnull=False)
            kept = Q(incentives=self.instance.pk) if self.instance.pk else charged
            field = self.fields["procedures"]
            assert isinstance(field, forms.ModelMultipleChoiceField)
            field.queryset = Procedure.objects.filter(charged | kept).distinct()
        if "fee_keys" in self.fields:
            offer(self, "fee_keys", fees_there_are(self.instance.fee_keys))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        rules = FeeRule.objects.filter(version__procedure__in=cleaned.get("procedures") or ())
        known = set(rules.values_list("key", flat=True))
        if unknown := [key for key in cleaned.get("fee_keys") or () if key not in known]:
            names = dict(fees_there_are(unknown))
            self.add_error(
                "fee_keys",
                _("None of these procedures has this fee: %(fees)s.")
                % {"fees": "; ".join(names[key] for key in unknown)},
            )
        return cleaned


def fees_there_are(stored: list[str]) -> list[tuple[str, str]]:
    """Every fee by its key: its name and whose it is; what is stored now, too, where it is gone."""
    rules = FeeRule.objects.select_related("version__procedure").order_by(
        "version__procedure__field__order", "version__procedure__order", "version__effective_from"
    )
    fees: dict[str, str] = {rule.key: f"{pick(rule.version.procedure.short_name)}: {pick(rule.name)}" for rule in rules}
    return [*fees.items(), *((key, key) for key in stored if key not in fees)]


class UsualForm(forms.ModelForm):
    """What is usual for one part. A page shows the fields of its own part (``OF_PART``)."""

    OF_PART: ClassVar[dict[str, tuple[str, ...]]] = {
        Usual.Part.DECLARATION: ("promise", "signers"),
        Usual.Part.STEPS: ("steps",),
    }
    promise = forms.CharField(
        label=_("what the signers promise"),
        required=False,
        widget=forms.Textarea({"rows": 3, "cols": 80}),
        help_text=_("In Vietnamese."),
    )
    signers = RowsField(SignerRow, most=4, label=_("signers"))
    steps = RowsField(StepRow, most=12, label=_("handling steps"))

    class Meta:
        model = Usual
        fields = ("source", "confidence")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        value = self.instance.value
        self.initial["promise"] = value.get("promise", "")
        start_rows(
            self,
            "signers",
            value.get("signers"),
            fields_offered=[("applicant_name", _("the question for the applicant's name"))],
        )
        start_rows(self, "steps", value.get("steps"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "steps" in cleaned:
            cleaned["steps"] = with_keys(cleaned["steps"], "name")
        for name in self.OF_PART.get(self.instance.key, ()):
            if name in cleaned and not cleaned[name]:
                self.add_error(name, _("Write at least one; everything else begins with it."))
        return cleaned

    def _post_clean(self) -> None:
        if not self.errors:
            self.instance.value = {name: self.cleaned_data[name] for name in self.OF_PART.get(self.instance.key, ())}
        super()._post_clean()  # type: ignore[misc]


class FirstDayForm(forms.Form):
    """From when something new begins; it may be sent along with the page of what it is like."""

    prefix = "next"
    use_required_attribute = False
    effective_from = forms.DateField(label=_("in force from"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))


class LastDayForm(forms.Form):
    last_day = forms.DateField(label=_("last day"), widget=forms.DateInput({"type": "date"}))
