"""A procedure written in the administration, by somebody who types no code."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import yaml
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from portal import clock
from procedures import catalogue_cache
from procedures.actions.draft_version import draft_version
from procedures.declarations import declaration
from procedures.first_questions import has_questions
from procedures.form_fields import rows_of, schema_of_rows
from procedures.forms_version import ChoicesField
from procedures.loading.checking import CATALOGUE, PAPERS
from procedures.models import DocumentKind, Procedure, ProcedureVersion, Usual
from tests.procedures.written import FEE, NAME, NOW, PAPER, TODAY, a_draft, a_procedure, rows, three, version_sent, when

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "national_days")]


@pytest.fixture(autouse=True)
def monday():
    with clock.fixed(NOW):
        yield


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
        ("fee_rules", when("all", "no_such_fact")),
        ("fee_rules", when("any", "")),
        ("fee_rules", when("some", "online")),
        ("fee_rules", when("all", "online", "online=no")),
        ("fee_rules", when("all", "online", text="{ not: online }")),
        ("fee_rules", when("text", text="{ not: [")),
        ("fee_rules", when("text", text="{ not: no_such_fact }")),
        ("fee_rules", when("text", text="{ maybe: online }")),
        ("fee_rules", when("text")),
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


def test_a_cap_below_the_price_of_the_first_page_is_refused(admin_client: Client) -> None:
    procedure = a_procedure(admin_client)
    sent = version_sent(procedure, **rows("fee_rules", FEE | {"cap_per_copy": 1999}))
    answer = admin_client.post(reverse("admin:procedures_procedureversion_add"), sent)
    (errors,) = [form.errors for form in answer.context["inline_admin_formsets"][1].formset.forms if form.errors]
    assert list(errors) == ["cap_per_copy"]


@pytest.mark.parametrize("hour", ["25:99", "3 giờ"])
def test_a_wrong_hour_is_told_how_to_write_it(admin_client: Client, hour: str) -> None:
    other = {"kind": "working_days", "number": 3, "cutoff": hour, **when("all", "in_ward", prefix="when")}
    sent = version_sent(a_procedure(admin_client), limit_cutoff=hour, **rows("alternatives", other))
    answer = admin_client.post(reverse("admin:procedures_procedureversion_add"), sent).content.decode()
    assert answer.count("Xin ghi giờ:phút, ví dụ 15:00.") == 2


def test_papers_without_a_place_come_after_the_others(admin_client: Client) -> None:
    kinds = DocumentKind.objects.values_list("pk", flat=True)[:3]
    papers = [PAPER | {"kind": kind, "order": order} for kind, order in zip(kinds, ("", 4, ""), strict=True)]
    draft = a_draft(admin_client, **rows("requirements", *papers))
    assert [(row.kind_id, row.order) for row in draft.requirements.all()] == [
        (kinds[1], 4), (kinds[0], 5), (kinds[2], 6),
    ]  # fmt: skip


def test_every_form_of_the_catalogue_survives_being_edited_by_rows() -> None:
    versions = list(ProcedureVersion.objects.exclude(form_schema={}))
    assert len(versions) > 15
    for version in versions:
        assert schema_of_rows(rows_of(version)) == version.form_schema


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


def test_a_procedure_that_is_still_being_written_is_not_found_by_people(admin_client: Client) -> None:
    a_draft(admin_client)
    citizen = Client()
    assert "1.999001" not in citizen.get("/procedures/?q=muon+sach").content.decode()
    assert citizen.get("/procedures/1.999001/").status_code == 404


def test_pages_of_versions_from_files_open_with_their_complex_conditions(admin_client: Client) -> None:
    for version in ProcedureVersion.objects.all():
        assert (
            admin_client.get(reverse("admin:procedures_procedureversion_change", args=[version.pk])).status_code == 200
        )


@pytest.mark.parametrize("code", ["1/2", "abc", "1.00119", "1.001193.1", "١.٠٠١١٩٣"])
def test_a_national_code_has_its_shape(admin_client: Client, code: str) -> None:
    sent = {"code": code, "key": "", "field": catalogue_cache.all_procedures()[0].field_id, "order": 1}
    answer = admin_client.post(reverse("admin:procedures_procedure_add"), sent)
    assert "code" in answer.context["adminform"].form.errors


def test_code_and_key_stay_once_something_is_published(admin_client: Client) -> None:
    birth = Procedure.objects.get(key="birth")
    page = admin_client.get(reverse("admin:procedures_procedure_change", args=[birth.pk]))
    assert not {"code", "key"} & set(page.context["adminform"].form.fields)


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


def test_the_form_on_paper_is_seen_before_its_layout_is_confirmed(admin_client: Client) -> None:
    draft = a_draft(admin_client)
    answer = admin_client.get(reverse("admin:procedures_version_paper", args=[draft.pk]))
    assert answer.content.startswith(b"%PDF")


def test_an_incentive_is_about_fees_that_there_are(admin_client: Client) -> None:
    sent = {
        "key": "meo", "percent": 150, "procedures": [Procedure.objects.get(key="extract").pk], "fee_keys": "nope",
        "article": "NQ", "effective_from": "2026-12-01", "effective_to": "", "confidence": "sure",
        **three("name", "Miễn"),
    }  # fmt: skip
    answer = admin_client.post(reverse("admin:procedures_incentive_add"), sent)
    assert {"percent", "fee_keys"} <= set(answer.context["adminform"].form.errors)


def test_a_kind_of_paper_is_a_form_because_it_says_so(admin_client: Client) -> None:
    sent = three("name", "Phiếu xin thẻ (Mẫu số 7)") | {"is_form": "on"}
    assert admin_client.post(reverse("admin:procedures_documentkind_add"), sent).status_code == 302
    kind = DocumentKind.objects.get(key="phieu_xin_the_mau_so_7")
    draft = a_draft(admin_client, **rows("requirements", {**PAPER, "kind": kind.pk}))
    draft = ProcedureVersion.objects.for_quote().get(pk=draft.pk)
    assert declaration(draft).model == "Mẫu số 7"
    assert not has_questions(draft), "nobody is sent home for a form that is filled in here"
    DocumentKind.objects.filter(pk=kind.pk).update(is_form=False)
    assert has_questions(ProcedureVersion.objects.for_quote().get(pk=draft.pk))


def test_kinds_of_papers_are_a_file_that_loads_as_it_is(admin_client: Client) -> None:
    chosen = {"action": "as_file", "_selected_action": [DocumentKind.objects.first().pk]}
    answer = admin_client.post(reverse("admin:procedures_documentkind_changelist"), chosen)
    content = yaml.safe_load(answer.content)
    assert content == yaml.safe_load((CATALOGUE / PAPERS).read_text(encoding="utf-8"))
    assert content["birth_form"]["form"] is True


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


def test_an_hour_and_another_territory_are_written_with_the_limit(admin_client: Client) -> None:
    draft = a_draft(admin_client, limit_cutoff="15:00", limit_other_territory="on")
    assert draft.time_limit["cutoff"] == "15:00"
    assert draft.time_limit["other_territory"] is True
    page = admin_client.get(reverse("admin:procedures_procedureversion_change", args=[draft.pk]))
    form = page.context["adminform"].form
    assert (form["limit_cutoff"].value(), form["limit_other_territory"].value()) == ("15:00", True)
