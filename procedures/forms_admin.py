"""The administration's forms for the law: the same data as the files, without anybody typing JSON."""

from __future__ import annotations

import json
import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.text import LANGUAGES, pick
from portal.text_fields import LanguagesField, LinesField
from portal.vn.text import syllables
from procedures.catalogue_cache import usual
from procedures.enums import FeeBasis
from procedures.facts import FACTS
from procedures.form_fields import PREFILLS, free, key_of
from procedures.limits import OTHER_TERRITORY, SAME_DAY_CUTOFF, LimitKind
from procedures.loading.checking import LISTS, part_faults
from procedures.models import FeeRule, FormField, Incentive, LifeEvent, Procedure, ProcedureVersion, Requirement, Usual

LIMIT_KINDS = [
    (LimitKind.WORKING_DAYS, _("Working days")),
    (LimitKind.SAME_DAY, _("The same day")),
    (LimitKind.HALF_DAY, _("Half a day")),
    (LimitKind.HOURS, _("Hours")),
    (LimitKind.CALENDAR_DAYS, _("Calendar days")),
]
WITH_CUTOFF = (LimitKind.SAME_DAY, LimitKind.WORKING_DAYS)
NUMBERED = {LimitKind.WORKING_DAYS: "days", LimitKind.CALENDAR_DAYS: "days", LimitKind.HOURS: "hours"}


class ConditionField(forms.ChoiceField):
    """When a rule applies: always, or when one question is answered with yes or with no.

    A condition of several facts is shown as it stands in the files and stays as it is.
    """

    def __init__(self, **kwargs: Any) -> None:
        for ours in ("encoder", "decoder"):
            kwargs.pop(ours, None)
        super().__init__(choices=self.offered, **kwargs)

    def offered(self) -> list[tuple[str, Any]]:
        facts = [(key, pick(fact.question)) for key, fact in FACTS.items()]
        return [
            ("", _("always")),
            *((json.dumps(key), _("yes: %(question)s") % {"question": question}) for key, question in facts),
            *((json.dumps({"not": key}), _("no: %(question)s") % {"question": question}) for key, question in facts),
        ]

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or (isinstance(value, str) and value[:1] in '{"') else json.dumps(value)

    def valid_value(self, value: Any) -> bool:
        return super().valid_value(value) or value == self.prepare_value(self.initial)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return json.loads(text) if text else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.prepare_value(initial) or "") != (data or "")


class KeptCondition(forms.ModelForm):
    """Offers a rule's own condition beside the usual ones."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["condition"]
        if isinstance(field, ConditionField):
            own = field.prepare_value(self.instance.condition)
            field.initial = self.instance.condition
            if own and own not in dict(field.offered()):
                field.choices = [*field.offered(), (own, _("as in the file: %(condition)s") % {"condition": own})]


class RequirementForm(KeptCondition):
    condition = ConditionField(label=_("asked for"), required=False)

    class Meta:
        model = Requirement
        fields = ("kind", "order", "form_of_copy", "copies", "is_kept", "condition", "note", "source", "confidence")


_NUMBER = re.compile(r"[0-9]{1,9}")


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
            if not equals or not _NUMBER.fullmatch(price) or not (last == "*" or _NUMBER.fullmatch(last)):
                raise forms.ValidationError(
                    _("Write one price a line, like “2 = 2000”, and “* = 1000” for all pages after."), code="invalid"
                )
            steps.append([None if last == "*" else int(last), int(price)])
        lasts = [last or 0 for last, _price in steps[:-1]]
        if steps and (steps[-1][0] is not None or 0 in lasts or lasts != sorted(set(lasts))):
            raise forms.ValidationError(
                _("Let the pages rise, and end with a line that begins with “*”."), code="order"
            )
        return steps

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class FeeRuleForm(KeptCondition):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("effective_from"):
            field.required = False
            field.help_text = _("Empty: from the version's first day.")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("basis") == FeeBasis.PER_PAGE and not cleaned.get("steps") and "steps" not in self.errors:
            self.add_error("steps", _("Write what a page costs."))
        return cleaned

    condition = ConditionField(label=_("charged"), required=False)
    steps = PageStepsField(
        label=_("steps per page"), required=False, help_text=_("“2 = 2000” up to page 2, “* = 1000” for all after it.")
    )

    class Meta:
        model = FeeRule
        fields = (
            *("key", "name", "basis", "amount", "steps", "cap_per_copy", "condition", "article"),
            *("effective_from", "effective_to", "confidence"),
        )


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
    limit_number = forms.IntegerField(label=_("how many days or hours"), required=False, min_value=1, max_value=720)
    limit_cutoff = forms.RegexField(
        r"^([01]\d|2[0-3]):[0-5]\d$",
        label=_("later than this counts as the next working day"),
        required=False,
        help_text=_("For “same day” 15:00 where it is empty; for working days only where the law says an hour."),
    )
    limit_other_territory = forms.BooleanField(
        label=_("may be taken in for an office elsewhere"),
        required=False,
        help_text=_("The desk then asks; the time counts from when that office has it (Decree 118/2025 art. 17.3)."),
    )
    limit_source = forms.CharField(label=_("article of the limit"), required=False, max_length=200)
    result = LanguagesField(label=_("what the citizen gets"))

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
            }
        if self.instance.results:
            self.initial["result"] = self.instance.results[0]["name"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("limit_kind") in NUMBERED and not cleaned.get("limit_number"):
            self.add_error("limit_number", _("Write how many days or hours."))
        for name, definition in (("conditions", "check"), ("notices", "notice")):
            values = cleaned.get(name) or []
            rows = values if isinstance(values, list) else [values]
            if faults := [one for row in rows for one in part_faults(definition, row)]:
                self.add_error(name, _("This cannot be read: %(faults)s") % {"faults": "; ".join(faults)})
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
        kept = {name: self.instance.time_limit[name] for name in ("alternatives",) if name in self.instance.time_limit}
        limit: dict[str, Any] = {"kind": kind.value}
        if kind in NUMBERED:
            limit[NUMBERED[kind]] = self.cleaned_data["limit_number"]
        cutoff = self.cleaned_data["limit_cutoff"] or (SAME_DAY_CUTOFF if kind is LimitKind.SAME_DAY else "")
        if cutoff and kind in WITH_CUTOFF:
            limit["cutoff"] = cutoff
        if self.cleaned_data["limit_other_territory"]:
            limit[OTHER_TERRITORY] = True
        if self.cleaned_data["limit_source"]:
            limit["source"] = self.cleaned_data["limit_source"]
        return limit | {"confidence": self.cleaned_data["confidence"]} | kept


class ProcedureAdminForm(forms.ModelForm):
    also_said = LinesField(label=_("also said"), required=False, help_text=_("Other words people use, one a line."))
    other_codes = LinesField(label=_("other codes seen"), required=False)

    class Meta:
        model = Procedure
        fields = (
            *("code", "key", "name", "short_name", "also_said", "field", "handler", "receive_at", "other_codes"),
            *("is_listed_only", "is_unconfirmed", "order", "ask_first", "declaration"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" not in self.fields:  # something is published: code and key stay
            return
        self.fields["key"].required = False
        self.fields["key"].help_text = _("Small letters, digits and _; empty: made of what people say.")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        said = (cleaned.get("short_name") or {}).get("vi", "")
        if "key" in self.fields:
            wanted = cleaned.get("key", "").replace("-", " ").replace("_", " ") or said
            cleaned["key"] = "_".join(syllables(wanted))[:60]
            if f"{cleaned['key']}.yaml" in LISTS:
                self.add_error("key", _("This name is taken by a list of the catalogue. Choose another one."))
        cleaned["declaration"] = cleaned.get("declaration") or {}
        self._check_part("declaration", [cleaned["declaration"]], "declaration")
        asked = cleaned.get("ask_first")
        if asked is not None:
            self._check_part("first_question", asked if isinstance(asked, list) else [None], "ask_first")
        return cleaned

    def _check_part(self, definition: str, values: list[Any], name: str) -> None:
        """What a file would be refused for is refused here, too."""
        if name not in self.errors and (faults := [one for value in values for one in part_faults(definition, value)]):
            self.add_error(name, _("This cannot be read: %(faults)s") % {"faults": "; ".join(faults)})


class LifeEventForm(forms.ModelForm):
    procedures = LinesField(label=_("procedures"), help_text=_("Keys of procedures, one a line, the most usual first."))

    class Meta:
        model = LifeEvent
        fields = ("key", "name", "hint", "procedures", "is_about_address", "order")


class IncentiveForm(KeptCondition):
    condition = ConditionField(label=_("granted"), required=False)
    fee_keys = LinesField(
        label=_("fees"), required=False, help_text=_("Keys of the fees it is about, one a line; none: all of them.")
    )

    class Meta:
        model = Incentive
        fields = (
            *("key", "name", "percent", "procedures", "fee_keys", "condition", "article"),
            *("effective_from", "effective_to", "confidence"),
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        rules = FeeRule.objects.filter(version__procedure__in=cleaned.get("procedures") or ())
        known = set(rules.values_list("key", flat=True))
        if unknown := [key for key in cleaned.get("fee_keys") or () if key not in known]:
            self.add_error(
                "fee_keys",
                _("None of these procedures has a fee with this key: %(keys)s. There are: %(known)s.")
                % {"keys": ", ".join(unknown), "known": ", ".join(sorted(known)) or "–"},
            )
        return cleaned


class UsualForm(forms.ModelForm):
    class Meta:
        model = Usual
        fields = ("value", "source", "confidence")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "value" in cleaned and not self.errors:
            told = cleaned["value"] if isinstance(cleaned["value"], dict) else {"": cleaned["value"]}
            told = told | {name: cleaned[name] for name in ("source", "confidence")}
            if faults := part_faults(f"usual_{self.instance.key}", told):
                self.add_error("value", _("This cannot be read: %(faults)s") % {"faults": "; ".join(faults)})
        return cleaned


class FirstDayForm(forms.Form):
    effective_from = forms.DateField(label=_("in force from"), widget=forms.DateInput({"type": "date"}))
