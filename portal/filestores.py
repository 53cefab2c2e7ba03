"""Where the private store's files lie: a folder, or a bucket of a service that speaks S3.

Either knows names and finished files; what is in them, and whether it is sealed, is the business of ``portal.files``.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.errors import Unavailable

_READ_BYTES = 256 * 1024
_PROBE = ".readyz"
# A service that does not answer must not hold a page for minutes.
_CONNECT_SECONDS, _ANSWER_SECONDS, _TRIES = 5, 30, 3
_NOT_THERE = {"404", "NoSuchKey", "NotFound"}
_THERE_ALREADY = {"412", "PreconditionFailed", "409", "ConditionalRequestConflict"}


@dataclass(frozen=True)
class Lying:
    """A file in the store: its name, and when it came there (seconds since the epoch)."""

    name: str
    since: float


class FileStore(Protocol):
    """Finished files under names such as ``ab/abcd…``. ``put`` and ``put_once`` may take the finished file away."""

    def put(self, name: str, finished: Path) -> None: ...

    def put_once(self, name: str, finished: Path) -> bool:
        """Whether it was put; what is under the name already stays."""

    def open(self, name: str) -> BinaryIO:
        """For reading, from any place in it. Raises ``FileNotFoundError``."""

    def path(self, name: str) -> Path | None:
        """Where it lies on this machine's disk; ``None`` where it lies elsewhere."""

    def exists(self, name: str) -> bool: ...

    def remove(self, name: str, *, before: float | None = None) -> bool:
        """Whether there was one, and it came before this instant."""

    def names(self, prefix: str = "") -> Iterator[Lying]: ...

    def is_writable(self) -> bool: ...


def file_store() -> FileStore:
    """The store that the settings name. Its answers may be ``Unavailable`` where it is a service."""
    if settings.FILES_URL:
        return _bucket(
            settings.FILES_URL,
            settings.FILES_S3_ENDPOINT,
            settings.FILES_S3_REGION,
            settings.FILES_S3_KEY,
            settings.FILES_S3_SECRET,
        )
    return Folder(Path(settings.FILES_ROOT))


class Folder:
    """Files below a folder that only the portal can read."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, finished: Path) -> None:
        target = self._ready(name)
        os.replace(finished, target)
        sync_folder(target.parent)

    def put_once(self, name: str, finished: Path) -> bool:
        target = self._ready(name)
        try:
            os.link(finished, target)
        except FileExistsError:
            return False
        sync_folder(target.parent)
        return True

    def open(self, name: str) -> BinaryIO:
        return self.path(name).open("rb")

    def path(self, name: str) -> Path:
        return self.root / name

    def exists(self, name: str) -> bool:
        return self.path(name).exists()

    def remove(self, name: str, *, before: float | None = None) -> bool:
        target = self.path(name)
        if before is None:
            with suppress(FileNotFoundError):
                target.unlink()
                return True
            return False
        return self._remove_old(target, before)

    def _remove_old(self, target: Path, before: float) -> bool:
        # Set aside first: what somebody keeps under this name in this instant is another file, and stays. One that was set
        # aside when the power went is looked at again.
        aside = target.with_name(f".gone-{target.name}")
        with suppress(FileNotFoundError):
            os.rename(target, aside)
        try:
            is_old = aside.stat().st_mtime < before
        except FileNotFoundError:
            return False
        if not is_old:
            with suppress(FileExistsError):
                os.link(aside, target)
        aside.unlink()
        sync_folder(target.parent)
        return is_old

    def names(self, prefix: str = "") -> Iterator[Lying]:
        # A walk over millions of files only where all of them are asked for.
        found = self.root.glob(f"{prefix}*") if prefix else self.root.rglob("*")
        for path in found:
            with suppress(FileNotFoundError):
                if path.is_file():
                    yield Lying(path.relative_to(self.root).as_posix(), path.stat().st_mtime)

    def is_writable(self) -> bool:
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe = self.root / _PROBE
            probe.write_text("ok")
            probe.unlink(missing_ok=True)
        except OSError:
            return False
        return True

    def _ready(self, name: str) -> Path:
        """Where it will lie, in a folder that is as safe as the file will be."""
        target = self.path(name)
        if not target.parent.exists():
            target.parent.mkdir(exist_ok=True, mode=0o700)
            sync_folder(target.parent.parent)  # or a power cut could lose the folder with the file in it
        return target


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Bucket:
    """Objects in a bucket, below a prefix."""

    def __init__(self, client: Any, name: str, prefix: str) -> None:
        self._client, self._name, self._prefix = client, name, prefix

    def put(self, name: str, finished: Path) -> None:
        with _asked():
            self._client.upload_file(str(finished), self._name, self._prefix + name)

    def put_once(self, name: str, finished: Path) -> bool:
        with finished.open("rb") as content:
            try:
                with _asked():
                    self._client.put_object(**self._at(name), Body=content, IfNoneMatch="*")
            except FileExistsError:
                return False
        return True

    def open(self, name: str) -> BinaryIO:
        with _asked():
            size = int(self._client.head_object(**self._at(name))["ContentLength"])
        return io.BufferedReader(_Parts(self._client, self._at(name), size), _READ_BYTES)

    def path(self, name: str) -> None:
        return None

    def exists(self, name: str) -> bool:
        try:
            with _asked():
                self._client.head_object(**self._at(name))
        except FileNotFoundError:
            return False
        return True

    def remove(self, name: str, *, before: float | None = None) -> bool:
        try:
            with _asked():
                there = self._client.head_object(**self._at(name))
                if before is not None and there["LastModified"].timestamp() >= before:
                    return False
                self._client.delete_object(**self._at(name))
        except FileNotFoundError:
            return False
        return True

    def names(self, prefix: str = "") -> Iterator[Lying]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._name, Prefix=self._prefix + prefix)
        with _asked():
            for page in pages:
                for row in page.get("Contents", ()):
                    yield Lying(row["Key"].removeprefix(self._prefix), row["LastModified"].timestamp())

    def is_writable(self) -> bool:
        try:
            with _asked():
                self._client.put_object(**self._at(_PROBE), Body=b"ok")
                self._client.delete_object(**self._at(_PROBE))
        except (Unavailable, OSError):
            return False
        return True

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self._name, "Key": self._prefix + name}


class _Parts(io.RawIOBase):
    """An object read in order as it streams in, and from elsewhere by asking anew for the rest."""

    def __init__(self, client: Any, place: dict[str, str], size: int) -> None:
        super().__init__()
        self._client, self._place, self._size = client, place, size
        self._at, self._body = 0, cast(Any, None)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset != self._at:
            self._drop()
        self._at = start + offset
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._at >= self._size:
            return 0
        part = self._part(len(buffer))
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _part(self, most: int) -> bytes:
        """The next bytes. A line that broke is taken up once more where it broke."""
        for is_last_try in (False, True):
            try:
                with _asked():
                    if self._body is None:
                        rest = f"bytes={self._at}-"
                        self._body = self._client.get_object(**self._place, Range=rest)["Body"]
                    if part := self._body.read(min(most, self._size - self._at)):
                        return bytes(part)
            except Unavailable:
                self._drop()
                if is_last_try:
                    raise
            else:
                self._drop()
        raise silent()

    def _drop(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None

    def close(self) -> None:
        if not self.closed:
            self._drop()
        super().close()


def silent() -> Unavailable:
    return Unavailable(
        _("The store for documents does not answer. Nothing was saved; please try again in a moment."),
        code="store_silent",
    )


@contextmanager
def _asked() -> Iterator[None]:
    """What the service refuses, in the words of a disk; its silence as ``Unavailable``."""
    from boto3.exceptions import Boto3Error  # noqa: PLC0415 - a tenth of a second that a folder's owner need not spend
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError  # noqa: PLC0415

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _NOT_THERE:
            raise FileNotFoundError(code) from error
        if code in _THERE_ALREADY:
            raise FileExistsError(code) from error
        raise silent() from error
    except (BotoCoreError, HTTPClientError, Boto3Error, ConnectionError, TimeoutError) as error:
        raise silent() from error


@lru_cache(maxsize=4)
def _bucket(url: str, endpoint: str, region: str, key: str, secret: str) -> Bucket:
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    parts = urlsplit(url)
    prefix = parts.path.strip("/")
    client = boto3.client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=region or None,
        aws_access_key_id=key or None,
        aws_secret_access_key=secret or None,
        config=Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_ANSWER_SECONDS,
            retries={"max_attempts": _TRIES, "mode": "standard"},
            s3={"addressing_style": "path"} if endpoint else {},
            # Other services that speak S3 do not know the newer checksums; what is sealed proves itself.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
    return Bucket(client, parts.netloc, f"{prefix}/" if prefix else "")
