"""Take over from a file of the national catalogue what our catalogue does not know, as drafts."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from procedures.loading.national import compare, read_file, store
from procedures.loading.national_shape import NotUnderstood


class Command(BaseCommand):
    help = (
        "Compare a JSON file of the National Public Service Portal with our catalogue, and make drafts of what is new. "
        "Nothing is published, nothing known is changed; safe to run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--leave-out-faulty", action="store_true", help="go on without records that cannot be understood"
        )
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--diff", action="store_true", help="say what is new and what differs, change nothing")
        what.add_argument("--apply", action="store_true", help="make drafts of what is new")

    def handle(self, *args: Any, file: Path, apply: bool, leave_out_faulty: bool, **options: Any) -> None:
        try:
            records, faults = read_file(file)
        except NotUnderstood as error:
            raise CommandError(f"Nothing was imported. {file.name}: {error}") from error
        if faults and not leave_out_faulty:
            raise CommandError("\n".join(["Nothing was imported.", *(f"{file.name}: {fault}" for fault in faults)]))
        for fault in faults:
            self.stderr.write(f"{file.name}: {fault}")
        found = compare(records)
        if apply:
            store(found.new)
            self.stdout.write(f"{len(found.new)} new as drafts, {len(found.different)} differ and stay as they are.")
        else:
            self.stdout.write("\n".join(found.lines()) or "No difference.")
