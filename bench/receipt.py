"""Receipts as the worker makes them, with all that is stored, against bare WeasyPrint on the finished HTML."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from bench.harness import House
from bench.program import InProcess
from bench.report import ROUNDS, SECONDS, figure, rounds

# A page takes about a tenth of a second.
PAGES = max(2, int(SECONDS * 5))
WARM_UP_PAGES = 2


def per_second(make: Callable[[], object]) -> float:
    start = time.perf_counter()
    for _page in range(PAGES):
        make()
    return PAGES / (time.perf_counter() - start)


def bare(html: str) -> Callable[[], bytes]:
    """WeasyPrint alone, with fonts and stylesheet read beforehand: nobody could do with less."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from portal.pdf import STYLESHEETS, StaticOnly

    fonts, fetcher = FontConfiguration(), StaticOnly(allowed_protocols={"file", "data", "static"})
    sheets = [CSS(url=one, font_config=fonts, url_fetcher=fetcher) for one in STYLESHEETS]

    def write() -> bytes:
        document = HTML(string=html, base_url="static:", url_fetcher=fetcher)
        return bytes(document.write_pdf(stylesheets=sheets, font_config=fonts))

    return write


def main() -> None:
    with House() as house:
        house.use_django()
        from django.template.loader import render_to_string
        from django.utils import translation

        from applications.actions.issue_receipt import TEMPLATE
        from applications.documents import receipt_context
        from applications.models import IssuedForm
        from applications.tasks import render_receipt
        from bench import scene

        InProcess(scene.build(officers=1)).fill(ROUNDS * PAGES + WARM_UP_PAGES, waiting=0)
        forms: Iterator[int] = iter(IssuedForm.objects.order_by("id").values_list("pk", flat=True))
        for _page in range(WARM_UP_PAGES):
            render_receipt(next(forms))
        with translation.override("vi"):
            html = render_to_string(TEMPLATE, receipt_context(IssuedForm.objects.latest("id").application))
        alone = bare(html)
        alone()
        worker, least = rounds(lambda: per_second(lambda: render_receipt(next(forms))), lambda: per_second(alone))
        made = IssuedForm.objects.filter(document__isnull=False).count()
        assert made == ROUNDS * PAGES + WARM_UP_PAGES, f"{made} receipts were kept"
        figure("receipt", "receipts_per_s", worker, "1/s", floor=least, is_rate=True)
