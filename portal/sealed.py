"""Files encrypted at rest: AES-256-GCM, chunk by chunk, so that any part can be read and no file need fit into memory.

A sealed file begins with two slots of 512 bytes, of which one or both hold the file's own key, wrapped under a master key; its
chunks follow. The wrapping is bound to the file's place in the store, which for a kept file is the hash of its content: a file
put in another's place does not open. Two slots, so that the key can be wrapped anew in place: whichever instant the power
goes, one of them is whole.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK_BYTES = 64 * 1024
SLOT_BYTES = 512
HEADER_BYTES = 2 * SLOT_BYTES
_MAGIC = b"\x93MOT-CUA-SEAL-1\n"
_TAG_BYTES = 16
_WHOLE = CHUNK_BYTES + _TAG_BYTES
_SLOT = struct.Struct("16s8s12s48s")
_NONCE = struct.Struct(">QI")


class Damaged(OSError):
    """The bytes are not those that were sealed, or lie in another file's place."""

    def __init__(self) -> None:
        super().__init__(errno.EIO, "a sealed file was changed, cut off or moved")


class NoKey(OSError):
    """The file is sealed under a master key that is not among those given."""

    def __init__(self) -> None:
        super().__init__(errno.ENOKEY, "the master key of a sealed file is missing")


@dataclass(frozen=True)
class MasterKey:
    """A key of 32 bytes that wraps files' own keys."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> bytes:
        """Eight bytes that name it and do not tell it."""
        return hashlib.sha256(b"portal master key\x00" + self.secret).digest()[:8]

    def wrap(self, key: bytes, place: str) -> bytes:
        nonce = os.urandom(12)
        wrapped = AESGCM(self.secret).encrypt(nonce, key, _MAGIC + place.encode())
        return _SLOT.pack(_MAGIC, self.id, nonce, wrapped).ljust(SLOT_BYTES, b"\x00")

    def unwrap(self, slot: bytes, place: str) -> bytes:
        _magic, _id, nonce, wrapped = _SLOT.unpack_from(slot)
        return AESGCM(self.secret).decrypt(nonce, wrapped, _MAGIC + place.encode())


class Writer:
    """Seals what is written to it into ``out``, which is empty and can be sought in. Without ``finish`` it is no file."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._key = out, AESGCM.generate_key(256)
        self._cipher, self._index, self._waiting = AESGCM(self._key), 0, bytearray()
        out.write(bytes(HEADER_BYTES))

    def write(self, data: bytes) -> None:
        self._waiting += data
        # The last chunk is marked as such, so one is always held back.
        while len(self._waiting) > CHUNK_BYTES:
            self._put(bytes(self._waiting[:CHUNK_BYTES]), is_last=False)
            del self._waiting[:CHUNK_BYTES]

    def finish(self, place: str, master: MasterKey) -> None:
        """Nothing more comes. ``place`` is where it will lie: known only now where that is the hash of what was written."""
        self._put(bytes(self._waiting), is_last=True)
        self._out.seek(0)
        self._out.write(master.wrap(self._key, place))
        self._out.seek(0, io.SEEK_END)

    def _put(self, chunk: bytes, *, is_last: bool) -> None:
        self._out.write(self._cipher.encrypt(_NONCE.pack(self._index, is_last), chunk, None))
        self._index += 1


class Reader(io.RawIOBase):
    """The content of a sealed file, from any place in it; one chunk is in memory at a time."""

    def __init__(self, raw: BinaryIO, key: bytes) -> None:
        super().__init__()
        self._raw, self._cipher = raw, AESGCM(key)
        body = raw.seek(0, io.SEEK_END) - HEADER_BYTES
        self._chunks = max(1, -(-body // _WHOLE))
        self._size = body - self._chunks * _TAG_BYTES
        if self._size < 0:
            raise Damaged
        self._at, self._held, self._chunk = 0, -1, b""
        self._load(self._chunks - 1)  # whether it was cut off shows at its end

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("before the beginning of the file")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._at >= self._size:
            return 0
        index, within = divmod(self._at, CHUNK_BYTES)
        self._load(index)
        part = self._chunk[within : within + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()

    def _load(self, index: int) -> None:
        if index == self._held:
            return
        self._raw.seek(HEADER_BYTES + index * _WHOLE)
        sealed = self._raw.read(_WHOLE)
        try:
            nonce = _NONCE.pack(index, index == self._chunks - 1)
            self._chunk = self._cipher.decrypt(nonce, sealed, None)
        except (InvalidTag, ValueError) as error:
            raise Damaged from error
        self._held = index


def is_sealed(header: bytes) -> bool:
    """Whether a file that begins with these ``HEADER_BYTES`` is one of ours."""
    return bool(_slots(header))


def opened(raw: BinaryIO, place: str, masters: Sequence[MasterKey]) -> BinaryIO:
    """The content of a sealed file that lies at ``place``. Raises ``Damaged``, ``NoKey``."""
    raw.seek(0)
    key = _key_of(raw.read(HEADER_BYTES), place, masters)
    return io.BufferedReader(Reader(raw, key), CHUNK_BYTES)


def is_under(header: bytes, master: MasterKey) -> bool:
    """Whether its key is wrapped under this master key, and under no other."""
    return {slot[16:24] for slot in _slots(header).values()} == {master.id}


def rewrap(path: Path, place: str, masters: Sequence[MasterKey]) -> None:
    """Wrap the key of a sealed file under the first of the master keys, in place; its content stays as it lies.

    Safe against a crash: the new wrapping is on the disk before the old one goes. Raises ``Damaged``, ``NoKey``.
    """
    with path.open("r+b", buffering=0) as file:
        header = file.read(HEADER_BYTES)
        key, taken = _key_of(header, place, masters), _slots(header)
        good = [offset for offset, slot in taken.items() if _opens(slot, place, masters)]
        free = SLOT_BYTES if good[0] == 0 else 0
        for offset, slot in ((free, masters[0].wrap(key, place)), (good[0], bytes(SLOT_BYTES))):
            os.pwrite(file.fileno(), slot, offset)
            os.fsync(file.fileno())


def _slots(header: bytes) -> dict[int, bytes]:
    """The slots in use, by their offset."""
    found = {offset: header[offset : offset + SLOT_BYTES] for offset in (0, SLOT_BYTES)}
    return {offset: slot for offset, slot in found.items() if len(slot) == SLOT_BYTES and slot.startswith(_MAGIC)}


def _key_of(header: bytes, place: str, masters: Sequence[MasterKey]) -> bytes:
    slots = _slots(header)
    keys = [key for slot in slots.values() if (key := _opens(slot, place, masters))]
    if keys:
        return keys[0]
    known = {master.id for master in masters}
    if slots and not any(slot[16:24] in known for slot in slots.values()):
        raise NoKey
    raise Damaged


def _opens(slot: bytes, place: str, masters: Sequence[MasterKey]) -> bytes | None:
    """The file's key, or ``None`` where this slot does not give it."""
    for master in masters:
        if master.id == slot[16:24]:
            try:
                return master.unwrap(slot, place)
            except InvalidTag:
                return None
    return None
