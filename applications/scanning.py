"""A scan as a field of a form shows it: its pages with what is wrong with them, and the phone that may send more."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from zlib import crc32

from django.utils.translation import gettext_lazy as _

from applications.actions.look_at_scan import NOT_SHOWN
from applications.forms_scan import ScanForm
from applications.models import Application, CaptureLink, Paper, Scan, ScanPage

HINTS: dict[str, Any] = {
    "blank": _("Blank"),
    "dark": _("Dark"),
    "unreadable": _("Blurred"),
    "sideways": _("On its side"),
    "upside_down": _("Looks upside-down"),
    "crooked": _("Crooked"),
    "small": _("Too small to read well"),
    NOT_SHOWN: _("Cannot be shown"),
}


def slot_of(paper: Paper) -> str:
    """The slot of the scan that a line of the checklist waits for."""
    return f"paper-{paper.pk}"


# The slot of the scan of a document that is being added to a request.
ADDED = "document"


def open_scan(application_id: int, slot: str) -> Scan | None:
    """The unused scan that lies in this slot."""
    return (
        Scan.objects.filter(application_id=application_id, slot=slot, used_at=None)
        .select_related("application", "paper__kind")
        .first()
    )


def hint_words(page: ScanPage) -> list[Any]:
    return [HINTS[hint] for hint in page.hints or [] if hint in HINTS]


@dataclass(frozen=True)
class PageLine:
    """One page in the list: ``version`` changes with its looks, so that a browser shows no old picture."""

    page: ScanPage
    place: int

    @property
    def words(self) -> list[Any]:
        return hint_words(self.page)

    @property
    def version(self) -> str:
        return f"{crc32(str(self.page.mends).encode()):08x}"


@dataclass(frozen=True)
class ScanField:
    """What ``applications/scans/scan.html`` shows. Where it stands on a page: one per ``slot`` of an application.

    ``owner`` is the id of the form that uses the scan; ``back`` the address that shows the field again, where there is no
    script. ``qr`` is there in the one answer that made a link.
    """

    application: Application
    slot: str
    at: datetime
    paper: Paper | None = None
    owner: str = ""
    back: str = ""
    scan: Scan | None = None
    form: ScanForm | None = None
    problem: Any = None
    qr: str = ""
    address: str = ""
    pages: list[PageLine] = field(default_factory=list)

    @cached_property
    def files(self) -> ScanForm:
        return self.form or ScanForm(slot=self.slot, owner=self.owner)

    @cached_property
    def link(self) -> CaptureLink | None:
        """The phone's link that is open now."""
        last = self.scan.links.filter(ended_at__isnull=True).first() if self.scan else None
        return last if last and last.is_open(self.at) else None

    @property
    def count(self) -> int:
        return len(self.pages)

    @property
    def unseen(self) -> int:
        return sum(not line.page.is_seen for line in self.pages)

    @property
    def with_hints(self) -> int:
        return sum(bool(line.words) for line in self.pages)

    @property
    def is_watched(self) -> bool:
        """Whether something can come by itself."""
        return bool(self.unseen or self.link)


def scan_field(application: Application, slot: str, at: datetime, **more: Any) -> ScanField:
    """The field of this slot as it is now."""
    scan = open_scan(application.pk, slot)
    rows = scan.pages.select_related("file") if scan else []
    lines = [PageLine(page, place) for place, page in enumerate(rows, 1)]
    return ScanField(application=application, slot=slot, at=at, scan=scan, pages=lines, **more)
