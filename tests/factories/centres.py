"""Centres, their people and their tickets, for tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from centres.enums import CounterState, DeviceKind, ParkKind, Role, ServiceKind, TicketState
from centres.models import Appointment, BookingRules, Centre, Counter, Device, Membership, Service, Ticket
from citizens.models import User
from portal import clock
from procedures.models import Field, Procedure
from tests.factories.citizens import UserFactory
from tests.moments import hanoi

# A Monday that is worked, at ten in Hanoi.
MORNING = hanoi("2026-11-23 10:00")


class FieldFactory(DjangoModelFactory[Field]):
    class Meta:
        model = Field
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"field-{n}")
    name = factory.LazyAttribute(lambda field: {"vi": f"Lĩnh vực {field.code}", "en": f"Field {field.code}"})


class ProcedureFactory(DjangoModelFactory[Procedure]):
    class Meta:
        model = Procedure
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"9.{n:06}")
    key = factory.Sequence(lambda n: f"procedure-{n}")
    name = factory.LazyAttribute(lambda procedure: {"vi": f"Thủ tục {procedure.code}"})
    short_name = factory.LazyAttribute(lambda procedure: {"vi": f"Thủ tục {procedure.code}"})
    field = factory.SubFactory(FieldFactory)
    handler: Any = {"vi": "Ủy ban nhân dân phường"}
    receive_at: Any = {"vi": "Mọi chi nhánh"}


class CentreFactory(DjangoModelFactory[Centre]):
    class Meta:
        model = Centre

    code = factory.Sequence(lambda n: f"cn-{n}")
    agency_code = factory.Sequence(lambda n: f"H26.30.{n}")
    name = factory.LazyAttribute(
        lambda c: {"vi": f"Trung tâm Phục vụ hành chính công – {c.code}", "en": f"Centre {c.code}"}
    )
    short_name = factory.LazyAttribute(lambda c: {"vi": f"Chi nhánh {c.code}", "en": f"Branch {c.code}"})


class ServiceFactory(DjangoModelFactory[Service]):
    class Meta:
        model = Service

    centre = factory.SubFactory(CentreFactory)
    kind = ServiceKind.FIELD
    field = factory.SubFactory(FieldFactory)
    letter = factory.Sequence(lambda n: "ABCDEFGH"[n % 8])
    title = factory.LazyAttribute(lambda s: {"vi": f"Dịch vụ {s.letter}", "en": f"Service {s.letter}"})


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    centre = factory.SubFactory(CentreFactory)
    role = Role.COUNTER_OFFICER
    valid_from = date(2025, 7, 1)


class CounterFactory(DjangoModelFactory[Counter]):
    """A closed counter; ``services=[…]`` says what it can do."""

    class Meta:
        model = Counter
        skip_postgeneration_save = True

    centre = factory.SubFactory(CentreFactory)
    number = factory.Sequence(lambda n: n + 1)

    @factory.post_generation
    def services(self, create: bool, extracted: list[Service] | None, **_kwargs: Any) -> None:
        if create and extracted:
            self.services.set(extracted)  # type: ignore[attr-defined]


class DeviceFactory(DjangoModelFactory[Device]):
    """A device whose key is ``KEY`` followed by its name unless ``key_hash`` says otherwise."""

    class Meta:
        model = Device

    centre = factory.SubFactory(CentreFactory)
    kind = DeviceKind.KIOSK
    name = factory.Sequence(lambda n: f"device {n}")
    key_hash = factory.LazyAttribute(lambda device: Device.hash_of(f"KEY {device.name}"))
    created_at = MORNING


class TicketFactory(DjangoModelFactory[Ticket]):
    """A waiting ticket of the morning; pass ``service``, whose centre and letter it takes."""

    class Meta:
        model = Ticket

    service = factory.SubFactory(ServiceFactory)
    centre = factory.LazyAttribute(lambda ticket: ticket.service.centre)
    day = factory.LazyAttribute(lambda ticket: clock.local_day(ticket.issued_at))
    letter = factory.LazyAttribute(lambda ticket: ticket.service.letter)
    number = factory.Sequence(lambda n: n + 1)
    client_key = factory.LazyFunction(lambda: uuid4().hex)
    issued_at = MORNING
    queue_at = factory.LazyAttribute(lambda ticket: ticket.issued_at)
    called_at: Any = None
    first_called_at = factory.LazyAttribute(lambda ticket: ticket.called_at)
    state = TicketState.WAITING
    park_kind = factory.LazyAttribute(lambda ticket: ParkKind.FETCHING if ticket.state == TicketState.PARKED else "")
    parked_at = factory.LazyAttribute(
        lambda ticket: (ticket.called_at or ticket.issued_at) if ticket.park_kind else None
    )


def officer_at(centre: Centre, role: str = Role.COUNTER_OFFICER, **user: Any) -> User:
    """A person with this role at the centre."""
    return MembershipFactory(centre=centre, role=role, user=UserFactory(**user)).user


def city_admin() -> User:
    return MembershipFactory(centre=None, role=Role.CITY_ADMIN).user


def open_counter(centre: Centre, services: list[Service], number: int = 1, officer: User | None = None) -> Counter:
    """An open counter with its officer on it."""
    return CounterFactory(
        centre=centre,
        number=number,
        services=services,
        officer=officer or officer_at(centre),
        state=CounterState.OPEN,
        state_since=MORNING,
    )


class BookingRulesFactory(DjangoModelFactory[BookingRules]):
    """The city's rules, unless ``centre`` or ``service`` says whose."""

    class Meta:
        model = BookingRules
        django_get_or_create = ("centre", "service", "valid_from")

    centre: Any = None
    service: Any = None
    valid_from = date(2025, 10, 1)
    source = "test"


class AppointmentFactory(DjangoModelFactory[Appointment]):
    """A booked slot of this morning; pass ``service``. ``starts_at`` decides the rest."""

    class Meta:
        model = Appointment

    service = factory.SubFactory(ServiceFactory)
    centre = factory.LazyAttribute(lambda row: row.service.centre)
    starts_at = MORNING
    day = factory.LazyAttribute(lambda row: clock.local_day(row.starts_at))
    ends_at = factory.LazyAttribute(lambda row: row.starts_at + timedelta(minutes=30))
    on_time_from = factory.LazyAttribute(lambda row: row.starts_at - timedelta(minutes=15))
    on_time_until = factory.LazyAttribute(lambda row: row.starts_at + timedelta(minutes=10))
    seat = factory.Sequence(lambda n: n + 1)
    nth = 1
    field_key = factory.LazyAttribute(lambda row: f"field:{row.service.field_id}")
    code = factory.Sequence(lambda n: f"{n:06}")
    client_key = factory.LazyFunction(lambda: uuid4().hex)
    full_name = "Nguyễn Thị Mẫu"
    phone = factory.Sequence(lambda n: f"+8491{n:07}")
    created_at = factory.LazyAttribute(lambda row: row.starts_at - timedelta(days=2))
