"""Load the catalogue of procedures from its files."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation

from procedures.loading.checking import CATALOGUE, read_catalogue
from procedures.loading.reading import Faulty
from procedures.loading.storing import store


class Command(BaseCommand):
    help = "Load procedures, their versions, papers and fees. All or nothing; safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=CATALOGUE)
        only = parser.add_mutually_exclusive_group()
        only.add_argument("--check", action="store_true", help="check the files, touch nothing")
        only.add_argument("--diff", action="store_true", help="say what would change, change nothing")

    # Operators read one language; the tables' own refusals are sentences in any.
    @translation.override("en")
    def handle(self, *args: Any, folder: Path, check: bool, diff: bool, **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"Nothing was loaded.\nThere is no folder {folder}.")
        try:
            catalogue = read_catalogue(folder)
            for warning in catalogue.warnings:
                self.stderr.write(f"warning: {warning}")
            if check:
                self.stdout.write(f"{len(catalogue.procedures)} procedures, no faults.")
                return
            with transaction.atomic():
                changes = store(catalogue)
                transaction.set_rollback(diff)
        except Faulty as error:
            raise CommandError(f"Nothing was loaded.\n{error}") from error
        if diff:
            self.stdout.write("\n".join(changes.lines) or "No difference.")
        else:
            self.stdout.write(f"{len(catalogue.procedures)} procedures, {len(changes.lines)} changes.")
