"""A procedure written in the administration, by somebody who types no code."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from portal import clock
from portal.errors import NotAllowed, RuleBroken
from procedures import catalogue_cache
from procedures.actions.draft_version import draft_version
from procedures.actions.publish import publish
from procedures.form_fields import schema_of_rows, write_rows
from procedures.loading.checking import CATALOGUE
from procedures.loading.writing import as_content, as_yaml
from procedures.models import DocumentKind, FormField, Procedure, ProcedureVersion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "national_days")]

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 30)


@pytest.fixture(autouse=True)
def monday():
    with clock.fixed(NOW):
        yield


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


def test_what_is_written_in_the_administration_is_what_the_counter_asks_for(admin_client: Client) -> None:
    draft = a_draft(admin_client)
    assert catalogue_cache.version_in_force("lam_the_thu_vien", TODAY) is None, "a draft serves nobody"
    assert draft.time_limit == {"kind": "working_days", "days": 2, "source": "Điều 5", "confidence": "likely"}
    assert draft.fee_rules.get().steps == [[2, 2000], [None, 1000]]
    assert draft.fee_rules.get().condition == {"not": "fee_exempt"}
    properties = draft.form_schema["properties"]
    assert list(properties) == ["ho_va_ten", "loai_the"]
    assert draft.form_schema["required"] == ["ho_va_ten"]
    assert properties["loai_the"]["enum"] == ["the_thuong", "the_uu_tien"]
    answer = admin_client.post(reverse("admin:procedures_version_publish", args=[draft.pk]), follow=True)
    assert "Đã công bố" in answer.content.decode()
    assert catalogue_cache.version_in_force("lam_the_thu_vien", TODAY) == draft
    found = catalogue_cache.procedure_index().search("mượn sách")
    assert found[0].procedure.key == "lam_the_thu_vien"
    page = admin_client.get("/procedures/1.999001/?pages=3").content.decode()
    assert "3.000\xa0đ" in page or "5.000" in page


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"limit_number": ""}, "limit_number"),
        ({"legal_basis": " \n "}, "legal_basis"),
        (three("result", "", "Card"), "result"),
        ({"limit_kind": "weeks"}, "limit_kind"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_lost(
    admin_client: Client, more: dict[str, Any], where: str
) -> None:
    procedure = a_procedure(admin_client)
    answer = admin_client.post(reverse("admin:procedures_procedureversion_add"), version_sent(procedure, **more))
    assert answer.status_code == 200
    assert where in answer.context["adminform"].form.errors
    assert "Nghị quyết 1" in answer.content.decode()
    assert not ProcedureVersion.objects.filter(procedure=procedure).exists()


@pytest.mark.parametrize(
    ("prefix", "change"),
    [
        ("fee_rules", {"steps": "2: 2000"}),
        ("fee_rules", {"steps": "2 = 2000\n1 = 1000\n* = 500"}),
        ("fee_rules", {"steps": "2 = 2000"}),
        ("fee_rules", {"condition": '"no_such_fact"'}),
        ("fee_rules", {"amount": -5}),
        ("form_fields", {"kind": "choice", "choices": "một"}),
        ("form_fields", {"kind": "text", "choices": "một\nhai"}),
        ("form_fields", three("label", "", "Name only in English")),
    ],
)
def test_a_wrong_row_is_refused(admin_client: Client, prefix: str, change: dict[str, Any]) -> None:
    procedure = a_procedure(admin_client)
    usual = {"fee_rules": FEE, "form_fields": NAME}[prefix]
    sent = version_sent(procedure) | rows(prefix, {**usual, **change})
    answer = admin_client.post(reverse("admin:procedures_procedureversion_add"), sent)
    assert answer.status_code == 200
    assert any(any(formset.formset.errors) for formset in answer.context["inline_admin_formsets"])
    assert not ProcedureVersion.objects.filter(procedure=procedure).exists()


def test_an_incomplete_draft_is_not_published_and_says_what_is_missing(admin_client: Client, admin_user: Any) -> None:
    draft = a_draft(admin_client, **rows("requirements"))
    with pytest.raises(RuleBroken) as refused:
        publish(version=draft, at=NOW, acting_user=admin_user)
    assert refused.value.code == "not_complete"
    assert "giấy tờ" in str(refused.value)


def test_the_past_is_not_written_anew(admin_client: Client, admin_user: Any) -> None:
    draft = a_draft(admin_client, effective_from=(TODAY - timedelta(days=1)).isoformat())
    with pytest.raises(RuleBroken) as refused:
        publish(version=draft, at=NOW, acting_user=admin_user)
    assert refused.value.code == "first_day_over"


def test_only_who_may_change_procedures_publishes_them(admin_client: Client, django_user_model: Any) -> None:
    draft = a_draft(admin_client)
    officer = django_user_model.objects.create_user("quay", "x")
    for attempt in (
        lambda: publish(version=draft, at=NOW, acting_user=officer),
        lambda: draft_version(like=draft, effective_from=TODAY, acting_user=officer),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    client = Client()
    client.force_login(officer)
    for name in ("citizen", "officer", "publish", "next"):
        answer = client.post(reverse(f"admin:procedures_version_{name}", args=[draft.pk]))
        assert answer.status_code == 302 and "login" in answer["Location"]


def test_a_new_version_begins_as_the_old_one_and_ends_it_when_published(admin_user: Any) -> None:
    old = catalogue_cache.version_in_force("land_change_info", TODAY)
    first = TODAY + timedelta(days=30)
    draft = draft_version(like=old, effective_from=first, acting_user=admin_user)
    draft = ProcedureVersion.objects.for_quote().get(pk=draft.pk)
    assert [str(row) for row in draft.requirements.all()] == [str(row) for row in old.requirements.all()]
    assert schema_of_rows(draft.form_fields.all()) == old.form_schema
    assert catalogue_cache.version_in_force("land_change_info", first) == old
    publish(version=draft, at=NOW, acting_user=admin_user)
    assert catalogue_cache.version_in_force("land_change_info", first) == draft
    assert catalogue_cache.version_in_force("land_change_info", first - timedelta(days=1)) == old


def test_every_form_of_the_catalogue_survives_being_edited_by_rows() -> None:
    for version in ProcedureVersion.objects.exclude(form_schema={}):
        write_rows(version) if not version.is_fixed else None
        groups = list(FormField.objects.filter(version=version))
        if groups:
            assert schema_of_rows(groups) == version.form_schema


def test_what_is_exported_loads_without_a_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("fields", "papers", "groups", "listed", "life_events"):
        (tmp_path / f"{name}.yaml").write_bytes((CATALOGUE / f"{name}.yaml").read_bytes())
    for procedure in Procedure.objects.filter(versions__isnull=False).distinct():
        (tmp_path / f"{procedure.key}.yaml").write_text(as_yaml(as_content(procedure)), encoding="utf-8")
    call_command("load_catalogue", str(tmp_path), "--diff")
    assert capsys.readouterr().out.strip() == "No difference."


def test_a_written_procedure_is_exported_from_its_page(admin_client: Client, admin_user: Any, tmp_path: Path) -> None:
    draft = a_draft(admin_client)
    publish(version=draft, at=NOW, acting_user=admin_user)
    answer = admin_client.get(reverse("admin:procedures_procedure_export", args=[draft.procedure_id]))
    assert "Họ và tên" in answer.content.decode()
    for path in CATALOGUE.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "lam_the_thu_vien.yaml").write_bytes(answer.content)
    call_command("load_catalogue", str(tmp_path), "--check")


@pytest.mark.parametrize("name", ["citizen", "officer"])
def test_a_draft_is_looked_at_before_it_is_published(admin_client: Client, name: str) -> None:
    draft = a_draft(admin_client)
    page = admin_client.get(reverse(f"admin:procedures_version_{name}", args=[draft.pk]))
    assert page.status_code == 200
    assert "Xem trước" in page.content.decode()


def test_pages_of_versions_from_files_open_with_their_complex_conditions(admin_client: Client) -> None:
    for version in ProcedureVersion.objects.all():
        assert (
            admin_client.get(reverse("admin:procedures_procedureversion_change", args=[version.pk])).status_code == 200
        )
