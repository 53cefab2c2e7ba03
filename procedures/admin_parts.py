"""The rows of a version in the administration: written while it is a draft, read in words once it is published."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.text import pick
from procedures.condition_words import in_words
from procedures.forms_version import FeeRuleForm, FeeRules, FormFieldForm, PageStepsField, RequirementForm
from procedures.models import FeeRule, FormField, ProcedureVersion, Requirement


def is_published(obj: Any) -> bool:
    version = getattr(obj, "version", obj)
    return isinstance(version, ProcedureVersion) and version.published_at is not None


def lines(texts: Any) -> SafeString | str:
    """One below the other; a dash for nothing."""
    return format_html_join("", "<div>{}</div>", ((text,) for text in texts)) or "–"


def text_of(model: type[Model], column: str) -> Any:
    """A method of the administration that reads a text out in the reader's language."""

    @admin.display(description=model._meta.get_field(column).verbose_name)  # type: ignore[union-attr]
    def read(self: Any, row: Any) -> str:
        return pick(getattr(row, column)) or "–"

    return read


class OnlyDrafts:
    """Read-only once a version is published, and for all that belongs to it: what the publication checked stays true.

    ``in_words`` names for columns that are data of several parts the method that reads them out then.
    """

    in_words: dict[str, str] = {}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not is_published(obj) and super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not is_published(obj) and super().has_delete_permission(request, obj)  # type: ignore[misc]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # An inline is asked with its version, a list page without.
        given = (request, obj) if isinstance(self, admin.options.InlineModelAdmin) else (request,)
        return not is_published(obj) and super().has_add_permission(*given)  # type: ignore[misc]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        may = self.has_change_permission(request, obj) if obj is not None else True
        return [] if may else list(self.in_words.values())


class PartInline(OnlyDrafts, admin.StackedInline):
    template = "procedures/admin/rows.html"
    extra = 0

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = list(self.form._meta.fields or ())
        if obj is None or self.has_change_permission(request, obj):
            return names
        return [self.in_words.get(name, name) for name in names]

    @admin.display(description=_("condition"))
    def condition_words(self, row: Any) -> str:
        return in_words(row.condition)


class RequirementInline(PartInline):
    model = Requirement
    form = RequirementForm
    in_words = {"condition": "condition_words", "note": "note_text"}
    note_text = text_of(Requirement, "note")


class FeeRuleInline(PartInline):
    model = FeeRule
    form = FeeRuleForm
    formset = FeeRules
    in_words = {"name": "name_text", "condition": "condition_words", "steps": "step_lines"}
    name_text = text_of(FeeRule, "name")

    @admin.display(description=_("steps per page"))
    def step_lines(self, rule: FeeRule) -> str:
        return lines(PageStepsField().prepare_value(rule.steps).splitlines())


class FormFieldInline(PartInline):
    model = FormField
    form = FormFieldForm
    in_words = {"heading": "heading_text", "label": "label_text", "help": "help_text", "choices": "choice_lines"}
    heading_text = text_of(FormField, "heading")
    label_text = text_of(FormField, "label")
    help_text = text_of(FormField, "help")

    @admin.display(description=_("choices"))
    def choice_lines(self, row: FormField) -> str:
        return lines(pick(choice["label"]) for choice in row.choices)
