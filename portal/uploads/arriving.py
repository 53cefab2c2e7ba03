"""Files while they arrive: a limit for all of one request, and what became of those that were dropped."""

from __future__ import annotations

import errno
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import SkipFile, StopFutureHandlers, TemporaryFileUploadHandler
from django.forms import Form
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from portal.errors import RuleBroken
from portal.uploads.refusals import missing, store_full, too_large

_DISK_FULL = {errno.ENOSPC, errno.EDQUOT}


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Keeps what arrives in a temporary file, up to the limit of the address for all files of one request.

    A file past the limit is dropped and the rest of it read into nothing, so the browser gets an answer and the other
    fields of the form are still there. ``received_file`` or ``add_refusals`` then says what happened. A full disk ends
    the same way.
    """

    def __init__(self, request: HttpRequest | None = None):
        super().__init__(request)
        self._received, self._limit = 0, limit_of(request)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._refuse_when_full(error)
        # The handlers after this one would only make files of their own.
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._received += len(raw_data)
        if self._received > self._limit:
            self._refuse(too_large())
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._refuse_when_full(error)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        try:
            return super().file_complete(file_size)
        except OSError as error:
            if error.errno not in _DISK_FULL:
                raise
            self._note(store_full())
            return None

    def _refuse_when_full(self, error: OSError) -> None:
        if error.errno not in _DISK_FULL:
            raise error
        self._refuse(store_full())

    def _refuse(self, problem: RuleBroken) -> None:
        self._note(problem)
        raise SkipFile

    def _note(self, problem: RuleBroken) -> None:
        # The page is not ours to break here: the form asks for its file and then gets the sentence.
        if self.request is not None:
            refused_files(self.request)[str(self.field_name)] = problem


def limit_of(request: HttpRequest | None) -> int:
    """How many bytes this address takes."""
    # Resolved here: the form is read before the request has come as far as its view.
    with suppress(Resolver404, AttributeError):
        name = settings.UPLOAD_LIMITS.get(resolve(request.path_info).view_name)  # type: ignore[union-attr]
        if name is not None:
            return int(getattr(settings, name))
    return int(settings.UPLOAD_LIMIT_BYTES)


def refused_files(request: HttpRequest) -> dict[str, RuleBroken]:
    """The files of this request that were dropped on arrival, by field, with the reason."""
    if not hasattr(request, "_refused_files"):
        request._refused_files = {}  # type: ignore[attr-defined]
    return cast(dict[str, RuleBroken], request._refused_files)  # type: ignore[attr-defined]


def received_file(request: HttpRequest, name: str = "file") -> UploadedFile:
    """The uploaded file of this field. Raises ``BadInput`` (upload_missing, upload_too_large) or ``Unavailable``."""
    found = request.FILES.get(name)
    refused = refused_files(request).get(name)
    if refused is not None:
        raise refused
    if found is None:
        raise missing(name)
    return found


def path_of(upload: UploadedFile) -> Path:
    """Where the upload lies while its request lasts: ``LimitedUploadHandler`` keeps every file on disk."""
    return Path(cast(TemporaryUploadedFile, upload).temporary_file_path())


def add_refusals(form: Form, request: HttpRequest) -> int | None:
    """Say in the form which of its files were dropped on arrival: for fields that may be left empty, where nothing
    else would ask for the file. The status to answer with, ``None`` when all of them arrived."""
    status = None
    for name in form.fields:
        refused = refused_files(request).get(form.add_prefix(name))
        if refused is not None:
            form.add_error(name, str(refused))
            status = refused.status
    return status
