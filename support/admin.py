"""What an installation sets for itself."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from support.models import SupportRules, SurveyQuestion, Target


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


@admin.register(SurveyQuestion)
class SurveyQuestionAdmin(admin.ModelAdmin):
    list_display = ("key", "area", "__str__", "is_must", "order", "valid_from", "valid_to")
    list_filter = ("area", "is_must")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What was answered keeps its words; it can end, and another row go on."""
        if obj is not None and obj.answers.exists():
            return ("key", "area", "text", "hint", "is_must", "valid_from")
        return ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not obj.answers.exists())
