"""What a version keeps as data of several parts, chosen and read in the administration; nobody meets JSON there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal import clock
from procedures import catalogue_cache
from procedures.actions.draft_version import draft_version
from procedures.loading.writing import as_content, version_content
from procedures.models import Procedure, ProcedureVersion
from tests.procedures.written import NOW, TODAY, a_draft, a_procedure, filled, three, when

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "national_days")]

DEEP = {"any": ["authorised", {"all": ["in_ward", {"not": "landslide"}]}]}


@pytest.fixture(autouse=True)
def monday():
    with clock.fixed(NOW):
        yield


def page_of(version: ProcedureVersion) -> str:
    return reverse("admin:procedures_procedureversion_change", args=[version.pk])


def draft_like(key: str, admin_user: Any) -> ProcedureVersion:
    version = catalogue_cache.version_in_force(key, TODAY)
    return draft_version(like=version, effective_from=TODAY.replace(year=2027), acting_user=admin_user)


def content_of(version: ProcedureVersion) -> dict[str, Any]:
    return version_content(ProcedureVersion.objects.for_quote().get(pk=version.pk))


def save(client: Client, version: ProcedureVersion, **more: Any) -> None:
    address = page_of(version)
    answer = client.post(address, filled(client.get(address).content.decode()) | more)
    assert answer.status_code == 302, [
        answer.context["adminform"].form.errors,
        *(formset.formset.errors for formset in answer.context["inline_admin_formsets"]),
    ]


def test_every_version_is_the_same_after_its_page_was_saved_untouched(admin_client: Client, admin_user: Any) -> None:
    for old in list(ProcedureVersion.objects.published().on(TODAY).select_related("procedure")):
        draft = draft_like(old.procedure.key, admin_user)
        before = content_of(draft)
        save(admin_client, draft)
        assert content_of(draft) == before, old


def test_a_procedure_is_the_same_after_its_page_was_saved_untouched(admin_client: Client) -> None:
    for procedure in Procedure.objects.exclude(versions=None):
        before = as_content(procedure)
        address = reverse("admin:procedures_procedure_change", args=[procedure.pk])
        answer = admin_client.post(address, filled(admin_client.get(address).content.decode()))
        assert answer.status_code == 302, answer.context["adminform"].form.errors
        assert as_content(Procedure.objects.get(pk=procedure.pk)) == before


def test_no_page_shows_the_law_as_code(admin_client: Client, admin_user: Any) -> None:
    for key in ("birth", "marriage", "land_change_info"):
        draft = draft_like(key, admin_user)
        for version in (draft, catalogue_cache.version_in_force(key, TODAY)):
            page = admin_client.get(page_of(version)).content.decode()
            for code in ("{&quot;", "{&#x27;", "[{"):
                assert code not in re.sub(r"data-inline-formset=.[^\"]*.", "", page), (key, version.published_at)


def test_a_condition_is_chosen_and_read_as_a_sentence(admin_client: Client, admin_user: Any) -> None:
    draft = draft_like("birth", admin_user)
    save(admin_client, draft, **when("all", "authorised", "data_not_found=no", prefix="requirements-0-condition"))
    first = draft.requirements.first()
    assert first.condition == {"all": ["authorised", {"not": "data_not_found"}]}
    page = admin_client.get(page_of(draft)).content.decode()
    assert "khi “Nộp thay cho người khác theo uỷ quyền” là có và “Không tra cứu được dữ liệu trong" in page


def test_a_nested_condition_is_read_kept_and_changed_as_text(admin_client: Client, admin_user: Any) -> None:
    draft = draft_like("birth", admin_user)
    paper = draft.requirements.first()
    paper.condition = DEEP
    paper.save()
    save(admin_client, draft)
    paper.refresh_from_db()
    assert paper.condition == DEEP
    assert "hoặc (“Thửa đất ở phường” là có và" in admin_client.get(page_of(draft)).content.decode()
    text = "{ not: { all: [authorised, { any: [online, in_ward] }] } }"
    save(admin_client, draft, **when("text", text=text, prefix="requirements-0-condition"))
    paper.refresh_from_db()
    assert paper.condition == {"not": {"all": ["authorised", {"any": ["online", "in_ward"]}]}}


def test_a_notice_a_check_and_another_limit_are_written_as_rows(admin_client: Client) -> None:
    draft = a_draft(admin_client)
    day = {"label_vi": "Ngày sinh", "kind": "date", "order": "3"}
    save(
        admin_client,
        draft,
        **{f"form_fields-2-{name}": value for name, value in day.items()},
    )
    notice = {**three("text", "Thẻ cũ bị thu.", "The old card is taken."), "acknowledge": "on"}
    check = {"kind": "age_at_least", "field": "ngay_sinh", "number": 6, "severity": "refusal", "article": "Điều 2"}
    limit = {"kind": "calendar_days", "number": 9, "source": "Điều 6", "confidence": "sure"}
    save(
        admin_client,
        draft,
        **{f"notices-0-{name}": value for name, value in notice.items()},
        **when("any", "reissue", prefix="notices-0-when"),
        **{f"conditions-0-{name}": value for name, value in (check | three("message", "Chưa đủ tuổi.")).items()},
        **{f"alternatives-0-{name}": value for name, value in limit.items()},
        **when("all", "verification", prefix="alternatives-0-when"),
    )
    draft.refresh_from_db()
    assert draft.notices == [
        {
            "key": "the_cu_bi_thu",
            "text": {"vi": "Thẻ cũ bị thu.", "en": "The old card is taken."},
            "acknowledge": True,
            "when": "reissue",
        }
    ]
    (made,) = draft.conditions
    assert made == {
        "key": "chua_du_tuoi", "kind": "age_at_least", "field": "ngay_sinh", "years": 6, "severity": "refusal",
        "message": {"vi": "Chưa đủ tuổi."}, "article": "Điều 2",
    }  # fmt: skip
    assert draft.time_limit["alternatives"] == [
        {"when": "verification", "kind": "calendar_days", "days": 9, "source": "Điều 6", "confidence": "sure"}
    ]
    save(admin_client, draft, **{"notices-0-DELETE": "on"})
    draft.refresh_from_db()
    assert draft.notices == []


def test_first_questions_and_signers_are_chosen(admin_client: Client) -> None:
    draft = a_draft(admin_client)
    procedure = draft.procedure
    address = reverse("admin:procedures_procedure_change", args=[procedure.pk])
    sent = filled(admin_client.get(address).content.decode()) | {
        "ask_which": "own", "ask_first-0-paper": "identity_document", "ask_first-0-first_fact": "authorised",
        "ask_first-0-question_vi": "Bác có mang căn cước không?", "paper_title": "Đơn xin thẻ",
        "paper_signers-0-words": "Người đọc", "paper_signers-0-name": "ho_va_ten",
    }  # fmt: skip
    answer = admin_client.post(address, sent)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    procedure.refresh_from_db()
    assert procedure.ask_first == [
        {"paper": "identity_document", "facts": ["authorised"], "question": {"vi": "Bác có mang căn cước không?"}}
    ]
    assert procedure.declaration == {
        "title": "Đơn xin thẻ", "signers": [{"words": "Người đọc", "name": "ho_va_ten"}]
    }  # fmt: skip
    sent = filled(admin_client.get(address).content.decode()) | {"ask_which": "usual", "paper_signers-0-words": ""}
    answer = admin_client.post(address, sent)
    assert "Xin điền mục này." in answer.content.decode()
    assert "paper_signers" in answer.context["adminform"].form.errors


def test_a_page_that_asks_for_no_rows_leaves_them_as_they_are(admin_client: Client) -> None:
    assert a_procedure(admin_client).ask_first is None
    birth = Procedure.objects.get(key="birth")
    address = reverse("admin:procedures_procedure_change", args=[birth.pk])
    sent = {
        name: value
        for name, value in filled(admin_client.get(address).content.decode()).items()
        if not name.startswith(("ask_", "paper_"))
    }
    assert admin_client.post(address, sent).status_code == 302
    again = Procedure.objects.get(key="birth")
    assert (again.ask_first, again.declaration) == (birth.ask_first, birth.declaration)
