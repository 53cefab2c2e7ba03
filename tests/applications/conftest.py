"""A centre with its law, and clients signed in by role."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client


@pytest.fixture
def centre(db: None) -> Any:
    """Branch no. 3."""
    from tests.factories.applications import a_centre  # noqa: PLC0415 - models exist only once pytest-django is set up

    return a_centre()


@pytest.fixture
def as_(centre: Any) -> Callable[[Any], Client]:
    """A client signed in as the centre's person with this role, or as this user: as_(Role.SPECIALIST)."""
    from tests.applications.at_desk import DeskClient  # noqa: PLC0415
    from tests.factories.applications import member_of  # noqa: PLC0415

    def sign_in(who: Any) -> Client:
        client = DeskClient()
        client.force_login(member_of(who, centre) if isinstance(who, str) else who)
        return client

    return sign_in
