"""A birth declared at home on a phone, shown at a desk: what is typed once is typed never again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from applications.actions.declare import discard
from applications.declaring import Walk
from applications.enums import State
from applications.models import Application, Declaration
from centres.models import Ticket
from portal import clock
from tests.browser.pages import DESK, LANGUAGES, PHONES, Hall, Looker
from tests.browser.test_story import swapped
from tests.factories.declarations import a_declaration
from tests.moments import hanoi

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# What a family types on its phone, field by field.
TYPED = {
    "applicant_name": "Nguyễn Thị Hoà", "applicant_identity": "001190012345", "applicant_born_day": "15",
    "applicant_born_month": "6", "applicant_born_year": "1990", "applicant_residence": "12 ngõ 5, phường Láng, Hà Nội",
    "applicant_phone": "0912345678", "child_name": "Trần Gia Bảo", "child_born_day": "2", "child_born_month": "11",
    "child_born_year": "2026", "child_ethnicity": "Kinh", "child_nationality": "Việt Nam",
    "birth_place": "Bệnh viện Phụ sản Hà Nội", "child_home_place": "Hà Nội", "mother_name": "Nguyễn Thị Hoà",
    "father_name": "Trần Văn Bình", "father_born_year": "1988",
}  # fmt: skip
CARD = "001190012345||Nguyễn Thị Hoà|15061990|Nữ|12 ngõ 5, Trung Phụng, Đống Đa, Hà Nội|01072021"
CHOSEN = {"child_sex": "male", "relation": "mother"}


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: hanoi("2026-11-18 10:00"))


@pytest.fixture
def hall(transactional_db: None) -> Hall:
    return Hall()


@pytest.fixture
def look(browser: Browser, live_server: Any) -> Iterator[Looker]:
    looker = Looker(browser, live_server.url)
    yield looker
    looker.close()


def fill_in(phone: Page) -> int:
    """Page after page until the check; returns how many there were."""
    count = 0
    while "/check/" not in phone.url:
        count += 1
        if "/ask/" in phone.url:
            phone.click("button[value=no]")
        elif "/papers/" in phone.url:
            phone.click("main a.primary")
        else:
            for field in phone.locator("main input[type=text], main textarea").all():
                field.fill(TYPED.get(field.get_attribute("name") or "", ""))
            for name, value in CHOSEN.items():
                for choice in phone.locator(f"[name={name}][value={value}]").all():
                    choice.check()
            phone.click("main button.primary")
        phone.wait_for_load_state()
        assert count < 40, phone.url
    return count


def test_a_birth_declared_on_a_phone_is_received_at_the_desk_with_a_few_keys(hall: Hall, look: Looker) -> None:
    phone = look.page(PHONES[1])
    look.open(phone, "/procedures/1.001193/")
    phone.click("a[href^='/declare/for/']")
    phone.click("main button.primary")
    fill_in(phone)
    phone.click("main form button.primary")
    phone.wait_for_url("**/done/")
    code = phone.inner_text(".declared-code")

    desk = look.page(DESK, user=hall.with_person.officer)
    Ticket.objects.filter(pk=hall.tickets["called"].pk).update(citizen=None)
    look.open(desk, "/desk/")
    with swapped(desk):
        wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
        desk.fill("[data-scan]", wrong)
        desk.press("[data-scan]", "Enter")
    expect(desk.locator("#scan-form .error")).to_be_visible()
    # A scanner types by itself and ends with the line: none of these is a key that the officer presses.
    for scanned in (code, CARD):
        with swapped(desk):
            desk.fill("[data-scan]", scanned)
            desk.press("[data-scan]", "Enter")
    expect(desk.locator("[data-declared]")).to_be_visible()
    look.axe(desk, "the desk with what was declared")
    pressed = 0
    while (box := desk.locator("#papers button.box[aria-checked=false]").first).count():
        with swapped(desk):
            box.click()
        pressed += 1
    desk.keyboard.press("F9")
    pressed += 1
    expect(desk.locator("[data-code]")).to_be_visible()
    assert pressed <= 4, f"{pressed} keys and clicks"
    dossier = Application.objects.get(declaration__isnull=False)
    assert dossier.state == State.ACCEPTED
    assert dossier.form_data["child_name"] == "Trần Gia Bảo" and dossier.contact_phone == "+84912345678"
    phone.reload()
    expect(phone.locator("h1")).to_contain_text("Quầy đã nhận")
    assert not look.wrong, "\n".join(look.wrong)


def test_its_pages_fit_a_phone_in_every_language_and_have_no_barriers(hall: Hall, look: Looker) -> None:
    page = look.page(PHONES[1])
    done, begun, gone = (a_declaration(at=clock.now()) for _each in range(3))
    Declaration.objects.filter(pk=begun.pk).update(answers={"applicant_identity": "0011"}, facts={}, done_at=None)
    discard(declaration=gone, at=clock.now())
    pages = [page.key for page in Walk(done, clock.now()).pages]
    paths = [("/declare/for/1.001193/", 200), (f"/declare/{gone.token}/", 410)]
    paths += [(f"/declare/{done.token}/{name}/", 200) for name in ("check", "done", "papers", "later", "delete")]
    paths += [
        (f"/declare/{begun.token}/{name}/", 200) for name in ("check", "ask/authorised", "fill/applicant_name?missing")
    ]
    for language in LANGUAGES:
        look.speak(page, language)
        for path, status in paths + [(f"/declare/{done.token}/fill/{key}/", 200) for key in pages[:4] + pages[-2:]]:
            look.open(page, path.replace("?missing/", "/?missing"), status)
            look.no_wider_than_the_screen(page, f"{path} ({language})")
            if language == "vi":
                look.axe(page, path)
    look.large(page)
    for path, status in paths:
        look.open(page, path.replace("?missing/", "/?missing"), status)
        look.no_wider_than_the_screen(page, f"{path} (large print)")
    assert not look.wrong, "\n".join(look.wrong)


def test_it_is_filled_in_and_kept_without_scripts(hall: Hall, look: Looker, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=look.url)
    look.contexts.append(context)
    phone = context.new_page()
    phone.goto("/declare/for/1.001193/")
    phone.click("main button.primary")
    fill_in(phone)
    phone.click("main form button.primary")
    phone.wait_for_url("**/done/")
    assert Declaration.objects.get().done_at is not None
