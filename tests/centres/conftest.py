"""What the tests of the queue share: one centre, two services, one officer at an open counter."""

from __future__ import annotations

import pytest

from centres.models import Centre, Counter, Service, Ticket
from citizens.models import User
from tests.factories import centres as make


@pytest.fixture
def centre(db: None) -> Centre:
    return make.CentreFactory()


@pytest.fixture
def service(centre: Centre) -> Service:
    return make.ServiceFactory(centre=centre, letter="A", order=1)


@pytest.fixture
def other_service(centre: Centre) -> Service:
    return make.ServiceFactory(centre=centre, letter="B", order=2)


@pytest.fixture
def counter(centre: Centre, service: Service) -> Counter:
    return make.open_counter(centre, [service], number=3)


@pytest.fixture
def officer(counter: Counter) -> User:
    assert counter.officer is not None
    return counter.officer


@pytest.fixture
def stranger(db: None) -> User:
    """An officer of another centre."""
    return make.officer_at(make.CentreFactory())


@pytest.fixture
def ticket(service: Service) -> Ticket:
    return make.TicketFactory(service=service, number=12)
