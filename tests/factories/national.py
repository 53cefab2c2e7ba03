"""A sandbox of the national portal for tests, in a thread of its own.

with a_sandbox(settings) as sandbox:   # settings lead to it
    sandbox.portal.store.dossier(code)
    sandbox.faults.order(queue=["lost"])
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from applications.actions.tell_national import due_dossiers, sweep
from applications.national import shape
from applications.national.sandbox.rules import Portal
from applications.national.sandbox.server import Sandbox
from applications.national.sandbox.store import Store
from procedures.models import Procedure

ACCOUNT, PASSWORD = "mot-cua", "only for tests"


@contextmanager
def a_sandbox(settings: Any, **options: Any) -> Iterator[Sandbox]:
    server = Sandbox(("127.0.0.1", 0), Portal(Store()), account=ACCOUNT, password=PASSWORD, **options)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    lead_to(settings, server.url)
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        server.portal.store.close()


def lead_to(settings: Any, url: str) -> None:
    settings.NATIONAL_URL, settings.NATIONAL_ACCOUNT, settings.NATIONAL_PASSWORD = url, ACCOUNT, PASSWORD
    settings.NATIONAL_TIMEOUT_SECONDS = 5


def sweep_at(at: datetime) -> int:
    """What the periodic sweep would do at this moment; how many rows were delivered."""
    return sweep(dossiers=due_dossiers(at, 500), seconds=60, now=lambda: at)


def states_told(sandbox: Sandbox, code: str) -> list[str]:
    """The states of the steps that arrived, in order."""
    return [step["TrangThai"] for step in sandbox.portal.store.steps(code)]


def a_filing(code: str = "H26.30.3-261122-9001", procedure: str = "1.001193", **changed: Any) -> dict[str, Any]:
    """A HoSo as the national portal hands it in: filed by somebody who signed in with VNeID."""
    lists = {name: [] for name in shape.LISTS}
    row = Procedure.objects.get(code=procedure)
    return {
        **dict.fromkeys(shape.HOSO, ""),
        **lists,
        "MaHoSo": code,
        "MaTTHC": procedure,
        "TenTTHC": row.name["vi"],
        "KenhThucHien": "2",
        "ChuHoSo": "Nguyễn Thị Ánh",
        "LoaiDoiTuong": "1",
        "SoGiayToChuHoSo": "001190012345",
        "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": "001190012345"}],
        "TaiKhoanDuocXacThucVoiVNeID": "1",
        "SoDienThoai": "0912345678",
        "Email": "anh@example.vn",
        "NgayNopHoSo": "20261122200500",
        "TrangThaiHoSo": "1",
        "DonViXuLy": "Chi nhánh số 3",
        "NoiNopHoSo": "1",
        **changed,
    }
