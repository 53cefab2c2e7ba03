"""A yes/no question written in the administration: rules name it, and everyone who asks for facts asks it."""

from __future__ import annotations

import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from portal import clock
from portal.errors import RuleBroken
from procedures import catalogue_cache, revisions
from procedures.actions.publish import publish
from procedures.enums import Confidence
from procedures.facts import FACTS
from procedures.first_questions import next_ask
from procedures.loading.checking import CATALOGUE
from procedures.models import DocumentKind, FeeRule, Incentive, Procedure, ProcedureVersion, Question, Requirement
from procedures.own_case import own_questions
from procedures.questions import known_fact, known_facts, may_be_answered
from procedures.quote import facts_asked
from tests.procedures.test_catalogue import LAND, load, spoil
from tests.procedures.written import FEE, NOW, PAPER, a_draft, rows, three, when

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "national_days", "in_english")]

KEY = "the_doc_bi_mat"
ASKED = {
    **three("question", "Thẻ đọc bị mất?", "Was the reader's card lost?"), "by": "citizen",
    "doc": "Lần cấp lại vì mất thẻ.", "source": "", "confidence": "likely", "key": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def monday():
    with clock.fixed(NOW):
        yield


def add(client: Client, **more: Any) -> Question:
    answer = client.post(reverse("admin:procedures_question_add"), ASKED | more)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return Question.objects.order_by("pk").last()


def refused(client: Client, question: Question | None = None, **more: Any) -> dict[str, Any]:
    name, args = ("change", [question.pk]) if question else ("add", [])
    answer = client.post(reverse(f"admin:procedures_question_{name}", args=args), ASKED | more)
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


def draft_asking(client: Client) -> ProcedureVersion:
    """The ID card always, a certificate and a fee only where the card was lost."""
    always, lost = (DocumentKind.objects.get(key=key).pk for key in ("identity_document", "marriage_certificate"))
    paid = {**FEE, "basis": "per_case", "amount": 7000, "steps": "", "cap_per_copy": ""} | when("all", KEY)
    papers = rows("requirements", {**PAPER, "kind": always}, {**PAPER, "order": 2, "kind": lost} | when("all", KEY))
    return a_draft(client, **papers, **rows("fee_rules", paid))


def published(client: Client, user: Any) -> ProcedureVersion:
    return publish(version=draft_asking(client), at=NOW, acting_user=user)


def test_a_clerk_adds_a_question_and_rules_follow_its_answer(admin_client: Client, admin_user: Any) -> None:
    assert add(admin_client).key == KEY
    version = published(admin_client, admin_user)
    page = reverse("procedures:detail", args=[version.procedure.code])
    for answers, total in (({}, 0), ({KEY: "on"}, 7000)):
        shown = Client().get(page, answers)
        assert "Thẻ đọc bị mất?" in shown.content.decode()
        assert shown.context["quote"].total == total
        assert [paper.kind_key for paper in shown.context["quote"].papers][1:] == ["marriage_certificate"] * bool(total)
    assert [fact.key for fact in own_questions(catalogue_cache.version_by_id(version.pk), {})] == [KEY]


def test_the_api_names_it_and_quotes_by_it(admin_client: Client, admin_user: Any) -> None:
    add(admin_client)
    code = published(admin_client, admin_user).procedure.code
    [fact] = admin_client.get(f"/api/v1/procedures/{code}/").json()["facts"]
    assert fact == {
        "key": KEY,
        "by": "citizen",
        "question": {"vi": "Thẻ đọc bị mất?", "en": "Was the reader's card lost?"},
    }
    address = f"/api/v1/procedures/{code}/quote"
    assert admin_client.get(address).json()["total"] == 0
    assert admin_client.get(address, {"facts": KEY}).json()["total"] == 7000
    assert admin_client.get(address, {"facts": "the_doc_bi_mt"}).json()["code"] == "fact_unknown"


def test_it_is_offered_at_once_and_no_more_once_it_is_deleted(admin_client: Client) -> None:
    address = reverse("admin:procedures_procedureversion_add")
    assert KEY not in admin_client.get(address).content.decode()
    add(admin_client)
    assert f'<option value="{KEY}">' in admin_client.get(address).content.decode()
    assert may_be_answered(KEY)
    Question.objects.get(key=KEY).delete()
    assert KEY not in admin_client.get(address).content.decode()
    assert not may_be_answered(KEY)


def test_what_another_process_wrote_is_known_as_soon_as_it_says_so() -> None:
    assert not may_be_answered(KEY)
    Question.objects.bulk_create([Question(key=KEY, question={"vi": "Mất?"}, by="citizen", doc="…", confidence="sure")])
    assert not may_be_answered(KEY), "nobody has told this process yet"
    cache.set(revisions.CATALOGUE, "another mark", 60)
    assert may_be_answered(KEY)


def test_a_fact_of_the_portal_goes_before_a_question_of_its_name() -> None:
    Question.objects.create(key="reissue", question={"vi": "Khác?"}, by="officer", doc="…", confidence="sure")
    assert known_facts()["reissue"] is known_fact("reissue") is FACTS["reissue"]


def test_it_may_be_asked_before_the_wait(admin_client: Client, admin_user: Any) -> None:
    add(admin_client)
    version = published(admin_client, admin_user)
    version.procedure.ask_first = [{"paper": "marriage_certificate", "facts": [KEY]}]
    version.procedure.save()
    ask = next_ask(catalogue_cache.version_by_id(version.pk), {})
    assert (ask.key, ask.text["vi"]) == (KEY, "Thẻ đọc bị mất?")


@pytest.mark.parametrize("key", ["in_ward", "pages", "identity_document"])
def test_a_key_that_means_something_else_is_refused(admin_client: Client, key: str) -> None:
    assert "key" in refused(admin_client, key=key)


def test_a_made_key_keeps_away_from_facts_and_papers(admin_client: Client) -> None:
    assert add(admin_client, **three("question", "Reissue?")).key == "reissue_2"
    assert add(admin_client, **three("question", "Marriage certificate")).key == "marriage_certificate_2"


def test_a_kind_of_paper_never_takes_the_key_of_a_question(admin_client: Client) -> None:
    add(admin_client)
    sent = {"key": KEY, **three("name", "Đơn")}
    answer = admin_client.post(reverse("admin:procedures_documentkind_add"), sent)
    assert "key" in answer.context["adminform"].form.errors


def test_the_portal_itself_never_answers_one(admin_client: Client) -> None:
    assert "by" in refused(admin_client, by="portal")
    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.create(key="x", question={"vi": "X?"}, by="portal", doc="x", confidence=Confidence.SURE)


def test_a_version_that_names_an_unknown_question_is_not_published(admin_client: Client, admin_user: Any) -> None:
    add(admin_client)
    draft = draft_asking(admin_client)
    draft.requirements.filter(order=2).update(condition="the_doc_bi_mt")
    with pytest.raises(RuleBroken, match="the_doc_bi_mt"):
        publish(version=draft, at=NOW, acting_user=admin_user)


def test_of_what_is_published_only_the_wording_may_be_corrected(admin_client: Client, admin_user: Any) -> None:
    question = add(admin_client)
    version = published(admin_client, admin_user)
    for name, value in (("key", "other"), ("by", "officer"), ("doc", "Something else.")):
        [sentence] = refused(admin_client, question, **{name: value})[name]
        assert "1.999001 v1" in sentence
    page = reverse("admin:procedures_question_change", args=[question.pk])
    better = ASKED | three("question", "Có bị mất thẻ đọc?", "Was the card lost?")
    assert admin_client.post(page, better).status_code == 302
    assert facts_asked(version)[0].question["vi"] == "Có bị mất thẻ đọc?"


def test_of_a_draft_the_meaning_may_change_but_not_the_key(admin_client: Client) -> None:
    question = add(admin_client)
    draft_asking(admin_client)
    assert "key" in refused(admin_client, question, key="other")
    page = reverse("admin:procedures_question_change", args=[question.pk])
    assert admin_client.post(page, ASKED | {"by": "officer"}).status_code == 302


def test_one_that_is_named_is_not_deleted(admin_client: Client) -> None:
    question = add(admin_client)
    draft = draft_asking(admin_client)
    page = reverse("admin:procedures_question_delete", args=[question.pk])
    answer = admin_client.post(page, {"post": "yes"}, follow=True)
    assert "1.999001 v1" in " ".join(map(str, answer.context["messages"]))
    with pytest.raises(RuleBroken):
        question.delete()
    draft.delete()
    admin_client.post(page, {"post": "yes"})
    assert not Question.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        lambda version: Requirement.objects.filter(version=version, order=1).update(condition={"not": KEY}),
        lambda version: FeeRule.objects.filter(version=version).update(condition={"any": [KEY, "reissue"]}),
        lambda version: ProcedureVersion.objects.filter(pk=version.pk).update(
            time_limit=version.time_limit | {"alternatives": [{"kind": "half_day", "when": KEY}]}
        ),
        lambda version: ProcedureVersion.objects.filter(pk=version.pk).update(notices=[{"key": "n", "when": KEY}]),
        lambda version: Procedure.objects.filter(pk=version.procedure_id).update(
            ask_first=[{"paper": "identity_document", "facts": [KEY]}]
        ),
        lambda version: Incentive.objects.update(condition=KEY),
    ],
)
def test_wherever_it_is_named_the_list_says_so_and_it_stays(admin_client: Client, name: Any) -> None:
    question = add(admin_client)
    name(a_draft(admin_client))
    with pytest.raises(RuleBroken):
        question.delete()
    page = admin_client.get(reverse("admin:procedures_question_changelist")).content.decode()
    assert page.count('<td class="field-used_by">–</td>') == 0
    assert '<td class="field-used_by"><div><a href=' in page


def test_once_warm_nothing_is_read(admin_client: Client, admin_user: Any, django_assert_num_queries: Any) -> None:
    add(admin_client)
    version = published(admin_client, admin_user)
    catalogue_cache.version_by_id(version.pk)
    page = reverse("procedures:detail", args=[version.procedure.code])
    Client().get(page)
    with django_assert_num_queries(0):
        assert facts_asked(catalogue_cache.version_by_id(version.pk))
        assert may_be_answered(KEY)
        assert not may_be_answered("nobody_asks")
        Client().get(page, {KEY: "on"})


# -- the file -------------------------------------------------------------------------------------------------------

ROW = {
    "key": "split_plot", "by": "officer", "question": {"vi": "Đã tách thửa?", "en": "Split?", "ko": "분할?"},
    "doc": "The plot was split before.", "confidence": "likely",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("fields.yaml", "papers.yaml", "groups.yaml", LAND):
        shutil.copy(CATALOGUE / name, tmp_path / name)
    write(tmp_path, ROW)
    return tmp_path


def write(folder: Path, *given: dict[str, Any]) -> None:
    (folder / "questions.yaml").write_text(yaml.safe_dump(list(given), allow_unicode=True), encoding="utf-8")


def test_a_file_brings_questions_which_its_rules_may_name(folder: Path) -> None:
    spoil(folder, "        when: in_ward", "        when: split_plot")
    load(folder, "--check")
    write(folder)
    line = spoil(folder, "        when: split_plot", "        when: split_plot")
    with pytest.raises(CommandError, match=rf"{LAND}:{line}: unknown fact 'split_plot'"):
        load(folder)


def test_loading_again_changes_nothing_and_leaves_alone_what_was_edited(folder: Path) -> None:
    assert "+ question split_plot" in load(folder, "--diff")
    assert not Question.objects.exists()
    load(folder)
    assert load(folder, "--diff") == "No difference."
    write(folder, ROW | {"by": "citizen", "source": "Điều 1"})
    assert load(folder, "--diff") == "~ question split_plot: source, by"
    Question.objects.update(edited_at=NOW)
    assert load(folder, "--diff") == "= question split_plot: source, by kept as edited in the administration"
    write(folder)
    assert load(folder, "--diff") == "No difference."
    Question.objects.update(edited_at=None)
    assert load(folder, "--diff") == "- question split_plot"
    (folder / "questions.yaml").unlink()
    assert load(folder, "--diff") == "No difference."


def test_a_question_that_only_the_tables_name_is_kept(folder: Path, admin_client: Client) -> None:
    load(folder)
    draft = a_draft(admin_client)
    draft.requirements.update(condition="split_plot")
    write(folder)
    assert load(folder, "--diff") == f"= question split_plot: kept for {draft}"


def test_the_meaning_of_a_question_in_use_is_not_changed_by_its_file(
    folder: Path, admin_client: Client, admin_user: Any
) -> None:
    load(folder)
    version = publish(version=a_draft(admin_client), at=NOW, acting_user=admin_user)
    Requirement.objects.filter(version=version).update(condition="split_plot")
    write(folder, ROW | {"by": "citizen"})
    with pytest.raises(CommandError, match=r"questions\.yaml:1: split_plot: .*1\.999001 v1"):
        load(folder)
    write(folder, ROW | {"question": {"vi": "Thửa đã tách?"}})
    assert load(folder, "--diff") == "~ question split_plot: question"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"key": "in_ward"}, "'in_ward' is a fact of the portal"),
        ({"key": "marriage_certificate"}, "'marriage_certificate' is a paper"),
        ({"key": "pages"}, "'pages' is the portal's own"),
        ({"key": "Split plot"}, "does not match"),
        ({"by": "portal"}, "is not one of"),
        ({"question": {"en": "Split?"}}, "'vi' is a required property"),
        ({"doc": ""}, "should be non-empty"),
    ],
)
def test_a_fault_in_the_file_is_told_with_its_line(folder: Path, change: dict[str, Any], reason: str) -> None:
    text = yaml.safe_dump([ROW, ROW | {"key": "other"} | change], allow_unicode=True, sort_keys=False)
    (folder / "questions.yaml").write_text(text, encoding="utf-8")
    name = next(iter(change))
    line = [number for number, row in enumerate(text.splitlines(), 1) if f"{name}:" in row][-1]
    with pytest.raises(CommandError, match=rf"questions\.yaml:{line}: .*{reason}"):
        load(folder, "--check")


def test_a_key_stands_once(folder: Path) -> None:
    write(folder, ROW, ROW)
    with pytest.raises(CommandError, match="'split_plot' stands twice"):
        load(folder, "--check")


def test_what_is_asked_before_the_wait_is_for_the_citizen_to_answer(folder: Path) -> None:
    spoil(folder, "    facts: [joint_owners]", "    facts: [split_plot]")
    with pytest.raises(CommandError, match=rf"{LAND}:\d+: 'split_plot' is no fact the citizen can answer"):
        load(folder, "--check")
    write(folder, ROW | {"by": "citizen"})
    load(folder, "--check")


def test_an_incentive_names_known_questions_only(folder: Path) -> None:
    incentive = {
        "key": "half", "name": {"vi": "Giảm"}, "percent": 50, "procedures": ["land_change_info"], "when": "split_plt",
        "article": "Điều 1", "effective_from": "2027-01-01", "confidence": "likely",
    }  # fmt: skip
    file = folder / "incentives.yaml"
    file.write_text(yaml.safe_dump([incentive], sort_keys=False), encoding="utf-8")
    with pytest.raises(CommandError, match=r"incentives\.yaml:7: unknown fact 'split_plt'"):
        load(folder, "--check")
    file.write_text(yaml.safe_dump([incentive | {"when": "split_plot"}], sort_keys=False), encoding="utf-8")
    load(folder, "--check")


def test_what_is_written_here_leaves_as_a_file_that_loads(admin_client: Client, folder: Path) -> None:
    question = add(admin_client)
    sent = {"action": "as_file", "_selected_action": [question.pk]}
    answer = admin_client.post(reverse("admin:procedures_question_changelist"), sent)
    (folder / "questions.yaml").write_bytes(answer.content)
    out = StringIO()
    call_command("load_catalogue", str(folder), "--diff", stdout=out)
    assert out.getvalue().strip() == "No difference."
