"""A stand-in for VNeID, for demonstrations and tests."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from citizens.vneid import PROVIDER


class Command(BaseCommand):
    help = "Serves OpenID Connect with made-up people at VNEID_ISSUER, for the client VNEID_CLIENT_ID and VNEID_SECRET."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=settings.VAR_DIR / "vneid", help="its database and key")
        parser.add_argument("--token-seconds", type=int, default=300, help="how long an answer is good")
        parser.add_argument("--code-seconds", type=int, default=60, help="how long a code is good")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PORTAL_ENV == "production":
            raise CommandError("In production nobody signs in as a made-up person.")
        issuer = urlsplit(settings.VNEID_ISSUER)
        if issuer.hostname != "127.0.0.1" or not issuer.port or not settings.VNEID_SECRET:
            raise CommandError("Set VNEID_ISSUER to http://127.0.0.1:<port>, VNEID_CLIENT_ID and VNEID_SECRET.")
        back = settings.PUBLIC_URL + reverse("openid_connect_callback", kwargs={"provider_id": PROVIDER})
        # In the place of this process, since it is a site with settings of its own.
        os.environ["VNEID_SECRET"] = settings.VNEID_SECRET
        command = [sys.executable, "-m", "citizens.vneid_sandbox", "--folder", str(options["folder"]),
                   "--port", str(issuer.port), "--back", back, "--client", settings.VNEID_CLIENT_ID,
                   "--token-seconds", str(options["token_seconds"]), "--code-seconds", str(options["code_seconds"])]  # fmt: skip
        os.execv(sys.executable, command)  # noqa: S606 - our own program
