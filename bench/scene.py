"""The least that a visit needs: a centre that is open now, a kiosk, and officers at their counters.

Imported only after Django is set up (``House.use_django``).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from centres.actions.devices import register
from centres.enums import CounterState, DeviceKind, Role
from centres.models import CalendarDay, Centre, Counter, Membership, Service
from citizens.models import ApiToken, User
from portal import clock
from procedures.models import Procedure

PROCEDURE = "birth"
# The three papers that the birth of a child in wedlock asks for.
PAPERS = ["birth_form", "birth_notice", "identity_document"]
FORM = {
    "child_name": "Nguyễn Gia Bảo",
    "child_sex": "male",
    "child_ethnicity": "Kinh",
    "child_nationality": "Việt Nam",
    "birth_place": "Bệnh viện Phụ sản Hà Nội",
    "child_home_place": "Hà Nội",
    "relation": "mother",
    "mother_name": "Nguyễn Thị Ánh",
}
MIDDLE_NAMES = ["Thị", "Ngọc", "Thu", "Minh", "Hồng", "Khánh"]
GIVEN_NAMES = ["Ánh", "Hương", "Lan", "Mai", "Phương", "Quỳnh", "Trang", "Yến"]


@dataclass
class Officer:
    """Somebody at a counter of their own, and the key of their program."""

    user: User
    counter: Counter
    token: str


@dataclass
class Scene:
    centre: Centre
    service: Service
    kiosk_key: str
    board_key: str
    specialist: User
    officers: list[Officer] = field(default_factory=list)


def build(officers: int) -> Scene:
    """A centre with this many officers, each at an open counter."""
    now = clock.now()
    procedure = Procedure.objects.get(key=PROCEDURE)
    centre = Centre.objects.create(
        code="chi-nhanh-3",
        agency_code="H26.30.3",
        name={"vi": "Chi nhánh số 3, Trung tâm Phục vụ hành chính công thành phố Hà Nội"},
        short_name={"vi": "Chi nhánh số 3", "en": "Branch no. 3"},
        keeps_hours=True,
    )
    for day in (clock.today(), clock.today() + timedelta(days=1)):
        CalendarDay.objects.create(centre=centre, day=day, hours=[["00:00", "23:59"]], reason="bench")
    service = Service.objects.create(centre=centre, letter="A", field=procedure.field, title=procedure.field.name)
    manager = member(centre, Role.MANAGER, "quan-ly")
    kiosk, board = (
        register(centre=centre, kind=kind, name=kind.label, at=now, acting_user=manager)[1]
        for kind in (DeviceKind.KIOSK, DeviceKind.BOARD)
    )
    scene = Scene(centre, service, kiosk, board, member(centre, Role.SPECIALIST, "chuyen-vien"))
    for number in range(1, officers + 1):
        user = officer(centre, service, number)
        _token, token = ApiToken.issue(user, "bench")
        scene.officers.append(Officer(user, user.counter, token))
    return scene


def officer(centre: Centre, service: Service, number: int) -> User:
    """Somebody at an open counter of this number, which gives this service."""
    user = member(centre, Role.COUNTER_OFFICER, f"can-bo-{number}")
    counter = Counter.objects.create(
        centre=centre, number=number, state=CounterState.OPEN, state_since=clock.now(), officer=user
    )
    counter.services.add(service)
    return user


def application(ticket_id: int, person: dict[str, Any], at: datetime) -> dict[str, Any]:
    """What the counter's program sends to have it received: a citizen and three papers."""
    return {
        "ticket": ticket_id,
        "procedure": PROCEDURE,
        "citizen": person,
        "papers": [{"kind": kind} for kind in PAPERS],
        "form": {**FORM, "child_born": (clock.local_day(at) - timedelta(days=20)).isoformat()},
        "contact_phone": "+84912345678",
        "contact_email": "anh@example.vn",
        "finish_ticket": False,
    }


def person(number: int, chance: random.Random) -> dict[str, Any]:
    """A woman born in Hanoi in 1990 whom nobody knows here yet."""
    return {
        "identity_number": f"001190{number:06}",
        "full_name": f"Nguyễn {chance.choice(MIDDLE_NAMES)} {chance.choice(GIVEN_NAMES)}",
        "birth_text": "01/02/1990",
        "sex": "female",
        "card_address": "12 ngõ 5 phố Chùa Bộc, phường Kim Liên, Hà Nội",
    }


def member(centre: Centre, role: str, username: str) -> User:
    user = User.objects.create(username=username, full_name="Lê Thị Hương")
    Membership.objects.create(user=user, centre=centre, role=role, valid_from=clock.today() - timedelta(days=100))
    return user
