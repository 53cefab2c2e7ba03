"""An appointment as the tests of its verbs need it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from centres.actions.book import book
from portal.errors import RuleBroken
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
