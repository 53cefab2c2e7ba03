"""A process of its own that sees what stands still and says so."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import translation

from portal import clock
from support.watch.rounds import Watch

EVERY_SECONDS = 5.0


class Command(BaseCommand):
    help = "Watches pages, worker, Redis, database, outbox and screens; opens and resolves incidents, and calls who is on call."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, default=EVERY_SECONDS, help="seconds from one look to the next")
        parser.add_argument("--once", action="store_true", help="look once and end")
        parser.add_argument("--sign", type=Path, help="a file that is touched after every look")

    def handle(self, *args: Any, every: float, once: bool, sign: Path | None, **options: Any) -> None:
        over = threading.Event()
        if not once:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda _number, _frame: over.set())
        watch = Watch()
        with translation.override(settings.LANGUAGE_CODE):
            while not over.is_set():
                close_old_connections()
                watch.round(clock.now())
                if sign is not None:
                    sign.touch()
                if once:
                    return
                over.wait(every)
