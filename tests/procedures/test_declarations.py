"""The forms of the catalogue as papers: every field on them, in correct Vietnamese, filled in or blank."""

from __future__ import annotations

import io
import subprocess
import unicodedata
from datetime import UTC, date, datetime
from typing import Any

import pikepdf
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from portal import clock
from portal.pdf import Variant
from portal.text import pick
from procedures import catalogue_cache, revisions
from procedures.declaration_files import declaration_pdf
from procedures.declarations import declaration, has_declaration
from procedures.models import Procedure, ProcedureVersion, Unit, Usual

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "units")]

MONDAY = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday():
    with clock.fixed(MONDAY):
        yield


def version(key: str) -> ProcedureVersion:
    found = catalogue_cache.version_in_force(key, clock.today())
    assert found is not None
    return found


def with_forms() -> list[ProcedureVersion]:
    return [version for version in catalogue_cache.versions_on(clock.today()) if has_declaration(version)]


def words(content: bytes) -> str:
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True).stdout
    return " ".join(unicodedata.normalize("NFC", text.decode()).split())


def filled(version: ProcedureVersion) -> dict[str, Any]:
    """A value of its kind for every field."""
    values: dict[str, Any] = {
        "date": "1990-02-01", "partial_date": "1945", "number": 2, "yes_no": True, "phone": "+84912345678",
        "identity_number": "001190012345", "unit": "00226", "long_text": "Vì phường cũ đã nhập vào phường mới.",
        "text": "Nguyễn Thị Mẫu",
    }  # fmt: skip
    return {
        key: rule["enum"][0] if rule["x-kind"] == "choice" else values[rule["x-kind"]]
        for key, rule in version.form_schema["properties"].items()
    }


def test_every_form_shows_every_field_it_asks_for_with_its_value() -> None:
    forms = with_forms()
    assert len(forms) >= 15
    for form in forms:
        text = words(declaration_pdf(form, filled(form), on=date(2026, 11, 30)))
        assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
        assert declaration(form).title.upper() in text.upper()
        assert "Hà Nội, ngày 30 tháng 11 năm 2026" in text
        assert f"Mã thủ tục: {form.procedure.code}" in text
        for rule in form.form_schema["properties"].values():
            label = pick(rule["x-label"], "vi")
            assert " ".join(label.split()) in text, f"{form.procedure.key}: {label}"


def test_a_blank_form_has_room_and_no_values() -> None:
    for form in with_forms():
        text = words(declaration_pdf(form))
        assert "Nguyễn" not in text
        assert "None" not in text
        assert "ngày …… tháng" in text
        assert declaration(form).signers[-1].words.upper() in text


def test_stored_values_are_written_as_an_official_paper_writes_them() -> None:
    land, birth = version("land_change_info"), version("birth")
    lines = {
        line.label: line.value
        for form in (land, birth)
        for part in declaration(form, filled(form)).parts
        for line in part.lines
    }
    assert lines["Ngày sinh"] == "01/02/1990"
    assert lines["Giới tính"] == "Nam"
    assert lines["Thửa đất nay thuộc phường, xã"] == Unit.objects.current().get(code="00226").full_name
    assert lines["Số điện thoại"] == "0912 345 678"


def test_a_value_that_the_schema_does_not_know_any_more_is_printed_as_it_stands() -> None:
    birth = version("birth")
    odd = {"child_sex": "khác", "child_born": "không rõ", "unheard_of": "x", "father_born": ""}
    lines = {line.label: line.value for part in declaration(birth, odd).parts for line in part.lines}
    assert lines["Giới tính"] == "khác"
    assert lines["Ngày sinh"] == "không rõ"
    assert lines["Ngày sinh của cha"] == ""


def test_both_sides_of_a_marriage_sign_and_each_name_stands_under_its_own() -> None:
    marriage = version("marriage")
    data = filled(marriage) | {"husband_name": "Lê Văn Thử", "wife_name": "Đỗ Thị Mẫu"}
    assert [(signer.words, signer.name) for signer in declaration(marriage, data).signers] == [
        ("Bên nam", "Lê Văn Thử"),
        ("Bên nữ", "Đỗ Thị Mẫu"),
    ]


def test_the_number_of_the_form_stands_apart_from_its_title() -> None:
    land = declaration(version("land_change_info"), {}, ["Giấy chứng nhận đã cấp"])
    assert (land.title, land.model) == ("Đơn đăng ký biến động đất đai, tài sản gắn liền với đất", "Mẫu số 18")
    assert land.enclosed == ["Giấy chứng nhận đã cấp"]
    assert declaration(version("birth"), {}, ["Giấy chứng sinh"]).enclosed == []


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # WeasyPrint's own colour profile
@pytest.mark.parametrize(("variant", "mark"), [(Variant.READABLE, "pdfuaid:part"), (Variant.ARCHIVE, "pdfaid:part")])
def test_a_form_is_made_to_be_read_aloud_and_to_be_archived(variant: Variant, mark: str) -> None:
    land = version("land_change_info")
    with pikepdf.open(io.BytesIO(declaration_pdf(land, filled(land), on=date(2026, 11, 30), variant=variant))) as file:
        with file.open_metadata() as metadata:
            assert mark in metadata
        assert str(file.Root.Lang) == "vi"
        if variant is Variant.READABLE:
            assert file.Root.MarkInfo.Marked
        else:
            assert "/OutputIntents" in file.Root


def test_whatever_was_typed_is_text_and_not_markup() -> None:
    birth = version("birth")
    text = words(declaration_pdf(birth, {"child_name": "<b>Bé</b> & {{ con }}"}))
    assert "<b>Bé</b> & {{ con }}" in text


def test_anybody_may_have_the_blank_form_and_it_is_drawn_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first = client.get("/procedures/1.001193/form.pdf")
    assert (first.status_code, first["Content-Type"]) == (200, "application/pdf")
    monkeypatch.setattr("procedures.declaration_files.declaration_pdf", lambda *_given: pytest.fail("drawn again"))
    assert client.get("/procedures/1.001193/form.pdf").content == first.content
    # Filed online only, known by name only, unknown.
    for code in ("2.002621", "2.001019", "9.999999"):
        assert client.get(f"/procedures/{code}/form.pdf").status_code == 404


def test_how_a_form_is_signed_may_be_put_right_while_a_version_is_in_force() -> None:
    birth = Procedure.objects.get(key="birth")
    birth.declaration = {"title": "Tờ khai khác", "signers": [{"words": "Người khai"}]}
    birth.save()
    paper = declaration(version("birth"), filled(version("birth")))
    assert paper.title == "Tờ khai khác"
    assert [(signer.words, signer.name) for signer in paper.signers] == [("Người khai", "")]


def test_what_is_usual_for_a_form_is_data_with_its_source(admin_client: Client) -> None:
    usual = Usual.objects.get(key="declaration")
    assert usual.source
    assert usual.confidence == "unsure"
    assert declaration(version("birth")).promise == usual.value["promise"]
    assert [signer.words for signer in declaration(version("birth")).signers] == ["Người yêu cầu"]
    page = reverse("admin:procedures_usual_change", args=[usual.pk])
    sent = {
        "source": "Thông tư mới", "confidence": "sure", "signers-TOTAL_FORMS": 2, "signers-INITIAL_FORMS": 1,
        "signers-0-words": "Người khai", "signers-0-name": "applicant_name", "signers-0-ORDER": 1,
    }  # fmt: skip
    wrong = admin_client.post(page, sent | {"promise": ""})
    assert list(wrong.context["adminform"].form.errors) == ["promise"]
    nobody = admin_client.post(page, sent | {"promise": "Tôi cam đoan.", "signers-0-DELETE": "on"})
    assert list(nobody.context["adminform"].form.errors) == ["signers"]
    assert admin_client.post(page, sent | {"promise": "Tôi cam đoan."}).status_code == 302
    usual.refresh_from_db()
    assert usual.value["signers"] == [{"words": "Người khai", "name": "applicant_name"}]
    assert declaration(version("birth")).promise == "Tôi cam đoan."
    call_command("load_catalogue", stdout=io.StringIO())
    assert declaration(version("birth")).promise == "Tôi cam đoan.", "kept as edited in the administration"


def test_where_the_words_of_a_shipped_form_stand_is_told() -> None:
    own = [procedure.declaration for procedure in Procedure.objects.exclude(declaration={})]
    assert own
    assert all(words["source"] and words["confidence"] for words in own)


def test_without_what_is_usual_a_form_can_still_be_printed() -> None:
    Usual.objects.all().delete()
    revisions.changed(revisions.CATALOGUE)
    assert declaration(version("birth")).promise == ""


def test_the_usual_steps_are_written_as_rows(admin_client: Client) -> None:
    usual = Usual.objects.get(key="steps")
    page = reverse("admin:procedures_usual_change", args=[usual.pk])
    rows: dict[str, object] = {"steps-TOTAL_FORMS": 5, "steps-INITIAL_FORMS": 4}
    names = [step["name"] for step in usual.value["steps"]] + [{"vi": "Lưu hồ sơ", "en": "Filed", "ko": "보관"}]
    for number, name in enumerate(names):
        rows |= {f"steps-{number}-name_{language}": text for language, text in name.items()}
        rows |= {f"steps-{number}-role": "counter", f"steps-{number}-ORDER": number}
    answer = admin_client.post(page, {"source": usual.source, "confidence": "likely", **rows})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    usual.refresh_from_db()
    assert [step["key"] for step in usual.value["steps"]] == ["receive", "appraise", "approve", "return", "luu_ho_so"]
