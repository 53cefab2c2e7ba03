"""Yes/no questions in the administration: written without a release, and kept while a rule relies on them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import RuleBroken
from portal.once import once
from procedures.admin_parts import EachTold, download
from procedures.enums import Confidence
from procedures.forms_admin import QuestionForm
from procedures.loading.checking import QUESTIONS
from procedures.loading.writing import questions_content
from procedures.models import Question
from procedures.models.questions import Use, question_uses


@admin.register(Question)
class QuestionAdmin(EachTold):
    form = QuestionForm
    list_display = ["__str__", "by", "used_by", "key"]
    list_filter = ["by", "confidence"]
    search_fields = ["key", "question__vi"]
    actions = [*EachTold.actions, "as_file"]

    @admin.display(description=gettext_lazy("used by"))
    def used_by(self, question: Question) -> str:
        """Read once for the whole list."""
        uses = once("question uses", question_uses).get(question.key, [])
        return (
            format_html_join("", '<div><a href="{}">{}</a></div>', ((_page(use), _words(use)) for use in uses)) or "–"
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"confidence": Confidence.LIKELY, **super().get_changeform_initial_data(request)}

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without deletion in bulk, which says nothing of what a rule relies on."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        question = self.get_object(request, unquote(object_id))
        if question is not None and self.has_delete_permission(request, question):
            try:
                question.refuse_deletion()
            except RuleBroken as problem:
                messages.error(request, str(problem))
                return HttpResponseRedirect(reverse("admin:procedures_question_change", args=[question.pk]))
        return super().delete_view(request, object_id, extra_context)

    @admin.action(description=gettext_lazy("All yes/no questions as a file"), permissions=["view"])
    def as_file(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return download(questions_content(), QUESTIONS)


def _page(use: Use) -> str:
    return reverse(f"admin:procedures_{use.row._meta.model_name}_change", args=[use.row.pk])


def _words(use: Use) -> str:
    return str(use.row) if use.counts else _("%(name)s (draft)") % {"name": use.row}
