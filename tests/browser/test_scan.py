"""A phone and a desk together: the code is scanned, pictures come by themselves, are mended and certified."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from applications.enums import PaperState
from applications.models import CaptureLink, CertificationItem, Scan
from portal import clock, files
from procedures.enums import CopyForm
from tests.browser.pages import DESK, PHONES, Hall, Looker
from tests.browser.until import until
from tests.factories.pages import a_blank_page, a_page
from tests.factories.scans import a_phone, a_scan
from tests.moments import hanoi

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOON_MS = 10_000


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: hanoi("2026-11-18 10:00"))


@pytest.fixture
def hall(transactional_db: None) -> Hall:
    return Hall()


@pytest.fixture
def look(browser: Browser, live_server: Any, settings: LazySettings) -> Iterator[Looker]:
    settings.PUBLIC_URL = live_server.url
    looker = Looker(browser, live_server.url)
    yield looker
    looker.close()


@pytest.fixture
def pictures(tmp_path: Path) -> Callable[[Image.Image, str], Path]:
    def save(picture: Image.Image, name: str) -> Path:
        path = tmp_path / name
        picture.save(path, quality=85)
        return path

    return save


def a_missing_line(hall: Hall) -> str:
    paper = hall.draft.papers.exclude(pk=hall.paper.pk)[0]
    type(paper).objects.filter(pk=paper.pk).update(state=PaperState.MISSING, form_of_copy=CopyForm.CERTIFIED_COPY)
    return f"/desk/papers/{paper.pk}/certify/"


def in_dialog(look: Looker, hall: Hall) -> Page:
    """The desk with the dialog of a missing paper open."""
    a_missing_line(hall)
    desk = look.page(DESK, user=hall.with_draft.officer)
    look.open(desk, f"/desk/?matter={hall.draft.pk}")
    desk.keyboard.press("Alt+C")
    expect(desk.locator("#certify")).to_be_visible()
    return desk


def address_for_phone(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the codes hold that are shown from now on."""
    shown: list[str] = []

    def picture(content: str) -> str:
        shown.append(content)
        return "data:image/svg+xml,"

    monkeypatch.setattr("applications.views.scans.qr_picture", picture)
    return shown


def test_a_phones_pictures_come_to_the_desk_and_are_certified(
    hall: Hall, look: Looker, pictures: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = address_for_phone(monkeypatch)
    desk = in_dialog(look, hall)
    desk.locator("form[action$='/phone/'] button").click()
    expect(desk.locator(".scan-phone img.qr")).to_be_visible()
    look.axe(desk, "the dialog with a code")

    # The phone opens the code, takes a page twice, a second one, and finishes.
    phone = look.page(PHONES[0])
    look.open(phone, shown[0].removeprefix(look.url))
    expect(phone.locator("h1")).to_have_text("Chụp giấy tờ")
    look.axe(phone, "the phone's page")
    expect(desk.locator("[data-phone=here]")).to_be_visible(timeout=SOON_MS)
    expect(desk.locator(".scan-phone")).to_have_count(0)
    phone.set_input_files("#id_file", pictures(a_blank_page(), "IMG_1.jpg"))
    expect(phone.locator(".taken > li")).to_have_count(1)
    expect(phone.locator(".taken .state")).to_have_text(re.compile("Trang trắng"))
    expect(desk.locator(".scan-pages > li")).to_have_count(1, timeout=SOON_MS)
    lying = a_page().rotate(-2.4, fillcolor="white").transpose(Image.Transpose.ROTATE_90)
    phone.set_input_files(".taken input[type=file]", pictures(lying, "IMG_2.jpg"))
    expect(phone.locator(".taken .state").first).to_have_text(re.compile("Nằm ngang"))
    phone.set_input_files("#id_file", pictures(a_page(points=11), "IMG_3.jpg"))
    expect(phone.locator(".taken > li")).to_have_count(2)
    look.axe(phone, "the phone's page with pictures")
    look.no_wider_than_the_screen(phone, "capture")
    phone.locator("button[value=send]").click()
    expect(phone.locator("h1")).to_have_text("Quầy đã nhận đủ")

    # The desk mends what the phone sent, by pointer and by keyboard.
    expect(desk.locator(".scan-pages > li")).to_have_count(2, timeout=SOON_MS)
    expect(desk.locator("[data-pages]")).to_have_text("2 trang")
    desk.locator(".scan-pages a").first.click()
    large = desk.locator(".scan-large img")
    expect(large).to_be_visible()
    desk.locator("button[value=right]").click()
    expect(desk.locator("button[value=right]")).to_be_focused()
    expect(desk.locator("button[value=straighten]")).to_have_text(re.compile(r"2,4|2\.4"))
    desk.locator("button[value=straighten]").click()
    expect(desk.locator("button[value=straighten]")).to_have_count(0)
    until(desk, lambda: large.evaluate("one => one.complete && one.naturalWidth > 0"), 10)
    box = large.bounding_box()
    assert box
    desk.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.05)
    desk.mouse.down()
    desk.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.8, steps=4)
    desk.mouse.up()
    for name, percent in {"left": "10", "top": "5", "right": "10", "bottom": "20"}.items():
        expect(desk.locator(f".scan-crop [name={name}]")).to_have_value(percent)
    expect(desk.locator(".crop-box")).to_be_visible()
    desk.locator(".scan-crop [name=bottom]").fill("12")
    look.axe(desk, "a page being mended")
    desk.locator("button[value=crop]").press("Enter")
    expect(desk.locator(".scan-crop [name=bottom]")).to_have_value("0")
    desk.locator("#certify a[data-all]").click()
    expect(desk.locator(".scan-pages > li")).to_have_count(2)
    mends = [kind for kind, *_values in Scan.objects.get().pages.all()[0].mends]
    assert mends == ["turn", "straighten", "crop"]

    # What was swapped last has settled: a key in that very moment goes nowhere.
    expect(desk.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)
    desk.keyboard.press("F9")
    expect(desk.locator("form[action$='/checks/']")).to_be_visible()
    item = CertificationItem.objects.order_by("-pk")[0]
    assert (item.pages, item.scan.media_type) == (2, "application/pdf")
    assert files.path_of(item.scan.sha256).exists()
    assert not look.wrong, "\n".join(look.wrong)


def test_a_file_chosen_at_the_desk_lies_there_before_the_form_is_sent(
    hall: Hall, look: Looker, pictures: Callable[..., Path]
) -> None:
    desk = in_dialog(look, hall)
    desk.fill("#certify [name=title]", "Giấy khai sinh của cháu")
    desk.set_input_files("#certify [name=file]", pictures(a_page(points=12), "scan.jpg"))
    expect(desk.locator(".scan-pages > li")).to_have_count(1)
    expect(desk.locator("#certify [name=title]")).to_have_value("Giấy khai sinh của cháu")
    assert desk.input_value("#certify [name=file]") == ""
    broken = pictures(a_page(points=12), "hong.jpg")
    broken.write_bytes(broken.read_bytes()[:2000])
    desk.set_input_files("#certify [name=file]", broken)
    expect(desk.locator("#certify .scan [role=alert]")).to_contain_text("hong.jpg")
    expect(desk.locator(".scan-pages > li")).to_have_count(1)
    # As quickly as a hand can: the form waits for the file that is on its way.
    desk.set_input_files("#certify [name=file]", pictures(a_page(points=10), "trang-2.jpg"))
    desk.keyboard.press("F9")
    expect(desk.locator("form[action$='/checks/']")).to_be_visible()
    assert CertificationItem.objects.order_by("-pk")[0].pages == 2
    assert not look.wrong, "\n".join(look.wrong)


def test_the_phones_page_works_without_scripts(hall: Hall, look: Looker, pictures: Callable[..., Path]) -> None:
    context = look.browser.new_context(java_script_enabled=False, base_url=look.url)
    look.contexts.append(context)
    paper = hall.draft.papers.exclude(pk=hall.paper.pk)[0]
    link, token, secret = a_phone(scan=a_scan(paper, at=clock.now()), at=clock.now())
    context.add_cookies([{"name": "phone", "value": secret, "domain": "localhost", "path": f"/capture/{token}/"}])
    phone = context.new_page()
    phone.goto(f"{look.url}/capture/{token}/")
    phone.set_input_files("#id_file", pictures(a_page(points=12), "IMG_1.jpg"))
    phone.locator("form:has(#id_file) button").click()
    expect(phone.locator(".taken > li")).to_have_count(1)
    phone.locator("button[value=send]").click()
    assert CaptureLink.objects.get(pk=link.pk).sent_at
    assert Client().get(f"/capture/{token}/").status_code == 410
    cache.clear()


def test_the_phones_pages_fit_in_every_language_and_large(hall: Hall, look: Looker) -> None:
    paper = hall.draft.papers.exclude(pk=hall.paper.pk)[0]
    link, token, secret = a_phone(scan=a_scan(paper, at=clock.now()), at=clock.now())
    link.scan.pages.update(link=link)
    for size in PHONES:
        page = look.page(size)
        page.context.add_cookies(
            [{"name": "phone", "value": secret, "domain": "localhost", "path": f"/capture/{token}/"}]
        )
        for language in ("vi", "ko", "en", "large"):
            if language == "large":
                look.large(page)
            else:
                look.speak(page, language)
            for path, status in ((f"/capture/{token}/", 200), ("/capture/khong-co-ma-nay/", 410)):
                look.open(page, path, status)
                look.no_wider_than_the_screen(page, f"{path} ({language})")
                if size == PHONES[0]:
                    look.axe(page, f"{path} ({language})")
    assert not look.wrong, "\n".join(look.wrong)
