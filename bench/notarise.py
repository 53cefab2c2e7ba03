"""Certified copies a minute by one worker as it really runs, against the bare parts of the same copies; and what it holds.

``one_page_per_min`` is of a photograph, ``twenty_pages_per_min`` of a scanner's PDF. The floor is the sum of the parts
(``bench.bare``: overlay, render, sign) by bare calls of the libraries in this process: without database, broker, store and
progress, and with the same keys, time stamps and lists of withdrawn certificates. ``growth_mb`` is what the worker holds more
after 500 copies than after the first fifty, ``peak_200_pages_mb`` the most it and its children held together over a scan of
200 photographs (110 MB), once as a PDF and once as a TIFF.
"""

from __future__ import annotations

import io
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bench.harness import ROOT, START_SECONDS, House
from bench.memory import Peak, held_mb
from bench.report import SECONDS, chance, figure, rounds
from bench.scans import pdf_of_photographs, photographs, tiff_of_photographs
from tests.services import ServiceError, free_port

if TYPE_CHECKING:
    from applications.notarisation.signing.throwaway import Authority
    from bench.bare import Bare
    from bench.copies import Desk

DOCUMENTS = int(os.environ.get("BENCH_DOCUMENTS", "500"))
LONG_PAGES = int(os.environ.get("BENCH_LONG_PAGES", "200"))
MANY_PAGES = 20
# Until then fonts, keys and catalogue are read, and the allocator has what it keeps.
WARM_UP = max(1, DOCUMENTS // 10)
AT_A_TIME = max(1, int(SECONDS * 2))
# Looking costs the database and a processor, which the worker needs; what a look comes too late is little over four seconds.
BETWEEN_LOOKS = 0.03
MOST_SECONDS_EACH = 60
AIMS = {"growth_mb": 20, "peak_200_pages_mb": 600}
JPEG, PDF, TIFF = "image/jpeg", "application/pdf", "image/tiff"


@dataclass(frozen=True)
class Scan:
    path: Path
    media_type: str
    pages: int


class Copies:
    """What the one worker makes."""

    def __init__(self, desk: Desk, worker: int) -> None:
        self.desk, self.worker = desk, worker

    def make(self, scan: Scan, number: int) -> float:
        """Seconds from waking the worker for so many copies until the last of them is filed."""
        from applications.actions.approve_certification import COMPOSE
        from applications.models import CertificationItem
        from applications.notarisation.enums import JobState
        from portal.celery import app

        ids = self.desk.approved(scan.path, scan.media_type, scan.pages, number)
        rows = CertificationItem.objects.filter(pk__in=ids)
        begun = time.perf_counter()
        for item_id in ids:
            app.send_task(COMPOSE, (item_id,))
        while (filed := rows.filter(state=JobState.FILED).count()) < number:
            if time.perf_counter() - begun > (MOST_SECONDS_EACH + 2 * scan.pages) * number:
                raise ServiceError(
                    f"{number - filed} copies were not made: {set(rows.values_list('last_error', flat=True))}"
                )
            time.sleep(BETWEEN_LOOKS)
        return time.perf_counter() - begun

    def per_minute(self, scan: Scan, number: int) -> float:
        return 60 * number / self.make(scan, number)


def main() -> None:
    with House() as house, _authority(house) as authority:
        # Who approves here has no key of their own.
        house.environment |= authority.environment() | {"SIGNING_SHARED_KEY": "1"}
        house.use_django()
        from bench import scene
        from bench.copies import Desk

        desk = Desk(scene.build(officers=1))
        chances = chance()
        with house.worker() as worker:
            copies = Copies(desk, worker.pid)
            _rates(copies, house.folder, authority, chances)
            _growth(copies, house.folder, chances)
        # One that has made nothing yet, so that nothing but the scan is counted.
        with house.worker() as worker:
            _peak(Copies(desk, worker.pid), house.folder, chances)


def _rates(copies: Copies, folder: Path, authority: Authority, chances: random.Random) -> None:
    one, many = _one_page(folder, chances), _many_pages(folder, chances)
    for scan in (one, many):
        copies.make(scan, 2)
    bare = {scan.pages: _bare(scan, authority) for scan in (one, many)}
    for scan in (one, many):  # warm as well, and worth comparing with
        _check(bare[scan.pages].copy(scan.path, is_pdf=scan.media_type == PDF), scan, authority)
    few = max(1, AT_A_TIME // 2)
    measured = rounds(
        lambda: copies.per_minute(one, AT_A_TIME),
        lambda: _bare_per_minute(bare[1], one, AT_A_TIME),
        lambda: copies.per_minute(many, few),
        lambda: _bare_per_minute(bare[MANY_PAGES], many, few),
    )
    for place, name in enumerate(("one_page_per_min", "twenty_pages_per_min")):
        figure("notarise", name, measured[2 * place], "1/min", floor=measured[2 * place + 1], is_rate=True)


def _growth(copies: Copies, folder: Path, chances: random.Random) -> None:
    scan = _one_page(folder, chances)
    copies.make(scan, WARM_UP)
    before = held_mb(copies.worker)
    left = DOCUMENTS - WARM_UP
    while left > 0:
        copies.make(scan, min(WARM_UP, left))
        left -= WARM_UP
    figure("notarise", "growth_mb", max(0.0, held_mb(copies.worker) - before), "MB", floor=AIMS["growth_mb"])


def _peak(copies: Copies, folder: Path, chances: random.Random) -> None:
    long = [Scan(folder / "long.pdf", PDF, LONG_PAGES), Scan(folder / "long.tif", TIFF, LONG_PAGES)]
    pdf_of_photographs(long[0].path, LONG_PAGES, chances)
    tiff_of_photographs(long[1].path, LONG_PAGES, chances)
    with Peak(copies.worker) as peak:
        for scan in long:
            copies.make(scan, 1)
    figure("notarise", "peak_200_pages_mb", peak.mb, "MB", floor=AIMS["peak_200_pages_mb"])


def _one_page(folder: Path, chances: random.Random) -> Scan:
    path = folder / "one.jpg"
    path.write_bytes(next(photographs(1, chances)))
    return Scan(path, JPEG, 1)


def _many_pages(folder: Path, chances: random.Random) -> Scan:
    path = folder / "many.pdf"
    pdf_of_photographs(path, MANY_PAGES, chances)
    return Scan(path, PDF, MANY_PAGES)


def _bare(scan: Scan, authority: Authority) -> Bare:
    """The bare parts of the copy that was made last of this scan."""
    from django.template.loader import render_to_string
    from django.utils import translation

    from applications.models import CertificationItem
    from applications.notarisation.compose import words_of
    from applications.notarisation.describe import copy_text, stamp_of
    from applications.notarisation.signing import stamp
    from applications.notarisation.signing.keys import Role, certificate_at, key_of
    from bench.bare import Bare

    item = CertificationItem.objects.filter(scan__pages=scan.pages).latest("pk")
    text = copy_text(item)
    with translation.override("vi"):
        html = render_to_string(text.template, words_of(text, [False] * scan.pages))
    styles = {
        str(role): stamp.style(stamp.words(role, stamp_of(text, role, text.at), certificate_at(key_of(role))))
        for role in Role
    }
    boxes: dict[str, tuple[int, ...]] = {str(role): stamp.in_points(box) for role, box in stamp.BOXES.items()}
    return Bare(html, styles, boxes, authority)


def _check(content: bytes, scan: Scan, authority: Authority) -> None:
    """Raises where the bare copy is less than one of ours: its pages, and both signatures good."""
    import pikepdf
    from pyhanko.keys import load_certs_from_pemder

    from applications.notarisation.signing.examine import Worth, examine

    roots = list(load_certs_from_pemder([str(authority.roots)]))
    worth = [one.worth for one in examine(io.BytesIO(content), roots, datetime.now(UTC))]
    with pikepdf.open(io.BytesIO(content)) as pdf:
        if len(pdf.pages) != scan.pages + 1 or worth != [Worth.GOOD] * 2:
            raise ServiceError(f"the bare copy has {len(pdf.pages)} pages and signatures that are {worth}")


def _bare_per_minute(bare: Bare, scan: Scan, number: int) -> float:
    begun = time.perf_counter()
    for _copy in range(number):
        bare.copy(scan.path, is_pdf=scan.media_type == PDF)
    return 60 * number / (time.perf_counter() - begun)


@contextmanager
def _authority(house: House) -> Iterator[Authority]:
    """The throw-away authority in a process of its own, as for the demo."""
    port, folder = free_port(), house.folder / "authority"
    command = [sys.executable, "-m", "applications.notarisation.signing.responder", "127.0.0.1", str(port), str(folder)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        yield _opened(folder, port, process)
    finally:
        process.terminate()
        process.wait()


def _opened(folder: Path, port: int, process: subprocess.Popen[bytes]) -> Authority:
    from applications.notarisation.signing.responder import SETTINGS
    from applications.notarisation.signing.throwaway import open_authority

    until = time.monotonic() + START_SECONDS
    while not (folder / SETTINGS).exists():
        if time.monotonic() > until or process.poll() is not None:
            raise ServiceError("the throw-away authority did not start")
        time.sleep(0.05)
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        return open_authority(folder, f"http://127.0.0.1:{port}")
