"""Reading the CSV files that come with the app."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).parent / "data"


def rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with the number of its line, the heading being line 1."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            yield reader.line_num, row
