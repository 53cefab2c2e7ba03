"""The desk whose printer dies in the middle of a receipt, and the pages of the inventory; axe finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from applications.models import Application
from centres.enums import Role
from centres.models import Counter
from citizens.models import User
from notifications.models import Message
from portal import clock
from support.enums_equipment import EquipmentKind
from support.models import Equipment, Incident, PrintElsewhere
from tests.browser.pages import DESK, PHONES, Hall, Looker
from tests.factories.applications import a_draft, member_of
from tests.factories.equipment import a_thing
from tests.factories.support import an_incident
from tests.moments import hanoi

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WEDNESDAY = hanoi("2026-11-18 10:00")
EMAIL = "#contact-form [name=email]"


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: WEDNESDAY)


@pytest.fixture
def hall(transactional_db: None) -> Hall:
    return Hall()


@pytest.fixture
def look(browser: Browser, live_server: Any) -> Iterator[Looker]:
    looker = Looker(browser, live_server.url)
    yield looker
    looker.close()


def printers(*counters: Counter) -> list[Equipment]:
    return [a_thing(seat.centre, seat, name=f"Máy in quầy {seat.number}", at=WEDNESDAY) for seat in counters]


def a_desk_in_the_middle(hall: Hall, look: Looker) -> Page:
    """A complete draft without a phone, and an address that is just being typed."""
    officer = hall.with_draft.officer
    draft = a_draft(ticket=hall.tickets["draft"], officer=officer, phone="", email="", at=hall.at)
    desk = look.page(DESK, user=officer)
    look.open(desk, f"/desk/?matter={draft.pk}")
    desk.fill(EMAIL, "ba.hoa@example")
    return desk


def test_the_desk_whose_printer_dies_loses_nothing_and_prints_at_another_counter(hall: Hall, look: Looker) -> None:
    mine, theirs = printers(hall.with_draft, hall.with_person)
    desk = a_desk_in_the_middle(hall, look)
    desk.keyboard.press("Alt+b")
    desk.wait_for_selector("#report-dialog[open]")
    desk.keyboard.press("1")
    desk.wait_for_selector("form[data-report] select[name=equipment]")
    look.axe(desk, "which printer")
    desk.keyboard.press("3")
    desk.wait_for_selector("#report-dialog h2:has-text('Đã báo')")
    assert str(hall.with_person) in desk.inner_text("#report-dialog"), "where a printer works"
    look.axe(desk, "reported, with other printers")
    assert Incident.objects.get().equipment == mine
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#report-dialog:not([open])", state="attached")
    expect(desk.locator(EMAIL)).to_have_value("ba.hoa@example")
    desk.fill(EMAIL, "ba.hoa@example.vn")
    desk.keyboard.press("F9")
    desk.wait_for_selector("#receipt-ways details[open]")
    dossier = Application.objects.latest("pk")
    assert dossier.code and dossier.contact_email == "ba.hoa@example.vn"
    look.axe(desk, "the receipt does not come out")
    look.no_wider_than_the_screen(desk, "the receipt does not come out")
    desk.click(f"#receipt-ways button[value='{theirs.pk}']")
    desk.wait_for_selector("#receipt-ways .note.warn:has-text('Đã nhờ')")

    colleague = look.page(DESK, user=hall.with_person.officer)
    look.open(colleague, "/desk/")
    colleague.wait_for_selector("#prints .print-here")
    look.axe(colleague, "to be printed here")
    look.no_wider_than_the_screen(colleague, "to be printed here")
    path = colleague.get_attribute("#prints a", "href") or ""
    assert colleague.request.get(path).headers["content-type"] == "application/pdf"
    colleague.click("#prints button.primary")
    colleague.wait_for_selector("#messages .note.ok")
    desk.wait_for_selector("#receipt-ways .note.ok:has-text('Đã in tại')")
    look.axe(desk, "printed elsewhere")
    assert PrintElsewhere.objects.get().printed_by == hall.with_person.officer
    assert not look.wrong, "\n".join(look.wrong)


def test_where_no_other_printer_works_the_receipt_goes_to_the_phone(hall: Hall, look: Looker) -> None:
    (mine,) = printers(hall.with_draft)
    an_incident(mine.centre, equipment=mine, at=WEDNESDAY)
    desk = a_desk_in_the_middle(hall, look)
    desk.fill(EMAIL, "")
    desk.keyboard.press("F9")
    desk.wait_for_selector("#receipt-ways details[open]")
    look.axe(desk, "no other printer works")
    desk.click("#receipt-ways form[action$='/ways/phone/'] button")
    desk.wait_for_selector("#messages .note.ok")
    dossier = Application.objects.latest("pk")
    sent = Message.objects.get(kind="receipt_here")
    # As the form says it.
    assert sent.recipient == dossier.contact_phone and f"/t/{dossier.token}/" in sent.body
    phone = look.page(PHONES[0])
    look.open(phone, f"/t/{dossier.token}/")
    assert phone.locator(f"a[href*='/t/{dossier.token}/']:has-text('PDF'), a[href$='receipt.pdf']").count()
    assert not look.wrong, "\n".join(look.wrong)


def test_a_label_opens_its_thing_on_the_phone_and_a_fault_is_reported_from_it(hall: Hall, look: Looker) -> None:
    (printer,) = printers(hall.with_draft)
    phone = look.page(PHONES[0], user=hall.with_draft.officer)
    look.open(phone, f"/support/equipment/{printer.tag}/")
    look.axe(phone, "a label, as an officer sees it")
    look.no_wider_than_the_screen(phone, "a label, as an officer sees it")
    phone.click("a.button.primary")
    phone.wait_for_url("**/support/report/**")
    look.axe(phone, "reporting from a label")
    look.no_wider_than_the_screen(phone, "reporting from a label")
    phone.click("button[name=severity][value='3']")
    phone.wait_for_selector("a[href^='/support/incidents/']")
    assert Incident.objects.get().equipment == printer
    assert not look.wrong, "\n".join(look.wrong)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_pages_of_the_inventory_have_no_barriers(hall: Hall, look: Looker, language: str) -> None:
    mine, _theirs = printers(hall.with_draft, hall.with_person)
    an_incident(mine.centre, equipment=mine, at=WEDNESDAY)
    kiosk = a_thing(mine.centre, place="Sảnh", kind=EquipmentKind.KIOSK, name="Kiosk", device=hall.kiosk,
                    warranty_until=WEDNESDAY.date(), at=WEDNESDAY)  # fmt: skip
    people: dict[str, User] = {
        "support": member_of(Role.SUPPORT, mine.centre),
        "manager": member_of(Role.MANAGER, mine.centre),
    }
    ours = ["new/", "import/", f"{mine.tag}/edit/"]
    for who, user in people.items():
        for size in (DESK, *PHONES):
            page = look.page(size, user=user)
            look.speak(page, language)
            for path in [
                "",
                "?state=warranty",
                "?q=khongco",
                f"?state=&q={mine.name}",
                f"{mine.tag}/",
                f"{kiosk.tag}/",
            ]:
                look.open(page, f"/support/equipment/{path}")
                look.axe(page, f"{who} {path} {size}")
                look.no_wider_than_the_screen(page, f"{who} {path} {size}")
            for path in ours if who == "support" else []:
                look.open(page, f"/support/equipment/{path}")
                look.axe(page, f"{path} {size}")
                look.no_wider_than_the_screen(page, f"{path} {size}")
    page.close()
    wrong = look.page(PHONES[0], user=people["support"])
    look.speak(wrong, language)
    look.open(wrong, "/support/equipment/import/")
    table = {"name": "a.csv", "mimeType": "text/csv", "buffer": f"centre,kind,name\n{mine.centre.code},x,y\n".encode()}
    wrong.set_input_files("[name=file]", files=[table])
    wrong.click("form.card button")
    wrong.wait_for_selector("[role=alert] table")
    look.axe(wrong, "lines that are wrong")
    look.no_wider_than_the_screen(wrong, "lines that are wrong")
    assert not look.wrong, "\n".join(look.wrong)
