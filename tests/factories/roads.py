"""Every step of a dossier, as somebody who types what it asks for takes it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from applications.actions.consult import suggested_limit
from applications.actions.correct_form import correct_form
from applications.actions.extend import suggested
from applications.actions.supplement import ask_supplement
from applications.enums import PartState
from applications.handling import Verb, questions_open
from applications.ledger import lines_owed, outstanding, surplus
from applications.linked import keys_of, to_collect
from applications.models import Application, Event
from centres.enums import Role
from citizens.models import User
from portal import clock
from procedures.catalogue_cache import load_calendar


def values_for(verb: Verb, dossier: Application, at: datetime) -> dict[str, Any]:
    """What somebody types for this step, so that the step itself is what decides."""
    colleague = User.objects.filter(memberships__role=Role.SPECIALIST, memberships__centre=dossier.competent)
    other = colleague.exclude(pk=dossier.handler_id).order_by("pk").first()
    asked = questions_open(dossier)
    with_office = next(iter(keys_of(dossier, PartState.WITH_OFFICE)), "")
    money = {"method": "cash", "receipt_number": f"BL{Event.objects.count()}-{dossier.pk}"}
    new_date = {"reason": "Chờ xác minh", "until": clock.local_day(max(suggested(dossier, at), at + timedelta(days=3)))}
    while not load_calendar().is_working_day(new_date["until"]):
        new_date["until"] += timedelta(days=1)
    kept = dossier.papers.filter(requirement__is_kept=True).first()
    return {
        "accept-supplement": {"note": "đã nộp", "part": next(iter(keys_of(dossier, PartState.SUPPLEMENT)), "")},
        "part-done": {"part": with_office, "number": f"{Event.objects.count()}/TP"},
        "part-refused": {"part": with_office, "ground": "Điều 20"},
        "hand-over-parts": {"parts": [key for key, _name in to_collect(dossier)], "handed_to": "Ánh", "authorisation": "UQ 12", "signature": None},
        "propose": {"number": f"{Event.objects.count()}/TP"},
        "send-back": {"reason": "Sai tên"},
        "hand-over": {
            "handed_to": "Ánh",
            "signature": None,
            "authorisation": "Giấy ủy quyền 12",
            "unpaid_reason": "Nộp sau",
        },
        "post": {
            "recipient": "Ánh", "address": "12 ngõ 5, Kim Liên", "carrier": "VNPost",
            "tracking_number": f"EA{Event.objects.count()}VN", "unpaid_reason": "Nộp sau",
        },
        "post-delivered": {"handed_to": "Ánh", "delivered_on": clock.local_day(at)},
        "post-returned": {"reason": "Vắng nhà"},
        "keep-original": {"paper": kept.pk if kept else 0, "number": "BB 1", "pages": 2},
        "give-originals-back": {"given_to": "Ánh", "authorisation": "Giấy ủy quyền 12", "reason": "Cần dùng"},
        "take-fee": {**money, "amount": outstanding(dossier)},
        "ask-payment": {"name": "Thuế", "amount": 50000, "article": ""},
        "refund": {
            **money, "reason": "Thu nhầm", "fallen": [str(line.pk) for line in lines_owed(dossier)],
            "surplus": surplus(dossier),
        },
        "lower-fee": {
            "line": next((row.pk for row in lines_owed(dossier) if row.amount), 0), "lowered": 0, "reason": "Được miễn",
        },
        "cancel-receipt": {"payment": 0, "reason": "Nhầm hồ sơ"},
        "note-answer": {"consultation": asked[0].pk if asked else 0, "answer": "Đúng"},
        "consult": {
            "office": f"Cơ quan {Event.objects.count()}", "email": "", "question": "?", "until": suggested_limit(at),
        },
        "hand-on": {"to": other.pk if other else 0, "reason": "Nghỉ"},
        "drop-correction": {"reason": "Đúng rồi"},
        "correct-result": {"reason": "Sai", "number": f"{Event.objects.count()}/SUA"},
        "new-receipt": {"reason": "Sai", "phone": dossier.contact_phone, "email": ""},
        "prepare-apology": new_date,
        "sign-apology": new_date,
        "withdraw": {"reason": "Không cần", "given_back": ""},
        "decline-withdrawal": {"answer": "Đã ký"},
        "stop": {"reason": "Trùng", "given_back": ""},
    }.get(verb.key, {})  # fmt: skip


def _other_answer(dossier: Application) -> dict[str, Any]:
    """A line of text that says something else than it did."""
    asked = dossier.version.form_schema["properties"]
    key = next(key for key in dossier.form_data if asked[key]["x-kind"] == "text" and not key.endswith("_name"))
    said = dossier.form_data[key]
    return {key: said.removesuffix(" B") if said.endswith(" B") else f"{said} B"}


def do(verb: Verb, dossier: Application, at: datetime, user: User) -> None:
    """Take this step as the page would, also one that has a page of its own."""
    if verb.key == "ask-supplement":
        part = next(iter(keys_of(dossier, PartState.WITH_OFFICE)), "")
        ask_supplement(application=dossier, faults="Ảnh mờ", reason="Xác minh mới", part=part, at=at, acting_user=user)
    elif verb.key == "correct-form":
        correct_form(application=dossier, values=_other_answer(dossier), reason="Gõ nhầm", at=at, acting_user=user)
    else:
        verb.do(dossier, values_for(verb, dossier, at), at, user)
