from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.conf import LazySettings
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from portal import files, filestores
from portal.errors import Unavailable


@pytest.fixture
def root(settings: LazySettings) -> Path:
    return Path(settings.FILES_ROOT)


def names(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file()) if root.exists() else []


@limits(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chunks=st.lists(st.binary(max_size=200), max_size=5))
def test_what_is_kept_comes_back(root: Path, chunks: list[bytes]):
    stored = files.store(chunks)
    content = b"".join(chunks)
    assert (stored.sha256, stored.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert files.read(stored.sha256) == content
    with files.open_stored(stored.sha256) as opened:
        assert opened.read() == content


def test_the_same_bytes_are_kept_once(root: Path):
    assert files.store([b"ab"]) == files.store([b"a", b"b"])
    assert len(names(root)) == 1


def test_others_on_the_machine_cannot_read(root: Path):
    stored = files.store([b"x"])
    assert root.stat().st_mode & 0o077 == 0
    assert files.path_of(stored.sha256).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65, "0" * 64 + "\n"])
def test_only_a_hash_names_a_file(name: str):
    with pytest.raises(ValueError):
        files.path_of(name)


def test_a_file_that_is_not_there_is_told():
    with pytest.raises(FileNotFoundError):
        files.read("0" * 64)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_keeps_nothing_and_says_so(root: Path, monkeypatch: pytest.MonkeyPatch, code: int):
    def full(_descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable) as refused:
        files.store([b"x"])
    assert (refused.value.code, refused.value.status) == ("store_full", 503)
    assert names(root) == []


def test_a_broken_upload_leaves_nothing(root: Path):
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        files.store(broken())
    assert names(root) == []


def test_a_new_folder_is_as_safe_as_the_file_in_it(root: Path, monkeypatch: pytest.MonkeyPatch):
    synced: list[Path] = []
    monkeypatch.setattr(filestores, "sync_folder", synced.append)
    stored = files.store([b"x"])
    assert synced == [root, files.path_of(stored.sha256).parent]


def test_what_a_dead_process_left_is_removed_and_nothing_else(root: Path):
    kept = files.store([b"x"])
    old, young = root / ".new-old", root / ".new-young"
    for left in (old, young):
        left.write_bytes(b"half")
    long_ago = young.stat().st_mtime - files.STALE_SECONDS - 60
    os.utime(old, (long_ago, long_ago))
    os.utime(files.path_of(kept.sha256), (long_ago, long_ago))
    assert files.remove_stale(young.stat().st_mtime) == 1
    assert names(root) == sorted([kept.sha256, ".new-young"])


@pytest.fixture
def made(root: Path) -> Callable[[str], Path]:
    """A finished file in a workplace."""

    def make(content: str) -> Path:
        root.mkdir(exist_ok=True)
        path = root / "made"
        path.write_text(content)
        return path

    return make


def test_what_was_made_beside_the_store_is_kept_without_being_written_again(root: Path, made: Callable[[str], Path]):
    path = made("whole")
    path.chmod(0o644)
    stored = files.store_made(path)
    assert stored.size == 5
    assert files.read(stored.sha256) == b"whole"
    for again in range(2):  # the same one, and another with the same bytes
        assert files.store_made(path if again else made("whole")) == stored
    assert files.path_of(stored.sha256).stat().st_mode & 0o777 == 0o600
    assert names(root) == sorted([stored.sha256, "made"])


def test_the_folder_of_a_worker_that_died_is_removed_whole(root: Path):
    with files.workplace() as place:
        (place / "pages").mkdir()
        (place / "pages" / "1.jpg").write_bytes(b"half")
        young = place.stat().st_mtime
        assert files.remove_stale(young + files.WORK_SECONDS - 60) == 0
        assert files.remove_stale(young + files.WORK_SECONDS + 60) == 1
        assert not place.exists()


def test_half_done_work_is_kept_for_as_long_as_anything_may_wait(root: Path, made: Callable[[str], Path]):
    files.keep_once("signed", made("half"))
    written = (root / ".half-done-signed").stat().st_mtime
    assert files.remove_stale(written + files.FORGOTTEN_SECONDS - 60) == 0
    kept = files.half_done("signed", root)
    assert kept is not None and kept.read_text() == "half"
    assert files.remove_stale(written + files.FORGOTTEN_SECONDS + 60) == 1
    assert files.half_done("signed", root) is None


def test_half_done_work_on_a_full_disk_is_said(made: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch):
    half = made("half")
    monkeypatch.setattr(os, "fsync", Mock(side_effect=OSError(errno.ENOSPC, "full")))
    with pytest.raises(Unavailable):
        files.keep_once("signed", half)
    with pytest.raises(Unavailable):
        files.store_made(half)
    assert not files.is_half_done("signed")


def test_a_staged_file_has_a_name_of_its_own_and_goes_without_taking_a_kept_one_along(root: Path):
    kept = files.store([b"scan"])
    (one, size), (other, _size) = files.stage([b"sc", b"an"]), files.stage([b"scan"])
    assert one != other and size == kept
    with files.open_staged(one) as content:
        assert content.read() == b"scan"
    assert (root / "staged" / one).stat().st_mode & 0o077 == 0
    files.drop_staged([one, one])
    assert not files.is_staged(one)
    assert files.is_staged(other) and files.read(kept.sha256) == b"scan"


@pytest.mark.parametrize("name", ["", "..", "../" + "0" * 64, "0" * 31, "G" * 32])
def test_only_a_staged_name_names_a_staged_file(name: str):
    with pytest.raises(ValueError):
        files.is_staged(name)


def test_a_staged_file_that_no_row_remembers_goes_in_the_end(root: Path):
    name, _size = files.stage([b"x"])
    born = (root / "staged" / name).stat().st_mtime
    assert files.remove_stale(born + files.FORGOTTEN_SECONDS - 1) == 0
    assert files.remove_stale(born + files.FORGOTTEN_SECONDS + 1) == 1
    assert not files.is_staged(name)
