"""The city administrator's view of the law as data. What is in force can be read, not changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path

from procedures import (
    admin_versions,  # noqa: F401 - registers versions
    revisions,
)
from procedures.forms_admin import IncentiveForm, ProcedureAdminForm
from procedures.loading.writing import as_content, as_yaml
from procedures.models import DocumentKind, Field, Incentive, LifeEvent, NationalDay, Procedure, Unit, UnitChange


class EachTold(admin.ModelAdmin):
    """What processes keep in memory: rows chosen together are deleted one by one, so that each deletion is told."""

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            row.delete()


@admin.register(Procedure)
class ProcedureAdmin(EachTold):
    form = ProcedureAdminForm
    change_form_template = "procedures/admin/procedure.html"
    list_display = ["code", "key", "__str__", "field", "is_listed_only"]
    list_filter = ["field", "is_listed_only"]
    search_fields = ["code", "key"]
    list_select_related = ["field"]

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export)
        return [path("<int:pk>/export/", export, name="procedures_procedure_export"), *super().get_urls()]

    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What is published of a procedure, as the file it could be loaded from."""
        procedure = get_object_or_404(Procedure.objects.select_related("field"), pk=pk)
        response = HttpResponse(as_yaml(as_content(procedure)), content_type="application/yaml; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{procedure.key}.yaml"'
        return response


@admin.register(Field)
class FieldAdmin(EachTold):
    list_display = ["code", "__str__", "order"]


@admin.register(LifeEvent)
class LifeEventAdmin(EachTold):
    list_display = ["key", "__str__", "order"]


@admin.register(Incentive)
class IncentiveAdmin(EachTold):
    form = IncentiveForm
    list_display = ["key", "__str__", "percent", "effective_from", "effective_to", "confidence"]
    list_filter = ["confidence", "percent"]
    filter_horizontal = ["procedures"]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Which procedures it is about is written after its row was told of."""
        super().save_related(request, form, formsets, change)
        revisions.changed(revisions.CATALOGUE)


@admin.register(DocumentKind)
class DocumentKindAdmin(EachTold):
    list_display = ["key", "__str__"]
    search_fields = ["key"]


@admin.register(NationalDay)
class NationalDayAdmin(EachTold):
    list_display = ["date", "day", "kind", "name", "source", "confidence"]
    list_filter = ["day", "kind", "confidence"]
    date_hierarchy = "date"


@admin.register(Unit)
class UnitAdmin(EachTold):
    list_display = ["name", "district", "code", "is_current", "valid_from", "valid_to"]
    list_filter = ["is_current", "kind", "district"]
    search_fields = ["folded", "name", "code"]


@admin.register(UnitChange)
class UnitChangeAdmin(EachTold):
    list_display = ["old", "new", "part", "is_suggested", "confidence", "decided_by"]
    list_filter = ["part", "confidence"]
    list_select_related = ["old", "new"]
    raw_id_fields = ["old", "new"]
