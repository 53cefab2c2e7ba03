"""A stand-in for a bank, for demonstrations and tests."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from applications.payments.sandbox.bank import Bank
from applications.payments.sandbox.server import Server
from portal import clock


class Command(BaseCommand):
    help = (
        "Serves a made-up bank: it pays VietQR codes, tells the portal of them signed with the first of BANK_NOTICE_KEYS, and "
        "writes statements. Faults on order: late, twice, wrong-sum, lost, wrong-signature, no-words."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8910)
        parser.add_argument("--file", type=Path, help="keep what is paid in this file; without it, in memory")
        parser.add_argument("--notices", default="", help="where the portal takes notices: http://…/bank/notices/")
        parser.add_argument("--late-seconds", type=float, default=5.0)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_ENV == "production":
            raise CommandError("In production nobody may pay with made-up money.")
        if not settings.BANK_NOTICE_KEYS:
            raise CommandError("Set BANK_NOTICE_KEYS: the portal believes notices that are signed with it alone.")
        bank = Bank(
            key=settings.BANK_NOTICE_KEYS[0],
            notices=options["notices"],
            file=options["file"],
            now=lambda: clock.local(clock.now()),
            late_seconds=options["late_seconds"],
        )
        server = Server((options["host"], options["port"]), bank)

        def stop(*_signal: Any) -> None:
            threading.Thread(target=server.shutdown).start()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        self.stdout.write(f"A made-up bank at {server.url}")
        server.serve_forever(poll_interval=0.2)
        server.server_close()
