"""QR codes as pictures of a page."""

from __future__ import annotations

import segno


def qr_picture(content: str) -> str:
    """A QR code (error correction M) as a ``data:`` URL of an SVG picture."""
    return str(segno.make(content, error="m", micro=False).svg_data_uri(border=2, scale=4, omitsize=True))
