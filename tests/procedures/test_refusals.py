"""Whatever keeps a version from being published is said in the reader's language, beside what has to be put right."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from portal import clock
from portal.errors import RuleBroken
from procedures.actions.draft_version import draft_version
from procedures.actions.publish import publish
from procedures.actions.withdraw import withdraw
from procedures.models import DocumentKind, FeeRule, Field, Procedure, ProcedureVersion
from procedures.refusals import refusals
from tests.procedures.written import (
    FEE,
    NAME,
    NOW,
    PAPER,
    TODAY,
    a_draft,
    a_procedure,
    filled,
    rows,
    three,
    version_sent,
    when,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "national_days")]

# Words that no Vietnamese sentence holds, and those of the files and the database.
ENGLISH = re.compile(
    r"\b(the|is|are|not|and|with|this|that|must|should|field|value|valid|required|choose|write|please|already|property"
    r"|schema|constraint|pattern|null|json|match|unique|string|integer|one of|least|most)\b",
    re.IGNORECASE,
)
VIETNAMESE = re.compile("[ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]", re.IGNORECASE)


@pytest.fixture(autouse=True)
def monday():
    with clock.fixed(NOW), translation.override("vi"):
        yield


def assert_vietnamese(sentence: str) -> None:
    plain = re.sub("“[^”]*”", "", sentence)
    assert VIETNAMESE.search(plain), sentence
    assert not ENGLISH.search(plain), sentence


def on_version(**columns: Any) -> Callable[[ProcedureVersion], None]:
    def spoil(draft: ProcedureVersion) -> None:
        ProcedureVersion.objects.filter(pk=draft.pk).update(**columns)

    return spoil


def on_procedure(**columns: Any) -> Callable[[ProcedureVersion], None]:
    def spoil(draft: ProcedureVersion) -> None:
        Procedure.objects.filter(pk=draft.procedure_id).update(**columns)

    return spoil


def on_rows(name: str, /, **columns: Any) -> Callable[[ProcedureVersion], None]:
    def spoil(draft: ProcedureVersion) -> None:
        getattr(draft, name).update(**columns)

    return spoil


def two_fees(draft: ProcedureVersion) -> None:
    fee = draft.fee_rules.get()
    FeeRule.objects.filter(pk=fee.pk).update(effective_from=TODAY - timedelta(days=1))
    fee.pk, fee.effective_from = None, TODAY + timedelta(days=5)
    fee.save(force_insert=True)
    ProcedureVersion.objects.filter(pk=draft.pk).update(
        notices=[{"key": "a", "text": {"vi": "x"}, "acknowledge": True}] * 2
    )


CHECK = {"key": "c", "kind": "age_at_least", "field": "gone", "years": 1, "severity": "refusal", "article": "Điều 1"}
LIMIT = {"kind": "working_days", "days": 2}


@pytest.mark.parametrize(
    ("spoil", "anchor"),
    [
        (lambda draft: draft.requirements.all().delete(), "requirements-group"),
        (on_rows("requirements", source=""), "requirements-0"),
        (on_rows("requirements", copies=99), "requirements-0"),
        (on_rows("requirements", condition="gone"), "requirements-0"),
        (on_rows("requirements", condition={"some": ["online"]}), "requirements-0"),
        (on_rows("requirements", condition={"a": 1, "b": 2}), "requirements-0"),
        (on_rows("requirements", condition={"not": 5}), "requirements-0"),
        (on_rows("requirements", note={"vi": ""}), "requirements-0"),
        (on_rows("requirements", form_of_copy="torn"), "requirements-0"),
        (on_rows("fee_rules", effective_from=TODAY + timedelta(days=9)), "fee_rules-0"),
        (on_rows("fee_rules", key="Not A-Key"), "fee_rules-0"),
        (on_rows("fee_rules", article=""), "fee_rules-0"),
        (on_rows("fee_rules", steps=[]), "fee_rules-0"),
        (on_rows("fee_rules", cap_per_copy=2_000_000_000), "fee_rules-0"),
        (on_rows("fee_rules", name={"en": "Fee"}), "fee_rules-0"),
        (two_fees, "notices-1"),
        (on_version(legal_basis=[]), "id_legal_basis"),
        (on_version(legal_basis=[""]), "id_legal_basis"),
        (on_version(confidence="perhaps"), "id_confidence"),
        (on_version(time_limit={}), "id_limit_kind"),
        (on_version(time_limit={"kind": "working_days", "days": 1000}), "id_limit_kind"),
        (on_version(time_limit={**LIMIT, "cutoff": "3 p.m."}), "id_limit_kind"),
        (on_version(time_limit={**LIMIT, "alternatives": [{**LIMIT, "when": "gone"}]}), "alternatives-0"),
        (on_version(time_limit={**LIMIT, "alternatives": [LIMIT]}), "alternatives-0"),
        (on_version(results=[]), "id_result_0"),
        (on_version(results=[{"key": "x", "name": {"vi": "x"}, "kind": "gone"}]), "id_result_0"),
        (on_version(steps=[]), ""),
        (on_version(notices=[{"key": "n", "text": {"vi": "x"}}]), "notices-0"),
        (on_version(conditions=[{**CHECK, "message": {"vi": "x"}}]), "conditions-0"),
        (on_version(conditions=[{**CHECK, "field": "ho_va_ten", "sets_fact": "a", "message": {"vi": "x"}}]), "conditions-0"),
        (on_procedure(handler=None), ""),
        (on_procedure(other_codes=[5]), ""),
        (on_procedure(also_said=["x"]), ""),
        (on_procedure(code="12"), ""),
        (on_procedure(ask_first=[{"paper": "birth_notice"}]), ""),
        (on_procedure(ask_first=[{"paper": "identity_document", "facts": ["in_ward"]}]), ""),
        (on_procedure(ask_first=[{"paper": "identity_document"}] * 4), ""),
        (on_procedure(declaration={"signers": [{"words": "A", "name": "gone"}]}), ""),
        (on_procedure(declaration={"signers": []}), ""),
        (on_procedure(declaration={"colour": "red"}), ""),
    ],
)  # fmt: skip
def test_each_refusal_is_a_sentence_that_leads_to_its_place(
    admin_client: Client, admin_user: Any, spoil: Callable[[ProcedureVersion], Any], anchor: str
) -> None:
    draft = a_draft(admin_client)
    spoil(draft)
    found = refusals(ProcedureVersion.objects.for_quote().get(pk=draft.pk))
    assert found
    for refusal in found:
        assert_vietnamese(refusal.sentence)
    assert found[0].anchor == anchor
    with pytest.raises(RuleBroken) as refused:
        publish(version=draft, at=NOW, acting_user=admin_user)
    assert refused.value.code == "not_complete"
    page = admin_client.get(reverse("admin:procedures_procedureversion_change", args=[draft.pk])).content.decode()
    missing = page[page.index('id="missing"') :]
    assert found[0].sentence.split("“")[0] in missing
    if anchor:
        assert f'id="{anchor}"' in page


def test_a_section_with_something_missing_is_open(admin_client: Client) -> None:
    draft = a_draft(admin_client)
    address = reverse("admin:procedures_procedureversion_change", args=[draft.pk])
    assert '<details class="law-section" id="section-requirements">' in admin_client.get(address).content.decode()
    draft.requirements.update(source="")
    page = admin_client.get(address).content.decode()
    assert '<details class="law-section" id="section-requirements" open>' in page
    assert '<details class="law-section" id="section-fee_rules">' in page
    row = page[page.index('id="requirements-0"') :]
    assert '<details class="law-row" open>' in row[:300], "so is its row"
    assert row.index("Xin ghi điều luật") < row.index('name="requirements-0-source"')
    draft.requirements.update(source="Điều 1")
    draft.refresh_from_db()
    draft.notices = [{"key": "n", "text": {"vi": "x"}}]
    draft.save()
    page = admin_client.get(address).content.decode()
    assert '<details class="rows-one" id="notices-0" open>' in page
    draft.notices = []
    draft.save()
    draft.requirements.update(source="")
    answer = admin_client.post(reverse("admin:procedures_version_publish", args=[draft.pk]), follow=True)
    assert "những điều còn thiếu ghi ở đầu biểu mẫu" in answer.content.decode()


def test_the_other_refusals_of_a_publication_are_vietnamese(admin_client: Client, admin_user: Any) -> None:
    draft = a_draft(admin_client, effective_from=(TODAY - timedelta(days=1)).isoformat())
    old = ProcedureVersion.objects.published().on(TODAY).get(procedure__key="extract")
    first = TODAY + timedelta(days=30)
    one, other = (draft_version(like=old, effective_from=first, acting_user=admin_user) for _turn in range(2))
    publish(version=one, at=NOW, acting_user=admin_user)
    for action, version in ((publish, draft), (publish, one), (publish, other), (withdraw, old), (withdraw, draft)):
        with pytest.raises(RuleBroken) as refused:
            action(version=version, at=NOW, acting_user=admin_user)
        assert_vietnamese(str(refused.value))


def _errors_of(answer: Any) -> list[str]:
    assert answer.status_code == 200
    form = answer.context["adminform"].form
    found = [str(error) for errors in form.errors.values() for error in errors]
    for inline in answer.context.get("inline_admin_formsets", ()):
        found += [str(error) for error in inline.formset.non_form_errors()]
        found += [str(error) for errors in inline.formset.errors for several in errors.values() for error in several]
    assert found
    for line in re.findall(r'<p class="errornote">(.*?)</p>', answer.content.decode(), re.DOTALL):
        found.append(line.strip())
    return found


@pytest.mark.parametrize(
    "change",
    [
        {"number": ""}, {"number": "x"}, {"effective_from": "soon"}, {"effective_to": "2020-01-01"}, {"legal_basis": ""},
        {"limit_number": ""}, {"limit_number": 999}, {"limit_kind": "x"}, {"limit_kind": "same_day", "limit_cutoff": "3"},
        three("result", ""), {"confidence": "x"},
        rows("requirements", {**PAPER, "kind": ""}), rows("requirements", {**PAPER, "copies": 0}),
        rows("fee_rules", FEE | {"steps": "x"}), rows("fee_rules", FEE | {"amount": -1}), rows("fee_rules", FEE | {"key": "x"}),
        rows("fee_rules", FEE | when("any", "")), rows("fee_rules", FEE | when("text", text="{")),
        rows("fee_rules", FEE | when("text", text="{ some: x }")), rows("fee_rules", FEE | when("text", text="[1]")),
        rows("form_fields", NAME | {"key": "á b"}), rows("form_fields", NAME | three("label", "", "Name")),
        rows("form_fields", NAME | {"kind": "x"}), rows("form_fields", NAME | {"minimum": 3, "maximum": 1}),
        {"notices-TOTAL_FORMS": 1, "notices-INITIAL_FORMS": 0, "notices-0-text_en": "Hello"},
        {"notices-TOTAL_FORMS": "x"},
        {"requirements-TOTAL_FORMS": "x"},
        {"conditions-TOTAL_FORMS": 1, "conditions-INITIAL_FORMS": 0, "conditions-0-kind": "age_at_least"},
        {"alternatives-TOTAL_FORMS": 1, "alternatives-INITIAL_FORMS": 0, "alternatives-0-kind": "hours"},
    ],
)  # fmt: skip
def test_what_a_page_of_a_version_refuses_is_vietnamese(admin_client: Client, change: dict[str, Any]) -> None:
    sent = version_sent(a_procedure(admin_client)) | change
    for sentence in _errors_of(admin_client.post(reverse("admin:procedures_procedureversion_add"), sent)):
        assert_vietnamese(sentence)


def test_what_stands_twice_is_refused_in_vietnamese(admin_client: Client) -> None:
    draft = a_draft(admin_client)
    sent = version_sent(draft.procedure)
    add = reverse("admin:procedures_procedureversion_add")
    kind = DocumentKind.objects.get(key="identity_document").pk
    twice = rows("requirements", *[{**PAPER, "kind": kind}] * 2)
    for given in (sent, sent | {"number": 2} | twice):
        for sentence in _errors_of(admin_client.post(add, given)):
            assert_vietnamese(sentence)
    for name, row in (("documentkind", kind), ("field", Field.objects.get(code="land").pk)):
        other = three("name", "Khác") | {"order": 1}
        column = "code" if name == "field" else "key"
        taken = "land" if name == "field" else "identity_document"
        answer = admin_client.post(reverse(f"admin:procedures_{name}_add"), other | {column: taken})
        for sentence in _errors_of(answer):
            assert_vietnamese(sentence)
        page = admin_client.get(reverse(f"admin:procedures_{name}_change", args=[row])).content.decode()
        assert filled(page)[column] == [taken]


def test_keys_of_new_things_are_made_of_their_names(admin_client: Client) -> None:
    for _turn in range(2):
        answer = admin_client.post(reverse("admin:procedures_documentkind_add"), three("name", "Giấy khám sức khoẻ"))
        assert answer.status_code == 302
    keys = set(DocumentKind.objects.filter(name__vi="Giấy khám sức khoẻ").values_list("key", flat=True))
    assert keys == {"giay_kham_suc_khoe", "giay_kham_suc_khoe_2"}
    draft = a_draft(admin_client, **rows("fee_rules", FEE, FEE))
    assert [fee.key for fee in draft.fee_rules.all()] == ["le_phi", "le_phi_2"]


def test_a_key_of_the_desk_is_given_once(admin_client: Client) -> None:
    procedure = a_procedure(admin_client)
    address = reverse("admin:procedures_procedure_change", args=[procedure.pk])
    sent = filled(admin_client.get(address).content.decode())
    for sentence in _errors_of(admin_client.post(address, sent | {"desk_key": "2"})):
        assert_vietnamese(sentence)
    Procedure.objects.filter(desk_key=9).update(desk_key=None)
    assert admin_client.post(address, sent | {"desk_key": "9"}).status_code == 302
