"""The page of the documentation that says who can do what with a dossier."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from applications.roads_page import page

PAGE = Path(settings.BASE_DIR) / "docs" / "roads.md"


class Command(BaseCommand):
    help = "Writes docs/roads.md from the steps of handling and their permissions."

    def handle(self, *args: Any, **options: Any) -> None:
        PAGE.write_text(page(), encoding="utf-8")
        self.stdout.write(f"{PAGE.relative_to(settings.BASE_DIR)} is current.")
