"""The city administrator's view of the law as data. What is in force can be read, not changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import clock
from procedures import (
    admin_incentives,  # noqa: F401 - registers incentives
    admin_questions,  # noqa: F401 - registers questions
    admin_versions,  # noqa: F401 - registers versions
)
from procedures.actions.correct_days import drop_days, keep_days
from procedures.admin_parts import EachTold, ToBeTranslated, download
from procedures.forms_admin import (
    DocumentKindForm,
    FieldForm,
    LifeEventForm,
    ProcedureAdminForm,
    UsualForm,
)
from procedures.loading.checking import PAPERS
from procedures.loading.writing import as_content, papers_content
from procedures.models import (
    DayCorrection,
    DocumentKind,
    Field,
    LifeEvent,
    NationalDay,
    Procedure,
    Unit,
    UnitChange,
    Usual,
)


@admin.register(Procedure)
class ProcedureAdmin(EachTold):
    form = ProcedureAdminForm
    change_form_template = "procedures/admin/procedure.html"
    fieldsets = [
        (
            None,
            {
                "fields": [
                    *("code", "key", "name", "short_name", "also_said", "field", "handler", "receive_at"),
                    *("other_codes", "is_listed_only", "is_unconfirmed", "order", "desk_key"),
                ]
            },
        ),
        (gettext_lazy("Before the wait"), {"fields": ["ask_which", "ask_first"]}),
        (
            gettext_lazy("The form on paper"),
            {"fields": ["paper_title", "paper_promise", "paper_lists", "paper_signers"]},
        ),
    ]
    list_display = ["code", "key", "__str__", "field", "desk_key", "is_listed_only", "is_unconfirmed"]
    list_filter = ["is_unconfirmed", "is_listed_only", ToBeTranslated, "field"]
    search_fields = ["code", "key", "name__vi"]
    list_select_related = ["field"]

    def get_readonly_fields(self, request: HttpRequest, obj: Procedure | None = None) -> list[str]:
        """Printed lists and links name the code: it stays once something is published under it."""
        return ["code", "key"] if obj is not None and obj.versions.published().exists() else []

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export)
        return [path("<int:pk>/export/", export, name="procedures_procedure_export"), *super().get_urls()]

    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What is published of a procedure, as the file it could be loaded from."""
        procedure = get_object_or_404(Procedure.objects.select_related("field"), pk=pk)
        if not self.has_view_permission(request, procedure):
            raise PermissionDenied
        if not procedure.versions.published().exists():
            messages.error(request, _("Nothing of this procedure is published yet: there is no file of it."))
            return HttpResponseRedirect(reverse("admin:procedures_procedure_change", args=[pk]))
        return download(as_content(procedure), f"{procedure.key}.yaml")


@admin.register(Field)
class FieldAdmin(EachTold):
    form = FieldForm
    list_display = ["code", "__str__", "order"]


@admin.register(LifeEvent)
class LifeEventAdmin(EachTold):
    form = LifeEventForm
    list_display = ["key", "__str__", "order"]


@admin.register(DocumentKind)
class DocumentKindAdmin(EachTold):
    form = DocumentKindForm
    list_display = ["key", "__str__", "is_form"]
    list_filter = ["is_form"]
    search_fields = ["key"]
    actions = [*EachTold.actions, "as_file"]

    @admin.action(description=gettext_lazy("All kinds of papers as a file"), permissions=["view"])
    def as_file(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return download(papers_content(), PAPERS)


@admin.register(Usual)
class UsualAdmin(EachTold):
    """Its parts are fixed: none is added, none deleted."""

    form = UsualForm
    list_display = ["__str__", "source", "confidence"]

    def get_fieldsets(self, request: HttpRequest, obj: Usual | None = None) -> Any:
        own = UsualForm.OF_PART.get(obj.key, ()) if obj else ()
        return [(None, {"fields": [*own, "source", "confidence"]})]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(NationalDay)
class NationalDayAdmin(EachTold):
    """What changes here may move what was promised: each day that is off or worked otherwise than before is noted."""

    change_list_template = "procedures/admin/national_days.html"
    list_display = ["date", "day", "kind", "name", "source", "confidence"]
    list_filter = ["day", "kind", "confidence"]
    date_hierarchy = "date"

    def save_model(self, request: HttpRequest, obj: NationalDay, form: Any, change: bool) -> None:
        self._tell(request, keep_days(days=[obj], at=clock.now()))

    def delete_model(self, request: HttpRequest, obj: NationalDay) -> None:
        self._tell(request, drop_days(days=[obj], at=clock.now()))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[NationalDay]) -> None:
        self._tell(request, drop_days(days=queryset, at=clock.now()))

    def _tell(self, request: HttpRequest, noted: list[DayCorrection]) -> None:
        """Where to see what a correction moves: nothing moves before somebody has looked."""
        if noted:
            words = _("What was promised over this day may move. Look at it, and let it move:")
            link = reverse("applications:moved_days"), _("Dossiers whose dates move")
            messages.warning(request, format_html('{} <a href="{}">{}</a>', words, *link))


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
