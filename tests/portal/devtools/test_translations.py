"""Compiling without gettext, and the check that says what is missing."""

from __future__ import annotations

import gettext
import os
import re
import shutil
from pathlib import Path

import polib
import pytest

from portal.devtools import translations

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

#: templates/centres/kiosk/start.html
msgid "Draw a number"
msgstr "{number}"

#: templates/applications/desk/page.html
msgid "Next"
msgstr "{next}"
"""


def tree(root: Path, *, number: str, next_: str) -> Path:
    """A small project: two strings in templates, and catalogues with these translations in both languages."""
    kiosk, desk = root / "templates/centres/kiosk", root / "templates/applications/desk"
    for folder in (kiosk, desk):
        folder.mkdir(parents=True)
    (kiosk / "start.html").write_text('{% load i18n %}{% translate "Draw a number" %}')
    (desk / "page.html").write_text('{% load i18n %}{% translate "Next" %}')
    for language in translations.LANGUAGES:
        catalogue = translations.catalogue(language, root)
        catalogue.parent.mkdir(parents=True)
        catalogue.write_text(PO.replace("{number}", number).replace("{next}", next_))
    return root


needs_gettext = pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs the Debian package gettext")


def test_a_newer_catalogue_is_compiled_and_an_unchanged_one_left_alone(tmp_path: Path):
    root = tree(tmp_path / "a", number="Lấy số", next_="Tiếp")
    assert translations.compile_stale(root) == ["ko", "vi"]
    assert translations.compile_stale(root) == []
    compiled = translations.catalogue("vi", root).with_suffix(".mo")
    with compiled.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Draw a number") == "Lấy số"
    later = compiled.stat().st_mtime + 1
    os.utime(translations.catalogue("vi", root), (later, later))
    assert translations.compile_stale(root) == ["vi"]


@needs_gettext
def test_complete_catalogues_raise_nothing(tmp_path: Path):
    assert translations.problems(tree(tmp_path / "a", number="Lấy số", next_="Tiếp")) == []


@needs_gettext
def test_korean_is_asked_for_only_where_citizens_read(tmp_path: Path):
    staff_only = translations.problems(tree(tmp_path / "a", number="Lấy số", next_=""))
    assert [line for line in staff_only if line.startswith("vi: not translated")]
    assert not [line for line in staff_only if line.startswith("ko")]
    for_citizens = translations.problems(tree(tmp_path / "b", number="", next_="Tiếp"))
    assert [line for line in for_citizens if line.startswith("ko: not translated")]


@needs_gettext
def test_strings_that_come_and_go_are_told(tmp_path: Path):
    root = tree(tmp_path / "a", number="Lấy số", next_="Tiếp")
    (root / "templates/applications/desk/page.html").write_text('{% load i18n %}{% translate "Call the next" %}')
    found = "\n".join(translations.problems(root))
    assert "vi: not collected yet (1)" in found
    assert "vi: no longer in the sources (1)" in found


@needs_gettext
def test_a_guessed_translation_is_not_a_translation(tmp_path: Path):
    root = tree(tmp_path / "a", number="Lấy số", next_="Tiếp")
    path = translations.catalogue("vi", root)
    catalogue = polib.pofile(str(path))
    catalogue.find("Next").flags.append("fuzzy")
    catalogue.save()
    assert "vi: only guessed (fuzzy) (1):" in translations.problems(root)


@needs_gettext
def test_the_working_tree_is_left_as_it_was(tmp_path: Path):
    root = tree(tmp_path / "a", number="Lấy số", next_="Tiếp")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    translations.problems(root)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_a_citizen_is_spoken_to_in_one_way():
    """ "Bác" everywhere; "quý công dân" is whoever is meant in the hall's announcements and a letter's greeting."""
    to_all = {
        "Dear citizen,",
        "Number %(number)s, please come to %(place)s.",
        "Now calling number",
        "Please take a number. It is called here.",
    }
    otherwise = re.compile(r"\b(quý|ông/bà|anh/chị|bạn)\b", re.IGNORECASE)
    spoken = [
        entry.msgid
        for entry in polib.pofile(str(translations.catalogue("vi")))
        if any(translations.is_citizen_facing(path) for path, _line in entry.occurrences)
        and otherwise.search(" ".join([entry.msgstr, *entry.msgstr_plural.values()]))
    ]
    assert set(spoken) == to_all


def test_every_page_of_citizens_and_what_it_includes_is_read_by_them() -> None:
    """Whatever stands on the citizens' frame or the hall's, found out from the templates themselves."""
    sources = {
        str(path.relative_to(translations.ROOT)): path.read_text()
        for path in (translations.ROOT / "templates").rglob("*.html")
    }
    seen = {"templates/base_citizen.html", "templates/base_hall.html", "templates/base_board.html"}
    grown = True
    while grown:
        on = {name for name, text in sources.items() if f"templates/{_extended(text)}" in seen}
        parts = {f"templates/{part}" for name in seen for part in re.findall(r'include "([^"]+)"', sources[name])}
        grown = not (on | parts) <= seen
        seen |= on | parts
    assert len(seen) > 40
    seen -= set(translations.STAFF_FACING)
    assert [name for name in sorted(seen) if not translations.is_citizen_facing(name)] == []


def _extended(text: str) -> str:
    found = re.search(r'{% extends "([^"]+)"', text)
    return found[1] if found else ""
