"""What is written as a draft in the administration and read in words once it is published; the rows of a version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.errors import RuleBroken
from portal.text import pick
from procedures.condition_words import in_words
from procedures.forms_admin import FirstDayForm
from procedures.forms_version import FeeRuleForm, FeeRules, FormFieldForm, PageStepsField, RequirementForm, Requirements
from procedures.loading.writing import as_yaml
from procedures.models import FeeRule, FormField, ProcedureVersion, Requirement
from procedures.models.catalogue import InCatalogue
from procedures.untranslated import is_untranslated


def is_published(obj: Any) -> bool:
    """Whether it is a version or an incentive that is published, or part of one."""
    return getattr(getattr(obj, "version", obj), "published_at", None) is not None


def lines(texts: Any) -> SafeString | str:
    """One below the other; a dash for nothing."""
    return format_html_join("", "<div>{}</div>", ((text,) for text in texts)) or "–"


class ToBeTranslated(admin.SimpleListFilter):
    """Those of which a text lacks a language: it stands in several columns, and in the papers and fees of a version."""

    title = _("to be translated")
    parameter_name = "untranslated"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "yes":
            return queryset
        if queryset.model is not ProcedureVersion:
            return queryset.filter(pk__in=[row.pk for row in queryset if is_untranslated(row)])
        versions = queryset.prefetch_related(None).prefetch_related("requirements__kind", "fee_rules")
        return queryset.filter(pk__in=[version.pk for version in versions if is_untranslated(*_parts(version))])


def _parts(version: ProcedureVersion) -> Iterator[Model]:
    yield version
    for row in version.requirements.all():
        yield from (row, row.kind)
    yield from version.fee_rules.all()


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


class SavedFirst:
    """Buttons of a draft's page that do more than save it: they send the page's own form, so that it is saved first.

    ``after_saving`` names for each button the view that does the rest. What is published has no form to save: its buttons
    go to these views themselves. ``next_view`` is the address of the one that begins a new one like it.
    """

    after_saving: ClassVar[dict[str, str]] = {}
    next_view = ""

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        for button, view in self.after_saving.items():
            if button in request.POST:
                answer: HttpResponse = getattr(self, view)(request, obj.pk)
                return answer
        return super().response_change(request, obj)  # type: ignore[misc]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["first_day"] = FirstDayForm(request.POST if "_next" in request.POST else None)
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def refuse_first_day(self, request: HttpRequest, obj: Any, form: FirstDayForm, problem: RuleBroken) -> HttpResponse:
        if problem.status == 403:
            raise PermissionDenied
        form.add_error("effective_from", str(problem))
        return self.ask_first_day(request, obj, form)

    def ask_first_day(self, request: HttpRequest, obj: Any, form: FirstDayForm) -> HttpResponse:
        """The first day of a new one once more, with what is wrong beside it."""
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "first_day": form,
            "address": reverse(f"admin:procedures_{self.next_view}", args=[obj.pk]),
            "back": reverse(f"admin:{obj._meta.label_lower.replace('.', '_')}_change", args=[obj.pk]),
            "title": str(obj),
        }
        return render(request, "procedures/admin/first_day.html", context)


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
    formset = Requirements
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
