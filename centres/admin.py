"""Setting up centres. What happens to tickets is for reading here: changes go through the actions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from centres.models import (
    Appointment,
    AppointmentEvent,
    BookingRules,
    CalendarChange,
    CalendarDay,
    Centre,
    Counter,
    DailyNumber,
    Device,
    Matter,
    Membership,
    Rating,
    Service,
    Ticket,
    TicketEvent,
)


class ReadOnly:
    """Shown, never changed here."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class CalendarDayInline(admin.TabularInline):
    model = CalendarDay
    extra = 0


class ServiceInline(admin.TabularInline):
    model = Service
    extra = 0


@admin.register(Centre)
class CentreAdmin(admin.ModelAdmin):
    list_display = ["code", "short_name", "agency_code", "keeps_hours", "is_active"]
    inlines = [ServiceInline, CalendarDayInline]


@admin.register(Counter)
class CounterAdmin(admin.ModelAdmin):
    list_display = ["centre", "number", "state", "officer"]
    list_filter = ["centre"]
    list_select_related = ["centre", "officer"]
    filter_horizontal = ["services"]
    # Seats are taken and left by the actions only.
    readonly_fields = ["state", "state_since", "state_reason", "officer"]


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ["user", "centre", "role", "valid_from", "valid_to", "blocked_reason"]
    list_filter = ["centre", "role"]
    list_select_related = ["user", "centre"]
    raw_id_fields = ["user"]


@admin.register(Device)
class DeviceAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "centre", "kind", "last_seen_at", "revoked_at"]
    list_select_related = ["centre"]
    exclude = ["key_hash"]


class TicketEventInline(ReadOnly, admin.TabularInline):
    model = TicketEvent
    extra = 0


class MatterInline(ReadOnly, admin.TabularInline):
    model = Matter
    extra = 0


@admin.register(Ticket)
class TicketAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["label", "centre", "day", "state", "issued_at"]
    list_filter = ["centre", "state", "day"]
    list_select_related = ["centre"]
    # The token opens the visit's page, and the key draws it again.
    exclude = ["token", "client_key"]
    inlines = [MatterInline, TicketEventInline]


@admin.register(DailyNumber)
class DailyNumberAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["centre", "day", "letter", "last"]
    list_select_related = ["centre"]


@admin.register(Rating)
class RatingAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["ticket", "score", "at"]
    list_select_related = ["ticket"]


@admin.register(BookingRules)
class BookingRulesAdmin(admin.ModelAdmin):
    list_display = ["centre", "service", "valid_from", "valid_to", "slot_minutes", "visit_minutes", "share_percent"]
    list_select_related = ["centre", "service"]
    list_filter = ["centre"]


class AppointmentEventInline(ReadOnly, admin.TabularInline):
    model = AppointmentEvent
    extra = 0


@admin.register(Appointment)
class AppointmentAdmin(ReadOnly, admin.ModelAdmin):
    """What happened to each; who it was is nobody's business here."""

    list_display = ["code", "centre", "service", "starts_at", "state"]
    list_filter = ["centre", "state", "day"]
    list_select_related = ["centre", "service"]
    exclude = ["token", "client_key", "full_name", "phone", "email", "identity_digest"]
    inlines = [AppointmentEventInline]


@admin.register(CalendarChange)
class CalendarChangeAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["centre", "day", "hours", "reason", "removed", "at", "actor"]
    list_select_related = ["centre", "actor"]
