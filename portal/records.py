"""Bases of tables that only grow."""

from __future__ import annotations

from django.apps import apps
from django.db import models


class AppendOnly(models.Model):
    """A table whose rows are written once. The application's database role may not update or delete them.

    ``ERASABLE`` names the columns that erasure by law may blank (Law 91/2025 art. 14).
    """

    ERASABLE: tuple[str, ...] = ()

    class Meta:
        abstract = True


def append_only_models() -> list[type[AppendOnly]]:
    """Every concrete append-only model of the installed apps."""
    return [model for model in apps.get_models() if issubclass(model, AppendOnly)]
