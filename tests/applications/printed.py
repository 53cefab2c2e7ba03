"""What stands on a printed paper."""

from __future__ import annotations

import subprocess

from applications.models import IssuedForm
from applications.papers_out import drawn_from
from portal import pdf


def words_of(content: bytes) -> str:
    """The words of a PDF in reading order, however its lines break."""
    text = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout
    return " ".join(text.decode().split())


def sheets_of(content: bytes) -> list[str]:
    """The words of each sheet."""
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True).stdout
    return [" ".join(sheet.split()) for sheet in text.decode().split("\f") if sheet.strip()]


def said_by(form: IssuedForm) -> str:
    """The words of an issued form."""
    return words_of(pdf.render(*drawn_from(IssuedForm.objects.get(pk=form.pk))))
