"""A procedure written in the administration, by somebody who types no code."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from portal import clock
from portal.errors import NotAllowed, RuleBroken
from portal.text import LANGUAGES
from portal.text_fields import LanguagesField
from procedures import catalogue_cache
from procedures.actions.draft_version import draft_version
from procedures.actions.publish import publish
from procedures.actions.withdraw import withdraw
from procedures.form_fields import rows_of, schema_of_rows
from procedures.forms_admin import ChoicesField
from procedures.loading.checking import CATALOGUE
from procedures.loading.writing import as_content, as_yaml
from procedures.models import DocumentKind, Procedure, ProcedureVersion, Usual

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
        "limit_number": 2, "limit_cutoff": "", "limit_source": "Điều 5", **three("result", "Thẻ thư viện", "Card", "카드"),
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
    assert draft.form_schema["x-groups"][0]["fields"] == ["ho_va_ten", "loai_the"]
    assert draft.form_schema["required"] == ["ho_va_ten"]
    assert properties["loai_the"]["enum"] == ["the_thuong", "the_uu_tien"]
    answer = admin_client.post(reverse("admin:procedures_version_publish", args=[draft.pk]), follow=True)
    assert "Đã công bố" in answer.content.decode()
    assert catalogue_cache.version_in_force("lam_the_thu_vien", TODAY) == draft
    found = catalogue_cache.procedure_index().search("mượn sách")
    assert found[0].procedure.key == "lam_the_thu_vien"
    page = admin_client.get("/procedures/1.999001/?pages=3").content.decode()
    assert "5.000" in page, "two pages at 2,000 and one at 1,000"


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
        ("fee_rules", {"steps": "2 = ²\n* = 1"}),
        ("fee_rules", {"steps": "* = 99999999999999999999"}),
        ("fee_rules", {"steps": ""}),
        ("fee_rules", {"condition": '"no_such_fact"'}),
        ("fee_rules", {"amount": -5}),
        ("form_fields", {"kind": "choice", "choices": "một"}),
        ("form_fields", {"kind": "text", "choices": "một\nhai"}),
        ("form_fields", {"max_length": 0}),
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
    officer = django_user_model.objects.create_user("quay", "x", is_staff=True)
    for attempt in (
        lambda: publish(version=draft, at=NOW, acting_user=officer),
        lambda: draft_version(like=draft, effective_from=TODAY, acting_user=officer),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    client = Client()
    client.force_login(officer)
    for name in ("citizen", "officer"):
        assert client.get(reverse(f"admin:procedures_version_{name}", args=[draft.pk])).status_code == 403
    for name in ("publish", "withdraw", "layout", "next"):
        assert client.post(reverse(f"admin:procedures_version_{name}", args=[draft.pk])).status_code == 403
    assert client.get(reverse("admin:procedures_procedure_export", args=[draft.procedure_id])).status_code == 403
    draft.refresh_from_db()
    assert draft.published_at is None


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
    versions = list(ProcedureVersion.objects.exclude(form_schema={}))
    assert len(versions) > 15
    for version in versions:
        assert schema_of_rows(rows_of(version)) == version.form_schema


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
def test_a_draft_is_looked_at_as_it_will_be_on_its_first_day(admin_client: Client, admin_user: Any, name: str) -> None:
    old = catalogue_cache.version_in_force("signature_cert", TODAY)
    draft = draft_version(like=old, effective_from=TODAY + timedelta(days=60), acting_user=admin_user)
    page = admin_client.get(reverse(f"admin:procedures_version_{name}", args=[draft.pk]))
    assert page.status_code == 200
    assert "Xem trước" in page.content.decode()
    assert "10.000" in page.content.decode(), "the fee that will count then"
    asked = admin_client.get(reverse(f"admin:procedures_version_{name}", args=[old.pk])).content.decode()
    assert "Xem trước" not in asked, "in force"


# -- the files and the administration beside one another ----------------------------------------------------------------


def load() -> str:
    out = StringIO()
    call_command("load_catalogue", stdout=out)
    return out.getvalue()


def test_files_load_on_after_a_successor_was_published_here(admin_user: Any) -> None:
    old = catalogue_cache.version_in_force("land_change_info", TODAY)
    first = TODAY + timedelta(days=30)
    publish(
        version=draft_version(like=old, effective_from=first, acting_user=admin_user), at=NOW, acting_user=admin_user
    )
    assert "0 changes" in load()
    assert ProcedureVersion.objects.get(pk=old.pk).effective_to == first - timedelta(days=1)
    # Also where the file knows a later last day: it was brought forward.
    marriage = catalogue_cache.version_in_force("marriage", TODAY)
    between = draft_version(like=marriage, effective_from=first, acting_user=admin_user)
    between.effective_to = date(2027, 2, 28)
    between.save()
    publish(version=between, at=NOW, acting_user=admin_user)
    assert "0 changes" in load()
    for day, version in ((first - timedelta(days=1), marriage), (first, between)):
        assert catalogue_cache.version_in_force("marriage", day) == version
    assert catalogue_cache.version_in_force("marriage", date(2027, 3, 1)).number == 2


def test_a_draft_gives_its_number_to_a_version_of_the_file_and_keeps_its_words(admin_user: Any, tmp_path: Path) -> None:
    old = catalogue_cache.version_in_force("signature_cert", TODAY)
    draft = draft_version(like=old, effective_from=TODAY + timedelta(days=60), acting_user=admin_user)
    draft.legal_basis = ["Luật mới"]
    draft.save()
    for path in CATALOGUE.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    file = tmp_path / "signature_cert.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content["versions"][0]["effective_to"] = "2027-01-28"
    content["versions"].append({**content["versions"][0], "number": 2, "effective_from": "2027-01-29"})
    del content["versions"][1]["effective_to"]
    for version in content["versions"]:
        version["effective_from"] = str(version["effective_from"])
    file.write_text(as_yaml(content), encoding="utf-8")
    call_command("load_catalogue", str(tmp_path), stdout=StringIO())
    draft.refresh_from_db()
    assert (draft.number, draft.legal_basis, draft.published_at) == (3, ["Luật mới"], None)
    assert catalogue_cache.version_in_force("signature_cert", date(2027, 1, 29)).number == 2


def test_what_was_edited_here_is_left_alone_by_the_files_until_it_follows_them_again(admin_client: Client) -> None:
    birth = Procedure.objects.get(key="birth")
    page = admin_client.get(reverse("admin:procedures_procedure_change", args=[birth.pk]))
    sent = {
        name: value for name, value in page.context["adminform"].form.initial.items() if isinstance(value, str | int)
    }
    sent |= {
        f"{name}_{language}": text
        for name in ("name", "short_name", "handler", "receive_at")
        for language, text in getattr(birth, name).items()
    }
    sent |= {"also_said": "đẻ con", "other_codes": "", "ask_first": "null", "declaration": "{}"}
    answer = admin_client.post(reverse("admin:procedures_procedure_change", args=[birth.pk]), sent)
    assert answer.status_code == 302
    assert "0 changes" not in load()
    assert Procedure.objects.get(key="birth").also_said == ["đẻ con"]
    action = {"action": "follow_the_file", "_selected_action": [birth.pk]}
    admin_client.post(reverse("admin:procedures_procedure_changelist"), action)
    load()
    assert "đẻ con" not in Procedure.objects.get(key="birth").also_said


def test_a_layout_confirmed_stays_confirmed(admin_client: Client) -> None:
    land = catalogue_cache.version_in_force("land_change_info", TODAY)
    admin_client.post(reverse("admin:procedures_version_layout", args=[land.pk]))
    assert "0 changes" in load()
    assert ProcedureVersion.objects.get(pk=land.pk).layout_confirmed


# -- a publication ----------------------------------------------------------------------------------------------------


def test_a_publication_is_taken_back_and_no_day_is_left_without_law(admin_client: Client, admin_user: Any) -> None:
    old = catalogue_cache.version_in_force("land_change_info", TODAY)
    first = TODAY + timedelta(days=30)
    draft = draft_version(like=old, effective_from=first, acting_user=admin_user)
    publish(version=draft, at=NOW, acting_user=admin_user)
    page = admin_client.get(reverse("admin:procedures_procedureversion_change", args=[draft.pk])).content.decode()
    assert "_continue" not in page, "what was checked at the publication stays as it is"
    admin_client.post(reverse("admin:procedures_version_withdraw", args=[draft.pk]))
    assert catalogue_cache.version_in_force("land_change_info", first) == old
    assert ProcedureVersion.objects.get(pk=old.pk).effective_to is None
    with pytest.raises(RuleBroken) as refused:
        withdraw(version=old, at=NOW, acting_user=admin_user)
    assert refused.value.code == "in_force_already"


def test_a_successor_does_not_begin_on_the_day_it_is_published(admin_user: Any) -> None:
    old = catalogue_cache.version_in_force("land_change_info", TODAY)
    draft = draft_version(like=old, effective_from=TODAY, acting_user=admin_user)
    with pytest.raises(RuleBroken) as refused:
        publish(version=draft, at=NOW, acting_user=admin_user)
    assert refused.value.code == "first_day_over"


def test_two_drafts_may_begin_on_one_day_and_only_one_is_published(admin_user: Any) -> None:
    old = catalogue_cache.version_in_force("land_change_info", TODAY)
    first = TODAY + timedelta(days=30)
    one, other = (draft_version(like=old, effective_from=first, acting_user=admin_user) for _turn in range(2))
    assert one.number != other.number
    publish(version=one, at=NOW, acting_user=admin_user)
    with pytest.raises(RuleBroken) as refused:
        publish(version=other, at=NOW, acting_user=admin_user)
    assert refused.value.code == "version_overlaps"


def test_fees_follow_the_first_day_of_their_draft(admin_client: Client, admin_user: Any) -> None:
    draft = a_draft(admin_client)
    sooner = TODAY + timedelta(days=20)
    later = draft_version(like=draft, effective_from=TODAY + timedelta(days=60), acting_user=admin_user)
    page = admin_client.get(reverse("admin:procedures_procedureversion_change", args=[later.pk]))
    sent: dict[str, Any] = {}
    for form in [
        page.context["adminform"].form,
        *(f for s in page.context["inline_admin_formsets"] for f in s.formset),
    ]:
        for field in form:
            value = field.value()
            if isinstance(field.field, LanguagesField):
                sent |= {f"{field.html_name}_{language}": (value or {}).get(language, "") for language in LANGUAGES}
            elif value is not None and value is not False:
                sent[field.html_name] = value.isoformat() if isinstance(value, date) else value
    for inline in page.context["inline_admin_formsets"]:
        sent |= {field.html_name: field.value() for field in inline.formset.management_form}
    sent |= {"effective_from": sooner.isoformat()}
    answer = admin_client.post(reverse("admin:procedures_procedureversion_change", args=[later.pk]), sent)
    assert answer.status_code == 302, [
        (form.prefix, form.errors) for s in answer.context["inline_admin_formsets"] for form in s.formset
    ] + [answer.context["adminform"].form.errors]
    later.refresh_from_db()
    assert later.effective_from == sooner
    assert [rule.effective_from for rule in later.fee_rules.all()] == [sooner]
    assert later.form_schema == draft.form_schema
    late = later.fee_rules.get()
    late.effective_from = sooner + timedelta(days=1)
    late.save()
    with pytest.raises(RuleBroken) as refused:
        publish(version=later, at=NOW, acting_user=admin_user)
    assert refused.value.code == "not_complete"


def test_answers_keep_their_languages_and_values_however_the_database_orders_them() -> None:
    stored = [{"value": "cha", "label": {"en": "Father", "ko": "부", "vi": "Cha"}}]
    field = ChoicesField()
    field.initial = stored
    shown = field.prepare_value(stored)
    assert shown == "Cha | Father | 부"
    assert field.clean(shown) == [{"value": "cha", "label": {"vi": "Cha", "en": "Father", "ko": "부"}}]
    only_korean = [{"value": "me", "label": {"ko": "모", "vi": "Mẹ"}}]
    assert field.clean(field.prepare_value(only_korean))[0]["label"] == {"vi": "Mẹ", "ko": "모"}
    assert [choice["value"] for choice in field.clean("Bố\nBỏ\nBộ\n18 tuổi")] == ["bo", "bo_2", "bo_3", "o_18_tuoi"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("declaration", '{"signers": [{}]}'),
        ("declaration", "[1]"),
        ("declaration", '"x"'),
        ("ask_first", "5"),
        ("ask_first", "[{}]"),
        ("ask_first", "{"),
    ],
)
def test_what_no_file_could_say_is_refused_beside_its_field(admin_client: Client, name: str, value: str) -> None:
    procedure = a_procedure(admin_client)
    page = admin_client.get(reverse("admin:procedures_procedure_change", args=[procedure.pk]))
    sent = {"code": procedure.code, "key": procedure.key, "field": procedure.field_id, "order": 50}
    for field in ("name", "short_name", "handler", "receive_at"):
        sent |= three(field, getattr(procedure, field)["vi"])
    sent |= {"also_said": "", "other_codes": "", "ask_first": "null", "declaration": "{}", name: value}
    answer = admin_client.post(reverse("admin:procedures_procedure_change", args=[procedure.pk]), sent)
    assert page.status_code == answer.status_code == 200
    assert name in answer.context["adminform"].form.errors


def test_a_procedure_that_is_still_being_written_is_not_found_by_people(admin_client: Client) -> None:
    a_draft(admin_client)
    citizen = Client()
    assert "1.999001" not in citizen.get("/procedures/?q=muon+sach").content.decode()
    assert citizen.get("/procedures/1.999001/").status_code == 404


def test_there_is_no_file_of_what_is_only_listed(admin_client: Client) -> None:
    listed = Procedure.objects.filter(is_listed_only=True, versions__isnull=True).first()
    answer = admin_client.get(reverse("admin:procedures_procedure_export", args=[listed.pk]))
    assert answer.status_code == 302


def test_pages_of_versions_from_files_open_with_their_complex_conditions(admin_client: Client) -> None:
    for version in ProcedureVersion.objects.all():
        assert (
            admin_client.get(reverse("admin:procedures_procedureversion_change", args=[version.pk])).status_code == 200
        )


def test_taking_back_gives_the_version_before_its_own_last_day_again(admin_user: Any) -> None:
    marriage = catalogue_cache.version_in_force("marriage", TODAY)
    between = draft_version(like=marriage, effective_from=TODAY + timedelta(days=20), acting_user=admin_user)
    publish(version=between, at=NOW, acting_user=admin_user)
    between.refresh_from_db()
    assert between.effective_to == date(2027, 2, 28), "another version begins the day after"
    withdraw(version=between, at=NOW, acting_user=admin_user)
    assert ProcedureVersion.objects.get(pk=marriage.pk).effective_to == date(2027, 2, 28)


@pytest.mark.parametrize("code", ["1/2", "abc", "1.00119", "1.001193.1", "١.٠٠١١٩٣"])
def test_a_national_code_has_its_shape(admin_client: Client, code: str) -> None:
    sent = {"code": code, "key": "", "field": catalogue_cache.all_procedures()[0].field_id, "order": 1}
    answer = admin_client.post(reverse("admin:procedures_procedure_add"), sent)
    assert "code" in answer.context["adminform"].form.errors


def test_code_and_key_stay_once_something_is_published(admin_client: Client) -> None:
    birth = Procedure.objects.get(key="birth")
    page = admin_client.get(reverse("admin:procedures_procedure_change", args=[birth.pk]))
    assert not {"code", "key"} & set(page.context["adminform"].form.fields)


def test_an_incentive_is_about_fees_that_there_are(admin_client: Client) -> None:
    sent = {
        "key": "meo", "percent": 150, "procedures": [Procedure.objects.get(key="extract").pk], "fee_keys": "nope",
        "condition": "", "article": "NQ", "effective_from": "2026-12-01", "effective_to": "", "confidence": "sure",
        **three("name", "Miễn"),
    }  # fmt: skip
    answer = admin_client.post(reverse("admin:procedures_incentive_add"), sent)
    assert {"percent", "fee_keys"} <= set(answer.context["adminform"].form.errors)


def test_the_form_on_paper_is_seen_before_its_layout_is_confirmed(admin_client: Client) -> None:
    draft = a_draft(admin_client)
    answer = admin_client.get(reverse("admin:procedures_version_paper", args=[draft.pk]))
    assert answer.content.startswith(b"%PDF")


def test_a_version_is_not_numbered_0(admin_client: Client) -> None:
    procedure = a_procedure(admin_client)
    answer = admin_client.post(reverse("admin:procedures_procedureversion_add"), version_sent(procedure, number=0))
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == ["number"]
    with pytest.raises(IntegrityError), transaction.atomic():
        ProcedureVersion.objects.update(number=0)


def test_a_new_draft_begins_with_the_usual_steps_of_the_catalogue(admin_client: Client) -> None:
    usual = Usual.objects.get(key="steps")
    usual.value = {"steps": usual.value["steps"][:2]}
    usual.save()
    assert a_draft(admin_client).steps == usual.value["steps"]
