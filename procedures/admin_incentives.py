"""Waivers and discounts in the administration: drafted, looked at for what they change, published, ended, followed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from portal import clock
from portal.errors import RuleBroken
from portal.text import pick
from procedures import revisions
from procedures.actions.incentives import draft_incentive, end_incentive, publish_incentive, withdraw_incentive
from procedures.admin_parts import EachTold, OnlyDrafts, SavedFirst, lines
from procedures.condition_words import in_words
from procedures.forms_admin import FirstDayForm, IncentiveForm, LastDayForm, fees_there_are
from procedures.incentive_effects import SAMPLE_PAGES, effects
from procedures.models import Incentive


@admin.register(Incentive)
class IncentiveAdmin(SavedFirst, OnlyDrafts, EachTold):
    form = IncentiveForm
    change_form_template = "procedures/admin/incentive.html"
    list_display = ["__str__", "percent", "effective_from", "effective_to", "published_at"]
    list_filter = ["confidence"]
    after_saving = {"_publish": "publish", "_next": "next_one"}
    next_view = "incentive_next"
    in_words = {"name": "name_text", "procedures": "procedure_names", "fee_keys": "fee_names", "condition": "granted"}

    def get_fields(self, request: HttpRequest, obj: Incentive | None = None) -> Any:
        names = list(self.form.base_fields)
        if obj is None or self.has_change_permission(request, obj):
            return names
        return [self.in_words.get(name, name) for name in names]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without deletion in bulk, which would pass by what protects those in force."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"effective_from": clock.today(), **super().get_changeform_initial_data(request)}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Which procedures it is about is written after its row was told of."""
        super().save_related(request, form, formsets, change)
        revisions.changed(revisions.CATALOGUE)

    @admin.display(description=gettext_lazy("name"))
    def name_text(self, incentive: Incentive) -> str:
        return pick(incentive.name)

    @admin.display(description=gettext_lazy("procedures"))
    def procedure_names(self, incentive: Incentive) -> str:
        return lines(map(str, incentive.procedures.all()))

    @admin.display(description=gettext_lazy("fees"))
    def fee_names(self, incentive: Incentive) -> str:
        names = dict(fees_there_are(incentive.fee_keys))
        return lines(names[key] for key in incentive.fee_keys) if incentive.fee_keys else _("all of them")

    @admin.display(description=gettext_lazy("granted"))
    def granted(self, incentive: Incentive) -> str:
        return in_words(incentive.condition)

    def get_urls(self) -> list[URLPattern]:
        def named(name: str, view: Any) -> URLPattern:
            return path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"procedures_incentive_{name}")

        own = [
            named("effects", self.effects),
            named("publish", self.publish),
            named("withdraw", self.withdraw),
            named("end", self.end),
            named("next", self.next_one),
        ]
        return [*own, *super().get_urls()]

    @method_decorator(require_GET)
    def effects(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Which fees of which procedures change, from when, and by how much for somebody who is entitled."""
        incentive = get_object_or_404(Incentive.objects.select_related("follows"), pk=pk)
        if not self.has_view_permission(request, incentive):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "incentive": incentive,
            "effects": list(effects(incentive)),
            "granted": in_words(incentive.condition),
            "pages": SAMPLE_PAGES,
            "title": pick(incentive.name),
        }
        return render(request, "procedures/admin/effects.html", context)

    @method_decorator(require_POST)
    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        done = _("Published. From its first day on fees are counted by it.")
        return self._do(request, pk, publish_incentive, done, at=clock.now())

    @method_decorator(require_POST)
    def withdraw(self, request: HttpRequest, pk: int) -> HttpResponse:
        done = _("A draft again; the one before it goes on until it is published.")
        return self._do(request, pk, withdraw_incentive, done, at=clock.now())

    @method_decorator(require_POST)
    def end(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = LastDayForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(map(str, form.errors["last_day"])))
            return self._back_to(pk)
        last = form.cleaned_data["last_day"]
        return self._do(request, pk, end_incentive, _("It ends on that day."), at=clock.now(), last_day=last)

    @method_decorator(require_POST)
    def next_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        like = get_object_or_404(Incentive, pk=pk)
        if not self.has_view_permission(request, like):
            raise PermissionDenied
        form = FirstDayForm(request.POST)
        if not form.is_valid():
            return self.ask_first_day(request, like, form)
        try:
            draft = draft_incentive(
                like=like, effective_from=form.cleaned_data["effective_from"], acting_user=request.user
            )
        except RuleBroken as problem:
            return self.refuse_first_day(request, like, form, problem)
        self.log_addition(request, draft, _("Begun like another one."))
        messages.success(request, _("A draft with the same content. Change what is new, look at it, then publish it."))
        return self._back_to(draft.pk)

    def _do(
        self, request: HttpRequest, pk: int, action: Callable[..., Incentive], done: str, **given: Any
    ) -> HttpResponse:
        incentive = get_object_or_404(Incentive, pk=pk)
        try:
            action(incentive=incentive, acting_user=request.user, **given)
        except RuleBroken as problem:
            return self._refused(request, problem, pk)
        self.log_change(request, incentive, done)
        messages.success(request, done)
        return self._back_to(pk)

    def _refused(self, request: HttpRequest, problem: RuleBroken, pk: int) -> HttpResponse:
        if problem.status == 403:
            raise PermissionDenied
        messages.error(request, str(problem))
        return self._back_to(pk)

    def _back_to(self, pk: int) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:procedures_incentive_change", args=[pk]))
