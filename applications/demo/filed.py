"""What a few people filed at the national portal last night, for the counters to open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from applications.actions.file_online import take_in_filing
from applications.demo.centres import Place
from applications.national import shape
from portal import clock
from procedures.models import Procedure

# Procedure, name, number, phone, whether signed in with VNeID, how many hours ago, files. All made up.
FILED: tuple[tuple[str, str, str, str, bool, int, tuple[tuple[str, str], ...]], ...] = (
    ("birth", "Đặng Thu Hà", "001194007731", "0912000731", True, 14, (("birth_notice", "giay-chung-sinh.pdf"),)),
    ("marital_status", "Vũ Đức Long", "001092004415", "0912000415", True, 12, ()),
    ("extract", "Hoàng Mai Phương", "001188003309", "0912000309", False, 9, ()),
)


def seed_filed(place: Place, at: datetime) -> None:
    """As the national portal hands them in; a day that is seeded again hands in the same ones."""
    day = clock.local(at - timedelta(days=1))
    procedures = {row.key: row for row in Procedure.objects.filter(key__in=[row[0] for row in FILED])}
    for number, (key, name, identity, phone, is_verified, hours, files) in enumerate(FILED, start=9001):
        hoso: dict[str, Any] = {
            **dict.fromkeys(shape.HOSO, ""),
            **{name: [] for name in shape.LISTS},
            "MaHoSo": f"{place.centre.agency_code}-{day:%y%m%d}-{number}",
            "MaTTHC": procedures[key].code,
            "TenTTHC": procedures[key].name["vi"],
            "KenhThucHien": "2",
            "ChuHoSo": name,
            "LoaiDoiTuong": "1",
            "SoGiayToChuHoSo": identity,
            "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": identity}],
            "TaiKhoanDuocXacThucVoiVNeID": "1" if is_verified else "0",
            "SoDienThoai": phone,
            "NgayNopHoSo": shape.written(at - timedelta(hours=hours)),
            "TrangThaiHoSo": "1",
            "DonViXuLy": place.centre.name["vi"],
            "NoiNopHoSo": "1",
            "TaiLieuNop": [_file(kind, file) for kind, file in files],
        }
        take_in_filing(hoso=hoso, at=at)


def _file(kind: str, name: str) -> dict[str, str]:
    row = dict.fromkeys(shape.LISTS["TaiLieuNop"], "")
    return {**row, "TepDinhKemId": name, "TenTepDinhKem": name, "IsDeleted": "False", "MaThanhPhanHoSo": kind}
