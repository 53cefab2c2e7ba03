"""What is no longer kept: say what is due, put it on a list, and carry out a list that was approved."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from applications.actions.retain import carry_out, make_list
from applications.models import RetentionList, RetentionRecord
from applications.retention import due_lines
from citizens.models import User
from portal import clock
from portal.errors import RuleBroken


class Command(BaseCommand):
    """A list is made by one city administrator (here with ``--by``, or in the portal) and approved by another, in the portal."""

    help = "Lists what retention rules say is due to be erased (--list), or carries out an approved list (--carry-out NUMBER)."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--list", action="store_true", help="say what is due; with --by, as a list to be approved")
        what.add_argument("--carry-out", type=int, metavar="NUMBER", help="carry out this list; can be repeated")
        parser.add_argument("--by", metavar="USER", help="the city administrator who makes the list")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["carry_out"] is not None:
                self._carry_out(options["carry_out"])
            elif options["by"]:
                self._make(options["by"])
            else:
                self._say()
        except RuleBroken as problem:
            raise CommandError(str(problem)) from problem

    def _say(self) -> None:
        counts: Counter[tuple[str, str]] = Counter()
        for line in due_lines(clock.today()):
            counts[line.what, str(line.rule)] += 1
        for (_what, rule), number in sorted(counts.items()):
            self.stdout.write(f"{number:8}  {rule}")
        self.stdout.write(f"{sum(counts.values()):8}  in all")

    def _make(self, name: str) -> None:
        user = User.objects.filter(username=name, is_active=True).first()
        if user is None:
            raise CommandError("Nobody is called so.")
        listed = make_list(at=clock.now(), acting_user=user)
        self.stdout.write(f"List {listed.pk}: {listed.lines.count()} lines, digest {listed.digest}.")

    def _carry_out(self, number: int) -> None:
        listed = RetentionList.objects.filter(pk=number).first()
        if listed is None:
            raise CommandError("There is no such list.")
        found = carry_out(listed=listed, at=clock.now())
        self.stdout.write(_words(found) if found else "Files that were kept anew today wait; call again tomorrow.")


def _words(found: RetentionRecord) -> str:
    counts = ", ".join(f"{name}: {number}" for name, number in found.counts.items())
    return f"List {found.listed_id} is carried out. {counts}. Record {found.hash}."
