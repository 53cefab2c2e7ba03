from __future__ import annotations

import json
from datetime import date
from typing import Any

import jsonschema
import pytest
from django.utils import translation

from procedures import catalogue_cache
from procedures.form_schemas import form_schema
from procedures.forms import NAMES_OF_PEOPLE, ProcedureForm, prefill
from procedures.models import ProcedureVersion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "units")]

LAND: dict[str, Any] = {
    "applicant_name": "  Nguyễn   Văn An ",
    "applicant_born": "2/1968",
    "applicant_identity": "001068012345",
    "applicant_residence": "Số 12 ngõ 5, Trung Phụng, Đống Đa, Hà Nội",
    "applicant_phone": "0912 345 678",
    "certificate_serial": "CT 123456",
    "parcel_number": "12",
    "map_sheet": "5",
    "parcel_unit": "00226",
    "old_address": "Phường Trung Phụng",
    "new_address": "Phường Văn Miếu - Quốc Tử Giám",
}


@pytest.fixture
def land() -> ProcedureVersion:
    found = catalogue_cache.version_in_force("land_change_info", date(2026, 11, 23))
    assert found is not None
    return found


def test_cleaned_form_is_json_that_the_schema_accepts(land: ProcedureVersion) -> None:
    form = ProcedureForm(land, LAND)
    assert form.is_valid(), form.errors
    data = json.loads(json.dumps(form.form_data()))
    assert data["applicant_name"] == "Nguyễn Văn An"
    assert data["applicant_born"] == "1968-02"
    assert data["applicant_phone"] == "+84912345678"
    assert "reason" not in data
    jsonschema.validate(data, land.form_schema)


def test_stored_values_come_back_as_people_write_them(land: ProcedureVersion) -> None:
    form = ProcedureForm(land, initial={"applicant_born": "1968-02", "applicant_phone": "+84912345678"})
    assert form["applicant_born"].value() == "02/1968"
    assert form["applicant_phone"].value() == "0912 345 678"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("applicant_identity", "123"),
        ("applicant_phone", "12"),
        ("applicant_born", "31/02/1968"),
        ("parcel_unit", "99999"),
        ("parcel_number", ""),
        ("old_address", "x" * 251),
    ],
)
def test_value_that_cannot_be_used_is_told_at_its_field(land: ProcedureVersion, field: str, value: str) -> None:
    form = ProcedureForm(land, {**LAND, field: value})
    assert set(form.errors) == {field}


def test_labels_and_groups_follow_the_language(land: ProcedureVersion) -> None:
    found = {}
    for language in ("vi", "en", "ko"):
        with translation.override(language):
            form = ProcedureForm(land)
            found[language] = ([heading for heading, _fields in form.groups()], form["parcel_number"].label)
    assert found["vi"] == (["Người yêu cầu", "Thửa đất và giấy chứng nhận", "Nội dung thay đổi"], "Thửa đất số")
    assert found["en"][1] == "Parcel number"
    assert found["ko"][1] == "필지 번호"


def test_known_facts_fill_the_fields_that_name_them(land: ProcedureVersion) -> None:
    known = {"citizen.full_name": "Nguyễn Văn An", "citizen.unit": "00226", "citizen.phone": "", "citizen.other": "x"}
    assert prefill(land, known) == {"applicant_name": "Nguyễn Văn An", "parcel_unit": "00226"}


@pytest.mark.parametrize(("typed", "stored"), [("02/07/2025", "2025-07-02"), ("2025-07-02", "2025-07-02")])
def test_full_date_is_kept_as_iso(typed: str, stored: str) -> None:
    birth = catalogue_cache.version_in_force("birth", date(2026, 11, 23))
    assert birth is not None
    form = ProcedureForm(birth, {"child_born": typed})
    form.is_valid()
    assert form.cleaned_data["child_born"] == stored
    assert ProcedureForm(birth, initial={"child_born": stored})["child_born"].value() == "02/07/2025"


def test_required_choice_starts_empty() -> None:
    birth = catalogue_cache.version_in_force("birth", date(2026, 11, 23))
    assert birth is not None
    assert ProcedureForm(birth).fields["child_sex"].choices[0][0] == ""


def test_form_costs_no_query_once_warm(land: ProcedureVersion, django_assert_num_queries) -> None:
    str(ProcedureForm(land))
    with django_assert_num_queries(0):
        str(ProcedureForm(land))
        assert ProcedureForm(land, LAND).is_valid()


def _in_force(key: str) -> ProcedureVersion:
    found = catalogue_cache.version_in_force(key, date(2026, 11, 23))
    assert found is not None
    return found


MARRIAGE: dict[str, Any] = {
    "husband_name": "Phạm Văn Nam",
    "husband_born": "06/05/1992",
    "husband_identity": "001092000123",
    "husband_residence": "Phường Kim Liên, Hà Nội",
    "husband_times": "1",
    "wife_name": "Nguyễn Thị Ánh",
    "wife_born": "01/02/1990",
    "wife_identity": "001190000321",
    "wife_residence": "Phường Kim Liên, Hà Nội",
    "wife_times": "1",
}


@pytest.mark.parametrize(
    ("procedure", "first", "second"),
    [
        ("marriage", "husband_identity", "wife_identity"),
        ("birth", "mother_identity", "father_identity"),
        ("death", "applicant_identity", "deceased_identity"),
    ],
)
def test_one_number_for_two_people_is_refused_at_the_second(procedure: str, first: str, second: str) -> None:
    same = ProcedureForm(_in_force(procedure), {first: "001148000078", second: "001 148 000 078"})
    assert first not in same.errors
    assert [error.code for error in same.errors.as_data()[second]] == ["same_person"]

    two = ProcedureForm(_in_force(procedure), {first: "001148000078", second: "001092000123"})
    assert second not in two.errors


@pytest.mark.parametrize("name", ["Nguyễn Văn A%00<script>alert(1)</script>", "Nguyễn Văn 2", "???"])
def test_a_name_is_held_to_the_same_rule_in_every_form(name: str) -> None:
    assert ProcedureForm(_in_force("marriage"), MARRIAGE).is_valid()
    assert set(ProcedureForm(_in_force("marriage"), MARRIAGE | {"wife_name": name}).errors) == {"wife_name"}
    assert "child_name" in ProcedureForm(_in_force("birth"), {"child_name": name}).errors
    assert "requester_name" in ProcedureForm(_in_force("certified_copy"), {"requester_name": name}).errors
    for procedure in ("extract", "civil_correction"):
        assert "record_of" in ProcedureForm(_in_force(procedure), {"record_of": name}).errors
    assert "intended_spouse" in ProcedureForm(_in_force("marital_status"), {"intended_spouse": name}).errors


def test_whose_record_it_is_is_one_persons_name_tidied_as_others_are() -> None:
    form = ProcedureForm(_in_force("extract"), {"record_of": " NGUYỄN   THỊ MẪU "})
    assert "record_of" not in form.errors
    assert form.cleaned_data["record_of"] == "Nguyễn Thị Mẫu"
    assert "record_of" in ProcedureForm(_in_force("extract"), {"record_of": "Nguyễn Thị Mẫu, Lê Văn Thử"}).errors


def test_a_paper_and_a_shop_may_have_figures_in_their_names() -> None:
    assert (
        "document_name" not in ProcedureForm(_in_force("certified_copy"), {"document_name": "Bằng số 12/2020"}).errors
    )


def test_every_field_called_a_name_is_known_to_be_a_persons_or_a_things() -> None:
    # Whom an old entry names is written as it stands there.
    things = {"document_name", "contract_name", "business_name", "record_name"}
    called_otherwise = {"record_of", "intended_spouse"}
    asked = {
        key
        for version in ProcedureVersion.objects.all()
        for key in version.form_schema.get("properties", {})
        if key.endswith("_name") or key in called_otherwise
    }
    assert asked == NAMES_OF_PEOPLE | things


def test_a_day_is_hinted_at_in_the_readers_language() -> None:
    with translation.override("vi"):
        form = str(ProcedureForm(_in_force("birth")))
    assert "dd/mm/yyyy" not in form
    assert 'placeholder="ngày/tháng/năm"' in form and 'placeholder="ngày/tháng/năm hoặc năm"' in form


@pytest.mark.parametrize(
    ("kind", "typed", "stored", "wrong"),
    [
        ("organisation_code", "0100 109 106", "0100109106", "0100109107"),
        ("passport", "c1234567", "C1234567", "hộ chiếu"),
        ("certificate_serial", "ct123456", "CT 123456", "123"),
        ("birth_notice_code", "01234.gcs.00123.26", "01234.GCS.00123.26", "01234"),
    ],
)
def test_numbers_of_papers_are_stored_as_their_schema_wants_them(
    kind: str, typed: str, stored: str, wrong: str
) -> None:
    schema = form_schema(
        [{"key": "g", "title": {"vi": "G"}, "fields": [{"key": "it", "kind": kind, "label": {"vi": "X"}}]}]
    )
    version = ProcedureVersion(form_schema=schema)
    form = ProcedureForm(version, {"it": typed})
    assert form.is_valid()
    assert form.form_data() == {"it": stored}
    jsonschema.Draft202012Validator(schema).validate(form.form_data())
    refused = ProcedureForm(version, {"it": wrong})
    assert not refused.is_valid()
    assert ProcedureForm(version, {"it": ""}).is_valid()


def test_a_yes_or_no_left_alone_says_nothing() -> None:
    field = {"key": "it", "kind": "yes_no", "label": {"vi": "Đã tiêm?"}}
    version = ProcedureVersion(form_schema=form_schema([{"key": "g", "title": {"vi": "G"}, "fields": [field]}]))
    typed = (({}, {}), ({"it": ""}, {}), ({"it": "no"}, {"it": False}), ({"it": "yes"}, {"it": True}))
    again = tuple((stored, stored) for _sent, stored in typed)  # as it was stored, checked once more
    for sent, stored in (*typed, *again):
        form = ProcedureForm(version, sent)
        assert form.is_valid()
        assert form.form_data() == stored
    assert 'value="yes" selected' in str(ProcedureForm(version, initial={"it": True})["it"])
    assert "selected" not in str(ProcedureForm(version)["it"]).replace('value="" selected', "")
