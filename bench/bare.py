"""A certified copy by nothing but bare calls of the libraries, in memory: its scan on sheets, its words, its two signatures.

No database, no store, no progress, nothing that could fail and be tried again: nobody could do with less. The portal's own are
only what is printed: the finished HTML, and what stands in the stamps.
"""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any

import img2pdf
import pikepdf
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.stamp import TextStampStyle
from pyhanko_certvalidator import ValidationContext
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from applications.notarisation.signing.throwaway import PASSWORD, SIGNER, UNIT, Authority

FIELDS = {SIGNER: "Person", UNIT: "Office"}
_MARGIN = 17


class Bare:
    """``html`` is the page of certification with an empty sheet for each page; ``styles`` those of the two stamps."""

    def __init__(
        self, html: str, styles: dict[str, TextStampStyle], boxes: dict[str, tuple[int, ...]], authority: Authority
    ) -> None:
        from portal.pdf import STYLESHEETS, StaticOnly

        self.html, self.styles, self.boxes = html, styles, boxes
        self.fonts, self.fetcher = FontConfiguration(), StaticOnly(allowed_protocols={"file", "data", "static"})
        self.sheets = [CSS(url=one, font_config=self.fonts, url_fetcher=self.fetcher) for one in STYLESHEETS]
        self.stamps_url = authority.stamps_url
        self.roots = list(load_certs_from_pemder([str(authority.roots)]))
        self.keys = {
            name: SimpleSigner.load_pkcs12(str(authority.folder / f"{name}.p12"), passphrase=PASSWORD.encode())
            for name in FIELDS
        }

    def copy(self, scan: Path, *, is_pdf: bool) -> bytes:
        """The finished copy of a scanner's PDF, or of one picture."""
        return self.sign(self.overlay(scan, self.render(), is_pdf=is_pdf))

    def render(self) -> bytes:
        document = HTML(string=self.html, base_url="static:", url_fetcher=self.fetcher)
        return bytes(document.write_pdf(stylesheets=self.sheets, font_config=self.fonts, pdf_variant="pdf/a-3b"))

    def overlay(self, scan: Path, sheets: bytes, *, is_pdf: bool) -> bytes:
        content = scan.read_bytes()
        pages = content if is_pdf else img2pdf.convert([content], nodate=True)
        made = io.BytesIO()
        with pikepdf.open(io.BytesIO(pages)) as source, pikepdf.open(io.BytesIO(sheets)) as out:
            for target, page in zip(out.pages, source.pages, strict=False):
                _x, _y, width, height = (float(number) for number in target.mediabox)
                target.add_underlay(page, pikepdf.Rectangle(_MARGIN, _MARGIN, width - _MARGIN, height - _MARGIN))
            out.save(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return made.getvalue()

    def sign(self, content: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        for name, field in FIELDS.items():
            append_signature_field(writer, SigFieldSpec(field, on_page=-1, box=self.boxes[name]))
        last = {"use_pades_lta": True, "timestamp_field_name": "Archive"}
        signed = asyncio.run(self._signed(writer, SIGNER, certify=True, docmdp_permissions=MDPPerm.FILL_FORMS))
        return asyncio.run(self._signed(IncrementalPdfFileWriter(signed), UNIT, **last)).getvalue()

    async def _signed(self, writer: IncrementalPdfFileWriter, name: str, **more: Any) -> io.BytesIO:
        known = ValidationContext(trust_roots=self.roots, allow_fetching=True, revocation_mode="require")
        described = PdfSignatureMetadata(
            field_name=FIELDS[name], md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES,
            embed_validation_info=True, validation_context=known, **more,
        )  # fmt: skip
        signer = PdfSigner(
            described, self.keys[name], timestamper=HTTPTimeStamper(self.stamps_url), stamp_style=self.styles[name]
        )
        try:
            made: io.BytesIO = await signer.async_sign_pdf(writer)
            return made
        finally:
            await known.aclose()
