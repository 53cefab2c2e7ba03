"""A believable day for the demo; never in production."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from applications.demo import centres
from applications.demo.day import Play, cards
from centres.models import Ticket
from portal import clock


class Command(BaseCommand):
    help = (
        "Seeds branch no. 3 with staff, a week of dossiers and this morning's visits. Running it twice changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sign-ins", action="store_true", help="Print sign-ins, device keys and cards instead.")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_ENV == "production":
            raise CommandError("This is a production portal: the demo's people do not belong here.")
        if options["sign_ins"]:
            self.stdout.write(sign_ins())
            return
        now = clock.now()
        with transaction.atomic():
            branch = centres.build(now)
            if Ticket.objects.of_day(branch.centre, clock.local_day(now)).exists():
                self.stdout.write("Today is there already.")
                return
            play = Play(branch, now)
            if not Ticket.objects.filter(centre=branch.centre).exists():
                play.known_people()
                play.last_week()
            play.today()
        self.stdout.write(f"{play.drawn} numbers drawn.")


def sign_ins() -> str:
    """Who can sign in as what, the keys of the screens, and cards to scan."""
    lines = [f"Password of everyone: {centres.PASSWORD}", ""]
    lines += [f"  {username:13}{role.value:17}{full_name}" for username, full_name, role in centres.STAFF]
    lines += ["", f"  Kiosk key:  {centres.KIOSK_KEY}", f"  Board key:  {centres.BOARD_KEY}", ""]
    lines += ["Cards to scan at the desk (paste into the scan field):"]
    lines += [f"  {who}: {person.card}" for who, person in cards()]
    return "\n".join(lines)
