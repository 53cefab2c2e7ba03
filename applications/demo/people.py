"""The demo's citizens: names nobody bears, numbers that are well-formed and made up."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

# Given names that say "sample", "example", "trial"; family names as they are common.
FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đỗ", "Bùi", "Ngô", "Đặng", "Dương", "Lý"]
MIDDLE_MALE, MIDDLE_FEMALE = ["Văn", "Đức", "Quang", "Minh"], ["Thị", "Thu", "Ngọc", "Thanh"]
GIVEN = ["Thử", "Mẫu", "Nghiệm", "Ví", "Dụ", "Tập", "Diễn", "Giả", "Tưởng", "Phỏng"]
OLD_ADDRESSES = [
    "Số {n} ngõ {m} phố Khâm Thiên, Trung Phụng, Đống Đa, Hà Nội",
    "Số {n} phố Đê La Thành, Thổ Quan, Đống Đa, Hà Nội",
    "Số {n} ngõ {m}, Thịnh Quang, Đống Đa, Hà Nội",
    "Số {n} phố Phạm Ngọc Thạch, Kim Liên, Đống Đa, Hà Nội",
    "Số {n} ngõ {m} phố Chùa Láng, Láng Thượng, Đống Đa, Hà Nội",
    "Số {n} phố Nguyên Hồng, Láng Hạ, Đống Đa, Hà Nội",
    "Số {n} ngõ {m}, Khương Thượng, Đống Đa, Hà Nội",
]


@dataclass(frozen=True)
class Person:
    """What an ID card says, and a telephone number."""

    number: str
    full_name: str
    born: date
    sex: str
    residence: str
    phone: str

    @property
    def card(self) -> str:
        """The payload of the card's QR, as a scanner types it."""
        sex = "Nam" if self.sex == "male" else "Nữ"
        return f"{self.number}||{self.full_name}|{self.born:%d%m%Y}|{sex}|{self.residence}|01062021"


HUSBAND = Person("001045012345", "Lê Văn Thử", date(1945, 2, 1), "male", "Trung Phụng, Đống Đa, Hà Nội", "+84912345678")
WIFE = Person(
    "001148067890", "Trần Thị Mẫu", date(1948, 5, 9), "female", "Trung Phụng, Đống Đa, Hà Nội", "+84912345679"
)
SPLIT = Person(
    "001190001234", "Phạm Thu Nghiệm", date(1990, 3, 4), "female", "Số 8, Láng Hạ, Đống Đa, Hà Nội", "+84987000111"
)


def citizens(count: int, seed: int) -> list[Person]:
    """This many people, the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - made-up people need no secrecy
    return [_person(dice, index) for index in range(count)]


def _person(dice: random.Random, index: int) -> Person:
    female = dice.random() < 0.55
    born = date(dice.randint(1944, 2005), dice.randint(1, 12), dice.randint(1, 28))
    century = 0 if born.year < 2000 else 2
    middle = dice.choice(MIDDLE_FEMALE if female else MIDDLE_MALE)
    return Person(
        number=f"001{century + female}{born.year % 100:02}{100000 + index * 37 + dice.randint(0, 30):06}",
        full_name=f"{dice.choice(FAMILY)} {middle} {dice.choice(GIVEN)}",
        born=born,
        sex="female" if female else "male",
        residence=dice.choice(OLD_ADDRESSES).format(n=dice.randint(1, 200), m=dice.randint(1, 60)),
        phone=f"+8490{dice.randint(1000000, 9999999)}",
    )
