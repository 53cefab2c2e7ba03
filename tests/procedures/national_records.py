"""Records as the national catalogue writes them, made by hand: one of each trap."""

from __future__ import annotations

from typing import Any


def paper(name: str, originals: Any = 1, copies: Any = 0) -> dict[str, Any]:
    return {"name": name, "originalQty": originals, "copyQty": copies, "required": False, "attachments": []}


def method(channel: str, number: Any, unit: str | None, *fees: dict[str, Any]) -> dict[str, Any]:
    return {"submissionMethod": channel, "processingTime": number, "processingTimeUnit": unit, "fees": list(fees)}


def fee(value: Any, words: str | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "FEE", "value": value, "description": words, **more}


def record(code: str, name: str, **parts: Any) -> dict[str, Any]:
    return {
        "id": f"019d2bfd-{code}",
        "code": code,
        "name": name,
        "category": {"code": "G15-TP07", "name": "Hộ tịch"},
        "executionCases": [{"name": "* Giấy tờ phải nộp:", "profileComponents": [paper("- Tờ khai theo mẫu;")]}],
        "executionMethods": [method("DIRECT", 3, "WORKING_DAY")],
        "cases": [],
        "legalBasisesDetails": [{"code": "123/2015/NĐ-CP ", "name": " Nghị định số 123/2015/NĐ-CP"}],
        "resultsDetails": [{"name": "Trích lục"}],
        "departmentsExecuting": [{"name": "Uỷ ban nhân dân cấp xã"}],
        "keywords": "",
        "isWard": True,
        "updatedAt": 1776083791512,
        **parts,
    }


NEW = [
    record("1.900001", "  Thủ tục <b>thường</b> "),
    # The unit says nothing, the day of the service does; the longest of two counts.
    record(
        "1.900002", "Thời hạn ở chỗ khác",
        executionMethods=[method("ONLINE", 1, "OTHER"), method("DIRECT", 1, "OTHER")],
        cases=[
            {"code": "1.900002.01", "processingDay": {"qty": 1, "type": "WORKING_DAY"}},
            {"code": "1.900002.02", "processingDay": {"qty": "10", "type": "DAY"}},
        ],
    ),
    # Nothing says how long it takes; what comes at all may be null.
    record(
        "1.900003", "Không có thời hạn", executionMethods=[method("DIRECT", 1, "OTHER")], cases=None,
        legalBasisesDetails=None, resultsDetails=[], departmentsExecuting="UBND",
    ),
    # A 0 beside words is not free; a 0 alone is where nothing was typed; thousands have points or commas.
    record(
        "1.900004", "Có phí",
        executionMethods=[
            method("ONLINE", 2.0, "WORKING_DAY", fee("25.000", "Phí nộp trực tuyến"), fee(0, "")),
            method("DIRECT", "2", "WORKING_DAY", fee(50000.0, "Phí nộp trực tiếp", currencyName="VNĐ"), fee(None)),
            method("POSTAL", 2, "WORKING_DAY", fee(0, "Theo Nghị quyết của HĐND")),
        ],
    ),
    # Several headings, one paper of ours, originals and copies of one, and papers only shown.
    record(
        "1.900005", "Nhiều giấy tờ",
        executionCases=[
            {"name": "* Giấy tờ phải nộp:", "profileComponents": [
                paper("- Văn bản uỷ quyền."), paper("Giấy lạ", 1, 2), paper("Giấy lạ", 1, 2)]},
            {"name": "Giấy tờ phải xuất trình", "profileComponents": [paper("Thẻ lạ", None, None)]},
        ],
    ),
    # The code of a unit's own service, and a field that only a list names.
    record("2.900006.000.00.00.H26.02", "Mã riêng của địa phương", category=None, categoriesDetails=[{"name": "Đất đai"}]),
    # A field we do not have yet, half a day, and a part that nobody knows.
    record(
        "1.900007", "Lĩnh vực mới", category={"name": "Giáo dục, đào tạo"}, somethingNew={"deep": [1]},
        executionMethods=[method("DIRECT", "0,5", "WORKING_DAY")],
    ),
    # In the envelope it was answered in.
    {"code": "OK", "data": record("1.900008", "Trong phong bì"), "message": "OK"},
]  # fmt: skip

FAULTY = [
    (record("1.9", "Sai mã"), "'1.9' is no national code"),
    (record("1.900010", ""), "it has no name"),
    (record("1.900011", "Không lĩnh vực", category=None), "it has no field"),
    (record("1.900012", "Đơn vị lạ", executionMethods=[method("DIRECT", 3, "WEEK")]), "unknown unit of time 'WEEK'"),
    (record("1.900013", "Số lẻ", executionMethods=[method("DIRECT", 1.5, "DAY")]), "no whole number up to 365"),
    (record("1.900014", "Ngoại tệ", executionMethods=[method("DIRECT", 1, "DAY", fee(5, currencyName="USD"))]), "'USD'"),
    (record("1.900015", "Không phải danh sách", executionCases={"name": "x"}), "dict where a list is expected"),
    (record("1.900016", "Giấy không tên", executionCases=[{"profileComponents": [paper("-")]}]), "it has no name"),
    (record("1.900017", "Bao nhiêu bản", executionCases=[{"profileComponents": [paper("Giấy", "hai")]}]), "'hai' is no number"),
    (record("1.900018", "Phí âm", executionMethods=[method("DIRECT", 1, "DAY", fee(-1))]), "-1 is no number that can be"),
    (record("1.900019", "Phí bằng chữ", executionMethods=[method("DIRECT", 1, "DAY", fee("tuỳ"))]), "'tuỳ' is no number"),
    (record("1.900001", "Lần nữa"), "stands twice, first in record 1"),
    ("một dòng chữ", "a record is str, not an object"),
]  # fmt: skip
