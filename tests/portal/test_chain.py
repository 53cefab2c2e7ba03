from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.chain import GENESIS, Digest, Fault, canonical, digest_of, link, seal, verify


@dataclass(frozen=True)
class Row:
    """A stored row: its plain body, and personal values with their salts, which can be erased."""

    sequence: int
    previous_hash: str
    body: Mapping[str, Any]
    sealed: Mapping[str, Digest] = field(default_factory=dict)
    hash: str = ""

    def chained_body(self) -> Mapping[str, Any]:
        return self.body

    def chained_digests(self) -> Mapping[str, str]:
        return {name: digest.digest for name, digest in self.sealed.items()}

    def chained_values(self) -> Mapping[str, tuple[str | None, str | None]]:
        return {name: (digest.value, digest.salt) for name, digest in self.sealed.items()}


def chain(*bodies: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = []
    for sequence, body in enumerate(bodies, 1):
        row = Row(sequence, rows[-1].hash if rows else GENESIS, body, seal({"name": f"Nguyễn Văn {sequence}"}))
        rows.append(replace(row, hash=link(row.previous_hash, row.chained_body(), row.chained_digests())))
    return rows


THREE = [{"kind": "received"}, {"kind": "taken"}, {"kind": "approved"}]


def test_a_whole_chain_has_no_fault():
    assert verify(chain(*THREE)) is None
    assert verify([]) is None


def test_a_changed_body_shows():
    rows = chain(*THREE)
    rows[1] = replace(rows[1], body={"kind": "refused"})
    assert verify(rows) == Fault(2, "changed")


def test_a_changed_digest_of_a_personal_value_shows():
    rows = chain(*THREE)
    rows[1] = replace(rows[1], sealed=seal({"name": "Somebody Else"}))
    assert verify(rows) == Fault(2, "changed")


def test_a_changed_value_beside_its_row_shows():
    rows = chain(*THREE)
    sealed = rows[1].sealed["name"]
    rows[1] = replace(rows[1], sealed={"name": replace(sealed, value="Somebody Else")})
    assert verify(rows) == Fault(2, "changed")


@pytest.mark.parametrize(("index", "missing"), [(0, 1), (1, 2)])
def test_a_removed_row_shows(index: int, missing: int):
    rows = chain(*THREE)
    del rows[index]
    assert verify(rows) == Fault(missing, "missing")


def test_rows_that_changed_places_show():
    first, second, third = chain(*THREE)
    swapped = [first, replace(third, sequence=2), replace(second, sequence=3)]
    assert verify(swapped) == Fault(2, "moved")


def test_an_inserted_row_shows():
    first, *rest = chain(*THREE)
    forged = chain({"kind": "received"}, {"kind": "paid"})[1]
    inserted = replace(forged, previous_hash=first.hash, hash=link(first.hash, forged.body, forged.chained_digests()))
    moved = [replace(row, sequence=row.sequence + 1) for row in rest]
    assert verify([first, inserted, *moved]) == Fault(2, "inserted")


def test_a_row_put_in_at_the_head_shows():
    forged = chain({"kind": "paid"})[0]
    moved = [replace(row, sequence=row.sequence + 1) for row in chain(*THREE)]
    assert verify([forged, *moved]) == Fault(1, "inserted")


def test_a_tail_cut_off_cannot_be_seen_from_inside():
    """Why the day's closing publishes heads."""
    assert verify(chain(*THREE)[:2]) is None


def test_erasing_values_and_salts_leaves_the_chain_whole():
    rows = chain(*THREE)
    erased = [
        replace(row, sealed={name: replace(sealed, value=None, salt=None) for name, sealed in row.sealed.items()})
        for row in rows
    ]
    assert verify(erased) is None


def test_equal_values_are_sealed_differently():
    one, other = seal({"sex": "female"})["sex"], seal({"sex": "female"})["sex"]
    assert one.digest != other.digest
    assert digest_of(one.value, one.salt) == one.digest


@given(st.dictionaries(st.text(), st.one_of(st.integers(), st.text(), st.booleans(), st.none()), max_size=6))
def test_equal_bodies_have_one_spelling(body: dict[str, Any]):
    assert canonical(dict(reversed(body.items()))) == canonical(body)


@given(st.lists(st.dictionaries(st.text(), st.integers(), min_size=1), min_size=1, max_size=5), st.data())
def test_any_changed_value_shows(bodies: list[dict[str, int]], data: st.DataObject):
    rows = chain(*bodies)
    index = data.draw(st.integers(0, len(rows) - 1))
    key = data.draw(st.sampled_from(sorted(rows[index].body)))
    rows[index] = replace(rows[index], body={**rows[index].body, key: rows[index].body[key] + 1})
    assert verify(rows) == Fault(index + 1, "changed")


def test_a_value_cannot_slip_from_salt_to_value():
    assert digest_of("b", "a") != digest_of("", "ab")
    assert digest_of("bc", "a") != digest_of("c", "ab")
