"""Who may call."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request


class IsStaff(IsAuthenticated):
    """Whoever holds a role today. Roles belong to centres, an app above this one: asked by name."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return super().has_permission(request, view) and bool(import_string(settings.STAFF_ROLES)(request.user))
