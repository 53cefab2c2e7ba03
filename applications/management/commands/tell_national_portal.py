"""Dossiers from before the national portal was connected: write the rows of all that was never told."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from applications.actions.tell_national import catch_up
from applications.national.outbox import is_connected
from portal import clock, jobs


class Command(BaseCommand):
    help = "Queues every dossier received since a day that the national portal was never told of; safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=date.fromisoformat, required=True, help="the first day, as 2026-12-01")

    def handle(self, *args: Any, since: date, **options: Any) -> None:
        if not is_connected():
            raise CommandError("No national portal is connected: set NATIONAL_URL first. Nothing was queued.")
        with jobs.left_to_sweeps():
            queued = catch_up(since=since, at=clock.now())
        self.stdout.write(f"{queued} dossiers were queued; the worker's sweeps send them.")
