"""What a person sends to the administration who writes a procedure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from procedures import catalogue_cache
from procedures.models import DocumentKind, Procedure, ProcedureVersion

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 30)


def three(name: str, vi: str, en: str = "", ko: str = "") -> dict[str, str]:
    return {f"{name}_vi": vi, f"{name}_en": en, f"{name}_ko": ko}


def rows(prefix: str, *given: dict[str, Any]) -> dict[str, Any]:
    """What the administration's page sends for inline rows."""
    sent: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(given), f"{prefix}-INITIAL_FORMS": 0}
    for number, row in enumerate(given):
        sent |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return sent


PAPER = {"order": 1, "form_of_copy": "original", "copies": 1, "condition": "", "source": "Điều 1", "confidence": "sure"}
FEE = {
    "key": "fee", **three("name", "Lệ phí", "Fee", "수수료"), "basis": "per_page", "amount": 0, "steps": "2 = 2000\n* = 1000",
    "cap_per_copy": 200000, "condition": '{"not": "fee_exempt"}', "article": "Nghị quyết 1", "confidence": "sure",
    "effective_from": TODAY.isoformat(),
}  # fmt: skip
NAME = {
    "order": 1, **three("heading", "Người đề nghị"), **three("label", "Họ và tên", "Name", "성명"), "kind": "text",
    "is_required": "on", "prefill": "citizen.full_name", "choices": "",
}  # fmt: skip
KIND = {
    "order": 2, **three("label", "Loại thẻ"), "kind": "choice",
    "choices": "Thẻ thường | Ordinary | 일반\nThẻ ưu tiên",
}  # fmt: skip


def a_procedure(client: Client) -> Procedure:
    sent = {
        "code": "1.999001", "key": "", **three("name", "Cấp thẻ thư viện", "Library card", "도서관 카드"),
        **three("short_name", "Làm thẻ thư viện"), "also_said": "thẻ đọc sách\nmượn sách",
        "field": catalogue_cache.all_procedures()[0].field_id, **three("handler", "Thư viện"),
        **three("receive_at", "Tại quầy"), "other_codes": "", "order": 50, "ask_first": "null", "declaration": "{}",
    }  # fmt: skip
    answer = client.post(reverse("admin:procedures_procedure_add"), sent)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return Procedure.objects.get(key="lam_the_thu_vien")


def version_sent(procedure: Procedure, **more: Any) -> dict[str, Any]:
    paper = {**PAPER, "kind": DocumentKind.objects.get(key="identity_document").pk}
    return {
        "procedure": procedure.pk, "number": 1, "effective_from": TODAY.isoformat(), "effective_to": "",
        "legal_basis": "Luật Thư viện 46/2019\nNghị định 93/2020", "confidence": "likely", "limit_kind": "working_days",
        "limit_number": 2, "limit_cutoff": "15:00", "limit_source": "Điều 5", **three("result", "Thẻ thư viện", "Card", "카드"),
        "conditions": "[]", "notices": "[]", **rows("requirements", paper), **rows("fee_rules", FEE),
        **rows("form_fields", NAME, KIND), **more,
    }  # fmt: skip


def a_draft(client: Client, **more: Any) -> ProcedureVersion:
    procedure = a_procedure(client)
    answer = client.post(reverse("admin:procedures_procedureversion_add"), version_sent(procedure, **more))
    assert answer.status_code == 302, [
        answer.context["adminform"].form.errors,
        *(formset.formset.errors for formset in answer.context["inline_admin_formsets"]),
    ]
    return ProcedureVersion.objects.get(procedure=procedure)
