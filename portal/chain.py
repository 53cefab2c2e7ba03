"""Hash chains: a changed, removed or inserted row shows, and personal values can still be erased.

A row's hash covers the hash before it, its plain body and the salted digests of its personal values. The values
and their salts are kept beside the row; erasing both leaves the digests, and so the chain, whole.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

GENESIS = "0" * 64


def canonical(value: Any) -> bytes:
    """One spelling for equal values: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass(frozen=True)
class Digest:
    """A personal value with its salt (32 hex digits) and its SHA-256 digest (64 hex digits)."""

    value: str
    salt: str
    digest: str


def digest_of(value: str, salt: str) -> str:
    return hashlib.sha256(salt.encode() + b"\x00" + value.encode()).hexdigest()


def seal(values: Mapping[str, str]) -> dict[str, Digest]:
    """Each personal value with a salt of its own, so that a short value cannot be guessed from its digest."""
    sealed = {}
    for name, value in values.items():
        salt = secrets.token_hex(16)
        sealed[name] = Digest(value, salt, digest_of(value, salt))
    return sealed


def link(previous: str, body: Mapping[str, Any], digests: Mapping[str, str]) -> str:
    """The hash of a row that follows ``previous`` (64 hex digits; ``GENESIS`` for the first)."""
    return hashlib.sha256(previous.encode() + canonical({"body": body, "digests": digests})).hexdigest()


class Row(Protocol):
    """What ``verify`` needs of a stored row."""

    sequence: int
    previous_hash: str
    hash: str

    def chained_body(self) -> Mapping[str, Any]: ...

    def chained_digests(self) -> Mapping[str, str]: ...

    def chained_values(self) -> Mapping[str, tuple[str | None, str | None]]:
        """By name, each personal value with its salt as they are kept beside the row; both ``None`` once erased."""


@dataclass(frozen=True)
class Fault:
    """Where a chain breaks: the sequence number and what is wrong (``missing``, ``inserted``, ``moved`` or ``changed``)."""

    sequence: int
    kind: str


def _values_agree(row: Row) -> bool:
    """Whether each personal value that was not erased is the one that was sealed, and none was put in or taken away."""
    digests, values = row.chained_digests(), row.chained_values()
    return set(digests) == set(values) and all(
        value is None or salt is None or digest_of(value, salt) == digests[name]
        for name, (value, salt) in values.items()
    )


def verify(rows: Iterable[Row]) -> Fault | None:
    """Walk one chain in order and name its first fault, or ``None`` when it is whole: rows, and the values beside them.

    A tail cut off and a full recomputation cannot be seen from inside: compare with a published head for that.
    """
    before, previous, expected = "", GENESIS, 1
    for row in rows:
        if row.sequence != expected:
            return Fault(expected, "missing")
        if row.previous_hash != previous:
            # It was written to follow the row before last, so the one between came later.
            return Fault(expected - 1, "inserted") if row.previous_hash == before else Fault(row.sequence, "moved")
        if row.hash != link(previous, row.chained_body(), row.chained_digests()) or not _values_agree(row):
            return Fault(row.sequence, "changed")
        before, previous, expected = previous, row.hash, expected + 1
    return None
