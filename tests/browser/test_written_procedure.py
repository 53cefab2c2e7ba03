"""Somebody from the legal department, who types no code, writes a procedure; the same morning a counter takes it in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from applications.models import Application
from citizens.models import User
from portal import clock
from procedures.models import ProcedureVersion
from tests.browser.pages import DESK, Hall, Looker
from tests.browser.test_story import CARD, post_to, swapped

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def look(browser: Browser, live_server: Any) -> Iterator[Looker]:
    looker = Looker(browser, live_server.url)
    yield looker
    looker.close()


def three(page: Page, name: str, vi: str, en: str, ko: str) -> None:
    for language, text in (("vi", vi), ("en", en), ("ko", ko)):
        page.fill(f"[name={name}_{language}]", text)


def add_row(page: Page, prefix: str) -> str:
    """Press "add another" below these rows; what the names of the new row's fields begin with."""
    number = int(page.input_value(f"#id_{prefix}-TOTAL_FORMS"))
    page.click(f"#{prefix}-group .add-row a")
    return f"{prefix}-{number}"


def write_procedure(page: Page) -> None:
    page.goto("/admin/procedures/procedure/add/")
    page.fill("[name=code]", "1.999001")
    three(page, "name", "Cấp thẻ thư viện", "Issuing a library card", "도서관 카드 발급")
    three(page, "short_name", "Làm thẻ thư viện", "Get a library card", "도서관 카드 만들기")
    page.fill("[name=also_said]", "thẻ đọc sách\nmượn sách")
    page.select_option("[name=field]", label="Đất đai")
    three(page, "handler", "Thư viện Hà Nội", "Hanoi Library", "하노이 도서관")
    three(page, "receive_at", "Tại quầy", "At the counter", "창구")
    page.fill("[name=order]", "99")
    page.click("[name=_continue]")
    expect(page.locator(".messagelist .success")).to_be_visible()


def write_version(page: Page) -> None:
    page.click(".object-tools a[href*='procedureversion/add']")
    page.fill("[name=legal_basis]", "Luật Thư viện 46/2019/QH14 Điều 41")
    page.select_option("[name=limit_kind]", "working_days")
    page.fill("[name=limit_number]", "2")
    page.fill("[name=limit_source]", "Điều 41")
    three(page, "result", "Thẻ thư viện", "Library card", "도서관 카드")
    paper = add_row(page, "requirements")
    page.select_option(f"[name={paper}-kind]", label="Giấy tờ tuỳ thân còn giá trị (căn cước, hộ chiếu)")
    page.fill(f"[name={paper}-order]", "1")
    page.select_option(f"[name={paper}-form_of_copy]", "shown")
    page.fill(f"[name={paper}-source]", "Điều 41")
    page.select_option(f"[name={paper}-confidence]", "sure")
    fee = add_row(page, "fee_rules")
    three(page, f"{fee}-name", "Lệ phí thẻ", "Card fee", "카드 수수료")
    page.select_option(f"[name={fee}-basis]", "per_case")
    page.fill(f"[name={fee}-amount]", "20000")
    page.select_option(f"[name={fee}-condition-mode]", "all")
    page.select_option(f"[name={fee}-condition-answer-0]", "no")
    page.select_option(
        f"[name={fee}-condition-fact-0]", label="Thuộc hộ nghèo, là người khuyết tật hoặc gia đình có công?"
    )
    page.fill(f"[name={fee}-article]", "Nghị quyết 1")
    page.fill(f"[name={fee}-effective_from]", f"{clock.today():%d/%m/%Y}")
    page.select_option(f"[name={fee}-confidence]", "sure")
    first = add_row(page, "form_fields")
    three(page, f"{first}-heading", "Người đề nghị", "Applicant", "신청인")
    three(page, f"{first}-label", "Họ và tên", "Full name", "성명")
    page.check(f"[name={first}-is_required]")
    page.select_option(f"[name={first}-prefill]", "citizen.full_name")
    second = add_row(page, "form_fields")
    page.fill(f"[name={second}-order]", "2")
    three(page, f"{second}-label", "Loại thẻ", "Kind of card", "카드 종류")
    page.select_option(f"[name={second}-kind]", "choice")
    page.check(f"[name={second}-is_required]")
    page.fill(f"[name={second}-choices]", "Thẻ thường | Ordinary | 일반\nThẻ ưu tiên | Priority | 우대")
    page.click("[name=_continue]")
    expect(page.locator(".messagelist .success")).to_be_visible()


def test_a_person_without_code_adds_a_procedure_and_the_desk_takes_it_in(transactional_db: None, look: Looker) -> None:
    hall = Hall()
    lawyer = look.page(DESK, user=User.objects.create_superuser("phapche", "x"))
    write_procedure(lawyer)
    write_version(lawyer)
    version = ProcedureVersion.objects.get(procedure__code="1.999001")

    for name, words in (("citizen", "20.000"), ("officer", "Loại thẻ")):
        seen = look.page(DESK, user=User.objects.get(username="phapche"))
        look.open(seen, f"/admin/procedures/procedureversion/{version.pk}/{name}/")
        expect(seen.locator("body")).to_contain_text(words)
    lawyer.click("button[name=_publish]")
    expect(lawyer.locator(".messagelist .success")).to_be_visible()

    citizen = look.page((390, 844))
    look.open(citizen, "/procedures/?q=muon+sach")
    citizen.click("a[href='/procedures/1.999001/']")
    expect(citizen.locator("main")).to_contain_text("20.000")

    desk = look.page(DESK, user=hall.empty.officer)
    look.open(desk, "/desk/")
    with swapped(desk):
        desk.keyboard.press("F2")
    with swapped(desk):
        desk.keyboard.type(CARD)
        desk.keyboard.press("Enter")
    with swapped(desk):
        desk.locator("form button", has_text="Làm thẻ thư viện").click()
    expect(desk.locator("[data-total]")).to_contain_text("20.000")
    with swapped(desk):
        desk.locator("[data-paper=identity_document] button.box").click()
    with swapped(desk):
        desk.keyboard.press("Alt+F")
    expect(desk.locator("[name=ho_va_ten]")).to_have_value("Lê Văn Thử")
    with desk.expect_response(re.compile(r"/form/$")):
        desk.select_option("[name=loai_the]", "the_uu_tien")
    form = desk.request.get(desk.locator("[data-of-form]").get_attribute("href") or "")
    assert form.headers["content-type"] == "application/pdf"
    with swapped(desk):
        post_to(desk, "/receive/")
    code = desk.locator("[data-code]").inner_text()
    dossier = Application.objects.get(code=code)
    assert dossier.version == version
    assert dossier.form_data["loai_the"] == "the_uu_tien"
    assert not look.wrong, "\n".join(look.wrong)
