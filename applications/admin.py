"""Administration pages: dossiers are looked at here, never changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from applications.models import (
    AnswerLimit,
    Application,
    BankAccount,
    BookPrint,
    DayClosing,
    DeclarationRules,
    Event,
    FeeLine,
    HandlingRules,
    IssuedForm,
    LetterTemplate,
    Paper,
    Payment,
    Register,
    RegisterEntry,
    RegisterRules,
    RetentionRule,
    ScanRules,
    SigningDelegation,
    SigningKey,
    SigningRules,
    Step,
    SyncRules,
    VirusCheck,
    VirusRules,
)


class ReadOnly:
    """Business and history change through actions alone."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PaperInline(ReadOnly, admin.TabularInline):
    model = Paper
    fields = ("kind", "form_of_copy", "copies", "state")


class StepInline(ReadOnly, admin.TabularInline):
    model = Step
    fields = ("kind", "holder", "from_at", "to_at")


class FeeLineInline(ReadOnly, admin.TabularInline):
    model = FeeLine
    fields = ("article", "quantity", "amount")


@admin.register(Application)
class ApplicationAdmin(ReadOnly, admin.ModelAdmin):
    """Without names, contacts, form data and the public token: who needs those opens the dossier, which is noted."""

    list_display = ("code", "state", "payment_state", "competent", "received_at", "due_at", "handler")
    list_filter = ("state", "payment_state", "competent")
    list_select_related = ("competent", "handler")
    search_fields = ("code",)
    ordering = ("-id",)
    show_full_result_count = False
    inlines = (PaperInline, StepInline, FeeLineInline)
    fields = (
        "code", "version", "helped_at", "received_at_centre", "competent", "channel", "state", "payment_state",
        "delivery", "delivery_address", "delivery_state", "sync_state", "started_at", "submitted_at", "received_at", "due_at", "due_explanation",
        "paused_at", "released_at", "handed_over_at", "ended_at", "opened_by", "received_by", "handler",
    )  # fmt: skip


@admin.register(Event)
class EventAdmin(ReadOnly, admin.ModelAdmin):
    """The chain as it stands; personal values are beside it and not shown."""

    list_display = ("application", "sequence", "kind", "at", "actor", "centre", "hash")
    list_filter = ("kind",)
    list_select_related = ("application__version__procedure", "actor", "centre")
    search_fields = ("application__code",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(IssuedForm)
class IssuedFormAdmin(ReadOnly, admin.ModelAdmin):
    # Holds the person's name and address.
    exclude = ("frozen",)
    list_display = ("application", "number", "issued_at", "issued_by", "document")
    list_filter = ("number",)
    list_select_related = ("application__version__procedure", "issued_by", "document")
    search_fields = ("application__code",)
    ordering = ("-id",)


@admin.register(LetterTemplate)
class LetterTemplateAdmin(admin.ModelAdmin):
    """What officers begin a letter to a citizen with."""

    list_display = ("__str__", "order", "is_offered")
    list_editable = ("order", "is_offered")


@admin.register(Payment)
class PaymentAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("receipt_number", "application", "kind", "method", "amount", "at", "by", "centre")
    list_filter = ("kind", "method", "centre")
    list_select_related = ("application__version__procedure", "by", "centre")
    search_fields = ("receipt_number", "application__code")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(DayClosing)
class DayClosingAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("centre", "cashier", "day", "sequence", "at", "counted_cash", "counted_card", "counted_transfer")
    list_filter = ("centre",)
    list_select_related = ("centre", "cashier")
    show_full_result_count = False


@admin.register(BookPrint)
class BookPrintAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("centre", "day", "part", "sequence", "rows", "made_at", "made_by")
    list_filter = ("centre",)
    list_select_related = ("centre", "made_by")
    show_full_result_count = False


@admin.register(Register)
class RegisterAdmin(ReadOnly, admin.ModelAdmin):
    list_display = [field.name for field in Register._meta.concrete_fields]


@admin.register(RegisterEntry)
class RegisterEntryAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("__str__", "hash")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(DeclarationRules)
class DeclarationRulesAdmin(admin.ModelAdmin):
    list_display = ["valid_from", "kept_days", "source"]


@admin.register(RegisterRules)
class RegisterRulesAdmin(admin.ModelAdmin):
    list_display = ["valid_from", "renew_days", "open_days", "source"]
    ordering = ["-valid_from"]


@admin.register(ScanRules)
class ScanRulesAdmin(admin.ModelAdmin):
    list_display = ["valid_from", "kept_hours", "link_minutes", "source"]


@admin.register(VirusRules)
class VirusRulesAdmin(admin.ModelAdmin):
    list_display = ["valid_from", "when_away", "source"]


@admin.register(VirusCheck)
class VirusCheckAdmin(ReadOnly, admin.ModelAdmin):
    """Where an infected file came from."""

    list_display = ("sha256", "state", "found", "asked_by", "asked_at", "times")
    list_filter = ("state",)
    list_select_related = ("asked_by",)
    ordering = ("-asked_at",)
    show_full_result_count = False


@admin.register(RetentionRule)
class RetentionRuleAdmin(admin.ModelAdmin):
    """A rule that was carried out stays: a later one takes its place."""

    list_display = ["what", "procedure", "field", "kind", "months", "valid_from", "waits_for_confirmation", "source"]
    list_filter = ["waits_for_confirmation", "what"]
    list_select_related = ["procedure", "field", "kind"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(SigningRules)
class SigningRulesAdmin(admin.ModelAdmin):
    list_display = ["valid_from", "factor_minutes", "key_notice_days", "long_wait_minutes", "source"]


@admin.register(SigningDelegation)
class SigningDelegationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["person", "centre", "deed_number", "first_day", "last_day", "entered_by"]
    list_filter = ["centre"]
    list_select_related = ["person", "centre", "entered_by"]


@admin.register(SigningKey)
class SigningKeyAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["person", "subject", "fingerprint", "valid_from", "valid_to", "entered_by"]
    list_select_related = ["person", "entered_by"]


@admin.register(SyncRules)
class SyncRulesAdmin(admin.ModelAdmin):
    list_display = ["valid_from", "source"]


@admin.register(HandlingRules)
class HandlingRulesAdmin(admin.ModelAdmin):
    list_display = [
        "valid_from", "supplement_days", "remind_days", "forecast_days", "extension_days", "way_days", "most_days", "collect_days",
        "duplicate_days",
        "source",
    ]  # fmt: skip


@admin.register(AnswerLimit)
class AnswerLimitAdmin(admin.ModelAdmin):
    list_display = ["procedure_code", "valid_from", "working_days", "source"]
    list_filter = ["procedure_code"]


@admin.register(BankAccount)
class BankAccountAdmin(admin.ModelAdmin):
    list_display = ["centre", "valid_from", "bank", "account", "holder", "code_days", "source"]
    list_select_related = ["centre"]
