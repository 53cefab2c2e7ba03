"""Bringing every file of the store under the newest master key: those that lie open are encrypted, and the keys of those under
an older one are wrapped anew."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from pathlib import Path

from portal import files, sealed
from portal.filekeys import master_keys
from portal.filestores import file_store
from portal.sealed import MasterKey


class Brought(StrEnum):
    """What became of a file."""

    ENCRYPTED = "encrypted"
    REWRAPPED = "rewrapped"
    ALREADY = "already"
    DAMAGED = "damaged"
    NO_KEY = "no_key"


def bring_all_under_newest_key() -> tuple[Counter[Brought], list[str]]:
    """Go through the whole store; how many files became what, and the names of those that could not be brought over.

    Each file is whole under its name at every instant, so the portal goes on meanwhile, and what is ended in the middle is gone
    on with by calling it again. Raises ``Unavailable`` when the disk is full or the store does not answer.
    """
    counts: Counter[Brought] = Counter()
    left = []
    for name in files.names():
        try:
            became = _bring(name, master_keys())
        except FileNotFoundError:  # used or dropped meanwhile
            continue
        counts[became] += 1
        if became in (Brought.DAMAGED, Brought.NO_KEY):
            left.append(name)
    return counts, left


def _bring(name: str, masters: tuple[MasterKey, ...]) -> Brought:
    with file_store().open(name) as lying:
        header = lying.read(sealed.HEADER_BYTES)
    if not sealed.is_sealed(header):
        return _encrypt(name)
    if sealed.is_under(header, masters[0]):
        return Brought.ALREADY
    try:
        _rewrap(name, masters)
    except sealed.Damaged:
        return Brought.DAMAGED
    except sealed.NoKey:
        return Brought.NO_KEY
    return Brought.REWRAPPED


def _encrypt(name: str) -> Brought:
    with file_store().open(name) as lying, files.written_for(name, iter(lambda: lying.read(2**20), b"")) as written:
        finished, kept = written
        if files.is_kept(name) and files.name_of(kept.sha256) != name:
            return Brought.DAMAGED
        _put_back(name, finished)
    return Brought.ENCRYPTED


def _rewrap(name: str, masters: tuple[MasterKey, ...]) -> None:
    path = file_store().path(name)
    if path is not None:
        sealed.rewrap(path, name, masters)
        return
    with files.taken_out(name) as copy:
        sealed.rewrap(copy, name, masters)
        _put_back(name, copy)


def _put_back(name: str, finished: Path) -> None:
    if not file_store().exists(name):  # what was dropped meanwhile does not come back
        raise FileNotFoundError(name)
    file_store().put(name, finished)
