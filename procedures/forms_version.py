"""The administration's forms for a version and what belongs to it: the same data as the files, nothing of it typed as code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from portal.money_field import MoneyField
from portal.row_fields import RowsField, offer, start_rows
from portal.text import LANGUAGES, pick
from portal.text_fields import LanguagesField, LinesField
from portal.vn.money import format_vnd, read_vnd
from procedures.catalogue_cache import usual
from procedures.condition_fields import ConditionField, ConditionsStart
from procedures.condition_words import in_words
from procedures.enums import Confidence, FeeBasis
from procedures.fees import is_cap_too_low
from procedures.form_fields import PREFILLS, free, key_of
from procedures.forms_rules import (
    CUTOFF,
    EMPTY,
    LIMIT_KINDS,
    NO_HOUR,
    NUMBERED,
    CheckRow,
    LimitRow,
    NoticeRow,
    cutoff_of,
    limit_fault,
    with_keys,
)
from procedures.limits import OTHER_TERRITORY, SAME_DAY_CUTOFF, LimitKind
from procedures.loading.reasons import CAP_TOO_LOW
from procedures.models import FeeRule, FormField, ProcedureVersion, Requirement, Usual


class RequirementForm(ConditionsStart, forms.ModelForm):
    condition = ConditionField(label=_("asked for"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("order"):
            field.required = False
            field.help_text = _("Empty: after the others.")

    @property
    def summary(self) -> str:
        return f"{self.instance.get_form_of_copy_display()} – {in_words(self.instance.condition)}"

    class Meta:
        model = Requirement
        fields = ("kind", "order", "form_of_copy", "copies", "is_kept", "condition", "note", "source", "confidence")


class Requirements(forms.BaseInlineFormSet):
    """The papers of a version. One without a place comes after the others."""

    def clean(self) -> None:
        given = [form for form in self.forms if getattr(form, "cleaned_data", {}).get("kind")]
        last = max((form.cleaned_data.get("order") or 0 for form in given), default=0)
        for form in given:
            if "order" not in form.errors and form.cleaned_data["order"] is None:
                last += 1
                form.instance.order = form.cleaned_data["order"] = last
        super().clean()


_NUMBER = re.compile(r"[0-9]{1,9}")
_DEAREST = 10**9 - 1


class PageStepsField(forms.CharField):
    """Prices by the page, one a line: "2 = 2000" up to page 2, "* = 1000" for all after it."""

    def __init__(self, **kwargs: Any) -> None:
        for ours in ("encoder", "decoder"):
            kwargs.pop(ours, None)
        super().__init__(widget=forms.Textarea({"rows": 3, "cols": 20}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{'*' if last is None else last} = {price}" for last, price in value)

    def clean(self, value: Any) -> list[list[int | None]]:
        steps: list[list[int | None]] = []
        for line in super().clean(value).splitlines():
            last, equals, price = (part.strip() for part in line.partition("="))
            if not line.strip():
                continue
            if not equals or not (last == "*" or _NUMBER.fullmatch(last)):
                raise _not_a_price()
            steps.append([None if last == "*" else int(last), _page_price(price)])
        lasts = [last or 0 for last, _price in steps[:-1]]
        if steps and (steps[-1][0] is not None or 0 in lasts or lasts != sorted(set(lasts))):
            raise forms.ValidationError(
                _("Let the pages rise, and end with a line that begins with “*”."), code="order"
            )
        return steps

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def _page_price(text: str) -> int:
    """What a page costs, in đồng."""
    try:
        price = read_vnd(text)
    except ValueError as error:
        raise _not_a_price() from error
    if not 0 <= price <= _DEAREST:
        raise _not_a_price()
    return price


def _not_a_price() -> forms.ValidationError:
    return forms.ValidationError(
        _("Write one price a line, like “2 = 2000”, and “* = 1000” for all pages after."), code="invalid"
    )


def price_in_words(rule: FeeRule) -> str:
    """ "20.000 đ, per case"."""
    words = rule.get_basis_display()
    return str(words) if rule.steps else f"{format_vnd(rule.amount)}, {str(words).lower()}"


class FeeRuleForm(ConditionsStart, forms.ModelForm):
    """A fee. ``fees_offered``: those of the version by their keys, of which a new one may be another span."""

    def __init__(self, *args: Any, fees_offered: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = {self.instance.key: pick(self.instance.name)} if self.instance.key else {}
        known = {**(fees_offered or {}), **stored}
        offer(
            self,
            "key",
            [
                ("", _("a fee of its own")),
                *((k, _("%(fee)s (%(key)s)") % {"fee": name, "key": k}) for k, name in known.items()),
            ],
        )
        if field := self.fields.get("effective_from"):
            field.required = False
            field.help_text = _("Empty: from the version's first day.")

    @property
    def summary(self) -> str:
        return f"{price_in_words(self.instance)} – {in_words(self.instance.condition)}"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("basis") == FeeBasis.PER_PAGE and not cleaned.get("steps") and "steps" not in self.errors:
            self.add_error("steps", _("Write what a page costs."))
        if is_cap_too_low(cleaned.get("steps") or (), cleaned.get("cap_per_copy")):
            self.add_error("cap_per_copy", CAP_TOO_LOW)
        return cleaned

    key = forms.ChoiceField(
        label=_("which fee"),
        required=False,
        help_text=_("Choose another fee where this is the same one in other days, after a new resolution."),
    )
    condition = ConditionField(label=_("charged"))
    steps = PageStepsField(
        label=_("steps per page"), required=False, help_text=_("“2 = 2000” up to page 2, “* = 1000” for all after it.")
    )

    class Meta:
        model = FeeRule
        fields = (
            *("key", "name", "basis", "amount", "steps", "cap_per_copy", "condition", "article"),
            *("effective_from", "effective_to", "confidence"),
        )
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {"amount": MoneyField, "cap_per_copy": MoneyField}
        widgets: ClassVar[dict[str, forms.Widget]] = {
            name: forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}) for name in field_classes
        }


class FeeRules(forms.BaseInlineFormSet):
    """The fees of a version. One without a key gets its own, made of its name."""

    @cached_property
    def _offered(self) -> dict[str, str]:
        rules = self.instance.fee_rules.all() if self.instance.pk else ()
        return {rule.key: pick(rule.name) for rule in rules}

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "fees_offered": self._offered}

    def clean(self) -> None:
        taken = {form.cleaned_data["key"] for form in self.forms if getattr(form, "cleaned_data", {}).get("key")}
        for form in self.forms:
            given = getattr(form, "cleaned_data", {})
            if given.get("name") and not given.get("key"):
                form.instance.key = given["key"] = free(key_of(given["name"]["vi"], "fee"), taken)
                taken.add(given["key"])
        super().clean()


class ChoicesField(forms.CharField):
    """The answers of a question, one a line in Vietnamese, or "Vietnamese | English | Korean"."""

    def __init__(self, **kwargs: Any) -> None:
        for ours in ("encoder", "decoder"):
            kwargs.pop(ours, None)
        super().__init__(widget=forms.Textarea({"rows": 3, "cols": 40}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(map(self._line, value))

    def clean(self, value: Any) -> list[dict[str, Any]]:
        known = {self._line(choice): choice for choice in self.initial or () if isinstance(choice, dict)}
        choices: list[dict[str, Any]] = []
        for line in filter(None, map(str.strip, super().clean(value).splitlines())):
            texts = dict(zip(LANGUAGES, (part.strip() for part in line.split("|")), strict=False))
            label = {language: text for language, text in texts.items() if text}
            if "vi" not in label:
                raise forms.ValidationError(_("Begin each line with the answer in Vietnamese."), code="invalid")
            same = known.get(self._line({"label": label}))
            wanted = same["value"] if same else key_of(label["vi"], "o")
            choices.append({"value": free(wanted, {choice["value"] for choice in choices}), "label": label})
        return choices

    @staticmethod
    def _line(choice: dict[str, Any]) -> str:
        """Vietnamese, English and Korean in this order, however the database keeps them; nothing after the last."""
        return " | ".join(str(choice["label"].get(language, "")) for language in LANGUAGES).rstrip("| ")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class FormFieldForm(forms.ModelForm):
    choices = ChoicesField(
        label=_("choices"), required=False, help_text=_("One a line: in Vietnamese, or Vietnamese | English | Korean.")
    )
    prefill = forms.ChoiceField(label=_("filled in from"), required=False, choices=[("", "—"), *PREFILLS.items()])

    class Meta:
        model = FormField
        fields = (
            *("order", "heading", "label", "kind", "is_required", "help", "choices", "prefill"),
            *("max_length", "minimum", "maximum", "may_be_ahead", "key"),
        )

    @property
    def summary(self) -> str:
        must = [str(_("must be answered"))] if self.instance.is_required else []
        return ", ".join([str(self.instance.get_kind_display()), *must])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The values of answers that were there before stay: drafts hold them.
        self.fields["choices"].initial = self.instance.choices

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        several = cleaned.get("kind") == "choice"
        if several and len(cleaned.get("choices") or ()) < 2:
            self.add_error("choices", _("Write at least two answers to choose from."))
        if not several and cleaned.get("choices"):
            self.add_error("choices", _("Answers to choose from belong to a field of the kind “one of several”."))
        if cleaned.get("max_length") == 0:
            self.add_error("max_length", _("Write at least 1, or leave it empty."))
        least, most = cleaned.get("minimum"), cleaned.get("maximum")
        if least is not None and most is not None and least > most:
            self.add_error("maximum", _("The largest number is smaller than the smallest."))
        return cleaned


class VersionForm(forms.ModelForm):
    """A version with its limit and result as questions; what else it holds stays as it is."""

    legal_basis = LinesField(label=_("legal basis"), help_text=_("One act a line, with its articles."))
    limit_kind = forms.ChoiceField(label=_("time limit"), choices=LIMIT_KINDS)
    limit_number = forms.IntegerField(label=_("how many days or hours"), required=False, min_value=1)
    limit_cutoff = forms.RegexField(
        CUTOFF,
        label=_("later than this counts as the next working day"),
        required=False,
        error_messages={"invalid": NO_HOUR},
        help_text=_("For “same day” 15:00 where it is empty; for working days only where the law says an hour."),
    )
    limit_other_territory = forms.BooleanField(
        label=_("may be taken in for an office elsewhere"),
        required=False,
        help_text=_("The desk then asks; the time counts from when that office has it (Decree 118/2025 art. 17.3)."),
    )
    limit_source = forms.CharField(label=_("article of the limit"), required=False, max_length=200)
    limit_confidence = forms.ChoiceField(
        label=_("confidence of the limit"), choices=[EMPTY, *Confidence.choices], required=False
    )
    alternatives = RowsField(
        LimitRow, label=_("other limits"), help_text=_("The first one whose condition holds counts instead.")
    )
    result = LanguagesField(label=_("what the citizen gets"))
    conditions = RowsField(CheckRow, label=_("checks of days"))
    notices = RowsField(NoticeRow, label=_("what must be said first"))

    class Meta:
        model = ProcedureVersion
        fields = (
            *("procedure", "number", "effective_from", "effective_to", "legal_basis", "confidence"),
            *("layout_confirmed", "conditions", "notices"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = self.instance.time_limit
        if limit:
            kind = LimitKind(limit["kind"])
            self.initial = {
                **self.initial,
                "limit_kind": kind,
                "limit_number": limit.get(NUMBERED.get(kind, "")),
                "limit_cutoff": limit.get("cutoff", SAME_DAY_CUTOFF if kind is LimitKind.SAME_DAY else ""),
                "limit_other_territory": limit.get(OTHER_TERRITORY, False),
                "limit_source": limit.get("source", ""),
                "limit_confidence": limit.get("confidence", ""),
            }
        start_rows(self, "alternatives", limit.get("alternatives"))
        start_rows(self, "notices", self.instance.notices)
        start_rows(self, "conditions", self.instance.conditions, fields_offered=list(_days(self.instance)))
        if self.instance.results:
            self.initial["result"] = self.instance.results[0]["name"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "limit_number" not in self.errors:
            fault = limit_fault(cleaned.get("limit_kind", ""), cleaned.get("limit_number"))
            if fault:
                self.add_error("limit_number", fault)
        for name, text in (("conditions", "message"), ("notices", "text")):
            if name in cleaned:
                cleaned[name] = with_keys(cleaned[name], text)
        return cleaned

    def _post_clean(self) -> None:
        """Before the row is checked: the limit and the result as they are stored."""
        if not self.errors:
            self.instance.time_limit = self._limit()
            first, *others = self.instance.results or [{"key": "result"}]
            self.instance.results = [{**first, "name": self.cleaned_data["result"]}, *others]
            self.instance.steps = self.instance.steps or usual(Usual.Part.STEPS).get("steps", [])
        super()._post_clean()  # type: ignore[misc]

    def _limit(self) -> dict[str, Any]:
        kind = LimitKind(self.cleaned_data["limit_kind"])
        limit: dict[str, Any] = {"kind": kind.value}
        if kind in NUMBERED:
            limit[NUMBERED[kind]] = self.cleaned_data["limit_number"]
        if cutoff := cutoff_of(kind, self.cleaned_data["limit_cutoff"]):
            limit["cutoff"] = cutoff
        if self.cleaned_data["limit_other_territory"]:
            limit[OTHER_TERRITORY] = True
        if self.cleaned_data["limit_source"]:
            limit["source"] = self.cleaned_data["limit_source"]
        others = self.cleaned_data["alternatives"]
        limit["confidence"] = self.cleaned_data["limit_confidence"] or self.cleaned_data["confidence"]
        return limit | ({"alternatives": others} if others else {})


def _days(version: ProcedureVersion) -> Iterator[tuple[str, str]]:
    """The days that the version's form asks for, key and question."""
    for key, rule in version.form_schema.get("properties", {}).items():
        if rule["x-kind"] in ("date", "partial_date"):
            yield key, pick(rule["x-label"])
