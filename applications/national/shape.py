"""The shape of what is exchanged with the national portal: names of fields, lengths, dates, states.

As seen in four vendors' programs (facts §2): sure up to 2025, to be checked again before going live, since the Ministry of
Public Security sets the specification now (Decree 309/2026 art. 10). Both sides use it: what we send is checked before it
leaves, and the sandbox checks what it gets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from portal import clock

MOMENT = "%Y%m%d%H%M%S"
DOSSIERS, PROGRESS, LOOK_UP = "DongBoHoSoMC", "CapNhatTienDoHoSoMC", "TraCuuHoSo"
PROCEDURE, PROCEDURES = "LayThuTuc", "LayDanhSachTTHC"

HOSO = (
    "MaHoSo", "MaTTHC", "TenTTHC", "MaLinhVuc", "TenLinhVuc", "KenhThucHien", "SoGiayToChuHoSo", "ChuHoSo", "LoaiDoiTuong",
    "MaDoiTuong", "ThongTinKhac", "Email", "Fax", "SoDienThoai", "TrichYeuHoSo", "NgayTiepNhan", "NgayHenTra",
    "TrangThaiHoSo", "NgayTra", "ThongTinTra", "HinhThuc", "NgayKetThucXuLy", "DonViXuLy", "GhiChu", "TaiLieuNop",
    "DanhSachLePhi", "DanhSachTepDinhKemKhac", "DanhSachHoSoBoSung", "DanhSachGiayToKetQua", "NoiNopHoSo",
    "HoSoCoThanhPhanSoHoa", "TaiKhoanDuocXacThucVoiVNeID", "DuocThanhToanTrucTuyen", "NgayTuChoi", "DinhDanhCHS",
    "NgayNopHoSo", "DSKetNoiCSDL",
)  # fmt: skip
LISTS: dict[str, tuple[str, ...]] = {
    "TaiLieuNop": (
        "TepDinhKemId", "TenTepDinhKem", "IsDeleted", "MaThanhPhanHoSo", "DuongDanTaiTepTin", "DuocSoHoa",
        "DuocTaiSuDung", "DuocLayTuKhoDMQG", "MaKetQuaThayThe",
    ),
    "DanhSachLePhi": ("TenPhiLePhi", "MaPhiLePhi", "HinhThucThu", "Gia", "LoaiPhiLePhi"),
    "DanhSachTepDinhKemKhac": ("TenGiayTo", "SoLuong", "LoaiGiayTo"),
    "DanhSachHoSoBoSung": (
        "HoSoBoSungId", "NguoiYeuCauBoSung", "NoiDungBoSung", "NgayBoSung", "NguoiTiepNhanBoSung", "ThongTinTiepNhan",
        "NgayTiepNhanBoSung", "TrangThaiBoSung", "DanhSachGiayToBoSung", "DanhSachLePhiBoSung", "NgayHenTraTruoc",
        "NgayHenTraMoi",
    ),
    "DanhSachGiayToKetQua": ("TenGiayTo", "MaThanhPhanHoSo", "GiayToId", "DuongDanTepTinKetQua", "MaGiayToKetQua"),
    "DinhDanhCHS": ("LoaiDinhDanh", "SoDinhDanh"),
    "DSKetNoiCSDL": ("MaCSDL",),
}  # fmt: skip
TIENDO = (
    "MaHoSo", "NguoiXuLy", "ChucDanh", "ThoiDiemXuLy", "PhongBanXuLy", "NoiDungXuLy", "TrangThai", "NgayBatDau",
    "NgayKetThucTheoQuyDinh",
)  # fmt: skip
MAX_LENGTH = {"TrichYeuHoSo": 1000, "NguoiXuLy": 50, "TenTepDinhKem": 4000}
# Free text without a limit of its own that we have read.
LONGEST = 10_000
DATES = frozenset({
    "NgayTiepNhan", "NgayHenTra", "NgayTra", "NgayKetThucXuLy", "NgayTuChoi", "NgayNopHoSo", "NgayBoSung",
    "NgayTiepNhanBoSung", "NgayHenTraTruoc", "NgayHenTraMoi", "ThoiDiemXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh",
})  # fmt: skip
ENUMS = {
    "KenhThucHien": {"1", "2", "3"},
    "LoaiDoiTuong": {"1", "2", "3", "4"},
    "LoaiDinhDanh": {"1", "2"},
    "DuocThanhToanTrucTuyen": {"1", "2", "3"},
    "DuocTaiSuDung": {"0", "1", "2"},
    "DuocSoHoa": {"0", "1"},
    "TrangThaiHoSo": {str(state) for state in range(1, 11)},
    "TrangThai": {str(state) for state in range(1, 11)},
}
NEEDED = frozenset({
    "MaHoSo", "MaTTHC", "TenTTHC", "KenhThucHien", "ChuHoSo", "LoaiDoiTuong", "TrangThaiHoSo", "DonViXuLy", "NgayNopHoSo",
})  # fmt: skip
NEEDED_OF_PROGRESS = frozenset({"MaHoSo", "NguoiXuLy", "ThoiDiemXuLy", "PhongBanXuLy", "NoiDungXuLy", "TrangThai"})
ACCEPTED, REFUSED, SUPPLEMENT, DONE, RETURNED = 2, 3, 5, 9, 10
# A dossier has a day of receipt and a due date from here on.
_RECEIVED = frozenset({2, 4, 5, 6, 8, 9, 10})
# From each state (None: not known there yet) to the next; staying in a state is no step, and allowed.
NEXT: dict[int | None, frozenset[int]] = {
    None: frozenset({1, 2}),
    1: frozenset({2, 3, 7, 8}),
    2: frozenset({4, 5, 6, 7, 8}),
    4: frozenset({5, 6, 7, 8, 9}),
    5: frozenset({4, 7, 8}),
    6: frozenset({4, 7, 8}),
    # Ready, and every line of the register under it was struck through before anything was handed over.
    9: frozenset({8, 10}),
    # A result that was found wrong is replaced, and handed over anew.
    10: frozenset({9}),
    **dict.fromkeys((3, 7, 8), frozenset()),
}
_IDENTITY = {"1": re.compile(r"\d{12}", re.ASCII), "2": re.compile(r"\d{9}", re.ASCII)}
_ONE_DIGIT = re.compile(r"(\d)\1+", re.ASCII)
_CODE = re.compile(r"(?:\d{3}\.[0-9A-Z]{2}\.(?:[0-9A-Z]{2}\.)?)?[A-Z]\d{2}(?:\.\d{1,3}){0,3}-\d{6}-\d{4,6}", re.ASCII)
_PROCEDURE = re.compile(r"\d\.\d{6}(?:\.\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}(?:\.\d{2})?)?", re.ASCII)


def written(moment: datetime | None) -> str:
    """A moment as the contract writes it: yyyyMMddHHmmss on a clock in Hanoi; nothing for none."""
    return clock.local(moment).strftime(MOMENT) if moment else ""


def read(text: str) -> datetime:
    """The moment that the contract's text means. Raises ``ValueError``."""
    if len(text) != 14 or not (text.isascii() and text.isdigit()):
        raise ValueError("not yyyyMMddHHmmss")
    return datetime.strptime(text, MOMENT).replace(tzinfo=clock.HANOI)


def is_code(text: Any) -> bool:
    return isinstance(text, str) and bool(_CODE.fullmatch(text))


def may_follow(before: int | None, after: int) -> bool:
    return before == after or after in NEXT[before]


def faults_of_dossier(sent: Any) -> list[str]:
    """What is wrong with one HoSo, as ``field: why``; nothing personal is repeated."""
    if not isinstance(sent, Mapping):
        return ["HoSo: not an object"]
    faults = _faults(sent, HOSO, NEEDED, set(LISTS))
    for name, fields in LISTS.items():
        rows = sent.get(name)
        if not isinstance(rows, list):
            faults.append(f"{name}: not a list")
            continue
        inner = {"DanhSachGiayToBoSung", "DanhSachLePhiBoSung"} & set(fields)
        for row in rows:
            faults += [f"{name}.{fault}" for fault in _faults(row, fields, (), inner)]
    return faults or _wrong_together(sent)


def faults_of_progress(sent: Any) -> list[str]:
    """The same for one TienDo."""
    if not isinstance(sent, Mapping):
        return ["TienDo: not an object"]
    return _faults(sent, TIENDO, NEEDED_OF_PROGRESS, ())


def _faults(sent: Any, names: Iterable[str], needed: Iterable[str], lists: Iterable[str]) -> list[str]:
    if not isinstance(sent, Mapping):
        return ["not an object"]
    lists = set(lists)
    faults = [f"{name}: missing" for name in names if name not in sent]
    faults += [f"{name}: unknown" for name in sent if name not in names]
    faults += [f"{name}: empty" for name in needed if not sent.get(name)]
    for name, value in sent.items():
        if name in lists or name not in names:
            continue
        if not isinstance(value, str):
            faults.append(f"{name}: not a text")
        elif len(value) > MAX_LENGTH.get(name, LONGEST):
            faults.append(f"{name}: too long")
        elif value and (why := _wrong_value(name, value)):
            faults.append(f"{name}: {why}")
    return faults


def _wrong_value(name: str, value: str) -> str:
    if name in DATES:
        try:
            read(value)
        except ValueError:
            return "no moment"
    if name in ENUMS and value not in ENUMS[name]:
        return "no such code"
    if name == "MaHoSo" and not is_code(value):
        return "no dossier code"
    if name == "MaTTHC" and not _PROCEDURE.fullmatch(value):
        return "no procedure code"
    if name == "Gia" and not (value.isascii() and value.isdigit()):
        return "not whole đồng"
    return ""


def _wrong_together(sent: Mapping[str, Any]) -> list[str]:
    """What is wrong though each field by itself is well: the traps that cost a centre its points (facts §1.4)."""
    state = int(sent["TrangThaiHoSo"])
    faults = []
    if state in _RECEIVED:
        faults += [f"{name}: empty in state {state}" for name in ("NgayTiepNhan", "NgayHenTra") if not sent[name]]
    if state == REFUSED and not sent["NgayTuChoi"]:
        faults.append("NgayTuChoi: empty in state 3")
    if state in (DONE, RETURNED) and not sent["NgayKetThucXuLy"]:
        faults.append(f"NgayKetThucXuLy: empty in state {state}")
    if state == RETURNED and not sent["NgayTra"]:
        faults.append("NgayTra: empty in state 10")
    if state == SUPPLEMENT and not any(not row["NgayTiepNhanBoSung"] for row in sent["DanhSachHoSoBoSung"]):
        faults.append("DanhSachHoSoBoSung: no open request in state 5")
    numbers = [(row["LoaiDinhDanh"], row["SoDinhDanh"]) for row in sent["DinhDanhCHS"]]
    for kind, number in numbers:
        if kind not in _IDENTITY or not _IDENTITY[kind].fullmatch(number) or _ONE_DIGIT.fullmatch(number):
            faults.append("DinhDanhCHS.SoDinhDanh: no identity number")
    if sent["SoGiayToChuHoSo"] and sent["SoGiayToChuHoSo"] not in [number for _kind, number in numbers]:
        faults.append("SoGiayToChuHoSo: not the one of DinhDanhCHS")
    handed_in = {row["TepDinhKemId"] for row in sent["TaiLieuNop"]}
    for row in sent["DanhSachGiayToKetQua"]:
        if state not in (DONE, RETURNED):
            faults.append(f"DanhSachGiayToKetQua: a result in state {state}")
        if not row["MaGiayToKetQua"] or not row["DuongDanTepTinKetQua"]:
            faults.append("DanhSachGiayToKetQua: without code or link")
        if row["GiayToId"] in handed_in:
            faults.append("DanhSachGiayToKetQua.GiayToId: a file that was handed in")
    return faults
