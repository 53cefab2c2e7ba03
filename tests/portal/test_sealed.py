from __future__ import annotations

import io
import os
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from portal import sealed
from portal.sealed import CHUNK_BYTES, HEADER_BYTES, SLOT_BYTES, Damaged, MasterKey, NoKey, Writer

OLD, NEW = MasterKey(b"o" * 32), MasterKey(b"n" * 32)
PLACE = "ab/" + "ab" * 32
SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7]


def seal(content: bytes, place: str = PLACE, master: MasterKey = OLD) -> bytes:
    out = io.BytesIO()
    writer = Writer(out)
    for start in range(0, len(content), 50_000):
        writer.write(content[start : start + 50_000])
    writer.finish(place, master)
    return out.getvalue()


def unseal(lying: bytes, place: str = PLACE, masters: tuple[MasterKey, ...] = (OLD,)) -> bytes:
    return sealed.opened(io.BytesIO(lying), place, masters).read()


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_comes_back_and_does_not_show(size: int) -> None:
    content = os.urandom(size)
    lying = seal(content)
    assert unseal(lying) == content
    assert sealed.is_sealed(lying[:HEADER_BYTES])
    assert size < 20 or content[:20] not in lying


@limits(max_examples=60)
@given(data=st.data(), size=st.sampled_from(SIZES))
def test_it_can_be_read_from_any_place(data: st.DataObject, size: int) -> None:
    content = bytes(index % 251 for index in range(size))
    plain, opened = io.BytesIO(content), sealed.opened(io.BytesIO(seal(content)), PLACE, [OLD])
    for _step in range(5):
        at, most = data.draw(st.integers(0, size + 5)), data.draw(st.integers(0, 2 * CHUNK_BYTES))
        assert (opened.seek(at), opened.read(most)) == (plain.seek(at), plain.read(most))
    assert opened.seek(0, io.SEEK_END) == size


def test_one_chunk_is_in_memory_at_a_time() -> None:
    raw = io.BytesIO(seal(bytes(8 * CHUNK_BYTES)))
    asked: list[int] = []

    class Seen(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            asked.append(size if size is not None else -1)
            return super().read(size)

    with sealed.opened(Seen(raw.getvalue()), PLACE, [OLD]) as opened:
        while opened.read(1000):
            pass
    assert 0 < max(asked) <= CHUNK_BYTES + 16 and min(asked) > 0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lying: lying[:-1],
        lambda lying: lying[: HEADER_BYTES + CHUNK_BYTES + 16],
        lambda lying: lying[:HEADER_BYTES],
        lambda lying: lying + lying[-100:],
        lambda lying: lying[:-5] + bytes([lying[-5] ^ 1]) + lying[-4:],
        lambda lying: lying[:30] + bytes([lying[30] ^ 1]) + lying[31:],
    ],
    ids=["cut", "cut at a chunk", "only its header", "longer", "changed", "key changed"],
)
def test_what_was_changed_or_cut_off_is_not_given_out(spoil) -> None:
    with pytest.raises(Damaged):
        unseal(spoil(seal(bytes(3 * CHUNK_BYTES + 7))))


def test_chunks_cannot_change_places() -> None:
    lying = seal(os.urandom(3 * CHUNK_BYTES))
    first, second = (
        lying[HEADER_BYTES + index * (CHUNK_BYTES + 16) : HEADER_BYTES + (index + 1) * (CHUNK_BYTES + 16)]
        for index in (0, 1)
    )
    with pytest.raises(Damaged):
        unseal(lying[:HEADER_BYTES] + second + first + lying[HEADER_BYTES + 2 * (CHUNK_BYTES + 16) :])


def test_a_file_in_anothers_place_does_not_open() -> None:
    with pytest.raises(Damaged):
        unseal(seal(b"theirs"), place="cd/" + "cd" * 32)


def test_without_its_key_it_says_so() -> None:
    with pytest.raises(NoKey):
        unseal(seal(b"x"), masters=(NEW,))
    assert unseal(seal(b"x"), masters=(NEW, OLD)) == b"x"


@pytest.fixture
def lying(tmp_path: Path) -> Path:
    path = tmp_path / "lying"
    path.write_bytes(seal(b"content"))
    return path


def test_wrapped_anew_only_the_new_key_opens_it(lying: Path) -> None:
    before = lying.read_bytes()
    for masters in ((NEW, OLD), (OLD, NEW), (NEW, OLD)):
        sealed.rewrap(lying, PLACE, masters)
        after = lying.read_bytes()
        assert sealed.is_under(after[:HEADER_BYTES], masters[0])
        assert unseal(after, masters=masters[:1]) == b"content" and after[HEADER_BYTES:] == before[HEADER_BYTES:]
    with pytest.raises(NoKey):
        unseal(lying.read_bytes(), masters=(OLD,))


@pytest.mark.parametrize("writes", [0, 1])
@pytest.mark.parametrize("torn", [0, 40, 100, SLOT_BYTES])
def test_a_crash_while_it_is_wrapped_anew_loses_nothing(lying: Path, writes: int, torn: int) -> None:
    """Any part of the write during which the power went may be on the disk."""
    real, done = os.pwrite, []

    def dying(descriptor: int, slot: bytes, offset: int) -> int:
        if len(done) == writes:
            real(descriptor, slot[:torn], offset)
            raise SystemExit
        done.append(offset)
        return real(descriptor, slot, offset)

    with patch("portal.sealed.os.pwrite", dying), pytest.raises(SystemExit):
        sealed.rewrap(lying, PLACE, (NEW, OLD))
    assert unseal(lying.read_bytes(), masters=(NEW, OLD)) == b"content"
    sealed.rewrap(lying, PLACE, (NEW, OLD))
    assert unseal(lying.read_bytes(), masters=(NEW,)) == b"content"
    assert sealed.is_under(lying.read_bytes()[:HEADER_BYTES], NEW)


def test_a_key_does_not_show_itself() -> None:
    assert "ooo" not in repr(OLD) and OLD.id != NEW.id


def test_closing_the_content_closes_the_file() -> None:
    raw = io.BytesIO(seal(b"x"))
    sealed.opened(raw, PLACE, [OLD]).close()
    assert raw.closed
