"""A stand-in for the national portal, for demonstrations, tests and measurements."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from applications.national.sandbox.faults import Fault, Faults
from applications.national.sandbox.rules import Portal
from applications.national.sandbox.server import Sandbox
from applications.national.sandbox.store import Store
from portal.text import pick
from procedures.models import Procedure


class Command(BaseCommand):
    help = (
        "Serves the national portal's protocol and enforces it; the account is NATIONAL_ACCOUNT and NATIONAL_PASSWORD."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8900)
        parser.add_argument("--file", type=Path, help="keep what comes in this file; without it, in memory")
        parser.add_argument("--fault-rate", type=float, default=0.0, help="so much of all requests goes wrong, 0 to 1")
        parser.add_argument("--faults", default="", help=f"by these, with commas: {', '.join(Fault)}")
        parser.add_argument("--slow-seconds", type=float, default=2.0)
        parser.add_argument("--seed", default="1")
        parser.add_argument("--inbox", default="", help="where the portal takes what is filed here")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_ENV == "production" and options["host"] != "127.0.0.1":
            raise CommandError(
                "In production the sandbox answers on 127.0.0.1 only; nobody may take it for the real one."
            )
        if not settings.NATIONAL_ACCOUNT or not settings.NATIONAL_PASSWORD:
            raise CommandError(
                "Set NATIONAL_ACCOUNT and NATIONAL_PASSWORD: the sandbox takes messages of that account only."
            )
        faults = Faults(seed=options["seed"])
        kinds = [one.strip() for one in options["faults"].split(",") if one.strip()]
        try:
            faults.order(rate=options["fault_rate"], kinds=kinds, slow_seconds=options["slow_seconds"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        names = {row.code: pick(row.name) for row in Procedure.objects.all()}
        server = Sandbox(
            (options["host"], options["port"]),
            Portal(Store(options["file"]), names),
            account=settings.NATIONAL_ACCOUNT,
            password=settings.NATIONAL_PASSWORD,
            faults=faults,
            inbox=options["inbox"],
            inbox_key=settings.NATIONAL_INBOX_KEY,
        )
        # From a thread of its own: shutdown waits for the loop that the handler would stand in.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        self.stdout.write(f"The sandbox of the national portal listens at {server.url}/")
        server.serve_forever(poll_interval=0.2)
        server.server_close()
