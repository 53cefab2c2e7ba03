"""A message as people may look at it: what it says of a person is blanked."""

from __future__ import annotations

from typing import Any

from portal.logs import scrub

_PERSONAL = frozenset({
    "SoGiayToChuHoSo", "SoDinhDanh",
    "ChuHoSo", "Email", "Fax", "SoDienThoai", "ThongTinKhac", "MaDoiTuong", "ThongTinTra", "NoiDungBoSung", "ThongTinTiepNhan",
    "TenTepDinhKem", "TrichYeuHoSo", "GhiChu", "DuongDanTepTinKetQua", "DuongDanTaiTepTin",
})  # fmt: skip
BLANK = "•••"


def blanked(message: Any) -> Any:
    """The same message with names, numbers and addresses of people out of sight; empty fields stay empty."""
    if isinstance(message, list):
        return [blanked(one) for one in message]
    if isinstance(message, dict):
        return {name: _field(name, value) for name, value in message.items()}
    return message


def _field(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return blanked(value)
    return BLANK if value and name in _PERSONAL else value


def without_numbers(text: str) -> str:
    """What the other side answered, without whatever it repeats of a person, short enough for a line."""
    return scrub(" ".join(text.split()))[:200]
