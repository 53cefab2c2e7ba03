"""Versions in the administration: written as drafts, seen as officers and citizens will see them, then published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from portal import clock
from portal.errors import RuleBroken
from portal.text import pick
from procedures import catalogue_cache
from procedures.actions.draft_version import draft_version
from procedures.actions.publish import PERMISSION, publish
from procedures.actions.withdraw import withdraw
from procedures.admin_parts import (
    FeeRuleInline,
    FormFieldInline,
    OnlyDrafts,
    RequirementInline,
    SavedFirst,
    ToBeTranslated,
    lines,
)
from procedures.admin_sections import sections
from procedures.calendars import OPENING
from procedures.condition_words import in_words
from procedures.declaration_files import declaration_pdf
from procedures.declarations import has_declaration
from procedures.enums import Confidence
from procedures.facts import AnsweredBy
from procedures.form_fields import schema_of_rows, write_rows
from procedures.forms import ProcedureForm
from procedures.forms_admin import FirstDayForm
from procedures.forms_rules import limit_in_words
from procedures.forms_version import VersionForm
from procedures.models import FeeRule, ProcedureVersion
from procedures.quote import facts_asked, quote
from procedures.refusals import Refusal, not_translated, refusals
from procedures.sheet import Sheet, case_page


@admin.register(ProcedureVersion)
class ProcedureVersionAdmin(SavedFirst, OnlyDrafts, admin.ModelAdmin):
    form = VersionForm
    change_form_template = "procedures/admin/version.html"
    list_display = (
        *("procedure", "number", "effective_from", "effective_to", "published_at"),
        *("to_be_confirmed", "layout_confirmed"),
    )
    list_filter = ["confidence", "layout_confirmed", ToBeTranslated, "procedure__field"]
    list_select_related = ["procedure"]
    search_fields = ["procedure__code", "procedure__name__vi"]
    # The nation's catalogue has thousands.
    autocomplete_fields = ["procedure"]
    after_saving = {"_publish": "publish", "_layout": "confirm_layout", "_next": "next_version"}
    next_view = "version_next"
    inlines = [RequirementInline, FeeRuleInline, FormFieldInline]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    *("procedure", "number", "effective_from", "effective_to", "legal_basis", "confidence"),
                    "layout_confirmed",
                ],
                "classes": ["section-basics"],
            },
        ),
        (
            None,
            {
                "fields": [
                    *(
                        "limit_kind",
                        "limit_number",
                        "limit_cutoff",
                        "limit_other_territory",
                        "limit_source",
                        "limit_confidence",
                    ),
                    *("alternatives", "result", "part_names"),
                ],
                "classes": ["section-limit"],
            },
        ),
        (None, {"fields": ["notices", "conditions"], "classes": ["section-rules"]}),
    ]
    # What is in force is read, not filled in.
    in_words = {
        "legal_basis": "acts",
        "limit_kind": "limit_words",
        "alternatives": "other_limits",
        "result": "result_names",
        "notices": "notice_words",
        "conditions": "check_words",
    }

    def get_fieldsets(self, request: HttpRequest, obj: ProcedureVersion | None = None) -> Any:
        has_parts = obj is not None and bool(obj.parts)
        shown = [
            (name, {**options, "fields": [one for one in options["fields"] if has_parts or one != "part_names"]})
            for name, options in self.fieldsets
        ]
        if obj is None or self.has_change_permission(request, obj):
            return shown
        return [(name, {**options, "fields": list(self._read(options["fields"]))}) for name, options in shown]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Linked services are written in the catalogue's files, and carried along from version to version."""
        return [*super().get_readonly_fields(request, obj), "part_names"]

    def _read(self, fields: Any) -> Iterator[str]:
        for name in fields:
            if name in self.in_words:
                yield self.in_words[name]
            elif not name.startswith("limit_"):
                yield name

    @admin.display(description=gettext_lazy("legal basis"))
    def acts(self, version: ProcedureVersion) -> str:
        return lines(version.legal_basis)

    @admin.display(description=gettext_lazy("time limit"))
    def limit_words(self, version: ProcedureVersion) -> str:
        limit = version.time_limit
        return (
            ", ".join(filter(None, [limit_in_words(limit), limit.get("cutoff"), limit.get("source")])) if limit else ""
        )

    @admin.display(description=gettext_lazy("other limits"))
    def other_limits(self, version: ProcedureVersion) -> str:
        others = version.time_limit.get("alternatives", ())
        return lines(f"{limit_in_words(one)} – {in_words(one['when'])}" for one in others)

    @admin.display(description=gettext_lazy("what the citizen gets"))
    def result_names(self, version: ProcedureVersion) -> str:
        return lines(pick(result["name"]) for result in version.results)

    @admin.display(description=gettext_lazy("linked services"))
    def part_names(self, version: ProcedureVersion) -> str:
        return lines(f"{pick(part['name'])} – {pick(part['office'])}" for part in version.parts)

    @admin.display(description=gettext_lazy("what must be said first"))
    def notice_words(self, version: ProcedureVersion) -> str:
        return lines(f"{pick(notice['text'])} – {in_words(notice.get('when'))}" for notice in version.notices)

    @admin.display(description=gettext_lazy("checks of days"))
    def check_words(self, version: ProcedureVersion) -> str:
        return lines(pick(check["message"]) for check in version.conditions)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """In sections, with what is still missing in a draft."""
        version = kwargs.get("obj")
        found: list[Refusal] = []
        if version is not None and version.published_at is None:
            found = refusals(ProcedureVersion.objects.for_quote().get(pk=version.pk))
        parts = sections(version, context["adminform"], context["inline_admin_formsets"], found)
        context |= {"sections": list(parts), "refusals": found}
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("to be confirmed by legal staff"), boolean=True)
    def to_be_confirmed(self, version: ProcedureVersion) -> bool | None:
        """A mark where a fact of the version, or of one of its papers and fees, is not sure."""
        rows: list[Any] = [version, *version.requirements.all(), *version.fee_rules.all()]
        return False if any(row.confidence != Confidence.SURE for row in rows) else None

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("requirements", "fee_rules")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without deletion in bulk, which would pass by what protects a version in force."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given = super().get_changeform_initial_data(request)
        return {"number": 1, "effective_from": clock.today(), "confidence": Confidence.LIKELY, **given}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The form's schema follows its rows, fees that began with the version its first day.

        A version that only has a schema, as from a file, gets its rows first: a new one is added to them.
        """
        version = form.instance
        if version.form_schema and not version.form_fields.exists():
            write_rows(version)
        super().save_related(request, form, formsets, change)
        if "effective_from" in form.changed_data and (before := form.initial.get("effective_from")):
            for rule in version.fee_rules.filter(effective_from=before):
                rule.effective_from = version.effective_from
                rule.save(update_fields=["effective_from"])
        rows = list(version.form_fields.all())
        version.form_schema = schema_of_rows(rows) if rows else {}
        for row in rows:
            row.save(update_fields=["key"])
        version.save()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for rule in formset.save(commit=False):
            if isinstance(rule, FeeRule) and not getattr(rule, "effective_from", None):
                rule.effective_from = form.instance.effective_from
        super().save_formset(request, form, formset, change)

    def get_urls(self) -> list[URLPattern]:
        def named(name: str, view: Any) -> URLPattern:
            return path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"procedures_version_{name}")

        own = [
            named("citizen", self.as_citizen),
            named("officer", self.as_officer),
            named("paper", self.as_paper),
            named("publish", self.publish),
            named("withdraw", self.withdraw),
            named("layout", self.confirm_layout),
            named("next", self.next_version),
        ]
        return [*own, *super().get_urls()]

    def _version(self, request: HttpRequest, pk: int) -> ProcedureVersion:
        version = get_object_or_404(ProcedureVersion.objects.for_quote(), pk=pk)
        if not self.has_view_permission(request, version):
            raise PermissionDenied
        return version

    @method_decorator(require_GET)
    def as_citizen(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The public page as it will be."""
        version = self._version(request, pk)
        if not version.time_limit:
            return self._without_limit(request, pk)
        context = case_page(version, request.GET or None, _when_it_holds(version))
        return render(request, "procedures/detail.html", context | {"is_preview": not version.is_fixed})

    @method_decorator(require_GET)
    def as_officer(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Questions, papers, fee and form as the desk will show them; nothing that is typed here is kept."""
        version = self._version(request, pk)
        if not version.time_limit:
            return self._without_limit(request, pk)
        facts = dict.fromkeys(request.GET.getlist("yes"), True)
        asked = [(fact, facts.get(fact.key, False)) for fact in facts_asked(version) if fact.by != AnsweredBy.PORTAL]
        answer = quote(version, facts, _when_it_holds(version), catalogue_cache.load_calendar())
        context = {
            **self.admin_site.each_context(request),
            "version": version,
            "is_preview": not version.is_fixed,
            "asked": asked,
            "sheet": Sheet(version, answer, facts),
            "quote": answer,
            "form": ProcedureForm(version),
            "title": str(version),
        }
        return render(request, "procedures/admin/officer.html", context)

    @method_decorator(require_GET)
    def as_paper(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form as it will be printed, before anybody is asked to confirm its layout."""
        version = self._version(request, pk)
        if not has_declaration(version):
            raise Http404
        response = HttpResponse(declaration_pdf(version), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{version.procedure.code}.pdf"'
        return response

    @method_decorator(require_POST)
    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(request, pk)
        try:
            publish(version=version, at=clock.now(), acting_user=request.user)
        except RuleBroken as problem:
            missing = _("Saved, but not published: what is still missing stands above the form.")
            messages.error(request, missing if problem.code == "not_complete" else str(problem))
        else:
            self.log_change(request, version, _("Published."))
            messages.success(
                request, _("Published. From its first day on the counters and the public pages follow it.")
            )
            if texts := not_translated(version):
                messages.warning(request, _("Not translated yet: %(texts)s.") % {"texts": "; ".join(texts)})
        return self._back_to(pk)

    @method_decorator(require_POST)
    def withdraw(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(request, pk)
        try:
            withdraw(version=version, at=clock.now(), acting_user=request.user)
        except RuleBroken as problem:
            messages.error(request, str(problem))
        else:
            self.log_change(request, version, _("Publication taken back."))
            messages.success(request, _("A draft again; the version before goes on until it is published."))
        return self._back_to(pk)

    @method_decorator(require_POST)
    def confirm_layout(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Legal staff have seen the printed form: that may be said of a version in force, too."""
        version = self._version(request, pk)
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        version.layout_confirmed = True
        version.save()
        self.log_change(request, version, _("Layout confirmed."))
        messages.success(request, _("The layout of the form is confirmed."))
        return self._back_to(pk)

    @method_decorator(require_POST)
    def next_version(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(request, pk)
        form = FirstDayForm(request.POST)
        if not form.is_valid():
            return self.ask_first_day(request, version, form)
        try:
            draft = draft_version(
                like=version,
                effective_from=form.cleaned_data["effective_from"],
                acting_user=request.user,
            )
        except RuleBroken as problem:
            return self.refuse_first_day(request, version, form, problem)
        messages.success(request, _("A draft with the same content. Change what is new, look at it, then publish it."))
        return self._back_to(draft.pk)

    def _without_limit(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A draft of the national catalogue may lack what everything else is counted by."""
        messages.error(request, _("Write the time limit."))
        return self._back_to(pk)

    def _back_to(self, pk: int) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:procedures_procedureversion_change", args=[pk]))


def _when_it_holds(version: ProcedureVersion) -> datetime:
    """Now, or the morning of its first day while that lies ahead: before it, its fees do not count yet."""
    first = datetime.combine(version.effective_from, OPENING, tzinfo=clock.HANOI)
    return max(clock.local(clock.now()), first)
