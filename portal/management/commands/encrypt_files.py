"""Encrypt what lies open in the private store, and bring what is encrypted under the newest key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.filecare import bring_all_under_newest_key
from portal.filekeys import master_keys


class Command(BaseCommand):
    """Safe while the portal runs, and to be called again after it was ended in the middle. Once it says that no file is left, the
    older keys may go from ``FILES_KEY_FILE``."""

    help = "Encrypts every file of the private store under the first key of FILES_KEY_FILE; files under an older key change hands."

    def handle(self, *args: Any, **options: Any) -> None:
        if not master_keys():
            raise CommandError("Set FILES_KEY_FILE first.")
        counts, left = bring_all_under_newest_key()
        self.stdout.write(", ".join(f"{name}: {number}" for name, number in sorted(counts.items())) or "no files")
        if left:
            names = "\n".join(left)
            raise CommandError(f"Not readable, left as they lie (damaged, or under a key that is not there):\n{names}")
