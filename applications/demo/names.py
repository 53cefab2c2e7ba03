"""Names that nobody mistakes for a real person's: everybody is called Sample, Trial, Draft or the like."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý")
MIDDLE_MALE = ("Văn", "Đức", "Hữu", "Quang")
MIDDLE_FEMALE = ("Thị", "Thu", "Ngọc", "Bích")
# Sample, trial, draft, example, practice, model: no given names.
GIVEN = ("Mẫu", "Thử", "Nháp", "Ví Dụ", "Tập", "Minh Họa")


def male_names(rng: Random) -> Iterator[str]:
    return _mixed(MIDDLE_MALE, rng)


def female_names(rng: Random) -> Iterator[str]:
    return _mixed(MIDDLE_FEMALE, rng)


def _mixed(middles: tuple[str, ...], rng: Random) -> Iterator[str]:
    """Every combination once, in an order that the seed decides."""
    names = [f"{family} {middle} {given}" for family in FAMILY for middle in middles for given in GIVEN]
    rng.shuffle(names)
    yield from names
