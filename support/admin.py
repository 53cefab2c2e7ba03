"""What an installation sets for itself."""

from __future__ import annotations

from django.contrib import admin

from support.models import SupportRules, Target


@admin.register(Target)
class TargetAdmin(admin.ModelAdmin):
    list_display = ("severity", "valid_from", "response_minutes", "resolution_minutes", "calls", "escalate_minutes")
    list_filter = ("severity",)


@admin.register(SupportRules)
class SupportRulesAdmin(admin.ModelAdmin):
    list_display = (
        "valid_from",
        "source",
        "outage_notice_days",
        "outage_most_hours",
        "flap_minutes",
        "help_wider_seconds",
        "video_link_minutes",
        "warranty_soon_days",
        "law_lesson_days",
        "law_ahead_days",
        "exception_most_days",
    )
