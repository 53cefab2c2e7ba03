"""The couple at branch no. 3, from the number at the kiosk to the result in their hand, with everything real.

Each step leaves a picture in var/story/.
"""

from __future__ import annotations

import base64
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from portal import clock
from portal.demo import BOARD_KEY, KIOSK_KEY, PASSWORD, SIGNER, SIGNER_SECRET
from tests.applications.notarisation.test_second_factor import code_of
from tests.browser.house import ROOT, House
from tests.notifications.mailserver import MailServer, mail_server

pytestmark = [pytest.mark.postgres, pytest.mark.browser]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}
KIOSK = {"width": 1080, "height": 1920}
BOARD = {"width": 1920, "height": 1080}
CARD = "001045012345||Lê Văn Thử|01021945|Nam|Trung Phụng, Đống Đa, Hà Nội|01062021"
PICTURES = ROOT / "var" / "story"
JOB_MS = 30_000


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, mail: MailServer) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("house"), mail.url) as house:
        yield house


@pytest.fixture
def open_page(browser: Browser, house: House) -> Iterator[Callable[..., Page]]:
    """A page in a browser of its own; staff are signed in and taken to where they wanted to go."""
    contexts = []

    def open_as(size: dict[str, int], path: str, user: str = "") -> Page:
        context = browser.new_context(viewport=size, base_url=house.url, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error on {page.url}: {error}"))
        page.goto(f"/sign-in/?next={path}" if user else path)
        if user:
            page.fill("[name=username]", user)
            page.fill("[name=password]", PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_url(f"**{path}")
        return page

    yield open_as
    for context in contexts:
        context.close()


def seen(page: Page, name: str) -> None:
    """Keep a picture of the step, and have axe look at it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"


def post_to(page: Page, action: str) -> None:
    """Press the button that posts to this address."""
    of_form = f"form[action$='{action}'] button:not([type=button])"
    page.locator(f"{of_form}, button[formaction$='{action}']").first.click()


@contextmanager
def swapped(page: Page) -> Iterator[None]:
    """What is done inside brings a new body; go on when it is there."""
    page.evaluate(
        """() => { window.bodies = 0; window.counting ??= document.addEventListener(
            'htmx:afterSettle', (event) => { if (event.detail.target === document.body && !event.detail.elt.matches?.('#procedure-form')) window.bodies += 1; }) ?? true; }"""
    )
    yield
    until = time.monotonic() + 10
    # Not wait_for_function: the page's policy forbids what it needs.
    while not page.evaluate("window.bodies"):
        if time.monotonic() > until:
            said = [page.locator(place).inner_text() for place in ("#problems", "#announce", "#queue")]
            pytest.fail(f"no new body on {page.url}: {said}")
        page.wait_for_timeout(20)


def a_scan(folder: Path) -> Path:
    """A photograph of a marriage certificate."""
    picture = Image.new("RGB", (1240, 1754), "#f6efe0")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((60, 60, 1180, 1694), outline="#9b1b1e", width=6)
    draw.text((380, 200), "GIAY CHUNG NHAN KET HON (MAU)", fill="#1c1917")
    path = folder / "ket-hon.jpg"
    picture.save(path, quality=85)
    return path


def text_of(pdf: bytes, folder: Path) -> str:
    path = folder / "file.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode()


def test_the_couple_makes_one_trip(
    house: House, mail: MailServer, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    # 1. The kiosk: a field, one question, a number. A reload and the way back give the same one.
    kiosk = open_page(KIOSK, "/kiosk/")
    kiosk.fill("[name=key]", KIOSK_KEY)
    kiosk.press("[name=key]", "Enter")
    kiosk.wait_for_url("**/kiosk/")
    seen(kiosk, "01-kiosk")
    kiosk.locator(".tile", has=kiosk.locator(".letter", has_text="A")).click()
    # They have the land certificate with them; what else decides they leave to the officer.
    kiosk.click("a.tile[href*='yes=land_certificate']")
    kiosk.click("footer a[href='/kiosk/service/A/']")
    seen(kiosk, "02-kiosk-question")
    kiosk.locator("button[value=age_75]").click()
    kiosk.wait_for_url("**/kiosk/ticket/**")
    number = kiosk.locator("#slip-number").inner_text()
    assert number == "A001"
    kiosk.reload()
    assert kiosk.locator("#slip-number").inner_text() == number
    seen(kiosk, "03-slip")
    token = kiosk.url.rstrip("/").rsplit("/", 1)[-1]
    assert house.rows("SELECT count(*) FROM centres_ticket") == [(1,)]

    # The phone follows the slip's code.
    phone = open_page(PHONE, f"/t/{token}/")
    expect(phone.locator("main")).to_contain_text(number)
    seen(phone, "04-phone-waiting")

    # 2. The board, and 3. the desk: next, and the card.
    board = open_page(BOARD, "/board/")
    board.fill("[name=key]", BOARD_KEY)
    board.press("[name=key]", "Enter")
    desk = open_page(DESK, "/desk/", "quay1")
    post_to(desk, "/sit/")
    seen(desk, "05-desk-open")
    with swapped(desk):
        desk.keyboard.press("F2")
    expect(desk.locator("[data-ticket]")).to_have_text(number)
    expect(board.locator("[data-stage-number]")).to_have_text(number, timeout=10_000)
    seen(board, "06-board")
    expect(phone.locator("main")).to_contain_text("1", timeout=10_000)
    with swapped(desk):
        desk.keyboard.type(CARD)
        desk.keyboard.press("Enter")
    expect(desk.locator("[data-person]")).to_have_text("Lê Văn Thử")
    expect(desk.locator("#person")).to_contain_text("Văn Miếu")
    seen(desk, "07-desk-person")

    # 4. The procedure; first that it is not compulsory; the papers; the form with nothing typed twice.
    with swapped(desk):
        desk.keyboard.press("Alt+1")
    expect(desk.locator("#papers")).to_be_visible()
    # The desk mapped the card's old unit itself: the question is answered beforehand.
    expect(desk.locator("input[name=yes][value=unit_rearrangement]")).to_be_checked()
    with swapped(desk):
        desk.locator("input[name=yes][value=joint_owners]").check()
    expect(desk.locator("input[name=yes][value=joint_owners]")).to_be_checked()
    with swapped(desk):
        desk.keyboard.press("Alt+K")
    expect(desk.locator("form[action$='/told/']")).to_have_count(0)
    for kind in ("land_change_form", "land_certificate"):
        with swapped(desk):
            desk.locator(f"[data-paper={kind}] button.box").click()
        expect(desk.locator(f"[data-paper={kind}]")).to_have_attribute("data-state", "presented")
    desk.fill("#contact-form [name=phone]", "0912 345 678")
    desk.fill("#contact-form [name=email]", "ong.thu@example.vn")
    with swapped(desk):  # what was typed goes before the way
        desk.keyboard.press("Alt+F")
    expect(desk.locator("#contact-form [name=phone]")).to_have_value("0912 345 678")
    expect(desk.locator("[name=applicant_name]")).to_have_value("Lê Văn Thử")
    for name, value in {
        "certificate_serial": "CT 123456",
        "parcel_number": "45",
        "map_sheet": "12",
        "old_address": "Tổ 5, phường Trung Phụng, quận Đống Đa",
        "new_address": "Phường Văn Miếu - Quốc Tử Giám, Hà Nội",
    }.items():
        with desk.expect_response(re.compile(r"/form/$")):
            desk.fill(f"#procedure-form [name={name}]", value)
            desk.press(f"#procedure-form [name={name}]", "Tab")
    seen(desk, "08-desk-form")
    with swapped(desk):
        desk.keyboard.press("Alt+P")
    expect(desk.locator("[data-total]")).to_contain_text("28.000")

    # Too early: everything that is missing is said at once, and nothing is changed.
    desk.keyboard.press("F9")
    expect(desk.locator("#problems [role=alert] li")).to_have_count(1)
    seen(desk, "09-desk-not-yet")

    # 5. The missing copy is certified on the spot; the checklist ticks itself.
    desk.keyboard.press("Alt+C")
    desk.set_input_files("#certify [name=file]", a_scan(tmp_path))
    expect(desk.locator("#certify")).to_be_visible()
    seen(desk, "10-certify")
    post_to(desk, "/certify/")
    expect(desk.locator("dialog#certify[open] .check-line")).to_have_count(5)
    expect(desk.locator("#certify")).to_contain_text("2.000")
    for rule in range(1, 6):
        desk.keyboard.press(f"Alt+{rule}")
    seen(desk, "11-certify-checks")
    desk.keyboard.press("F9")
    desk.locator("form[action$='/submit/'] button").wait_for()
    seen(desk, "11-certify-fee")
    desk.keyboard.press("F9")
    expect(desk.locator("#certify-item .note")).to_be_visible()
    seen(desk, "12-certify-at-the-signer")
    # The couple sits down meanwhile, and the counter is free for others.
    desk.locator("#certify [data-close]").last.click()
    desk.keyboard.press("F4")
    with swapped(desk):
        desk.keyboard.press("2")
    expect(desk.locator("[data-ticket]")).to_have_count(0)

    # The signer looks at the paper and signs with the second factor; the couple comes back to the same counter by itself.
    signer = open_page(DESK, "/signing/", SIGNER)
    expect(signer.locator(".signing-list")).to_contain_text("chờ ở sảnh")
    expect(signer.locator(".signing-pages img")).to_have_js_property("complete", True)
    seen(signer, "12-signer-queue")
    signer.keyboard.press("F8")
    signer.wait_for_url("**/signing/confirm/**")
    signer.keyboard.type(code_of(base64.b32decode(SIGNER_SECRET), clock.now()))
    seen(signer, "12-signer-confirms")
    signer.keyboard.press("F9")
    signer.wait_for_url("**/signing/")
    expect(signer.locator("#messages")).to_contain_text("0001")
    seen(signer, "12-signer-signed")
    until = time.monotonic() + JOB_MS / 1000
    while house.rows("SELECT state FROM centres_ticket") != [("waiting",)]:
        assert time.monotonic() < until, "the couple was not brought back"
        desk.wait_for_timeout(200)
    with swapped(desk):
        desk.keyboard.press("F2")
    expect(desk.locator("[data-ticket]")).to_have_text(number)
    expect(desk.locator("[data-paper=marriage_certificate]")).to_have_attribute("data-state", "certified", timeout=5000)
    expect(desk.locator("[data-total]")).to_contain_text("30.000")  # with the copy
    seen(desk, "13-desk-complete")
    assert house.rows("SELECT sequence FROM applications_registerentry") == [(1,)]
    copy = desk.request.get(desk.locator("[data-paper=marriage_certificate] a").first.get_attribute("href") or "")
    certified = text_of(copy.body(), tmp_path)
    assert "chứng thực bản sao đúng với bản chính" in " ".join(certified.split()).lower()
    assert "0001" in certified

    # 6. One action makes the dossier; the receipt prints in correct Vietnamese.
    desk.keyboard.press("F9")
    code = desk.locator("[data-code]").inner_text()
    assert re.fullmatch(r"H26\.30\.3-\d{6}-\d{4}", code)
    seen(desk, "14-desk-received")
    receipt = desk.request.get(desk.locator("[data-received] a").first.get_attribute("href") or "")
    assert receipt.headers["content-type"] == "application/pdf"
    (PICTURES / "receipt.pdf").write_bytes(receipt.body())
    printed = text_of(receipt.body(), tmp_path)
    assert code in printed
    assert "Lê Văn Thử" in printed
    assert "hẹn trả kết quả" in " ".join(printed.split()).lower()
    expect(phone.locator("main")).to_contain_text(code, timeout=10_000)
    seen(phone, "15-phone-received")

    # 7. A specialist, a leader, and the counter again.
    specialist = open_page(DESK, "/dossiers/", "chuyenvien1")
    seen(specialist, "16-worklist")
    dossier_id = house.rows(f"SELECT id FROM applications_application WHERE code = '{code}'")[0][0]
    specialist.goto(f"/dossiers/{dossier_id}/")
    post_to(specialist, "/take/")
    specialist.fill("[name$=number]", "88/XN-VPĐK")
    seen(specialist, "17-dossier")
    post_to(specialist, "/propose/")
    leader = open_page(DESK, f"/dossiers/{dossier_id}/", "lanhdao")
    seen(leader, "18-leader")
    post_to(leader, "/sign/")
    expect(phone.locator("main")).not_to_contain_text("17:00", timeout=10_000)
    seen(phone, "19-phone-ready")
    desk.goto(f"/dossiers/{dossier_id}/")
    desk.fill("[name=hand-over-unpaid_reason]", "Nộp bằng chuyển khoản sau")
    desk.locator("#signature-pad").scroll_into_view_if_needed()
    pad = desk.locator("#signature-pad").bounding_box()
    assert pad is not None
    desk.mouse.move(pad["x"] + 40, pad["y"] + 90)
    desk.mouse.down()
    for step in range(1, 8):
        desk.mouse.move(pad["x"] + 40 + step * 50, pad["y"] + 90 + (-1) ** step * 30)
    desk.mouse.up()
    seen(desk, "20-hand-over")
    post_to(desk, "/hand-over/")
    desk.wait_for_load_state("networkidle")
    assert house.rows(f"SELECT state FROM applications_application WHERE id = {dossier_id}") == [(10,)]

    # 8. The citizen sees the end of it and says how it was. Codes alone reveal nothing.
    phone.reload()
    phone.locator("button[name=score][value='3']").click()
    phone.wait_for_load_state("networkidle")
    seen(phone, "21-phone-end")
    assert house.rows("SELECT score FROM centres_rating") == [(3,)]
    stranger = open_page(PHONE, "/track/")
    stranger.fill("[name=code]", code)
    stranger.fill("[name=phone_last4]", "0000")
    post_to(stranger, "/track/")
    expect(stranger.locator("main [role=alert]").first).to_be_visible()
    seen(stranger, "22-track-wrong")
    assert "Lê Văn Thử" not in stranger.content()
    stranger.fill("[name=code]", code)
    stranger.fill("[name=phone_last4]", "5678")
    post_to(stranger, "/track/")
    stranger.wait_for_url(f"**/t/{token}/*")

    # 9. One e-mail and one SMS an occasion, by a real mail server and the file channel.
    until = time.monotonic() + 20
    while time.monotonic() < until and len(mail.taken) < 3:
        stranger.wait_for_timeout(200)
    subjects = sorted(message["Subject"] for message in mail.taken)
    assert len(subjects) == 3  # the copy, the receipt, the result
    assert sum(code in subject for subject in subjects) == 2
    assert house.rows("SELECT count(*) FROM notifications_message WHERE channel = 'sms' AND state = 'sent'") == [(3,)]

    # 10. The manager's day.
    manager = open_page(DESK, "/day/", "quanly")
    manager.wait_for_load_state("networkidle")
    seen(manager, "23-day")
    expect(manager.locator("main")).to_contain_text("1")
