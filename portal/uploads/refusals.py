"""The sentences that a file is refused with."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from portal.errors import BadInput, Unavailable


def missing(name: str = "file") -> BadInput:
    return BadInput(_("Please scan or choose a file first."), code="upload_missing", field=name)


def too_large(limit: int | None = None) -> BadInput:
    return BadInput(
        _("The file is larger than %(limit)s. Please scan in black and white or at 300 dots per inch, or in two parts.")
        % {"limit": filesizeformat(limit or settings.UPLOAD_LIMIT_BYTES)},
        code="upload_too_large",
        field="file",
    )


def store_full() -> Unavailable:
    return Unavailable(
        _("The store for documents is full. Nothing was saved; please call support and try again."),
        code="store_full",
        field="file",
    )


def too_many_dots() -> BadInput:
    return refused(
        "upload_too_many_dots", _("The picture has too many dots. Please scan at 300 dots per inch, or at most 600.")
    )


def active() -> BadInput:
    return refused(
        "upload_active",
        _("The PDF holds a script, a program or another file. Please print it into a new PDF, or scan the paper."),
    )


def unreadable() -> BadInput:
    return refused("upload_unreadable", _("The file is damaged and cannot be opened. Please scan or choose it again."))


def refused(code: str, message: Any) -> BadInput:
    return BadInput(message, code=code, field="file")
