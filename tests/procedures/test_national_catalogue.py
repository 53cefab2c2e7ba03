"""The national catalogue beside our own: what is new becomes drafts, what is known stays as it is."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from portal import clock
from portal.errors import RuleBroken
from procedures import catalogue_cache
from procedures.actions.publish import publish
from procedures.enums import Confidence, CopyForm
from procedures.loading.national import UNSORTED
from procedures.models import DocumentKind, FeeRule, Field, Procedure, ProcedureVersion, Requirement
from tests.procedures.national_records import FAULTY, NEW, fee, method, paper, record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "national_days", "in_english")]

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday():
    with clock.fixed(NOW):
        yield


@pytest.fixture
def bring(tmp_path: Path):
    """Write what the portal answered to a file and import it."""

    def call(content: Any, *options: str) -> str:
        path = tmp_path / "national.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), "utf-8")
        out = StringIO()
        call_command("import_national_catalogue", str(path), *options, stdout=out, stderr=out)
        return out.getvalue().strip()

    return call


def draft(code: str) -> ProcedureVersion:
    return ProcedureVersion.objects.for_quote().get(procedure__code=code)


def test_what_is_new_becomes_an_entry_and_a_draft_that_nobody_sees_yet(bring) -> None:
    before = len(catalogue_cache.all_procedures())
    assert "8 new as drafts" in bring(NEW, "--apply")
    made = Procedure.objects.get(code="1.900001")
    assert (made.name, made.key, made.field.code) == ({"vi": "Thủ tục thường"}, "tthc_1_900001", "civil_status")
    assert made.is_unconfirmed
    assert made.handler == {"vi": "Uỷ ban nhân dân cấp xã"}
    version = draft("1.900001")
    assert version.published_at is None
    assert version.confidence == Confidence.UNSURE
    assert version.legal_basis == ["123/2015/NĐ-CP: Nghị định số 123/2015/NĐ-CP"]
    assert version.results == [{"key": "result", "name": {"vi": "Trích lục"}}]
    assert len(catalogue_cache.all_procedures()) == before, "a draft serves nobody"


def test_a_paper_is_asked_for_whatever_its_flag_says_and_keeps_the_words_of_the_portal(bring) -> None:
    bring(NEW, "--apply")
    row = draft("1.900001").requirements.get()
    assert row.condition is None, "the flag is false for every paper: it says nothing"
    assert (row.kind.key, row.note) == (UNSORTED, {"vi": "Tờ khai theo mẫu (Giấy tờ phải nộp)"})
    assert [
        (row.kind.key, row.form_of_copy, row.copies, row.note["vi"]) for row in draft("1.900005").requirements.all()
    ] == [
        ("authorisation_letter", CopyForm.ORIGINAL, 1, "Giấy tờ phải nộp"),
        (UNSORTED, CopyForm.ORIGINAL, 1, "Giấy lạ (Giấy tờ phải nộp)"),
        (UNSORTED, CopyForm.COMPARED_COPY, 2, "Giấy lạ (Giấy tờ phải nộp)"),
        (UNSORTED, CopyForm.SHOWN, 1, "Thẻ lạ (Giấy tờ phải xuất trình)"),
    ]


@pytest.mark.parametrize(
    ("code", "limit"),
    [
        ("1.900001", {"kind": "working_days", "days": 3}),
        ("1.900002", {"kind": "calendar_days", "days": 10}),
        ("1.900004", {"kind": "working_days", "days": 2}),
        ("1.900007", {"kind": "half_day"}),
    ],
)
def test_the_time_limit_is_read_where_it_is_said(bring, code: str, limit: dict[str, Any]) -> None:
    bring(NEW, "--apply")
    assert draft(code).time_limit == limit | {"confidence": "unsure"}


def test_a_fee_without_an_amount_is_not_free(bring) -> None:
    bring(NEW, "--apply")
    rules = [(rule.name["vi"], rule.amount, rule.condition) for rule in draft("1.900004").fee_rules.all()]
    assert rules == [
        ("Phí nộp trực tuyến", 25_000, "online"),
        ("Phí nộp trực tiếp", 50_000, {"not": "online"}),
        ("Chưa rõ số tiền: Theo Nghị quyết của HĐND", 0, {"not": "online"}),
    ]


def test_a_field_that_is_missing_is_made_once(bring) -> None:
    bring([*NEW, record("1.900030", "Nữa", category=None, categories=["Giáo dục, đào tạo"])], "--apply")
    assert Field.objects.get(name={"vi": "Giáo dục, đào tạo"}).procedures.count() == 2
    assert Procedure.objects.get(code="2.900006").field.code == "land"


@pytest.mark.parametrize(("raw", "reason"), FAULTY)
def test_what_cannot_be_understood_is_named_and_nothing_is_imported(bring, raw: Any, reason: str) -> None:
    before = Procedure.objects.count()
    with pytest.raises(CommandError) as refusal:
        bring([*NEW, raw], "--apply")
    message = str(refusal.value)
    assert message.startswith("Nothing was imported.\nnational.json: record 9 (")
    assert reason in message
    assert Procedure.objects.count() == before


def test_all_that_cannot_be_understood_is_told_at_once_and_may_be_left_out(bring) -> None:
    everything = [*NEW, *(raw for raw, _reason in FAULTY)]
    with pytest.raises(CommandError) as refusal:
        bring(everything, "--diff")
    assert str(refusal.value).count("\n") == len(FAULTY)
    told = bring(everything, "--apply", "--leave-out-faulty")
    assert "record 12 (1.900012): unknown unit of time 'WEEK'" in told
    assert "8 new as drafts" in told


@pytest.mark.parametrize("wrapped", [{"code": "OK", "data": {"items": NEW, "lastId": "x", "total": 8}}, {"data": NEW}])
def test_the_list_may_stand_within_an_object(bring, wrapped: dict[str, Any]) -> None:
    assert bring(wrapped, "--diff").count("\n+") == 7


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[", "Expecting value: line 1"),
        ("{}", "0 parts of this file could be the list"),
        ({"data": [], "items": []}, "2 parts of this file could be the list"),
        ("3", "no list of procedures"),
        ('[{"code": NaN}]', "NaN is no number"),
        ("[" * 100_000, "nested too deeply"),
        ('[{"code": "1.900001", "code": "1.900002"}]', "'code' stands twice"),
    ],
)
def test_a_file_that_is_none_is_refused(bring, content: Any, reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        bring(content, "--apply")


def test_a_second_time_there_is_nothing_to_do(bring) -> None:
    bring(NEW, "--apply")
    assert bring(NEW, "--diff") == "No difference."
    models = (Procedure, ProcedureVersion, Requirement, FeeRule, Field, DocumentKind)
    counts = [model.objects.count() for model in models]
    assert "0 new as drafts, 0 differ" in bring(NEW, "--apply")
    assert counts == [model.objects.count() for model in models]


def test_a_look_says_where_somebody_has_to_write_the_time_limit(bring) -> None:
    assert "+ 1.900003 Không có thời hạn (Hộ tịch): 1 papers, time limit to be written by a person, 0 fees" in bring(
        NEW, "--diff"
    )


def test_a_look_changes_nothing(bring) -> None:
    before = Procedure.objects.count()
    told = bring(NEW, "--diff")
    assert "+ 1.900002 Thời hạn ở chỗ khác (Hộ tịch): 1 papers, 10 calendar days or 1 working days, 0 fees" in told
    assert Procedure.objects.count() == before


def test_what_is_known_stays_as_it_is_and_its_differences_are_named(bring) -> None:
    known = record(
        "1.004873", "Cấp Giấy xác nhận tình trạng hôn nhân",
        executionCases=[{"name": "", "profileComponents": [paper("Giấy chưa từng thấy")]}],
        executionMethods=[method("DIRECT", 7, "WORKING_DAY", fee(12_345))],
    )  # fmt: skip
    versions = list(ProcedureVersion.objects.order_by("pk").values())
    papers = list(Requirement.objects.order_by("pk").values())
    told = bring([known], "--apply")
    assert "0 new as drafts, 1 differ" in told
    line = bring([known], "--diff")
    assert line.startswith("? 1.004873: paper only there: Giấy chưa từng thấy; paper only here: ")
    assert "there 7 working_days" in line
    assert "there 12,345" in line
    assert list(ProcedureVersion.objects.order_by("pk").values()) == versions
    assert list(Requirement.objects.order_by("pk").values()) == papers


def test_a_draft_that_somebody_works_on_is_left_alone(bring) -> None:
    bring(NEW, "--apply")
    version = draft("1.900001")
    version.time_limit = {"kind": "working_days", "days": 2}
    version.save()
    version.requirements.all().delete()
    assert "0 new" in bring(NEW, "--apply")
    assert draft("1.900001").time_limit["days"] == 2
    assert not draft("1.900001").requirements.exists()
    assert bring(NEW, "--diff") == (
        "? 1.900001: paper only there: Tờ khai theo mẫu; time limit: here 2 working_days, there 3 working_days"
    )


def test_one_that_is_only_listed_is_known(bring) -> None:
    assert bring([record("1.004837", "Đăng ký giám hộ")], "--diff") == (
        "? 1.004837: only its name is known here; there 1 papers, 3 working days, 0 fees"
    )


def test_a_draft_of_the_import_is_published_only_when_its_gaps_are_filled(bring, admin_user: Any) -> None:
    bring(NEW, "--apply")
    version = draft("1.900004")
    with pytest.raises(RuleBroken) as refusal:
        publish(version=version, at=NOW, acting_user=admin_user)
    said = " ".join(refusal.value.details["faults"])
    assert "Choose what kind of paper this is: “Tờ khai theo mẫu (Giấy tờ phải nộp)”." in said
    assert "Write the article of law that asks for “Phí nộp trực tiếp”." in said
    identity = DocumentKind.objects.get(key="identity_document")
    version.requirements.update(kind=identity, source="Điều 1", note=None)
    version.fee_rules.update(article="Nghị quyết 1")
    Procedure.objects.filter(code="1.900004").update(receive_at={"vi": "Tại quầy"})
    publish(version=draft("1.900004"), at=NOW, acting_user=admin_user)
    assert catalogue_cache.version_in_force("1.900004", date(2026, 11, 30)) is not None
    assert not Procedure.objects.get(code="1.900004").is_unconfirmed


def test_a_file_of_ours_confirms_an_entry(bring) -> None:
    bring([record("1.004873", "x")], "--diff")
    Procedure.objects.filter(code="1.004873").update(is_unconfirmed=True)
    call_command("load_catalogue", stdout=StringIO())
    assert not Procedure.objects.get(code="1.004873").is_unconfirmed


@pytest.mark.parametrize("page", ["citizen", "officer"])
def test_a_draft_without_a_time_limit_can_be_opened_and_asks_for_it(bring, admin_client: Client, page: str) -> None:
    bring(NEW, "--apply")
    version = draft("1.900003")
    change = reverse("admin:procedures_procedureversion_change", args=[version.pk])
    assert admin_client.get(change).status_code == 200
    answer = admin_client.get(reverse(f"admin:procedures_version_{page}", args=[version.pk]), follow=True)
    assert answer.redirect_chain[0][0] == change


def test_drafts_are_found_by_their_name_and_name_one_procedure_not_all(bring, admin_client: Client) -> None:
    bring(NEW, "--apply")
    for page in ("procedure", "procedureversion"):
        found = admin_client.get(reverse(f"admin:procedures_{page}_changelist"), {"q": "phong bì"})
        assert [str(row).split()[0] for row in found.context["cl"].result_list] == ["1.900008"]
    change = admin_client.get(
        reverse("admin:procedures_procedureversion_change", args=[draft("1.900008").pk])
    ).content.decode()
    assert "1.900008" in change
    assert "1.900007" not in change


@pytest.mark.full
def test_the_nations_whole_catalogue_is_taken_over_and_then_known(bring) -> None:
    everything = [
        record(
            f"{number % 3 + 1}.{number:06}",
            f"Thủ tục số {number}",
            category={"name": f"Lĩnh vực {number % 90}"},
            executionCases=[{"name": "", "profileComponents": [paper(f"Giấy {n} của {number}") for n in range(5)]}],
            executionMethods=[method("DIRECT", number % 30 + 1, "WORKING_DAY", fee(number + 1, "Phí"))],
        )
        for number in range(900_000, 906_000)
    ]
    assert "6000 new as drafts" in bring(everything, "--apply")
    assert bring(everything, "--diff") == "No difference."
