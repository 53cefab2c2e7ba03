"""The slip that goes with a dossier (form 06): who gave it to whom, when, and whether in time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from applications.actions.issue_form import issue
from applications.actions.locking import locked
from applications.catalogue import version_of
from applications.enums import EventKind
from applications.models import Application, Event, IssuedForm
from citizens.models import User
from portal.text import pick
from portal.vn.dates import HANOI

FORM = "06"
# Official papers are Vietnamese whatever the officer reads, so their words are not translated.
_COUNTER, _HANDLER, _LEADER, _CITIZEN = "Bộ phận tiếp nhận", "Cán bộ thụ lý", "Lãnh đạo", "Người nộp hồ sơ"
_OFFICE, _POST = "Cơ quan giải quyết", "Dịch vụ bưu chính"
_MOVES: dict[str, tuple[str, str, str]] = {
    EventKind.RECEIVED: (_CITIZEN, _COUNTER, "Tiếp nhận hồ sơ"),
    EventKind.FORWARDED: (_COUNTER, _OFFICE, "Chuyển hồ sơ đến cơ quan có thẩm quyền"),
    EventKind.TAKEN: (_COUNTER, _HANDLER, "Thụ lý"),
    EventKind.HANDED_ON: (_HANDLER, _HANDLER, "Chuyển người thụ lý"),
    EventKind.SUPPLEMENT_ASKED: (_HANDLER, _CITIZEN, "Yêu cầu bổ sung; tạm dừng tính thời gian"),
    EventKind.SUPPLEMENTED: (_CITIZEN, _HANDLER, "Nhận bổ sung; tiếp tục tính thời gian"),
    EventKind.PAYMENT_ASKED: (_HANDLER, _CITIZEN, "Yêu cầu nghĩa vụ tài chính; tạm dừng tính thời gian"),
    EventKind.CONSULTED: (_HANDLER, "Cơ quan phối hợp", "Lấy ý kiến"),
    EventKind.ANSWERED: ("Cơ quan phối hợp", _HANDLER, "Nhận ý kiến"),
    EventKind.PART_BEGUN: (_HANDLER, _OFFICE, "Bắt đầu giải quyết thủ tục thành phần"),
    EventKind.PART_DONE: (_OFFICE, _HANDLER, "Có kết quả thủ tục thành phần"),
    EventKind.PART_REFUSED: (_OFFICE, _HANDLER, "Từ chối thủ tục thành phần"),
    EventKind.PART_ENDED: (_OFFICE, _HANDLER, "Dừng thủ tục thành phần"),
    EventKind.PART_HANDED: (_COUNTER, _CITIZEN, "Trả kết quả thủ tục thành phần"),
    EventKind.PARTS_OVER: (_HANDLER, _COUNTER, "Đã xong các thủ tục thành phần"),
    EventKind.EXTENDED: (_LEADER, _CITIZEN, "Xin lỗi và gia hạn"),
    EventKind.PROPOSED: (_HANDLER, _LEADER, "Trình ký"),
    EventKind.RETURNED_FOR_REWORK: (_LEADER, _HANDLER, "Trả lại để xử lý tiếp"),
    EventKind.APPROVED: (_LEADER, _COUNTER, "Ký kết quả"),
    EventKind.FOUND_WRONG: (_HANDLER, _LEADER, "Kết quả có sai sót; trình quyết định thay thế"),
    EventKind.REPLACED: (_LEADER, _COUNTER, "Ký quyết định thay thế"),
    EventKind.POSTED: (_COUNTER, _POST, "Gửi kết quả qua dịch vụ bưu chính"),
    EventKind.CAME_BACK: (_POST, _COUNTER, "Bưu chính chuyển hoàn kết quả"),
    EventKind.HANDED_OVER: (_COUNTER, _CITIZEN, "Trả kết quả"),
    EventKind.WITHDRAWN: (_COUNTER, _CITIZEN, "Người nộp rút hồ sơ"),
    EventKind.STOPPED: (_LEADER, _CITIZEN, "Dừng giải quyết"),
    EventKind.NOT_ANSWERED: (_HANDLER, _CITIZEN, "Dừng giải quyết: quá thời hạn bổ sung"),
}

# Whose other side is the office that the event names.
_TO_AN_OFFICE = (EventKind.CONSULTED, EventKind.FORWARDED)


@transaction.atomic
def issue_control_slip(*, application: Application, at: datetime, acting_user: User) -> IssuedForm:
    """The slip as it stands; while nothing has happened since the last one, that one."""
    dossier = locked(application)
    rows = moves_of(dossier)
    last = dossier.issued_forms.filter(number=FORM).order_by("-sequence").first()
    if last is not None and last.frozen.get("rows") == rows:
        return last
    offices = dict.fromkeys(dossier.consultations.values_list("office", flat=True))
    said = {"rows": rows, "consulted": "; ".join(offices), "printed_by": str(acting_user)}
    return issue(application=dossier, number=FORM, said=said, at=at, by=acting_user)


def moves_of(dossier: Application) -> list[dict[str, Any]]:
    """Each move of the dossier as a line of the slip, from its history, in order."""
    events = list(dossier.events.select_related("actor").order_by("sequence"))
    lines = []
    for event in events:
        # Dues that were paid before already moved nothing.
        if event.kind in _MOVES and not event.details.get("is_covered"):
            source, target, what = _MOVES[event.kind]
            source = _POST if event.kind == EventKind.HANDED_OVER and event.details.get("letter") else source
            lines.append(
                {
                    "from": source,
                    "to": event.details.get("office", target) if event.kind in _TO_AN_OFFICE else target,
                    "at": f"{event.at.astimezone(HANOI):%H:%M %d/%m/%Y}",
                    "who": str(event.actor) if event.actor else "Hệ thống",
                    "what": what,
                    "note": _note(event),
                    "result": _in_time(event, dossier),
                }
            )
    return lines


def _note(event: Event) -> str:
    if event.details.get("part"):
        parts = {row["key"]: pick(row["name"], "vi") for row in version_of(event.application).parts}
        names = "; ".join(parts[key] for key in event.details["part"].split(","))
        return f"{names} {event.details.get('number', '')}".strip()
    if event.kind in (EventKind.POSTED, EventKind.CAME_BACK):
        return str(event.details.get("carrier", ""))
    if event.kind == EventKind.HANDED_ON:
        return f"{event.details.get('before', '')} → {event.details.get('to', '')}"
    if event.kind in (EventKind.PROPOSED, EventKind.APPROVED, EventKind.REPLACED, EventKind.FOUND_WRONG):
        return str(event.details.get("number", ""))
    if event.kind == EventKind.EXTENDED and event.details.get("due_at"):
        return f"Hẹn lại {datetime.fromisoformat(event.details['due_at']).astimezone(HANOI):%H:%M %d/%m/%Y}"
    return ""


def _in_time(event: Event, dossier: Application) -> str:
    """Before, on or after the due day: said where the result was signed."""
    if event.kind not in (EventKind.APPROVED, EventKind.PARTS_OVER) or dossier.due_at is None:
        return ""
    if event.at > dossier.due_at:
        return "Quá hạn"
    same_day = event.at.astimezone(HANOI).date() == dossier.due_at.astimezone(HANOI).date()
    return "Đúng hạn" if same_day else "Trước hạn"
