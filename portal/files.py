"""The private store: files addressed by their content's hash, written once, never changed.

Beside them lie *staged* files, which nobody relies on yet: each has a name of its own, so that one can go without asking who
else means the same bytes.

Nothing here is reachable by URL; a view that serves a file checks who asks first.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.errors import Unavailable

_HASH = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = ".new-"
_HALF_DONE = ".half-done-"
_AT_WORK = ".work-"
_CHUNK_BYTES = 1024 * 1024
_STAGED = "staged"
_STAGED_NAME = re.compile(r"[0-9a-f]{32}")
# Nothing is written for as long as this.
STALE_SECONDS = 24 * 60 * 60
# No work waits for as long as this to be gone on with.
FORGOTTEN_SECONDS = 90 * STALE_SECONDS
_FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True)
class Stored:
    """A file in the store: SHA-256 (64 hex digits) and size in bytes."""

    sha256: str
    size: int


def path_of(sha256: str) -> Path:
    """Where the file with this hash lies (whether or not it is there)."""
    if not _HASH.fullmatch(sha256):
        raise ValueError("not a SHA-256 hash")
    return Path(settings.FILES_ROOT) / sha256[:2] / sha256


def store(chunks: Iterable[bytes]) -> Stored:
    """Keep these bytes and say under which hash. The same bytes are kept once.

    The file is complete on disk before its name exists, so a crash leaves nothing half written.

    Raises ``Unavailable`` when the disk is full; nothing is kept then.
    """
    with _written(chunks) as (temporary, kept):
        _name(temporary, kept.sha256)
        return kept


@contextmanager
def workplace() -> Iterator[Path]:
    """An empty folder beside the store, gone after the block: what is made in it is kept without being written again.

    Large pieces of work belong on a disk; the system's own folder for temporary files may lie in memory.
    """
    root = Path(settings.FILES_ROOT)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=root, prefix=_AT_WORK, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def chunks_of(path: Path) -> Iterator[bytes]:
    """The bytes of a file, never all of them at once."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def store_made(path: Path) -> Stored:
    """Keep a finished file of a ``workplace``, which must not be written to any more. Raises ``Unavailable``."""
    kept = Stored(sha256_of(path), path.stat().st_size)
    with _when_full():
        _make_safe(path)
        temporary = path.with_name(f"{path.name}{_UNFINISHED}{kept.sha256}")
        temporary.unlink(missing_ok=True)
        os.link(path, temporary)
        _name(temporary, kept.sha256)
        temporary.unlink(missing_ok=True)  # of two names of one file, renaming one to the other leaves both
    return kept


def _name(temporary: Path, sha256: str) -> None:
    """Give a file that is complete on disk its place in the store."""
    target = path_of(sha256)
    if not target.parent.exists():
        target.parent.mkdir(exist_ok=True, mode=0o700)
        _sync_folder(target.parent.parent)  # or a power cut could lose the folder with the file in it
    os.replace(temporary, target)
    _sync_folder(target.parent)


def _make_safe(path: Path) -> None:
    """Complete on disk, and for nobody else's eyes."""
    with path.open("rb") as file:
        os.fchmod(file.fileno(), 0o600)
        os.fsync(file.fileno())


@contextmanager
def _when_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise Unavailable(
                _("The store for documents is full. Nothing was saved; please call support and try again."),
                code="store_full",
            ) from error
        raise


def is_full(error: OSError) -> bool:
    """Whether there was no room left on the disk."""
    return error.errno in _FULL


@contextmanager
def _written(chunks: Iterable[bytes]) -> Iterator[tuple[Path, Stored]]:
    """A file without a name of its own yet, complete on disk; gone after the block unless it was moved."""
    root = Path(settings.FILES_ROOT)
    temporary = None
    try:
        with _when_full():
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
            digest, size = hashlib.sha256(), 0
            with tempfile.NamedTemporaryFile(dir=root, prefix=_UNFINISHED, delete=False) as out:
                temporary = Path(out.name)
                for chunk in chunks:
                    digest.update(chunk)
                    size += len(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            yield temporary, Stored(digest.hexdigest(), size)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def keep_once(name: str, made: Path) -> Path:
    """Keep a half-done piece of work of a ``workplace`` under a name of its own; what is under it already stays, and is
    what counts. Nobody may write to either any more.

    Of two workers at the same piece one keeps theirs and both go on with it. Raises ``Unavailable`` when the disk is full.
    """
    target = Path(settings.FILES_ROOT) / f"{_HALF_DONE}{name}"
    with _when_full():
        _make_safe(made)
        with suppress(FileExistsError):
            os.link(made, target)
            _sync_folder(target.parent)
    return target


def half_done(name: str) -> Path | None:
    """Where ``keep_once`` kept it, or ``None``."""
    kept = Path(settings.FILES_ROOT) / f"{_HALF_DONE}{name}"
    return kept if kept.exists() else None


def forget_half_done(*names: str) -> None:
    """Once the work is done, or given up."""
    for name in names:
        (Path(settings.FILES_ROOT) / f"{_HALF_DONE}{name}").unlink(missing_ok=True)


def stage(chunks: Iterable[bytes]) -> tuple[str, Stored]:
    """Lay these bytes ready under a new name (32 hex digits) until they are used or dropped.

    Raises ``Unavailable`` when the disk is full; nothing is kept then.
    """
    name = secrets.token_hex(16)
    with _written(chunks) as (temporary, kept):
        target = staged(name)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        os.replace(temporary, target)
        _sync_folder(target.parent)
        return name, kept


def staged(name: str) -> Path:
    """Where the staged file of this name lies (whether or not it is there)."""
    if not _STAGED_NAME.fullmatch(name):
        raise ValueError("not the name of a staged file")
    return Path(settings.FILES_ROOT) / _STAGED / name


def drop_staged(names: Iterable[str]) -> None:
    """What was used, or will not be."""
    for name in names:
        staged(name).unlink(missing_ok=True)


def remove_stale(now: float) -> int:
    """Remove what processes left that died while writing, or just before they could tidy up; how many files. ``now`` is in
    seconds since the epoch."""
    removed = 0
    for names, seconds in (
        (f"{_UNFINISHED}*", STALE_SECONDS),
        (f"{_AT_WORK}*", STALE_SECONDS),
        (f"{_HALF_DONE}*", FORGOTTEN_SECONDS),
        (f"{_STAGED}/*", FORGOTTEN_SECONDS),
    ):
        for left in Path(settings.FILES_ROOT).glob(names):
            with suppress(FileNotFoundError):  # finished, or removed by another worker
                if now - left.stat().st_mtime > seconds:
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
                    removed += 1
    return removed


def open_stored(sha256: str) -> BinaryIO:
    """The file with this hash, open for reading. Raises ``FileNotFoundError``."""
    return path_of(sha256).open("rb")


def read(sha256: str) -> bytes:
    """All bytes of the file with this hash."""
    return path_of(sha256).read_bytes()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
