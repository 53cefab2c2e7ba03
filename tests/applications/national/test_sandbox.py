"""The sandbox enforces the protocol: account, shape, codes and order."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from applications.national import shape
from applications.national.sandbox.faults import Fault, Faults
from applications.national.sandbox.rules import Portal
from applications.national.sandbox.store import Store
from tests.factories.applications import load_law
from tests.factories.national import ACCOUNT, PASSWORD, a_filing

pytestmark = pytest.mark.django_db
CODE = "H26.30.3-261122-9001"


@pytest.fixture
def portal() -> Portal:
    load_law()
    return Portal(Store())


def send(portal: Portal, row: Any, *, service: str = shape.DOSSIERS, is_update: bool = False) -> tuple[str, str]:
    answer = portal.answer({"service": service, "isUpdating": is_update, "data": [row]})
    return answer.code, answer.message


def a_step(state: str, at: str = "20261123090000", what: str = "Tiếp nhận") -> dict[str, str]:
    blank = dict.fromkeys(shape.TIENDO, "")
    named = {"MaHoSo": CODE, "NguoiXuLy": "Lê Thị Hương", "ThoiDiemXuLy": at, "PhongBanXuLy": "Chi nhánh 3"}
    return {**blank, **named, "NoiDungXuLy": what, "TrangThai": state}


RECEIVED = {"TrangThaiHoSo": "2", "NgayTiepNhan": "20261123090000", "NgayHenTra": "20261123170000"}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"MaHoSo": "ABC"}, "MaHoSo: no dossier code"),
        ({"KenhThucHien": "9"}, "KenhThucHien: no such code"),
        ({"KenhThucHien": ""}, "KenhThucHien: empty"),
        ({"NgayNopHoSo": "2026-11-22"}, "NgayNopHoSo: no moment"),
        ({"NgayNopHoSo": "20261332000000"}, "NgayNopHoSo: no moment"),
        ({"TrichYeuHoSo": "x" * 1001}, "TrichYeuHoSo: too long"),
        ({"Lạ": "x"}, "Lạ: unknown"),
        ({"TaiLieuNop": "x"}, "TaiLieuNop: not a list"),
        ({"DanhSachLePhi": [{"Gia": "8000"}]}, "DanhSachLePhi.TenPhiLePhi: missing"),
        ({"ChuHoSo": 5}, "ChuHoSo: not a text"),
        ({"TrangThaiHoSo": "2"}, "NgayTiepNhan: empty in state 2"),
        ({**RECEIVED, "TrangThaiHoSo": "5"}, "DanhSachHoSoBoSung: no open request in state 5"),
        ({"SoGiayToChuHoSo": "000000000000", "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": "000000000000"}]},
         "DinhDanhCHS.SoDinhDanh: no identity number"),
        ({"DinhDanhCHS": []}, "SoGiayToChuHoSo: not the one of DinhDanhCHS"),
    ],
)  # fmt: skip
def test_a_wrong_shape_is_refused_and_says_where(portal: Portal, changed: dict[str, Any], says: str) -> None:
    code, message = send(portal, a_filing(CODE, **changed))
    assert (code, says in message) == ("4", True), message
    assert portal.store.codes() == set()


def test_a_result_needs_code_and_link_and_is_no_file_that_was_handed_in(portal: Portal) -> None:
    result = {
        "TenGiayTo": "x",
        "MaThanhPhanHoSo": "",
        "GiayToId": "7",
        "DuongDanTepTinKetQua": "",
        "MaGiayToKetQua": "1",
    }
    paper = dict.fromkeys(shape.LISTS["TaiLieuNop"], "") | {"TepDinhKemId": "7"}
    done = {**RECEIVED, "TrangThaiHoSo": "9", "NgayKetThucXuLy": "20261123160000", "DanhSachGiayToKetQua": [result]}
    assert shape.faults_of_dossier(a_filing(**done)) == ["DanhSachGiayToKetQua: without code or link"]
    result["DuongDanTepTinKetQua"] = "https://portal.example/x"
    assert shape.faults_of_dossier(a_filing(**done)) == []
    assert shape.faults_of_dossier(a_filing(**done, TaiLieuNop=[paper])) == [
        "DanhSachGiayToKetQua.GiayToId: a file that was handed in"
    ]
    assert shape.faults_of_dossier(a_filing(**done | RECEIVED)) == ["DanhSachGiayToKetQua: a result in state 2"]


def test_states_follow_one_another_or_are_refused(portal: Portal) -> None:
    assert send(portal, a_filing(CODE))[0] == "0"
    assert send(portal, a_filing(CODE))[0] == "2"
    assert send(portal, a_filing(CODE, **RECEIVED), is_update=True)[0] == "0"
    assert send(portal, a_filing(CODE), is_update=True) == ("5", "TrangThaiHoSo: 2 -> 1")
    assert send(portal, a_step("10"), service=shape.PROGRESS)[0] == "5"
    assert send(portal, a_step("4"), service=shape.PROGRESS)[0] == "0"
    assert send(portal, a_step("4"), service=shape.PROGRESS)[0] == "2"
    assert send(portal, a_step("4"), service=shape.PROGRESS, is_update=True)[0] == "0"
    assert send(portal, a_step("9", "20261123080000"), service=shape.PROGRESS)[0] == "5"
    assert [step["TrangThai"] for step in portal.store.steps(CODE)] == ["4"]


def test_what_is_not_known_is_said_to_be_missing(portal: Portal) -> None:
    assert send(portal, a_filing(CODE, **RECEIVED), is_update=True)[0] == "3"
    assert send(portal, a_step("4"), service=shape.PROGRESS)[0] == "3"
    assert portal.answer({"service": shape.LOOK_UP, "MaHoSo": CODE}).code == "3"


def test_a_list_is_taken_whole_or_not_at_all(portal: Portal) -> None:
    rows = [a_filing(CODE), a_filing("H26.30.3-261122-9002", KenhThucHien="9")]
    assert portal.answer({"service": shape.DOSSIERS, "isUpdating": False, "data": rows}).code == "4"
    assert portal.store.codes() == set()


def test_codes_of_procedures_are_checked_and_listed(portal: Portal) -> None:
    portal.procedures = {"1.004873": "Xác nhận tình trạng hôn nhân"}
    assert send(portal, a_filing(CODE))[0] == "6"
    assert portal.answer({"service": shape.PROCEDURES}).data == [
        {"MaTTHC": "1.004873", "TenTTHC": "Xác nhận tình trạng hôn nhân"}
    ]
    assert portal.answer({"service": shape.PROCEDURE, "MaTTHC": "1.004873"}).code == "0"
    assert portal.answer({"service": shape.PROCEDURE, "MaTTHC": "1.001193"}).code == "3"
    assert portal.answer("nothing").code == portal.answer({"service": "Xoa"}).code == "6"


def test_the_server_asks_for_the_account_and_takes_orders(sandbox: Any) -> None:
    ours = (ACCOUNT, PASSWORD)
    assert requests.post(sandbox.url, json={}, timeout=5).status_code == 401
    assert requests.get(f"{sandbox.url}/admin/", timeout=5).status_code == 401
    order = requests.post(f"{sandbox.url}/admin/faults", json={"queue": ["error"], "rate": 0}, auth=ours, timeout=5)
    assert order.json()["queue"] == ["error"]
    assert requests.post(sandbox.url, json={"service": "TraCuuHoSo"}, auth=ours, timeout=5).status_code == 500
    wrong = requests.post(f"{sandbox.url}/admin/faults", json={"queue": ["sabotage"]}, auth=ours, timeout=5)
    assert wrong.status_code == 400
    load_law()
    requests.post(f"{sandbox.url}/admin/file", json=a_filing(CODE), auth=ours, timeout=5)
    assert requests.get(f"{sandbox.url}/admin/", auth=ours, timeout=5).json()["dossiers"] == 1
    assert requests.get(f"{sandbox.url}/admin/{CODE}", auth=ours, timeout=5).json()["TrangThai"] == 1
    assert requests.get(f"{sandbox.url}/admin/x", auth=ours, timeout=5).status_code == 404
    assert requests.post(sandbox.url, data="{", auth=ours, timeout=5).status_code == 400


def test_faults_come_by_order_and_by_rate() -> None:
    faults = Faults(seed="7")
    faults.order(queue=["lost", "slow"])
    assert [faults.next() for _ in range(3)] == [Fault.LOST, Fault.SLOW, None]
    faults.order(rate=0.1, kinds=["error"])
    assert 60 <= sum(faults.next() is not None for _ in range(1000)) <= 140
    with pytest.raises(ValueError):
        faults.order(rate=2)
