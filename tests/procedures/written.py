"""What a person sends to the administration who writes a procedure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import reverse

from procedures import catalogue_cache
from procedures.models import DocumentKind, Procedure, ProcedureVersion

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 30)


def three(name: str, vi: str, en: str = "", ko: str = "") -> dict[str, str]:
    return {f"{name}_vi": vi, f"{name}_en": en, f"{name}_ko": ko}


def when(mode: str, *terms: str, prefix: str = "condition", text: str = "") -> dict[str, str]:
    """What the page sends of a condition: each term as "fact" or "fact=no"."""
    sent = {f"{prefix}-mode": mode, f"{prefix}-text": text}
    for number, term in enumerate(terms):
        fact, _sign, answer = term.partition("=")
        sent |= {f"{prefix}-fact-{number}": fact, f"{prefix}-answer-{number}": answer or "yes"}
    return sent


def rows(prefix: str, *given: dict[str, Any]) -> dict[str, Any]:
    """What the administration's page sends for inline rows."""
    sent: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(given), f"{prefix}-INITIAL_FORMS": 0}
    for number, row in enumerate(given):
        sent |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return sent


PAPER = {"order": 1, "form_of_copy": "original", "copies": 1, "source": "Điều 1", "confidence": "sure"}
FEE = {
    "key": "", **three("name", "Lệ phí", "Fee", "수수료"), "basis": "per_page", "amount": 0, "steps": "2 = 2000\n* = 1000",
    "cap_per_copy": 200000, **when("all", "fee_exempt=no"), "article": "Nghị quyết 1", "confidence": "sure",
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
        **three("receive_at", "Tại quầy"), "other_codes": "", "order": 50,
    }  # fmt: skip
    answer = client.post(reverse("admin:procedures_procedure_add"), sent)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return Procedure.objects.get(key="lam_the_thu_vien")


def version_sent(procedure: Procedure, **more: Any) -> dict[str, Any]:
    paper = {**PAPER, "kind": DocumentKind.objects.get(key="identity_document").pk}
    return {
        "procedure": procedure.pk, "number": 1, "effective_from": TODAY.isoformat(), "effective_to": "",
        "legal_basis": "Luật Thư viện 46/2019\nNghị định 93/2020", "confidence": "likely", "limit_kind": "working_days",
        "limit_number": 2, "limit_cutoff": "", "limit_source": "Điều 5", **three("result", "Thẻ thư viện", "Card", "카드"),
        **rows("requirements", paper), **rows("fee_rules", FEE),
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


UNSENT = ("submit", "button", "checkbox", "radio")


class _Filled(HTMLParser):
    """What a browser would send of the page's fields, untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.select: tuple[str, bool] | None = None
        self.options: list[tuple[str, bool]] = []
        self.area: str | None = None
        self.is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.is_inside = (given.get("id") or "").endswith("_form")
        if not self.is_inside:
            return
        name, kind = given.get("name"), given.get("type") or "text"
        if tag == "select" and name:
            self.select, self.options = (name, "multiple" in given), []
        elif tag == "option":
            self.options.append((given.get("value") or "", "selected" in given))
        elif tag == "textarea" and name:
            self.area = name
            self.sent[name] = [""]
        elif tag == "input" and name and (kind not in UNSENT or "checked" in given):
            self.sent.setdefault(name, []).append(given.get("value") or ("on" if kind == "checkbox" else ""))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.sent[self.area][0] += data.removeprefix("\n") if not self.sent[self.area][0] else data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = None
        if tag == "select" and self.select:
            name, is_multiple = self.select
            chosen = [value for value, is_selected in self.options if is_selected]
            self.sent[name] = chosen if chosen or is_multiple else [value for value, _no in self.options[:1]]
            self.select = None


def filled(page: str) -> dict[str, Any]:
    """Everything the form of this page would send."""
    reader = _Filled()
    reader.feed(page)
    return {name: values for name, values in reader.sent.items() if "__prefix__" not in name and values}
