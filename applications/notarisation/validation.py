"""Whether a file, or the code on a paper, is a certified copy of ours: one of five findings, and what they rest on.

The register says which file was issued, to the byte; the signatures say, without the register, who made it and whether they
might. A copy is genuine when both agree.
"""

from __future__ import annotations

import hashlib
import mmap
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from asn1crypto import cms
from django.conf import settings

from applications.models.closing import Closing, ClosingPaper
from applications.notarisation.codes import typed
from applications.notarisation.enums import Finding, JobState
from applications.notarisation.models import CertificationItem
from applications.notarisation.signing.apart import examine_apart
from applications.notarisation.signing.examine import CannotRead, Signature, Worth
from applications.notarisation.signing.marks import Buffer, signature_blobs, signature_hashes
from applications.notarisation.versions import issued_under, kept_lists, newest_of
from portal import clock, files

Examine = Callable[[Path, Path, datetime, Sequence[bytes]], list[Signature]]
# The address that the copy's own description gives, for a file that has lost its signatures.
_OWN_ADDRESS = re.compile(rb"/verify/([0-9A-Z]{12})/")


@dataclass(frozen=True)
class Verdict:
    """``item`` is the copy that it is, or claims to be, ``closing`` the day's closing whose paper it is; ``sha256`` that of the
    file, empty for a code alone."""

    finding: Finding
    item: CertificationItem | None = None
    sha256: str = ""
    signatures: Sequence[Signature] = ()
    closing: Closing | None = None


def judge(file: Path, at: datetime, examine: Examine = examine_apart) -> Verdict:
    """What this file is. Anything may be in it, and it may be large: it is read in a process apart, and here only from end to end."""
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    first = issued_under(sha256)
    issued = _items().filter(output__sha256=first).first()
    paper = ClosingPaper.objects.filter(sha256=first).select_related("closing").first()
    try:
        with _newest(file, first) as newest:
            signatures = examine(newest, Path(settings.SIGNING_ROOTS), at, kept_lists())
    except CannotRead:
        signatures = []
    if issued is not None:
        return Verdict(_of_issued(issued, signatures), issued, sha256, signatures)
    if paper is not None:
        return Verdict(_when_signed(paper.is_signed, signatures), None, sha256, signatures, paper.closing)
    claimed = claimed_by(file)
    return Verdict(_of_other(claimed, signatures), claimed, sha256, signatures)


def judge_code(text: str) -> Verdict:
    """What the code on a paper belongs to."""
    code = typed(text)
    item = _items().filter(check_code=code).first() if code else None
    if item is None or item.entry is None or item.state != JobState.FILED:
        return Verdict(Finding.NOT_OURS)
    return Verdict(Finding.STRUCK if hasattr(item.entry, "strike") else Finding.GENUINE, item)


def judge_paper(*, number: int, day: date, code: str) -> Verdict:
    """The same for all three that are printed on it: a wrong one is as good as all of them."""
    verdict = judge_code(code)
    entry = verdict.item.entry if verdict.item else None
    if entry is None or (entry.sequence, clock.local_day(entry.at)) != (number, day):
        return Verdict(Finding.NOT_OURS)
    return verdict


def claimed_by(file: Path) -> CertificationItem | None:
    """The copy that a file was once, or says it is: by one of its signatures, or by its own description."""
    with _mapped(file) as content:
        marks, code = signature_hashes(content), _OWN_ADDRESS.search(content)
        own = code[1].decode() if code else ""
        del code  # it holds the file open
    found = _items().filter(signature_marks__sha256__in=marks).first() if marks else None
    if found is not None:
        return found
    return _items().filter(check_code=own, state=JobState.FILED).first() if own else None


@contextmanager
def _mapped(file: Path) -> Iterator[Buffer]:
    """The file's bytes without reading them into memory."""
    with file.open("rb") as opened:
        if file.stat().st_size == 0:  # cannot be mapped
            yield b""
            return
        with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
            yield content


def _items():
    return CertificationItem.objects.select_related(
        "output", "entry__register__centre__parent", "entry__signer", "taken_over_by", "entry__strike"
    )


def _of_issued(item: CertificationItem, signatures: Sequence[Signature]) -> Finding:
    if hasattr(item.entry, "strike"):
        return Finding.STRUCK
    return _when_signed(item.signature_marks.exists(), signatures)


def _when_signed(is_signed: bool, signatures: Sequence[Signature]) -> Finding:
    """Of a file that is ours to the byte."""
    good = bool(signatures) and all(signature.worth == Worth.GOOD for signature in signatures)
    return Finding.GENUINE if good or not is_signed else Finding.UNTRUSTED


@contextmanager
def _newest(file: Path, first: str) -> Iterator[Path]:
    """The version of this file with the newest time stamp: it begins with these bytes, and proves them for longer."""
    newest = newest_of(first)
    if not files.is_stored(newest):
        yield file
        return
    with files.local(newest) as kept:
        yield kept


def _of_other(claimed: CertificationItem | None, signatures: Sequence[Signature]) -> Finding:
    """Not the file that was issued: somebody else's signature, a changed file of ours, or nothing to do with us."""
    ours = _certificates_in(claimed) if claimed else set()
    others = [one for one in signatures if one.is_sound and one.certificate not in ours]
    if claimed is None:
        return Finding.UNTRUSTED if any(one.worth != Worth.GOOD for one in others) else Finding.NOT_OURS
    return Finding.UNTRUSTED if others else Finding.CHANGED


def _certificates_in(item: CertificationItem) -> set[str]:
    """SHA-256 of every certificate in the signatures of the file that was issued."""
    if item.output is None:
        return set()
    try:
        with files.local(item.output.sha256) as kept, _mapped(kept) as content:
            blobs = signature_blobs(content)
    except OSError:
        return set()
    return {
        hashlib.sha256(one.chosen.dump()).hexdigest()
        for blob in blobs
        for one in cms.ContentInfo.load(blob)["content"]["certificates"]
    }
