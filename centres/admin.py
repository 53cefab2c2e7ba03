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
    CounterEvent,
    DailyNumber,
    Device,
    HallAnnouncement,
    HallAnnouncementEvent,
    Matter,
    Membership,
    NoticeRule,
    NumberBlock,
    PaperTrip,
    QueuePolicy,
    Rating,
    Service,
    Ticket,
    TicketEvent,
    Zone,
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


class ZoneInline(admin.TabularInline):
    model = Zone
    extra = 0


@admin.register(Centre)
class CentreAdmin(admin.ModelAdmin):
    list_display = ["code", "short_name", "agency_code", "keeps_hours", "is_active", "in_preparation"]
    inlines = [ServiceInline, ZoneInline, CalendarDayInline]


@admin.register(Counter)
class CounterAdmin(admin.ModelAdmin):
    list_display = ["centre", "number", "name", "zone", "state", "officer"]
    list_filter = ["centre"]
    list_select_related = ["centre", "zone", "officer"]
    filter_horizontal = ["services"]
    # Seats are taken and left by the actions only.
    readonly_fields = ["state", "state_since", "state_reason", "officer"]


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ["user", "centre", "role", "valid_from", "valid_to", "blocked_reason"]
    list_filter = ["centre", "role"]
    list_select_related = ["user", "centre"]
    raw_id_fields = ["user", "successor"]


@admin.register(Device)
class DeviceAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "centre", "kind", "last_seen_at", "revoked_at"]
    list_select_related = ["centre"]
    exclude = ["key_hash"]


class TicketEventInline(ReadOnly, admin.TabularInline):
    model = TicketEvent
    extra = 0
    # The class and what an officer saw or heard say why somebody goes first, as on the ticket itself.
    exclude = ["priority", "reason"]


class MatterInline(ReadOnly, admin.TabularInline):
    model = Matter
    extra = 0


@admin.register(Ticket)
class TicketAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["label", "centre", "day", "state", "issued_at"]
    list_filter = ["centre", "state", "day"]
    list_select_related = ["centre"]
    # The token opens the visit's page, and the key draws it again. Who the person is and why they go first (age,
    # pregnancy, disability) is for the desk, where the look is written down.
    exclude = ["token", "client_key", "citizen", "priority", "priority_ground"]
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


@admin.register(CounterEvent)
class CounterEventAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["counter", "kind", "at", "officer", "actor", "reason"]
    list_filter = ["counter__centre"]
    list_select_related = ["counter", "officer", "actor"]


@admin.register(QueuePolicy)
class QueuePolicyAdmin(admin.ModelAdmin):
    list_display = ["__str__", "valid_from", "valid_to", "cap", "recalls", "confidence"]
    list_filter = ["centre"]
    list_select_related = ["centre"]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without deletion in bulk: a policy that has ended says by which rule people were called then."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


class HallAnnouncementEventInline(ReadOnly, admin.TabularInline):
    model = HallAnnouncementEvent
    extra = 0


@admin.register(HallAnnouncement)
class HallAnnouncementAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["text", "centre", "zone", "from_at", "until_at", "stopped_at"]
    list_filter = ["centre"]
    list_select_related = ["centre", "zone"]
    inlines = [HallAnnouncementEventInline]


@admin.register(NoticeRule)
class NoticeRuleAdmin(admin.ModelAdmin):
    list_display = ["centre", "ahead", "most_sms", "valid_from", "valid_to", "source"]
    list_select_related = ["centre"]


@admin.register(NumberBlock)
class NumberBlockAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["centre", "day", "letter", "first", "last", "device", "closed_at"]
    list_select_related = ["centre", "device"]


@admin.register(PaperTrip)
class PaperTripAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["centre", "day", "procedure", "kind", "choice", "asked_at"]
    list_filter = ["centre", "choice"]
    list_select_related = ["centre", "procedure", "kind"]
    exclude = ["client_key"]
