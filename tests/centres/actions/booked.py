"""An appointment, and a day that may be full, as the tests of verbs and pages need them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from centres.actions.book import book
from portal.errors import RuleBroken
from tests.factories import centres as make
from tests.factories.centres import MORNING
from tests.moments import hanoi

TOMORROW = hanoi("2026-11-24 09:00")
PHONE = "0912 345 678"


def booked(service, starts_at=TOMORROW, at=MORNING, **more):
    values = {"client_key": uuid4().hex, "phone": PHONE, "full_name": "Nguyễn Thị Mẫu", "language": "en", **more}
    return book(service=service, starts_at=starts_at, at=at, **values)


def refused(code, call, *args, **more):
    with pytest.raises(RuleBroken) as problem:
        call(*args, **more)
    assert problem.value.code == code
    return problem.value


def visits_take(minutes, service):
    """So long each, by the one that is known; the centre keeps its hours, so that its day can be full."""
    service.centre.keeps_hours = True
    service.centre.save()
    before = MORNING - timedelta(days=3)
    make.TicketFactory(service=service, number=900, issued_at=before, called_at=before, arrived_at=before,
                       finished_at=before + timedelta(minutes=minutes), served_s=minutes * 60, state="done")  # fmt: skip


def waiting(service, count):
    """So many wait since the morning."""
    for number in range(count):
        make.TicketFactory(service=service, number=100 + number)
