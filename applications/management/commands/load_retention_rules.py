"""Enter the proposed retention rules that are not there yet."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand

from applications.models import RetentionRule
from procedures.models import Field

SOURCE = Path(__file__).resolve().parents[2] / "retention_rules.yaml"
SINCE = date(2026, 1, 1)


class Command(BaseCommand):
    """Safe to repeat: a rule that somebody entered, changed or confirmed stays as it is."""

    help = "Loads the proposed retention rules; each waits for legal confirmation."

    def handle(self, *args: Any, **options: Any) -> None:
        made = sum(_load(row) for row in yaml.safe_load(SOURCE.read_text()))
        self.stdout.write(f"{made} new retention rules; they wait for legal confirmation.")


def _load(row: dict[str, Any]) -> bool:
    field = Field.objects.filter(code=row["field"]).first() if "field" in row else None
    if "field" in row and field is None:  # its law's data is not loaded
        return False
    whom = {"what": row["what"], "procedure": None, "field": field, "kind": None}
    if RetentionRule.objects.filter(**whom).exists():
        return False
    RetentionRule.objects.create(valid_from=SINCE, months=row.get("months"), source=row["source"], **whom)
    return True
