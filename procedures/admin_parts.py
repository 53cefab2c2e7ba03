"""What is written as a draft in the administration and read in words once it is published; the rows of a version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.text import pick
from procedures.condition_words import in_words
from procedures.forms_version import FeeRuleForm, FeeRules, FormFieldForm, PageStepsField, RequirementForm
from procedures.loading.writing import as_yaml
from procedures.models import FeeRule, FormField, Requirement
from procedures.models.catalogue import InCatalogue


def is_published(obj: Any) -> bool:
    """Whether it is a version or an incentive that is published, or part of one."""
    return getattr(getattr(obj, "version", obj), "published_at", None) is not None


def lines(texts: Any) -> SafeString | str:
    """One below the other; a dash for nothing."""
    return format_html_join("", "<div>{}</div>", ((text,) for text in texts)) or "–"


def download(content: Mapping[str, Any] | Sequence[Any], name: str) -> HttpResponse:
    """The catalogue's file of this content."""
    response = HttpResponse(as_yaml(content), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class EachTold(admin.ModelAdmin):
    """What processes keep in memory: rows chosen together are deleted one by one, so that each deletion is told.

    What is edited here is left alone by the catalogue's files from then on, until it is told to follow them again.
    """

    actions = ["follow_the_file"]

    class Media:
        css = {"all": ["css/law-admin.css"]}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if isinstance(obj, InCatalogue):
            obj.edited_at = clock.now()
        super().save_model(request, obj, form, change)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if not issubclass(self.model, InCatalogue):
            actions.pop("follow_the_file", None)
        return actions

    @admin.action(description=gettext_lazy("Follow the catalogue's files again"), permissions=["change"])
    def follow_the_file(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        queryset.update(edited_at=None)
        messages.success(request, gettext("From the next loading on the files' words count again."))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            row.delete()


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
    # One to add without a script.
    extra = 1

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
