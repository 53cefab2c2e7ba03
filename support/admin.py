"""What an installation sets for itself."""

from __future__ import annotations

from django.contrib import admin

from support.models import Target


@admin.register(Target)
class TargetAdmin(admin.ModelAdmin):
    list_display = ("severity", "valid_from", "response_minutes", "resolution_minutes", "calls", "escalate_minutes")
    list_filter = ("severity",)
