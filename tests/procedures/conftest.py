"""The law's tables, loaded from the files that come with the app."""

from __future__ import annotations

import csv
from datetime import date
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.core.management import call_command

from procedures.calendars import WorkCalendar
from procedures.data_files import DATA
from tests.law import load_catalogue


@pytest.fixture(scope="session")
def calendar() -> WorkCalendar:
    """The nation's real days of 2024 to 2027, without a database."""
    with (DATA / "national_days.csv").open(encoding="utf-8") as file:
        rows = [
            SimpleNamespace(date=date.fromisoformat(row["date"]), day=row["day"], confidence=row["confidence"])
            for row in csv.DictReader(file)
        ]
    return WorkCalendar.from_days(rows)


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    """Each test rolls its rows back: what a process remembers of them must go too."""
    cache.clear()


@pytest.fixture
def catalogue(db: None) -> None:
    load_catalogue()


@pytest.fixture
def units(db: None) -> None:
    call_command("load_units", verbosity=0, stdout=_Quiet())


@pytest.fixture
def national_days(db: None) -> None:
    call_command("load_national_days", verbosity=0, stdout=_Quiet())


class _Quiet:
    def write(self, text: str) -> None:
        """Say nothing."""
