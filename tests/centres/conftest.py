# ruff: noqa: PLC0415
"""What the tests of the queue share: one centre, two services, one officer at an open counter.

Imports stand inside the fixtures: pytest reads this file before Django is set up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from centres.models import BookingRules, Centre, Counter, Service, Ticket
    from citizens.models import User


@pytest.fixture
def centre(db: None) -> Centre:
    from tests.factories.centres import CentreFactory

    return CentreFactory()


@pytest.fixture
def service(centre: Centre) -> Service:
    from tests.factories.centres import ServiceFactory

    return ServiceFactory(centre=centre, letter="A", order=1)


@pytest.fixture
def other_service(centre: Centre) -> Service:
    from tests.factories.centres import ServiceFactory

    return ServiceFactory(centre=centre, letter="B", order=2)


@pytest.fixture
def counter(centre: Centre, service: Service) -> Counter:
    from tests.factories.centres import open_counter

    return open_counter(centre, [service], number=3)


@pytest.fixture
def officer(counter: Counter) -> User:
    assert counter.officer is not None
    return counter.officer


@pytest.fixture
def manager(centre: Centre) -> User:
    from centres.enums import Role
    from tests.factories.centres import officer_at

    return officer_at(centre, Role.MANAGER)


@pytest.fixture
def stranger(db: None) -> User:
    """An officer of another centre."""
    from tests.factories.centres import CentreFactory, officer_at

    return officer_at(CentreFactory())


@pytest.fixture
def ticket(service: Service) -> Ticket:
    from tests.factories.centres import TicketFactory

    return TicketFactory(service=service, number=12)


@pytest.fixture
def rules(centre: Centre) -> BookingRules:
    """This centre's rules: the city's figures. Those of the city may have gone with another test's tables."""
    from tests.factories.centres import BookingRulesFactory

    return BookingRulesFactory(centre=centre)
