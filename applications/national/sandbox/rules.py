"""What the sandbox accepts: shape, codes and order of what it is sent, as strictly as the real one might be."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from applications.national import shape
from applications.national.sandbox.store import Store

OK, EXISTS, MISSING, BAD_SHAPE, BAD_ORDER, BAD_CODE = "0", "2", "3", "4", "5", "6"
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Answer:
    """As it goes back; ``about`` is the dossier it was about."""

    code: str
    message: str
    data: Any = None
    about: str = ""

    def body(self) -> dict[str, Any]:
        return {"error_code": self.code, "message": self.message, **({} if self.data is None else {"data": self.data})}


class Wrong(Exception):
    """The request is not accepted: the answer that says so."""

    def __init__(self, code: str, message: str, about: str = ""):
        super().__init__(message)
        self.answer = Answer(code, message, about=about)


@dataclass
class Portal:
    """The five services over one store. ``procedures`` (code to name) are those it knows; empty: any."""

    store: Store
    procedures: dict[str, str] = field(default_factory=dict)

    def answer(self, request: Any) -> Answer:
        """Never raises; whatever is refused leaves nothing behind."""
        service = request.get("service") if isinstance(request, dict) else None
        try:
            with self.store.all_or_nothing():
                answer = self._answer(service, request)
        except Wrong as error:
            answer = error.answer
        self.store.hear(str(service), answer.about, answer.code, answer.message)
        return answer

    def _answer(self, service: Any, request: Any) -> Answer:
        if service == shape.DOSSIERS:
            return self._several(request, self._dossier)
        if service == shape.PROGRESS:
            return self._several(request, self._step)
        if service == shape.LOOK_UP:
            return self._look_up(request)
        if service == shape.PROCEDURE:
            code = request.get("MaTTHC")
            if code not in self.procedures:
                raise Wrong(MISSING, "Không có thủ tục này")
            return Answer(OK, "Thành công", {"MaTTHC": code, "TenTTHC": self.procedures[code]})
        if service == shape.PROCEDURES:
            rows = [{"MaTTHC": code, "TenTTHC": name} for code, name in self.procedures.items()]
            return Answer(OK, "Thành công", rows)
        raise Wrong(BAD_CODE, "Không có dịch vụ này")

    def _several(self, request: dict[str, Any], take: Any) -> Answer:
        """All of the list or none of it."""
        rows, is_update = request.get("data"), request.get("isUpdating")
        if not isinstance(rows, list) or not 0 < len(rows) <= MOST_AT_ONCE or not isinstance(is_update, bool):
            raise Wrong(BAD_SHAPE, "data: danh sách; isUpdating: true hoặc false")
        about = ""
        for row in rows:
            about = take(row, is_update)
        return Answer(OK, "Thành công", about=about)

    def _dossier(self, row: Any, is_update: bool) -> str:
        code = _code(row)
        _refuse(BAD_SHAPE, shape.faults_of_dossier(row), code)
        if self.procedures and row["MaTTHC"] not in self.procedures:
            raise Wrong(BAD_CODE, "MaTTHC: không có trong danh mục", code)
        known = self.store.dossier(code)
        if known is None and is_update:
            raise Wrong(MISSING, "Hồ sơ chưa có", code)
        if known is not None and not is_update:
            raise Wrong(EXISTS, "Hồ sơ đã tồn tại", code)
        before, after = known[1] if known else None, int(row["TrangThaiHoSo"])
        if not shape.may_follow(before, after):
            raise Wrong(BAD_ORDER, f"TrangThaiHoSo: {before} -> {after}", code)
        self.store.keep_dossier(code, row, after)
        return code

    def _step(self, row: Any, is_update: bool) -> str:
        code = _code(row)
        _refuse(BAD_SHAPE, shape.faults_of_progress(row), code)
        known = self.store.dossier(code)
        if known is None:
            raise Wrong(MISSING, "Hồ sơ chưa có", code)
        key = (row["ThoiDiemXuLy"], row["TrangThai"], row["NoiDungXuLy"])
        is_known = self.store.knows_step(code, *key)
        if is_known and not is_update:
            raise Wrong(EXISTS, "Tiến độ đã tồn tại", code)
        _body, before, last = known
        # A step that is known already is only written anew: it may be an earlier one.
        if not is_known and not shape.may_follow(before, int(row["TrangThai"])):
            raise Wrong(BAD_ORDER, f"TrangThai: {before} -> {row['TrangThai']}", code)
        if not is_known and row["ThoiDiemXuLy"] < last:
            raise Wrong(BAD_ORDER, "ThoiDiemXuLy: trước bước đã nhận", code)
        if not is_known:
            self.store.keep_step(code, *key, row)
        return code

    def _look_up(self, request: dict[str, Any]) -> Answer:
        code = request.get("MaHoSo")
        known = self.store.dossier(code) if isinstance(code, str) else None
        if known is None:
            raise Wrong(MISSING, "Hồ sơ chưa có", str(code)[:40])
        body, state, _last = known
        return Answer(OK, "Thành công", [{**body, "TrangThaiHoSo": str(state)}], about=str(code))


def _code(row: Any) -> str:
    return str(row.get("MaHoSo", ""))[:40] if isinstance(row, dict) else ""


def _refuse(code: str, faults: Collection[str], about: str) -> None:
    if faults:
        raise Wrong(code, "; ".join(faults)[:500], about)
