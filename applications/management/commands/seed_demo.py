"""A believable day at branch no. 3, for the demo."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation

from applications.demo import day
from applications.demo.sign_ins import lines
from applications.demo.vneid import write_people
from portal import clock, jobs, live
from portal.errors import RuleBroken
from procedures.models import Procedure, Unit


class Command(BaseCommand):
    help = "Fills the demo's database with a believable day; safe to run again. --sign-ins prints who can sign in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--sign-ins", action="store_true", help="print the sign-ins and what to try; change nothing"
        )

    def handle(self, *args: Any, sign_ins: bool = False, **options: Any) -> None:
        if settings.PORTAL_ENV == "production":
            raise CommandError(
                "This is a production database; made-up people must not get into it. Nothing was changed."
            )
        if sign_ins:
            self.stdout.write("\n".join(lines()))
            return
        if not Procedure.objects.exists() or not Unit.objects.exists():
            raise CommandError("Run load_units, load_national_days and load_catalogue first. Nothing was changed.")
        try:
            # All or nothing, and what people read in the history is in the language of the place.
            with (
                transaction.atomic(),
                jobs.left_to_sweeps(),
                live.gathered(),
                translation.override(settings.LANGUAGE_CODE),
            ):
                self.stdout.write(day.seed(clock.now()))
        except RuleBroken as error:
            raise CommandError(f"The demo's day could not be made: {error} Nothing was changed.") from error
        write_people(settings.VAR_DIR / "demo" / "vneid" / "people.json")
