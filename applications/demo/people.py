"""The demo's citizens: made-up people with well-formed made-up numbers, at old addresses of the Đống Đa district."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from applications.demo.names import female_names, male_names
from centres.enums import Role
from centres.models import Ticket
from citizens.actions.identify import identify
from citizens.actions.record_look import record_look
from citizens.actions.settle_unit import settle_unit, settle_unit_if_certain
from citizens.enums import IdentitySource, Sex
from citizens.models import Citizen, User
from portal.vn.dates import format_date
from procedures.models import Unit
from procedures.units import Resolution, resolve_old_address

OLD_DISTRICT = "Quận Đống Đa"
HANOI_CODE = "001"
# Sex and century in the number's fourth digit (Circular 59/2021/TT-BCA art. 4).
_SEX_DIGIT = {(Sex.MALE, 19): "0", (Sex.FEMALE, 19): "1", (Sex.MALE, 20): "2", (Sex.FEMALE, 20): "3"}
_SEX_ON_CARD = {Sex.MALE: "Nam", Sex.FEMALE: "Nữ"}
_CARD_ISSUED = date(2021, 6, 15)
ADULTS, PARENTS, ELDERS = (25, 58), (24, 38), (76, 88)


@dataclass(frozen=True)
class Person:
    """What stands on somebody's card, and how they can be reached."""

    number: str
    full_name: str
    born: date
    sex: Sex
    street: str
    ward: str
    phone: str
    email: str = ""

    @property
    def residence(self) -> str:
        return f"{self.street}, {self.ward}, Đống Đa, Hà Nội"

    @property
    def card(self) -> str:
        """What a scanner types when it reads the QR of the card."""
        parts = (self.number, "", self.full_name, f"{self.born:%d%m%Y}", _SEX_ON_CARD[self.sex], self.residence)
        return "|".join((*parts, f"{_CARD_ISSUED:%d%m%Y}"))


# The couple of the story. They are not on record: the first scan makes them.
HUSBAND = Person(
    "001045000081",
    "Lê Văn Thử",
    date(1945, 2, 1),
    Sex.MALE,
    "12 ngõ 5",
    "Trung Phụng",
    "+84900000081",
    "thu@example.com",
)
WIFE = Person(
    "001148000078", "Nguyễn Thị Mẫu", date(1948, 9, 12), Sex.FEMALE, "12 ngõ 5", "Trung Phụng", "+84900000078"
)
# Somebody from a ward that was divided: the desk asks which unit of today it is.
DIVIDED = Person("001190000034", "Phạm Thu Nháp", date(1990, 3, 4), Sex.FEMALE, "8 ngõ 31", "Láng Hạ", "+84900000034")
# Somebody whose marriage certificate was certified here last week and lies on file.
KNOWN_HERE = Person(
    "001171000055",
    "Bùi Thị Lưu Mẫu",
    date(1971, 3, 8),
    Sex.FEMALE,
    "7 ngõ 20",
    "Khâm Thiên",
    "+84900000055",
    "luu@example.com",
)


class Crowd:
    """An endless supply of people, the same for the same seed."""

    def __init__(self, rng: Random, wards: Sequence[str], today: date):
        self._rng, self._wards, self._today = rng, wards, today
        self._names = {Sex.MALE: male_names(rng), Sex.FEMALE: female_names(rng)}
        # Another day's people have other numbers.
        self._serial = today.toordinal() % 1000 * 1000

    def next(self, ages: tuple[int, int] = ADULTS, sex: Sex | None = None) -> Person:
        """Somebody whose age in years lies between the two."""
        sex = sex or self._rng.choice((Sex.MALE, Sex.FEMALE))
        born = self._today - timedelta(days=self._rng.randint(ages[0] * 366, ages[1] * 365))
        self._serial += 1
        serial = self._serial
        digit = _SEX_DIGIT[sex, born.year // 100]
        return Person(
            number=f"{HANOI_CODE}{digit}{born:%y}{serial:06}",
            full_name=next(self._names[sex]),
            born=born,
            sex=sex,
            street=f"{self._rng.randint(1, 98)} ngõ {self._rng.randint(2, 180)}",
            ward=self._rng.choice(self._wards),
            # No range of Vietnamese numbers is kept for examples; what the demo sends goes into files.
            phone=f"+84900{serial:06}",
            email=f"cong-dan-{serial}@example.com" if self._rng.random() < 0.5 else "",
        )


def old_wards() -> list[str]:
    """The wards of the former district as cards name them, without their kind."""
    former = Unit.objects.former().filter(district=OLD_DISTRICT).order_by("name")
    return [name.removeprefix("Phường ") for name in former.values_list("name", flat=True)]


def identify_at_counter(person: Person, ticket: Ticket, at: datetime, officer: User) -> Citizen:
    """The card is scanned, the look is written down, and the address is settled; a divided ward is asked about."""
    citizen = identify(
        number=person.number,
        full_name=person.full_name,
        birth_text=format_date(person.born),
        sex=person.sex,
        card_address=person.residence,
        phone=person.phone,
        email=person.email,
        source=IdentitySource.CARD,
        at=at,
        acting_user=officer,
    ).citizen
    record_look(
        citizen=citizen,
        reason="Phục vụ tại quầy",
        unit=str(ticket.centre),
        role=Role.COUNTER_OFFICER.label,
        at=at,
        acting_user=officer,
    )
    citizen = settle_unit_if_certain(citizen=citizen, at=at, acting_user=officer)
    if not citizen.unit_code:
        found = resolve_old_address(citizen.card_address)
        if found.status == Resolution.SPLIT:
            answer = found.candidates[0]
            citizen = settle_unit(citizen=citizen, unit_code=answer.code, at=at, acting_user=officer)
    return citizen
