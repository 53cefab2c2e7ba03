"""The city administrator's view of the law as data. What is in force can be read, not changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from procedures.models import (
    DocumentKind,
    FeeRule,
    Field,
    LifeEvent,
    NationalDay,
    Procedure,
    ProcedureVersion,
    Requirement,
    Unit,
    UnitChange,
)


class EachTold(admin.ModelAdmin):
    """What processes keep in memory: rows chosen together are deleted one by one, so that each deletion is told."""

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            row.delete()


class FixedOnceInForce:
    """Read-only for a version in force, and for all that belongs to it."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not _is_fixed(obj) and super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not _is_fixed(obj) and super().has_delete_permission(request, obj)  # type: ignore[misc]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # An inline is asked with its version, a list page without.
        given = (request, obj) if isinstance(self, admin.TabularInline) else (request,)
        return not _is_fixed(obj) and super().has_add_permission(*given)  # type: ignore[misc]


def _is_fixed(obj: Any) -> bool:
    version = getattr(obj, "version", obj)
    return isinstance(version, ProcedureVersion) and version.is_fixed


class RequirementInline(FixedOnceInForce, admin.TabularInline):
    model = Requirement
    extra = 0


class FeeRuleInline(FixedOnceInForce, admin.TabularInline):
    model = FeeRule
    extra = 0


@admin.register(ProcedureVersion)
class ProcedureVersionAdmin(FixedOnceInForce, admin.ModelAdmin):
    list_display = ["procedure", "number", "effective_from", "effective_to", "confidence", "published_at"]
    list_filter = ["confidence", "procedure__field"]
    list_select_related = ["procedure"]
    readonly_fields = ["published_at"]
    inlines = [RequirementInline, FeeRuleInline]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without deletion in bulk, which would pass by what protects a version in force."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


@admin.register(Procedure)
class ProcedureAdmin(EachTold):
    list_display = ["code", "key", "__str__", "field", "is_listed_only"]
    list_filter = ["field", "is_listed_only"]
    search_fields = ["code", "key"]
    list_select_related = ["field"]


@admin.register(Field)
class FieldAdmin(EachTold):
    list_display = ["code", "__str__", "order"]


@admin.register(LifeEvent)
class LifeEventAdmin(EachTold):
    list_display = ["key", "__str__", "order"]


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
