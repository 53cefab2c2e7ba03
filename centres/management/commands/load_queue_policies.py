"""Load how queues are kept: classes of priority, the cap, recalls, minutes of grace."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from centres.models import QueuePolicy
from centres.policy_file import FILE, Faulty, read_policies


class Command(BaseCommand):
    help = "Load queue policies from a CSV file. Safe to run again; what was changed in the portal since stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=FILE)

    @transaction.atomic
    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            policies = read_policies(file)
        except Faulty as error:
            raise CommandError(f"Nothing was loaded. {error}") from error
        new = 0
        for policy in policies:
            if QueuePolicy.objects.filter(centre=policy.centre, valid_from=policy.valid_from).exists():
                continue
            try:
                policy.full_clean()
            except ValidationError as error:
                raise CommandError(f"Nothing was loaded. {file.name}: {policy}: {error}") from error
            policy.save()
            new += 1
        self.stdout.write(f"{len(policies)} queue policies, {new} new.")
