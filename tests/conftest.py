"""What every test starts from: its own folders, an empty cache, a clock it can set."""

from __future__ import annotations

import atexit
import base64
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

# Before the settings are read. Each process of pytest-xdist has a folder of its own, the demo's stays untouched.
os.environ["PORTAL_ENV"] = "test"
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="portal-test-")
atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)

# Documents lie encrypted in tests too, and in the processes that tests start.
os.environ["FILES_KEY_FILE"] = str(Path(os.environ["VAR_DIR"]) / "files.key")
Path(os.environ["FILES_KEY_FILE"]).write_text(base64.b64encode(bytes(range(32))).decode())

import pygal  # noqa: E402, F401 - its finder of plug-ins is of Python 2's kind, and pytest's importer trips over it
import pytest  # noqa: E402
from django.conf import LazySettings  # noqa: E402

from portal import clock  # noqa: E402
from tests.moments import hanoi  # noqa: E402

if TYPE_CHECKING:
    from xdist.remote import Producer

    from tests.spread import OneBrowser

# The throw-away authority and what it signed, for the few tests that ask for them.
pytest_plugins = ["tests.signing"]
sys.meta_path[:] = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "postgres: needs PostgreSQL (locks, roles, real concurrency)")
    if getattr(config.option, "numprocesses", None):
        # The processes of pytest-xdist inherit this environment: with the name in it they would read the settings
        # before they come here, and share one folder and one cache.
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneBrowser:
    from tests.spread import OneBrowser  # noqa: PLC0415 - not every run spreads

    return OneBrowser(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):  # a process of pytest-xdist
        from tests.spread import long_ones_first  # noqa: PLC0415 - not every run spreads

        long_ones_first(items)


def pytest_runtest_setup(item: pytest.Item) -> None:
    from django.db import connection  # noqa: PLC0415 - only now are the settings known

    if item.get_closest_marker("postgres") and connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """pytest-django makes the test's database after this one: of a copy."""
    from django.db import connection  # noqa: PLC0415

    from tests.schema import copied  # noqa: PLC0415

    with copied(connection):
        yield


@pytest.fixture(autouse=True)
def _place(settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    from django.core.cache import cache  # noqa: PLC0415

    settings.FILES_ROOT = tmp_path / "files"
    settings.EMAIL_URL = f"file://{tmp_path / 'mail'}"
    settings.SMS_URL = f"file://{tmp_path / 'sms'}"
    # Tests sign in often, and nobody attacks their passwords.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def at_hanoi() -> Iterator[Callable[[str], datetime]]:
    """Stop the clock at a moment in Hanoi until the test ends (or stops it again): at_hanoi("2026-11-23 10:26")."""
    with ExitStack() as stopped:

        def stop(text: str) -> datetime:
            moment = hanoi(text)
            stopped.enter_context(clock.fixed(moment))
            return moment

        yield stop


@pytest.fixture
def in_english() -> Iterator[None]:
    """For tests that read a sentence: English is what the source says."""
    from django.utils import translation  # noqa: PLC0415

    with translation.override("en"):
        yield
