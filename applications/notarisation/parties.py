"""Who signed what a line of a register certifies, as one text beside the line, which its hash covers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from portal.vn.identity import mask_identity

# The personal value's name.
SIGNATORIES = "signatories"


@dataclass(frozen=True)
class Party:
    """Somebody who signed, by which identity paper (``IdentityPaper``); with languages, a translator."""

    name: str
    paper: str = ""
    number: str = ""
    by_fingerprint: bool = False
    from_language: str = ""
    to_language: str = ""

    @property
    def masked_number(self) -> str:
        return mask_identity(self.number) if self.number else ""

    @property
    def languages(self) -> str:
        return f"{self.from_language} - {self.to_language}" if self.to_language else ""


def written(parties: Iterable[Party]) -> str:
    """Each of them once; empty for nobody."""
    rows = [{name: value for name, value in asdict(one).items() if value} for one in dict.fromkeys(parties)]
    return json.dumps(rows, ensure_ascii=False) if rows else ""


def read(text: str) -> list[Party]:
    """The same back. Lines of before hold the names alone."""
    try:
        rows: Any = json.loads(text)
    except ValueError:
        rows = None
    if isinstance(rows, list):
        return [Party(**row) for row in rows]
    return [Party(text)] if text else []
