"""A sandbox that the settings lead to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def sandbox(settings: Any) -> Iterator[Any]:
    from tests.factories.national import a_sandbox  # noqa: PLC0415 - models exist only once pytest-django is set up

    with a_sandbox(settings) as server:
        yield server
