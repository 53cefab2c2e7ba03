"""The only caller of WeasyPrint: a template and its context in, a PDF out."""

from __future__ import annotations

import os
import threading
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from PIL import ImageFile
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

# WeasyPrint's import makes Pillow take cut-off pictures in the whole process, uploads among them.
ImageFile.LOAD_TRUNCATED_IMAGES = False

STYLESHEETS = ("static:css/official.css", "static:css/declaration.css")
_thread = threading.local()


class Variant(StrEnum):
    """What a file is made to last for, or to be read by."""

    READABLE = "pdf/ua-1"  # tagged, for screen readers
    ARCHIVE = "pdf/a-3b"  # everything it needs inside, for the archive


class StaticOnly(URLFetcher):
    """Fetches ``static:`` files and ``data:`` URLs; a document never reaches for the network or the disk."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        if url.startswith("data:"):
            return super().fetch(url, headers)
        name = url.removeprefix("static:")
        found = finders.find(name) if url.startswith("static:") else None
        if not isinstance(found, str):
            raise ValueError("A document may only use the portal's own static files.")
        return super().fetch(f"file://{found}", headers)


class Fonts(FontConfiguration):
    """Its folder of fonts goes with it, but only in the process that made it: a forked child drops what other threads hold,
    and would take the folders from under them."""

    def __init__(self) -> None:
        self._made_in = os.getpid()
        super().__init__()

    def __del__(self) -> None:
        if self._made_in == os.getpid():
            super().__del__()


def _fonts() -> tuple[FontConfiguration, list[CSS]]:
    """Fonts and stylesheets of this thread, read once: half of a short document's time is reading them."""
    if not hasattr(_thread, "fonts"):
        fonts = Fonts()
        sheets = [CSS(url=one, font_config=fonts, url_fetcher=_fetcher()) for one in STYLESHEETS]
        _thread.fonts = (fonts, sheets)
    return _thread.fonts


@lru_cache(maxsize=1)
def _fetcher() -> StaticOnly:
    return StaticOnly(allowed_protocols={"file", "data", "static"})


def render_html(html: str, variant: Variant | None = None) -> bytes:
    """A PDF of this finished HTML with the official stylesheets (Decree 30/2020: A4, Times metrics)."""
    fonts, sheets = _fonts()
    document = HTML(string=html, base_url="static:", url_fetcher=_fetcher())
    return document.write_pdf(
        stylesheets=sheets, font_config=fonts, presentational_hints=False, pdf_variant=variant and variant.value
    )


def render(template: str, context: dict[str, Any], *, language: str = "vi", variant: Variant | None = None) -> bytes:
    """A PDF of ``template``; official papers are Vietnamese whatever the officer reads."""
    with translation.override(language):
        return render_html(render_to_string(template, context), variant)
