"""Giving out private files: streamed, a part where a part is asked for (RFC 9110 §14), and kept by no cache."""

from __future__ import annotations

import io
import re
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")

NOT_THERE = (-1, -1)


def file_response(request: HttpRequest, content: BinaryIO, *, media_type: str, name: str) -> HttpResponseBase:
    """The file, or the one part of it that the request asks for; shown in the page under this name, never taken for anything
    else than ``media_type``. The answer closes it."""
    size = content.seek(0, io.SEEK_END)
    part = _wanted(request, size)
    if part == NOT_THERE:
        content.close()
        answer: HttpResponseBase = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    elif part is None:
        content.seek(0)
        answer = FileResponse(content, content_type=media_type, filename=name)
    else:
        first, last = part
        content.seek(first)
        answer = FileResponse(_Part(content, last - first + 1), content_type=media_type, filename=name, status=206)
        answer["Content-Length"] = str(last - first + 1)
        answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    answer["Accept-Ranges"] = "bytes"
    return private(answer)


def private(answer: HttpResponseBase) -> HttpResponseBase:
    """What no cache keeps, no browser guesses at and no search engine lists."""
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _wanted(request: HttpRequest, size: int) -> tuple[int, int] | None:
    """The first and last byte that are asked for; ``None`` for the whole file, ``NOT_THERE`` for a part beyond its end. Several
    parts at once, and a part of the file as it was at some time, are answered with the whole."""
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or asked.groups() == ("", "") or "If-Range" in request.headers:
        return None
    start, end = asked.groups()
    if not start:  # so many of its last
        first, last = max(0, size - int(end)), size - 1
    else:
        first, last = int(start), min(int(end or size), size - 1)
        if end and int(end) < first:
            return None
    return (first, last) if first <= last else NOT_THERE


class _Part:
    """So many bytes of a file from where it stands, for ``FileResponse``."""

    def __init__(self, content: BinaryIO, length: int) -> None:
        self._content, self._left = content, length

    def read(self, size: int = -1) -> bytes:
        part = self._content.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(part)
        return part

    def close(self) -> None:
        self._content.close()
