"""The picture that goes along with a report: OCR reads no identity number, name or phone in it; and reports without a line."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from centres.enums import Role
from portal import files
from portal.vn.text import fold
from support.models import Incident, IncidentPicture, ReportReceived
from tests.browser.line import Line
from tests.browser.pages import DESK, PHONES, Hall, Looker
from tests.browser.until import until
from tests.factories.applications import a_draft, member_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Long enough that OCR does not find it by chance.
LEAST = 4


@pytest.fixture
def hall(transactional_db: None) -> Hall:
    return Hall()


@pytest.fixture
def line(live_server: Any) -> Iterator[Line]:
    with Line(live_server.thread.host, live_server.thread.port) as line:
        yield line


@pytest.fixture
def look(browser: Browser, line: Line) -> Iterator[Looker]:
    looker = Looker(browser, line.url)
    yield looker
    looker.close()


def read(picture: bytes) -> str:
    """What OCR finds, without diacritics, in one line."""
    if shutil.which("tesseract") is None:
        pytest.fail("tesseract-ocr with tesseract-ocr-vie is missing: make packages-test", pytrace=False)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page"
        file.write_bytes(picture)
        # Screens are drawn small for OCR; three times as large it reads nearly all.
        command = ["tesseract", str(file), "stdout", "-l", "vie+eng", "--psm", "11", "--dpi", "96"]
        found = subprocess.run(command, capture_output=True, check=True, text=True)
    return " ".join(fold(found.stdout).split())


def secrets_of(page: Page, *known: str) -> set[str]:
    """The names and numbers that stand on the page, as OCR would say them."""
    text = page.evaluate(
        "document.body.innerText + ' ' + [...document.querySelectorAll('input:not([type=hidden]), textarea')].map((e) => e.value).join(' ')"
    )
    names = {re.sub(r"[^a-z]", "", fold(name)) for name in known}
    numbers = {re.sub(r"\D", "", found) for found in re.findall(r"\d(?:[ .]?\d){8,}", text)}
    return {one for one in names if one in re.sub(r"[^a-z]", "", fold(text))} | numbers


def found_in(text: str, secrets: set[str]) -> set[str]:
    # OCR joins and parts words as it likes.
    letters, digits = re.sub(r"[^a-z]", "", text), re.sub(r"\D", "", text)
    return {one for one in secrets if one and one in (digits if one.isdigit() else letters)}


def report_from(page: Page) -> bytes:
    """Alt+B, a printer, one place; the picture that is kept."""
    before = IncidentPicture.objects.count()
    page.keyboard.press("Alt+b")
    page.wait_for_selector("#report-dialog[open]")
    page.keyboard.press("1")
    page.wait_for_selector("form[data-report] [data-report-picture]:not([hidden]) canvas")
    page.keyboard.press("3")
    page.wait_for_selector("#report-dialog h2:has-text('Đã báo')")
    assert IncidentPicture.objects.count() == before + 1
    return files.read(IncidentPicture.objects.latest("pk").sha256)


def test_a_picture_of_the_page_shows_the_portals_words_and_no_persons(hall: Hall, look: Looker) -> None:
    officer = hall.with_draft.officer
    draft = a_draft(
        ticket=hall.tickets["draft"], officer=officer, phone="0912345678", email="ba.hoa@example.vn", at=hall.at
    )
    name, identity = draft.applicant.full_name, "012345678901"
    specialist = member_of(Role.SPECIALIST, hall.place.centre)
    dossier = next(iter(hall.dossiers.values()))
    for user, path in (
        (officer, f"/desk/?matter={draft.pk}"),
        (specialist, "/dossiers/"),
        (specialist, f"/dossiers/{dossier.pk}/"),
    ):
        page = look.page(DESK, user=user)
        look.open(page, path)
        hidden = secrets_of(page, name, dossier.applicant.full_name, user.full_name, identity)
        assert hidden, f"{path} shows nobody: the test would see nothing"
        scaled = page.screenshot(scale="css")
        seen = found_in(read(scaled), hidden)
        picture = report_from(page)
        Path(tempfile.gettempdir(), f"report-{path.strip('/').replace('/', '-').replace('?', '-')}.jpg").write_bytes(
            picture
        )
        text = read(picture)
        assert seen, f"{path}: OCR reads nobody on the page itself, so it proves nothing"
        assert not found_in(text, hidden), f"{path}: {found_in(text, hidden)}"
        words = {word for word in text.split() if len(word) >= LEAST and word.isalpha()}
        assert len(words & set(read(scaled).split())) >= 5, f"{path}: the picture shows nothing of the page"
        page.close()
    assert not look.wrong, "\n".join(look.wrong)


def test_the_officer_may_leave_the_picture_out(hall: Hall, look: Looker) -> None:
    page = look.page(DESK, user=hall.with_draft.officer)
    look.open(page, "/desk/")
    page.keyboard.press("Alt+b")
    page.wait_for_selector("#report-dialog[open]")
    page.keyboard.press("1")
    page.wait_for_selector("[data-report-picture]:not([hidden]) canvas")
    look.axe(page, "the picture in the dialog")
    page.uncheck("[name=with_picture]")
    page.click("form[data-report] button[value='3']")
    page.wait_for_selector("#report-dialog h2:has-text('Đã báo')")
    assert Incident.objects.count() == 1 and not IncidentPicture.objects.exists()
    assert not look.wrong, "\n".join(look.wrong)


def test_an_officers_report_without_a_line_goes_later_once(hall: Hall, line: Line, look: Looker) -> None:
    page = look.page(DESK, user=hall.with_draft.officer)
    look.open(page, "/desk/")
    line.cut()
    page.keyboard.press("Alt+b")
    page.wait_for_selector("#report-dialog[open]")
    look.axe(page, "reporting without a line")
    page.select_option("#kept-kind", "network")
    page.fill("#kept-what", "Mất mạng cả tầng")
    page.click("#report-dialog button[value='2']")
    kept = page.locator("[data-reports=kept]")
    expect(kept).to_be_visible()
    look.axe(page, "a report is kept")
    assert not page.locator("#report-dialog[open]").count() and not Incident.objects.exists()
    line.mend()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-reports=sent]")).to_be_visible(timeout=30_000)
    made = Incident.objects.get()
    assert (made.what.split(" · ")[0], made.severity, made.reporter) == ("Mất mạng cả tầng", 2, hall.with_draft.officer)
    look.open(page, "/desk/")
    page.wait_for_timeout(300)
    assert Incident.objects.get().count == 1 and ReportReceived.objects.count() == 1


def lost(route: Route) -> None:
    """The portal takes it in, and its answer never arrives."""
    route.fetch()
    route.abort()


def test_a_line_that_drops_in_the_dialog_loses_no_report(hall: Hall, look: Looker) -> None:
    page = look.page(DESK, user=hall.with_draft.officer)
    look.open(page, "/desk/")
    page.keyboard.press("Alt+b")
    page.wait_for_selector("#report-dialog[open]")
    page.keyboard.press("1")
    page.wait_for_selector("form[data-report]")
    page.route("**/support/report/", lost, times=1)
    page.keyboard.press("3")
    until(page, Incident.objects.exists, 20)
    expect(page.locator("[data-reports=kept]")).to_be_visible(timeout=20_000)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-reports=sent]")).to_be_visible(timeout=30_000)
    assert Incident.objects.get().count == 1, "the portal had it already"


def test_a_citizens_report_without_a_line_goes_later_once_and_says_so(hall: Hall, line: Line, look: Looker) -> None:
    phone = look.page(PHONES[0])
    look.open(phone, "/support/tell/")
    line.cut()
    phone.fill("[name=what]", "Kiosk ở cửa không in phiếu")
    phone.fill("[name=contact]", "0912 345 678")
    phone.click("form[data-tell] [type=submit]")
    expect(phone.locator("[data-tell-kept]")).to_be_visible()
    look.axe(phone, "a citizen's report is kept")
    look.no_wider_than_the_screen(phone, "a citizen's report is kept")
    line.mend()
    look.open(phone, "/")
    expect(phone.locator("[data-reports=sent]")).to_be_visible(timeout=30_000)
    look.open(phone, "/")
    phone.wait_for_timeout(300)
    made = Incident.objects.get()
    assert (made.what, made.count, made.contact) == ("Kiosk ở cửa không in phiếu", 1, "+84912345678")
    assert phone.evaluate("localStorage.getItem('reports')") == "[]", "nothing stays on the device"
    assert not look.wrong, "\n".join(look.wrong)
