"""The private store: files addressed by their content's hash, written once, never changed. The only door to them.

Beside them lie *staged* files, which nobody relies on yet, and *half-done* ones, which a worker's next step goes on from: each
has a name of its own, so that one can go without asking who else means the same bytes.

Where a master key is set, all of them lie encrypted (``portal.sealed``); those kept before that are read as they lie. Where they
lie, a folder or a bucket, ``portal.filestores`` knows. Nothing here is reachable by URL; a view that serves a file checks who
asks first.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal import sealed
from portal.errors import Unavailable
from portal.filekeys import master_keys
from portal.filestores import Folder, file_store

_HASH = re.compile(r"[0-9a-f]{64}")
_KEPT = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{62}")
_BESIDE = re.compile(r"staged/[0-9a-f]{32}|\.half-done-.+")
_UNFINISHED = ".new-"
_HALF_DONE = ".half-done-"
_AT_WORK = ".work-"
_CHUNK_BYTES = 1024 * 1024
# Of a copy for tools. Written in larger pieces it lies in larger pieces of the system's cache, and a tool that maps a picture of
# it into its memory holds all of it.
_COPY_BYTES = 64 * 1024
_STAGED = "staged/"
_STAGED_NAME = re.compile(r"[0-9a-f]{32}")
# Nothing is written for as long as this.
STALE_SECONDS = 24 * 60 * 60
# No piece of work takes as long as this; what lies in its folder may lie open.
WORK_SECONDS = 2 * 60 * 60
# No work waits for as long as this to be gone on with.
FORGOTTEN_SECONDS = 90 * STALE_SECONDS
_FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True)
class Stored:
    """A file in the store: SHA-256 (64 hex digits) of its content and size in bytes, however it lies there."""

    sha256: str
    size: int


def name_of(sha256: str) -> str:
    """The name under which the store has the file with this hash."""
    if not _HASH.fullmatch(sha256):
        raise ValueError("not a SHA-256 hash")
    return f"{sha256[:2]}/{sha256}"


def path_of(sha256: str) -> Path:
    """Where the file with this hash lies in a store that is a folder (whether or not it is there), encrypted or not. For those
    who look after the store; everybody else opens it."""
    return Path(settings.FILES_ROOT) / name_of(sha256)


def store(chunks: Iterable[bytes]) -> Stored:
    """Keep these bytes and say under which hash. The same bytes are kept once.

    The file is complete on disk before its name exists, so a crash leaves nothing half written.

    Raises ``Unavailable`` when the disk is full or the store does not answer; nothing is kept then.
    """
    with _written(chunks) as (temporary, kept):
        file_store().put(name_of(kept.sha256), temporary)
        return kept


@contextmanager
def workplace() -> Iterator[Path]:
    """An empty folder beside the store, gone after the block: what is made in it is kept without being written again.

    Large pieces of work belong on a disk; the system's own folder for temporary files may lie in memory.
    """
    root = _root()
    with tempfile.TemporaryDirectory(dir=root, prefix=_AT_WORK, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def chunks_of(path: Path) -> Iterator[bytes]:
    """The bytes of a file, never all of them at once."""
    with path.open("rb") as file:
        yield from _chunks(file)


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def store_made(path: Path) -> Stored:
    """Keep a finished file of a ``workplace``, which must not be written to any more. Raises ``Unavailable``."""
    if not _lies_as_it_is():
        return store(chunks_of(path))
    kept = Stored(sha256_of(path), path.stat().st_size)
    with _when_full():
        _make_safe(path)
        temporary = path.with_name(f"{path.name}{_UNFINISHED}{kept.sha256}")
        temporary.unlink(missing_ok=True)
        os.link(path, temporary)
        file_store().put(name_of(kept.sha256), temporary)
        temporary.unlink(missing_ok=True)  # of two names of one file, renaming one to the other leaves both
    return kept


def open_stored(sha256: str) -> BinaryIO:
    """The content with this hash, open for reading from any place in it.

    Raises ``FileNotFoundError``, ``Damaged`` (an ``OSError``) or ``Unavailable``.
    """
    return _opened(name_of(sha256))


def read(sha256: str) -> bytes:
    """All bytes of the file with this hash. Raises as ``open_stored``."""
    with open_stored(sha256) as content:
        return content.read()


def is_stored(sha256: str) -> bool:
    return file_store().exists(name_of(sha256))


@contextmanager
def local(sha256: str) -> Iterator[Path]:
    """The content as a file on this machine, for tools that want one; not to be written to, and perhaps gone after the block.

    Raises as ``open_stored``.
    """
    with _local(name_of(sha256)) as path:
        yield path


def remove(sha256: str, *, before: float) -> bool:
    """Take the file with this hash out of the store for good, unless somebody kept it (again) since ``before``, in seconds since
    the epoch: its row may not be written yet. Whether it went; the caller has seen to it that nothing else means it."""
    return file_store().remove(name_of(sha256), before=before)


def is_full(error: OSError) -> bool:
    """Whether there was no room left on the disk."""
    return error.errno in _FULL


def is_writable() -> bool:
    """Whether a file could be kept now."""
    try:
        master_keys()
    except ImproperlyConfigured:
        return False
    return _root_is_writable() and file_store().is_writable()


# -- half-done work ----------------------------------------------------------------------------------------------------
def keep_once(name: str, made: Path) -> Path:
    """Keep a half-done piece of work of a ``workplace`` under a name of its own; what is under it already stays, and is
    what counts: a copy of that, in the same workplace, to go on from.

    Of two workers at the same piece one keeps theirs and both go on with it. Raises ``Unavailable`` when the disk is full, and
    ``FileNotFoundError`` where the other was quicker and has tidied up.
    """
    place = f"{_HALF_DONE}{name}"
    with _written(chunks_of(made), place) as (temporary, _kept):
        if file_store().put_once(place, temporary):
            return made
    kept = half_done(name, made.parent)
    if kept is None:
        raise FileNotFoundError(place)
    return kept


def half_done(name: str, place: Path) -> Path | None:
    """What ``keep_once`` kept, brought into this folder of a workplace; ``None`` where nothing is."""
    with suppress(FileNotFoundError), _opened(f"{_HALF_DONE}{name}") as content:
        brought = place / f"kept-{name}"
        with brought.open("wb") as out:
            shutil.copyfileobj(content, out, _CHUNK_BYTES)
        return brought
    return None


def is_half_done(name: str) -> bool:
    return file_store().exists(f"{_HALF_DONE}{name}")


def forget_half_done(*names: str) -> None:
    """Once the work is done, or given up."""
    for name in names:
        file_store().remove(f"{_HALF_DONE}{name}")


# -- staged files ------------------------------------------------------------------------------------------------------
def stage(chunks: Iterable[bytes]) -> tuple[str, Stored]:
    """Lay these bytes ready under a new name (32 hex digits) until they are used or dropped.

    Raises ``Unavailable`` when the disk is full; nothing is kept then.
    """
    name = secrets.token_hex(16)
    with _written(chunks, _staged(name)) as (temporary, kept):
        file_store().put(_staged(name), temporary)
        return name, kept


def open_staged(name: str) -> BinaryIO:
    """A staged file, open for reading. Raises as ``open_stored``."""
    return _opened(_staged(name))


@contextmanager
def local_staged(name: str) -> Iterator[Path]:
    """A staged file for tools, as ``local``."""
    with _local(_staged(name)) as path:
        yield path


@contextmanager
def several_staged() -> Iterator[Callable[[str], Path]]:
    """A function that gives staged files for tools by their names; each is brought here once and stays until the block ends."""
    with ExitStack() as brought:
        known: dict[str, Path] = {}

        def bring(name: str) -> Path:
            if name not in known:
                known[name] = brought.enter_context(local_staged(name))
            return known[name]

        yield bring


def is_staged(name: str) -> bool:
    return file_store().exists(_staged(name))


def drop_staged(names: Iterable[str]) -> None:
    """What was used, or will not be."""
    for name in names:
        file_store().remove(_staged(name))


def _staged(name: str) -> str:
    if not _STAGED_NAME.fullmatch(name):
        raise ValueError("not the name of a staged file")
    return f"{_STAGED}{name}"


# -- looking after the store --------------------------------------------------------------------------------------------
def remove_stale(now: float) -> int:
    """Remove what processes left that died while writing, or just before they could tidy up; how many files. ``now`` is in
    seconds since the epoch."""
    removed = 0
    for pattern, seconds in ((f"{_UNFINISHED}*", STALE_SECONDS), (f"{_AT_WORK}*", WORK_SECONDS)):
        for left in Path(settings.FILES_ROOT).glob(pattern):
            with suppress(FileNotFoundError):  # finished, or removed by another worker
                if now - left.stat().st_mtime > seconds:
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
                    removed += 1
    for prefix in (_HALF_DONE, _STAGED):
        for lying in file_store().names(prefix):
            if now - lying.since > FORGOTTEN_SECONDS:
                removed += file_store().remove(lying.name)
    return removed


def names() -> Iterator[str]:
    """Of every file in the store: kept, staged and half-done."""
    for lying in file_store().names():
        if is_kept(lying.name) or _BESIDE.fullmatch(lying.name):
            yield lying.name


def is_kept(name: str) -> bool:
    """Whether it is the name of a kept file, that is, ends with the hash of its content."""
    return _KEPT.fullmatch(name) is not None


@contextmanager
def taken_out(name: str) -> Iterator[Path]:
    """A copy, as it lies, of the file of this name: beside the store, gone after the block unless it was put back."""
    with workplace() as place, file_store().open(name) as lying:
        copy = place / "copy"
        with copy.open("wb") as out:
            shutil.copyfileobj(lying, out, _CHUNK_BYTES)
        yield copy


@contextmanager
def written_for(name: str, chunks: Iterable[bytes]) -> Iterator[tuple[Path, Stored]]:
    """These bytes as they will lie under this name; gone after the block unless they were put there."""
    with _written(chunks, name) as written:
        yield written


# -- how a file lies ---------------------------------------------------------------------------------------------------
def _opened(name: str) -> BinaryIO:
    raw = file_store().open(name)
    try:
        header = raw.read(sealed.HEADER_BYTES)
        if sealed.is_sealed(header):
            return sealed.opened(raw, name, master_keys())
        raw.seek(0)
    except BaseException:
        raw.close()
        raise
    return raw


@contextmanager
def _local(name: str) -> Iterator[Path]:
    lying = file_store().path(name)
    with _opened(name) as content:
        if lying is not None and getattr(content, "name", None) == str(lying):
            yield lying  # as it lies is as it is
            return
        with workplace() as place:
            copy = place / "content"
            copy.touch(mode=0o600)
            with _when_full(), copy.open("wb") as out:
                shutil.copyfileobj(content, out, _COPY_BYTES)
            yield copy


@contextmanager
def _written(chunks: Iterable[bytes], name: str = "") -> Iterator[tuple[Path, Stored]]:
    """A file without a name of its own yet, complete on disk as it will lie under ``name``, or else under its hash; gone after
    the block unless it was moved."""
    temporary = None
    try:
        with _when_full():
            digest, size = hashlib.sha256(), 0
            with tempfile.NamedTemporaryFile(dir=_root(), prefix=_UNFINISHED, delete=False) as out:
                temporary = Path(out.name)
                masters, file = master_keys(), cast(BinaryIO, out)
                pen = sealed.Writer(file) if masters else file
                for chunk in chunks:
                    digest.update(chunk)
                    size += len(chunk)
                    pen.write(chunk)
                kept = Stored(digest.hexdigest(), size)
                if isinstance(pen, sealed.Writer):
                    pen.finish(name or name_of(kept.sha256), masters[0])
                out.flush()
                os.fsync(out.fileno())
        with _when_full():
            yield temporary, kept
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _lies_as_it_is() -> bool:
    """Whether a finished file need not be written again to be kept."""
    return not master_keys() and isinstance(file_store(), Folder)


def _make_safe(path: Path) -> None:
    """Complete on disk, and for nobody else's eyes."""
    with path.open("rb") as file:
        os.fchmod(file.fileno(), 0o600)
        os.fsync(file.fileno())


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK_BYTES):
        yield chunk


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


def _root() -> Path:
    root = Path(settings.FILES_ROOT)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    return root


def _root_is_writable() -> bool:
    return Folder(Path(settings.FILES_ROOT)).is_writable()
