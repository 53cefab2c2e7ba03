"""Administration of sign-ins, keys and people. Whoever opens a person's record here leaves a Look, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.admin import EmailAddress
from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.actions.record_look import record_look
from citizens.models import ApiToken, Citizen, HeldDocument, Look, User
from portal import clock
from portal.vn.dates import PartialDate
from portal.vn.names import validate_name
from portal.vn.phones import parse_phone
from portal.vn.problems import InvalidValue
from portal.vn.text import fold

# VNeID is set up by the environment, and nobody signs in with an e-mail address: nothing of it is changed here.
admin.site.unregister([EmailAddress, SocialAccount, SocialApp, SocialToken])


class UserCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["username", "full_name", "email"]


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    add_form = UserCreationForm
    list_display = ["username", "full_name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser"]
    search_fields = ["username", "full_name"]
    ordering = ["username"]
    readonly_fields = ["last_login", "joined_at"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (gettext_lazy("Person"), {"fields": ["full_name", "email"]}),
        (
            gettext_lazy("Administration pages"),
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
        (gettext_lazy("Dates"), {"fields": ["last_login", "joined_at"]}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["username", "full_name", "email", "password1", "password2"]})
    ]


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _record(request: HttpRequest, reason: str, **whose: Any) -> None:
    assert isinstance(request.user, User)
    record_look(
        **whose,
        reason=reason,
        unit=_("Administration"),
        role=_("administrator"),
        at=clock.now(),
        acting_user=request.user,
    )


class LookedAtAdmin(admin.ModelAdmin):
    """Pages about people: the list writes one Look for all it shows, a record one for its person."""

    def citizen_of(self, obj: Any) -> Citizen:
        raise NotImplementedError

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            shown = response.context_data["cl"].result_list
            _record(request, _("list in the administration"), citizens=[self.citizen_of(row) for row in shown])
        return response

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        response = super().changeform_view(request, object_id, form_url, extra_context)
        self._record_one(request, object_id, response, _("record opened in the administration"))
        return response

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        response = super().history_view(request, object_id, extra_context)
        self._record_one(request, object_id, response, _("changes looked up in the administration"))
        return response

    def _record_one(self, request: HttpRequest, object_id: str | None, response: HttpResponse, reason: str) -> None:
        if object_id is None or not isinstance(response, TemplateResponse):
            return
        obj = self.get_object(request, unquote(object_id))
        if obj is not None:
            _record(request, reason, citizen=self.citizen_of(obj))


class CitizenForm(forms.ModelForm):
    """What is typed here is read as at the counter: a date or a number that is none would break its pages."""

    class Meta:
        model = Citizen
        fields = [
            "full_name", "birth_text", "sex", "card_address", "address", "unit_code", "phone", "email", "language",
        ]  # fmt: skip

    def clean_full_name(self) -> str:
        return self._read("full_name", validate_name)

    def clean_birth_text(self) -> str:
        return self._read("birth_text", lambda raw: PartialDate.parse(raw).format())

    def clean_phone(self) -> str:
        return self._read("phone", parse_phone)

    def save(self, commit: bool = True) -> Citizen:
        born = self.cleaned_data["birth_text"]
        self.instance.birth_date = PartialDate.parse(born).as_date() if born else None
        return super().save(commit)

    def _read(self, name: str, parse: Callable[[str], str]) -> str:
        """The value as it is kept; empty stays empty."""
        raw: str = self.cleaned_data[name]
        try:
            return parse(raw) if raw.strip() else ""
        except InvalidValue as error:
            raise ValidationError(str(error.problem), code=error.code) from error


@admin.register(Citizen)
class CitizenAdmin(LookedAtAdmin):
    form = CitizenForm
    list_display = ["full_name", "masked_number", "birth_text", "unit_code"]
    # By name only: what is searched for stands in the address of the page, and a number must not.
    search_fields = ["folded_name"]
    search_help_text = gettext_lazy("By name. An identity number is searched for at the counter, never here.")
    ordering = ["sort_name"]
    fields = [
        "identity_number", "full_name", "birth_text", "birth_date", "sex", "card_address", "address", "unit_code",
        "phone", "email", "language", "identity_source", "created_at",
    ]  # fmt: skip
    readonly_fields = ["identity_number", "birth_date", "identity_source", "created_at"]
    show_full_result_count = False

    def citizen_of(self, obj: Citizen) -> Citizen:
        return obj

    @admin.display(description=gettext_lazy("identity number"))
    def masked_number(self, citizen: Citizen) -> str:
        return citizen.masked_identity

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Citizen], search_term: str
    ) -> tuple[QuerySet[Citizen], bool]:
        return super().get_search_results(request, queryset, fold(search_term))

    def save_model(self, request: HttpRequest, obj: Citizen, form: Any, change: bool) -> None:
        """Whatever is kept by the name follows it, in the page's own transaction (``settings.AFTER_RENAMING``)."""
        super().save_model(request, obj, form, change)
        if "full_name" in form.changed_data:
            for follower in settings.AFTER_RENAMING:
                import_string(follower)(obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(HeldDocument)
class HeldDocumentAdmin(LookedAtAdmin, ReadOnlyAdmin):
    list_display = ["title", "citizen", "source_code", "valid_until"]
    list_select_related = ["citizen"]
    search_fields = ["source_code"]

    def citizen_of(self, obj: HeldDocument) -> Citizen:
        return obj.citizen


@admin.register(Look)
class LookAdmin(ReadOnlyAdmin):
    """Whose data was looked at stands here by record number, so that reading the list is no look itself."""

    list_display = ["at", "user", "unit", "role", "reason", "dossier_code", "citizen_id"]
    fields = ["at", "user", "unit", "role", "reason", "dossier_code", "citizen_number", "subjects"]
    list_select_related = ["user"]
    list_filter = ["role"]
    search_fields = ["user__username", "dossier_code"]
    date_hierarchy = "at"
    show_full_result_count = False

    @admin.display(description=gettext_lazy("citizen"))
    def citizen_number(self, look: Look) -> int | None:
        return look.citizen_id


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    list_display = ["name", "user", "created_at", "revoked_at"]
    list_select_related = ["user"]
    fields = ["user", "name", "created_at", "revoked_at"]
    autocomplete_fields = ["user"]
    actions = ["revoke"]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> list[str]:
        return ["created_at", "revoked_at"] if obj is None else ["user", "created_at", "revoked_at"]

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        issued, key = ApiToken.issue(obj.user, obj.name)
        obj.pk, obj.key_hash, obj.created_at = issued.pk, issued.key_hash, issued.created_at
        messages.warning(request, _("This key is shown only once. Please copy it now: %(key)s") % {"key": key})

    @admin.action(description=gettext_lazy("Revoke"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        count = queryset.filter(revoked_at__isnull=True).update(revoked_at=clock.now())
        messages.success(request, _("Keys revoked: %(count)d.") % {"count": count})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
