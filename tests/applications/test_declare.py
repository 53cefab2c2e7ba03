"""A form filled in at home: page by page, kept at every step, checked by the same rules as at the desk."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from applications.actions.sweep_declarations import erase_expired, forget_erased
from applications.declaration_codes import code_in, is_possible, new_code, spoken, token_in
from applications.declaring import Walk
from applications.models import Declaration, DeclarationRules
from applications.views import citizen_declare
from portal import clock
from procedures.catalogue_cache import version_in_force
from procedures.forms import ProcedureForm
from procedures.own_case import can_be_declared
from tests.factories.applications import MONDAY, load_law
from tests.factories.declarations import APPLICANT, a_declaration, plausible, reloaded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
LANGUAGE = "django_language"


@pytest.fixture
def english(client: Client) -> Client:
    client.cookies[LANGUAGE] = "en"
    return client


def to(name: str, row: Declaration, *more: str) -> str:
    return reverse(f"applications:declare{name}", args=[row.token, *more])


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def sent(version_kinds: dict[str, Any], values: dict[str, Any], fields: tuple[str, ...]) -> dict[str, str]:
    """What a phone sends for these fields: a day in three boxes."""
    body = {}
    for key in fields:
        value = str(values.get(key, ""))
        if version_kinds[key]["x-kind"] in ("date", "partial_date"):
            parts = value.split("/") if value else []
            for name, part in zip(("year", "month", "day"), reversed(parts), strict=False):
                body[f"{key}_{name}"] = part
        else:
            body[key] = value
    return body


def begun(client: Client, code: str) -> Declaration:
    answer = client.post(reverse("applications:declare_start", args=[code]))
    assert answer.status_code == 302
    return Declaration.objects.latest("pk")


# The first eight are taken in here.
KEYS = [
    "land_change_info", "birth", "marriage", "marital_status", "death", "extract", "civil_correction", "certified_copy",
    "signature_cert", "copy_from_register", "transaction_cert", "residence_confirm", "permanent_residence",
    "temporary_residence", "household_business", "birth_linked", "death_linked",
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_every_procedure_can_be_declared_page_by_page(client: Client, key: str) -> None:
    load_law()
    call_command("load_units", verbosity=0)
    version = version_in_force(key, clock.today())
    assert version is not None
    start = reverse("applications:declare_start", args=[version.procedure.code])
    if not can_be_declared(version):
        assert client.get(start).status_code == 404
        assert start not in client.get(reverse("procedures:detail", args=[version.procedure.code])).content.decode()
        return
    assert start in client.get(reverse("procedures:detail", args=[version.procedure.code])).content.decode()
    assert client.get(start).status_code == 200
    row = begun(client, version.procedure.code)
    values, seen = plausible(version), []
    address = client.get(to("", row)).headers["Location"]
    while "/check/" not in address:
        assert client.get(address).status_code == 200
        assert address not in seen
        seen.append(address)
        walk = Walk(reloaded(row), clock.now())
        if "/papers/" in address:
            address = to("_check", row)
        elif "/ask/" in address:
            address = client.post(address, {"answer": "no"}).headers["Location"]
        else:
            page = walk.page(address.split("/fill/")[1].strip("/"))
            assert page is not None
            body = sent(walk.properties, values, page.fields)
            address = client.post(address, body).headers["Location"]
            if address in seen:  # a warning is said once, and lets go on
                said = client.get(address).context["notes"]
                address = client.post(address, {**body, "said": [note.key for note in said]}).headers["Location"]
    answer = client.get(address)
    assert answer.status_code == 200 and not answer.context["first_open"], text(answer)
    assert client.post(address).headers["Location"] == to("_done", row)
    page = client.get(to("_done", row))
    assert (spoken(row.code) in page.content.decode()) is not version.procedure.is_listed_only
    walk = Walk(reloaded(row), clock.now())
    assert walk.is_complete
    assert set(walk.data) == set(values)
    form = ProcedureForm(version, walk.data, on=clock.today())
    assert form.is_valid() and form.form_data() == walk.data, "the desk's form takes it as it is"


def test_the_birth_of_the_catalogue_asks_only_what_matters(client: Client) -> None:
    row = a_declaration(finished=False)
    assert "no_witness" not in [fact.key for fact in Walk(row, MONDAY).questions]
    client.post(to("_ask", row, "no_birth_paper"), {"answer": "yes"})
    assert "no_witness" in [fact.key for fact in Walk(reloaded(row), MONDAY).questions]
    client.post(to("_ask", row, "no_birth_paper"), {"answer": "no"})
    assert "no_witness" not in [fact.key for fact in Walk(reloaded(row), MONDAY).questions]


def test_nothing_typed_is_lost_and_the_error_stands_beside_its_field(english: Client) -> None:
    load_law()
    row = begun(english, "1.001193")
    page = to("_fill", row, "applicant_name")
    body = {"applicant_name": "Nguyễn Thị Ánh", "applicant_identity": "00119", "applicant_born_day": "31",
            "applicant_born_month": "2", "applicant_born_year": "1990"}  # fmt: skip
    answer = english.post(page, body)
    assert answer.status_code == 400
    assert "exactly 12 digits" in text(answer) and "Please check the following" in text(answer)
    for shown in (answer, english.get(page)):  # also on another phone
        html = shown.content.decode()
        assert 'value="00119"' in html and 'value="31"' in html and 'value="Nguyễn Thị Ánh"' in html
    assert Walk(reloaded(row), MONDAY).is_open(Walk(reloaded(row), MONDAY).places[len(row.facts)])
    answer = english.post(page, {**body, "applicant_identity": "001190000321", "applicant_born_day": "1"})
    assert answer.status_code == 302
    assert reloaded(row).answers["applicant_born"] == "1990-02-01"


def test_back_and_stop_keep_what_is_typed_right_or_wrong(client: Client) -> None:
    load_law()
    row = begun(client, "1.001193")
    page = to("_fill", row, "applicant_residence")
    answer = client.post(page, {"applicant_residence": "12 ngõ 5", "go": "back"})
    assert answer.headers["Location"] == to("_fill", row, "applicant_name")
    assert reloaded(row).answers["applicant_residence"] == "12 ngõ 5"
    answer = client.post(to("_fill", row, "applicant_phone"), {"applicant_phone": "12", "go": "later"})
    assert answer.headers["Location"] == to("_later", row)
    assert reloaded(row).answers["applicant_phone"] == "12"
    later = client.get(to("_later", row)).content.decode()
    assert f"/declare/{row.token}/" in later


def test_it_goes_on_where_it_was_left(client: Client) -> None:
    load_law()
    row = begun(client, "1.001193")
    first = client.get(to("", row)).headers["Location"]
    assert first.endswith("/ask/no_birth_paper/")
    following = client.post(first, {"answer": "no"}).headers["Location"]
    assert Client().get(to("", row)).headers["Location"] == following


def test_whoever_declares_for_themselves_types_it_once(english: Client) -> None:
    load_law()
    row = begun(english, "1.001193")
    english.post(to("_fill", row, "applicant_name"), {"applicant_name": "Nguyễn Thị Ánh", "applicant_born_year": "1990",
                                                      "applicant_identity": "001190000321"})  # fmt: skip
    english.post(to("_fill", row, "applicant_residence"), {"applicant_residence": "12 ngõ 5, Hà Nội"})
    assert "This is me" not in text(english.get(to("_fill", row, "child_name")))
    assert "This is me" in text(english.get(to("_fill", row, "mother_name")))
    answer = english.post(to("_fill", row, "mother_name"), {"mother_name": "", "go": "me"})
    assert answer.headers["Location"] == to("_fill", row, "mother_residence")
    answers = reloaded(row).answers
    assert [answers[f"mother_{part}"] for part in ("name", "born", "identity", "residence")] == [
        "Nguyễn Thị Ánh", "1990", "001190000321", "12 ngõ 5, Hà Nội"
    ]  # fmt: skip
    assert english.post(to("_fill", row, "child_name"), {"go": "me"}).status_code == 404
    assert "This is me" not in text(english.get(to("_fill", row, "mother_name")))


def test_a_warning_is_said_once_and_lets_go_on(english: Client) -> None:
    row = a_declaration(finished=False)
    page = to("_fill", row, "child_name")
    body = {"child_name": "Nguyễn Gia Bảo", "child_sex": "male", "child_born_day": "1", "child_born_month": "8",
            "child_born_year": "2026"}  # fmt: skip
    answer = english.post(page, body)
    assert answer.headers["Location"] == page
    assert "More than 60 days have passed" in text(english.get(page))
    answer = english.post(page, {**body, "said": "within_60_days"})
    assert answer.headers["Location"] == to("_fill", row, "child_ethnicity")


def test_a_number_that_says_otherwise_is_a_warning(english: Client) -> None:
    row = a_declaration(finished=False)
    page = to("_fill", row, "applicant_name")
    english.post(page, {"applicant_name": "Nguyễn Thị Ánh", "applicant_identity": "001190000321",
                        "applicant_born_year": "1991"})  # fmt: skip
    assert "The number says born in 1990" in text(english.get(page))
    assert "The number says born in 1990" in text(english.get(to("_check", row)))


def test_what_the_law_refuses_today_gets_no_code(english: Client) -> None:
    row = a_declaration(
        "marriage", finished=False, answers={"wife_born": "2010-02-01", "wife_identity": "001310000321"}
    )
    shown = text(english.get(to("_check", row)))
    assert "The woman is not yet 18" in shown and "show my code" not in shown
    english.post(to("_check", row))
    assert reloaded(row).done_at is None
    assert english.get(to("_done", row)).headers["Location"] == to("_check", row)


def test_an_answer_is_changed_from_the_check_and_leads_back_to_it(english: Client) -> None:
    row = a_declaration()
    change = to("_fill", row, "birth_place") + "?to=check"
    assert change in english.get(to("_check", row)).content.decode()
    assert 'name="to" value="check"' in english.get(change).content.decode()
    answer = english.post(to("_fill", row, "birth_place"), {"birth_place": "Bệnh viện E", "to": "check"})
    assert answer.headers["Location"] == to("_check", row)
    assert "Bệnh viện E" in text(english.get(to("_check", row)))
    assert reloaded(row).done_at is None, "what was changed is checked again"
    answer = english.post(to("_ask", row, "no_birth_paper"), {"answer": "yes", "to": "check"})
    assert answer.headers["Location"] == to("_ask", row, "no_witness") + "?to=check"


def test_the_check_says_what_is_open_and_leads_there(english: Client) -> None:
    load_law()
    row = begun(english, "2.000815")
    page = english.get(to("_check", row))
    assert "Not answered yet" in text(page)
    assert english.post(to("_check", row)).status_code == 200
    assert reloaded(row).done_at is None
    assert english.get(page.context["first_open"]).status_code == 200


def test_papers_and_fee_follow_the_answers(english: Client) -> None:
    row = a_declaration("birth", yes=("no_birth_paper",), answers={"child_born": "2026-08-01"})
    page = english.get(to("_papers", row))
    assert [line.amount for line in page.context["quote"].fee_lines] == [5000]
    kinds = [paper.kind_key for paper in page.context["quote"].papers]
    assert "birth_witness" in kinds and "birth_notice" not in kinds
    row = a_declaration("certified_copy", answers={"page_count": "4", "copy_count": "3"})
    assert english.get(to("_papers", row)).context["quote"].total == 18_000


def test_what_was_ticked_on_the_procedures_page_is_not_asked_again(client: Client) -> None:
    load_law()
    page = client.get(reverse("procedures:detail", args=["1.001193"]), {"no_birth_paper": "on"}).content.decode()
    address = re.search(r'href="(/declare/for/[^"]+)"', page)
    assert address
    start = client.get(address[1].replace("&amp;", "&"))
    assert 'name="no_birth_paper" value="on"' in start.content.decode()
    client.post(
        reverse("applications:declare_start", args=["1.001193"]), {"no_birth_paper": "on", "digital_citizen": "on"}
    )
    assert Declaration.objects.latest("pk").facts == {"no_birth_paper": True}


def test_the_form_is_printed_with_the_answers_in_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    row = a_declaration()
    drawn: dict[str, Any] = {}
    monkeypatch.setattr(
        citizen_declare, "declaration_pdf", lambda version, data: drawn.update(version=version, data=data) or b"%PDF"
    )
    answer = client.get(to("_form", row))
    assert answer["Content-Type"] == "application/pdf" and answer["Cache-Control"] == "no-store"
    assert drawn["data"]["child_name"] == "Nguyễn Gia Bảo" and drawn["data"]["applicant_phone"] == "+84912345678"
    for _time in range(40):
        answer = client.get(to("_form", row))
    assert answer.status_code == 429


def test_the_real_form_is_a_pdf(client: Client) -> None:
    assert client.get(to("_form", a_declaration())).content.startswith(b"%PDF")


def test_its_pages_are_kept_nowhere_and_show_no_number_in_an_address(client: Client) -> None:
    row = a_declaration()
    for name in ("_papers", "_check", "_done", "_later", "_delete"):
        page = client.get(to(name, row))
        assert page["Cache-Control"] == "no-store" and "noindex" in page["X-Robots-Tag"]
        assert page["Referrer-Policy"] == "same-origin"
        assert "001190000321" not in " ".join(re.findall(r'href="([^"]*)"', page.content.decode()))
    html = client.get(to("_done", row)).content.decode()
    assert APPLICANT["applicant_identity"] not in html and "Gia Bảo" not in html


def test_deleted_it_is_gone_and_says_so(english: Client) -> None:
    row = a_declaration()
    english.post(to("_delete", row))
    row = reloaded(row)
    assert (row.answers, row.facts, row.why_erased) == ({}, {}, "deleted")
    for name in ("", "_check", "_done", "_form"):
        answer = english.get(to(name, row))
        assert answer.status_code == 410 and "deleted by its owner" in text(answer)
    answer = english.post(to("_fill", row, "child_name"), {"child_name": "Ai Đó"})
    assert answer.status_code == 410 and not reloaded(row).answers


def test_it_is_kept_so_long_after_the_last_change_and_then_erased(english: Client, at_hanoi: Any) -> None:
    DeclarationRules.objects.create(valid_from=MONDAY.date(), kept_days=10, remembered_days=5, source="test")
    row = a_declaration()
    assert row.expires_at == MONDAY + timedelta(days=10)
    at_hanoi("2026-11-30 10:00")
    english.post(to("_fill", row, "birth_place"), {"birth_place": "Bệnh viện E"})
    assert erase_expired(at=MONDAY + timedelta(days=11)) == 0, "touched on the seventh day"
    at_hanoi("2026-12-11 10:00")
    answer = english.get(to("", row))
    assert answer.status_code == 410 and "kept until 10/12/2026" in text(answer), "also before the sweep has come"
    assert erase_expired(at=clock.now()) == 1
    row = reloaded(row)
    assert (row.answers, row.facts, row.why_erased) == ({}, {}, "expired")
    assert english.get(to("", row)).status_code == 410
    assert forget_erased(at=clock.now()) == 0
    assert forget_erased(at=clock.now() + timedelta(days=6)) == 1


def test_a_code_is_nobodys_number_and_a_slip_of_the_tongue_is_nobodys_code() -> None:
    for code in {new_code() for _time in range(50)}:
        assert code_in(f" {spoken(code).lower()} ") == code and is_possible(code)
        for place in range(1, len(code)):
            other = str((int(code[place]) + 1) % 10)
            assert not is_possible(code[:place] + other + code[place + 1 :])
    assert not code_in("001190000321") and not code_in("K12345678")
    assert token_in("https://x.vn/declare/Ab3_-xyz9Ab3_-xyz9AbC/") == "Ab3_-xyz9Ab3_-xyz9AbC"


def test_the_table_refuses_what_must_never_be(client: Client) -> None:
    row = a_declaration()
    for wrong in ({"used_at": MONDAY}, {"why_erased": "deleted"}, {"erased_at": MONDAY, "why_erased": "expired"},
                  {"expires_at": row.touched_at}):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Declaration.objects.filter(pk=row.pk).update(**wrong)


def test_beginning_is_counted_by_address(client: Client) -> None:
    load_law()
    cache.clear()
    for _time in range(30):
        begun(client, "1.001193")
    assert client.post(reverse("applications:declare_start", args=["1.001193"])).status_code == 429


@pytest.mark.parametrize("address", ["_fill", "_ask"])
def test_a_page_that_is_not_asked_leads_to_one_that_is(client: Client, address: str) -> None:
    row = a_declaration(finished=False)
    assert client.get(to(address, row, "khong-co")).status_code == 302
    assert client.post(to(address, row, "khong-co"), {"answer": "yes"}).status_code == 302
    assert client.get("/declare/khong-co-khong-co-ca/").status_code == 404


def test_a_page_costs_few_statements(client: Client, django_assert_max_num_queries: Any) -> None:
    row = a_declaration()
    pages = (("_fill", ["child_name"]), ("_ask", ["authorised"]), ("_papers", []), ("_check", []), ("_done", []))
    for name, more in pages:
        client.get(to(name, row, *more))
        with django_assert_max_num_queries(1):
            client.get(to(name, row, *more))
    with django_assert_max_num_queries(9):
        client.post(to("_fill", row, "birth_place"), {"birth_place": "Bệnh viện E"})


@pytest.mark.parametrize("language", ["vi", "en", "ko"])
def test_every_page_speaks_the_readers_language(client: Client, language: str) -> None:
    client.cookies[LANGUAGE] = language
    row = a_declaration()
    words = {"vi": "Kiểm tra", "en": "Check your answers", "ko": "확인"}
    page = client.get(to("_check", row))
    assert words[language] in text(page) and f'lang="{language}"' in page.content.decode()
    wrong = {"vi": "đúng 12 chữ số", "en": "exactly 12 digits", "ko": "12자리"}
    answer = client.post(to("_fill", row, "mother_name"), {"mother_name": "A", "mother_identity": "12"})
    assert answer.status_code == 400 and wrong[language] in text(answer)
