"""A chained row with its personal values read beside it, for walking millions of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

# A related manager a row would take longer than all the rest.
VALUES = Prefetch("values", to_attr="kept_values")


@dataclass(slots=True)
class WithValues:
    """A row that was read with ``VALUES``, as ``portal.chain`` wants it."""

    row: Any
    sequence: int
    previous_hash: str
    hash: str

    @classmethod
    def of(cls, row: Any) -> WithValues:
        return cls(row, row.sequence, row.previous_hash, row.hash)

    def chained_body(self) -> Mapping[str, Any]:
        body: Mapping[str, Any] = self.row.chained_body()
        return body

    def chained_digests(self) -> Mapping[str, str]:
        digests: Mapping[str, str] = self.row.chained_digests()
        return digests

    def chained_values(self) -> Mapping[str, tuple[str | None, str | None]]:
        return {one.name: (one.value, one.salt) for one in self.row.kept_values}
