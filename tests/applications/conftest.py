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


@pytest.fixture
def monday(at_hanoi: Callable[[str], Any]) -> None:
    """The clock stands at the moment of the factories: a working morning."""
    at_hanoi("2026-11-23 10:26")


@pytest.fixture
def ticket(centre: Any) -> Any:
    """Somebody of whom nothing is known yet stands at the counter."""
    from tests.factories.applications import a_ticket_at_counter  # noqa: PLC0415

    return a_ticket_at_counter()


@pytest.fixture
def desk(as_: Callable[[Any], Client], ticket: Any) -> Client:
    """The page of the officer at whose counter that person stands."""
    from centres.enums import Role  # noqa: PLC0415

    return as_(Role.COUNTER_OFFICER)
