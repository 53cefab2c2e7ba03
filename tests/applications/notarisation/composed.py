"""A certified PDF in memory, where a test looks at a few small ones."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from applications.notarisation import compose as composing
from applications.notarisation.compose import CopyText


@dataclass(frozen=True)
class Composed:
    content: bytes
    pages: int


def compose(scan: bytes, media_type: str, text: CopyText, beat: Callable[[], None] = lambda: None) -> Composed:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "scan", Path(folder) / "copy.pdf"
        source.write_bytes(scan)
        pages = composing.compose(source, media_type, text, target, beat)
        return Composed(target.read_bytes(), pages)
