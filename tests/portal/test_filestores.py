"""The store in a folder and in a bucket, encrypted and open: the same promises."""

from __future__ import annotations

import base64
import io
import os
import socket
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from moto.server import ThreadedMotoServer

from portal import files, filestores
from portal.checks import documents_are_encrypted
from portal.errors import Unavailable
from portal.filekeys import master_keys
from portal.filestores import file_store
from portal.sealed import HEADER_BYTES, Damaged, NoKey, is_sealed, is_under

BUCKET = "documents"
LONG = os.urandom(700_000)
MISSING = "0" * 64


def key_line(letter: str) -> str:
    return base64.b64encode(letter.encode() * 32).decode()


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """A service that speaks S3 over HTTP, with one bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def client(service: str):
    client = boto3.client(
        "s3", endpoint_url=service, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s",
        config=Config(s3={"addressing_style": "path"}),
    )  # fmt: skip
    client.create_bucket(Bucket=BUCKET)
    for row in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=row["Key"])
    return client


@pytest.fixture
def in_bucket(settings: LazySettings, service: str, client: object) -> None:
    settings.FILES_URL = f"s3://{BUCKET}/centre"
    settings.FILES_S3_ENDPOINT, settings.FILES_S3_KEY, settings.FILES_S3_SECRET = service, "k", "s"


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest) -> str:
    if request.param == "bucket":
        request.getfixturevalue("in_bucket")
    return str(request.param)


@pytest.fixture(params=["encrypted", "open"])
def lies(request: pytest.FixtureRequest, settings: LazySettings) -> str:
    if request.param == "open":
        settings.FILES_KEY_FILE = ""
    return str(request.param)


def lying(name: str) -> bytes:
    with file_store().open(name) as raw:
        return raw.read()


def test_what_is_kept_comes_back_from_any_place_in_it(place: str, lies: str) -> None:
    kept = files.store([LONG[:100], LONG[100:]])
    assert files.read(kept.sha256) == LONG and files.is_stored(kept.sha256) and not files.is_stored(MISSING)
    assert is_sealed(lying(files.name_of(kept.sha256))[:HEADER_BYTES]) == (lies == "encrypted")
    with files.open_stored(kept.sha256) as content:
        assert content.seek(0, io.SEEK_END) == len(LONG)
        for at in (300_000, 10, 650_000, 0):
            content.seek(at)
            assert content.read(70_000) == LONG[at : at + 70_000]
    with pytest.raises(FileNotFoundError):
        files.open_stored(MISSING)


def test_a_tool_gets_a_file_of_its_own_and_nothing_of_it_stays(place: str, lies: str, settings: LazySettings) -> None:
    kept = files.store([LONG])
    with files.local(kept.sha256) as path:
        assert path.read_bytes() == LONG and path.stat().st_mode & 0o077 == 0
    assert path.exists() == ((place, lies) == ("folder", "open"))
    assert list(Path(settings.FILES_ROOT).glob(".work-*")) == []


def test_what_was_made_beside_the_store_is_kept(place: str, lies: str) -> None:
    with files.workplace() as beside:
        made = beside / "made"
        made.write_bytes(LONG)
        kept = files.store_made(made)
        assert files.store_made(made) == kept and made.read_bytes() == LONG
    assert files.read(kept.sha256) == LONG


def test_of_two_pieces_of_half_done_work_the_first_counts(place: str, lies: str) -> None:
    with files.workplace() as beside:
        for said in ("first", "second"):
            (beside / said).write_text(said)
            assert files.keep_once("both", beside / said).read_text() == "first"
        assert files.is_half_done("both") and not files.is_half_done("other")
        assert files.half_done("other", beside) is None
    files.forget_half_done("both", "both")
    assert not files.is_half_done("both")


def test_staged_files_come_and_go(place: str, lies: str) -> None:
    name, kept = files.stage([LONG])
    with files.open_staged(name) as content, files.several_staged() as bring:
        assert content.read() == LONG and bring(name) == bring(name) and bring(name).read_bytes() == LONG
    assert kept.size == len(LONG) and files.is_staged(name)
    files.drop_staged([name, name])
    assert not files.is_staged(name)
    with pytest.raises(FileNotFoundError):
        files.open_staged(name)


def test_every_file_has_its_name_in_the_list(place: str) -> None:
    kept, (staged, _size) = files.store([b"x"]), files.stage([b"y"])
    with files.workplace() as beside:
        (beside / "half").write_text("z")
        files.keep_once("half", beside / "half")
        assert sorted(files.names()) == sorted([files.name_of(kept.sha256), f"staged/{staged}", ".half-done-half"])


def test_what_nobody_goes_on_with_goes_in_the_end(place: str) -> None:
    files.stage([b"x"])
    kept = files.store([b"x"])
    assert files.remove_stale(time.time()) == 0
    assert files.remove_stale(time.time() + files.FORGOTTEN_SECONDS + 60) == 1
    assert list(files.names()) == [files.name_of(kept.sha256)]


def test_a_file_goes_for_good_unless_it_was_kept_just_now(place: str) -> None:
    kept = files.store([b"x"])
    assert not files.remove(kept.sha256, before=time.time() - 60) and files.read(kept.sha256) == b"x"
    assert files.remove(kept.sha256, before=time.time() + 60) and not files.is_stored(kept.sha256)
    assert not files.remove(kept.sha256, before=time.time() + 60)


def test_what_was_kept_open_is_read_and_brought_over(place: str, settings: LazySettings) -> None:
    key_file, settings.FILES_KEY_FILE = settings.FILES_KEY_FILE, ""
    kept, (staged, _size) = files.store([LONG]), files.stage([b"y"])
    settings.FILES_KEY_FILE = key_file
    assert files.read(kept.sha256) == LONG
    out = io.StringIO()
    for said in ("encrypted: 2", "already: 2"):
        call_command("encrypt_files", stdout=out)
        assert said in out.getvalue()
    assert files.read(kept.sha256) == LONG and is_sealed(lying(f"staged/{staged}")[:HEADER_BYTES])
    assert LONG[:40] not in lying(files.name_of(kept.sha256))


def test_ended_in_the_middle_it_is_gone_on_with(place: str, settings: LazySettings, monkeypatch: pytest.MonkeyPatch):
    key_file, settings.FILES_KEY_FILE = settings.FILES_KEY_FILE, ""
    kept = [files.store([bytes([number])]) for number in range(5)]
    settings.FILES_KEY_FILE = key_file
    real, done = type(file_store()).put, []

    def dying(self: object, name: str, finished: Path) -> None:
        if len(done) == 2:
            raise SystemExit
        done.append(name)
        real(self, name, finished)

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(type(file_store()), "put", dying)
        call_command("encrypt_files", stdout=io.StringIO())
    assert [files.read(one.sha256) for one in kept] == [bytes([number]) for number in range(5)]
    out = io.StringIO()
    call_command("encrypt_files", stdout=out)
    assert out.getvalue().strip() == "already: 2, encrypted: 3"


def test_the_master_key_changes_and_the_old_one_may_go(place: str, settings: LazySettings, tmp_path: Path) -> None:
    settings.FILES_KEY_FILE = str(tmp_path / "keys")
    (tmp_path / "keys").write_text(key_line("o"))
    kept, other = files.store([LONG]), files.store([b""])
    (tmp_path / "keys").write_text(f"# since today\n{key_line('n')}\n\n{key_line('o')}\n")
    assert files.read(kept.sha256) == LONG
    out = io.StringIO()
    call_command("encrypt_files", stdout=out)
    assert out.getvalue().strip() == "rewrapped: 2"
    (tmp_path / "keys").write_text(key_line("n"))
    assert files.read(kept.sha256) == LONG and files.read(other.sha256) == b""
    assert is_under(lying(files.name_of(kept.sha256))[:HEADER_BYTES], master_keys()[0])


def test_what_cannot_be_brought_over_is_named_and_left(settings: LazySettings, tmp_path: Path) -> None:
    key_file, settings.FILES_KEY_FILE = settings.FILES_KEY_FILE, ""
    spoilt = files.store([b"open"])
    files.path_of(spoilt.sha256).write_bytes(b"changed")
    settings.FILES_KEY_FILE = str(tmp_path / "keys")
    (tmp_path / "keys").write_text(key_line("o"))
    lost = files.store([b"sealed"])
    settings.FILES_KEY_FILE = key_file
    with pytest.raises(CommandError) as said:
        call_command("encrypt_files", stdout=io.StringIO())
    assert spoilt.sha256 in str(said.value) and lost.sha256 in str(said.value)
    assert files.path_of(spoilt.sha256).read_bytes() == b"changed"
    with pytest.raises(NoKey):
        files.read(lost.sha256)


def test_without_a_key_there_is_nothing_to_bring_over(settings: LazySettings) -> None:
    settings.FILES_KEY_FILE = ""
    with pytest.raises(CommandError):
        call_command("encrypt_files")


def test_files_that_changed_places_are_not_given_out() -> None:
    mine, theirs = files.store([b"mine"]), files.store([b"theirs"])
    files.path_of(mine.sha256).write_bytes(files.path_of(theirs.sha256).read_bytes())
    with pytest.raises(Damaged):
        files.read(mine.sha256)


@pytest.mark.parametrize("said", ["", "# none\n", "c2hvcnQ=", "not base64 at all!", key_line("a") + "\nx"])
def test_a_wrong_file_of_keys_stops_and_is_not_repeated(settings: LazySettings, tmp_path: Path, said: str) -> None:
    settings.FILES_KEY_FILE = str(tmp_path / "keys")
    (tmp_path / "keys").write_text(said)
    with pytest.raises(ImproperlyConfigured) as error:
        files.store([b"x"])
    assert key_line("a") not in str(error.value) and "c2hvcnQ" not in str(error.value)


def test_a_file_of_keys_that_is_not_there_stops(settings: LazySettings, tmp_path: Path) -> None:
    settings.FILES_KEY_FILE = str(tmp_path / "gone")
    assert not files.is_writable()
    with pytest.raises(ImproperlyConfigured):
        files.store([b"x"])


def test_a_silent_service_is_said_in_plain_words(
    in_bucket: None, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = files.store([b"x"])
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.FILES_S3_ENDPOINT = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    monkeypatch.setattr(filestores, "_TRIES", 1)
    for ask in (lambda: files.store([b"y"]), lambda: files.read(kept.sha256), lambda: files.is_stored(kept.sha256)):
        with pytest.raises(Unavailable) as said:
            ask()
        assert said.value.code == "store_silent"
    assert not files.is_writable()


def test_a_bucket_that_is_not_there_is_no_missing_file(in_bucket: None, settings: LazySettings) -> None:
    settings.FILES_URL = "s3://elsewhere"
    assert not files.is_writable()


def test_a_line_that_breaks_is_taken_up_where_it_broke(in_bucket: None, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, broke = files.store([LONG]), []
    real = filestores._Parts._part

    def shaky(self: filestores._Parts, most: int) -> bytes:
        if len(broke) < 3 and self._at > 200_000 * (len(broke) + 1) and self._body is not None:
            broke.append(self._at)
            self._body.close()
        return real(self, most)

    monkeypatch.setattr(filestores._Parts, "_part", shaky)
    assert files.read(kept.sha256) == LONG and broke


def test_nothing_of_a_document_lies_open_beside_the_bucket(in_bucket: None, settings: LazySettings) -> None:
    files.store([LONG])
    files.stage([LONG])
    assert [path for path in Path(settings.FILES_ROOT).rglob("*") if path.is_file()] == []


def test_a_worker_that_died_while_removing_leaves_nothing_and_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = files.store([b"x"])
    with monkeypatch.context() as dying, pytest.raises(SystemExit):
        dying.setattr(filestores.os, "link", lambda *_names: (_ for _ in ()).throw(SystemExit))
        files.remove(kept.sha256, before=time.time() - 60)
    assert not files.remove(kept.sha256, before=time.time() - 60)
    assert files.read(kept.sha256) == b"x", "set aside when it died, and put back"


def test_production_is_told_that_documents_lie_open(settings: LazySettings, tmp_path: Path) -> None:
    assert documents_are_encrypted(None) == []
    settings.PORTAL_ENV = "production"
    keys = tmp_path / "keys"
    keys.write_text(key_line("o"))
    for name, mode, said in [
        ("", 0o600, ["portal.W003"]),
        (str(tmp_path / "gone"), 0o600, ["portal.E002"]),
        (str(keys), 0o644, ["portal.W004"]),
        (str(keys), 0o640, []),
    ]:
        keys.chmod(mode)
        settings.FILES_KEY_FILE = name
        assert [found.id for found in documents_are_encrypted(None)] == said


def test_nothing_but_the_store_itself_knows_where_files_lie() -> None:
    """Whoever opened a path would get it encrypted, or not at all from a bucket."""
    root = Path(files.__file__).resolve().parent.parent
    ours = ["applications", "bench", "centres", "citizens", "notifications", "portal", "procedures", "support"]
    beside = {
        "portal/files.py",
        "portal/filestores.py",
        "portal/settings.py",
        "portal/devtools/demo.py",
        "bench/harness.py",
    }
    found = {
        path.relative_to(root).as_posix()
        for app in ours
        for path in (root / app).rglob("*.py")
        if any(word in path.read_text() for word in ("FILES_ROOT", "files.path_of"))
    }
    assert found - beside == set()


def test_a_long_file_is_kept_and_read_without_being_held(place: str, lies: str, settings: LazySettings) -> None:
    def long() -> Iterator[bytes]:
        piece = os.urandom(2**20)
        yield from (piece for _number in range(48))

    client = file_store()  # what a client holds of itself is not the file
    tracemalloc.start()
    try:
        kept = files.store(long())
        with files.open_stored(kept.sha256) as content:
            content.seek(40 * 2**20)
            read = sum(len(part) for part in iter(lambda: content.read(2**20), b""))
        with files.local(kept.sha256) as path:
            size = path.stat().st_size
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (read, size, client is not None) == (8 * 2**20, 48 * 2**20, True)
    assert most < 20 * 2**20 or place == "bucket", "the bucket of this test lies in the memory of its process"
