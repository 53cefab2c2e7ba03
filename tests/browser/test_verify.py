"""The answers about a certified copy in a real browser: at phone width, in each language, without barriers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from applications.models import RegisterStrike
from applications.notarisation.codes import shown
from applications.notarisation.signing.throwaway import Authority
from portal import clock
from tests.applications.notarisation.signed import CODE, filed
from tests.browser.pages import LANGUAGES, PHONES, Looker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def look(browser: Browser, live_server: Any) -> Iterator[Looker]:
    looker = Looker(browser, live_server.url)
    yield looker
    looker.close()


def test_a_copy_is_checked_by_its_file_and_by_what_is_printed_on_it(
    look: Looker, signed_copy: bytes, unsigned_copy: tuple[bytes, Any], signing: Authority, tmp_path: Path
) -> None:
    entry = filed(signed_copy).entry
    assert entry is not None
    page = look.page(PHONES[0])
    changed = bytearray(signed_copy)
    changed[len(changed) // 2] ^= 1
    for name, content, heading in (
        ("good", signed_copy, "This copy is genuine."),
        ("changed", bytes(changed), "This file was changed after it was issued."),
        ("other", unsigned_copy[0].replace(CODE.encode(), b"0" * len(CODE)), "This is not a certified copy of ours."),
        ("broken", b"%PDF-1.7 nothing", "Is this copy genuine?"),
    ):
        (tmp_path / f"{name}.pdf").write_bytes(content)
        look.speak(page, "en")
        look.open(page, "/verify/")
        page.set_input_files("#verify-file", tmp_path / f"{name}.pdf")
        page.get_by_role("button", name="Check the file").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        look.axe(page, name)
        look.no_wider_than_the_screen(page, name)
    look.open(page, "/verify/")
    for field, typed in (
        ("number", entry.number),
        ("day", f"{clock.local_day(entry.at):%d/%m/%Y}"),
        ("code", shown(CODE)),
    ):
        page.fill(f"#id_{field}", typed)
    page.get_by_role("button", name="Check the paper").click()
    expect(page).to_have_url(re.compile(f"/verify/{CODE}/$"))
    RegisterStrike.objects.create(entry=entry, at=entry.at, by=entry.signer, reason="Nhầm")
    for language in LANGUAGES:
        look.speak(page, language)
        look.open(page, f"/verify/{CODE}/")
        look.axe(page, f"struck ({language})")
        look.no_wider_than_the_screen(page, f"struck ({language})")
    assert not look.wrong, "\n".join(look.wrong)
