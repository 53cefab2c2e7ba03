"""Whether anybody bent a register."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from applications.closings import read_kept
from applications.register_faults import Count, find_faults


class Command(BaseCommand):
    help = (
        "Walks every register and every closing and names what was changed, removed, put in or moved. "
        "With --published also against closings that were fetched and kept elsewhere."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--published", nargs="+", default=[], metavar="FILE", help="files fetched from /verify/closings/DAY.json"
        )

    def handle(self, *args: Any, published: list[str], **options: Any) -> None:
        count, faults = Count(), 0
        try:
            kept = read_kept(published)
        except ValueError as error:
            raise CommandError(f"{error} Nothing was looked at.") from error
        for found in find_faults(kept, count):
            faults += 1
            self.stdout.write(found.sentence[:1].upper() + found.sentence[1:])
        looked_at = (
            f"{count.registers} registers with {count.lines} lines and {count.notes} notes, {count.closings} closings"
            + (f", {len(published)} files kept elsewhere" if published else "")
        )
        if faults:
            raise CommandError(f"{faults} faults found in {looked_at}.")
        self.stdout.write(f"Whole: {looked_at}.")
