"""Signing a finished PDF: PAdES B-LTA, that is, with the proof inside that each certificate was good at the time.

Two steps, each a file of its own, so that a worker that died between them goes on with the second: the person's signature,
then the unit's with the archive's time stamp over everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import structlog
from django.conf import settings
from django.utils.translation import gettext_noop as _
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper, Signer
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError
from pyhanko.sign.validation.pdf_embedded import async_validate_pdf_timestamp
from pyhanko.stamp import TextStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import CRLValidationError, OCSPValidationError, PathError, ValidationError

from applications.notarisation.signing import stamp as stamps
from applications.notarisation.signing.keys import KEY_SILENT, KeyAt, Role, key_of, signer_at
from applications.notarisation.signing.loop import wait_for
from applications.notarisation.signing.trust import roots
from applications.notarisation.trouble import NotNow

log = structlog.get_logger(__name__)

_Box = tuple[float, float, float, float]
FIELDS = {Role.SIGNER: "NguoiKy", Role.UNIT: "CoQuan"}
ARCHIVE_FIELD = "LuuTru"
STAMP_SECONDS = 15
_CERTIFYING: dict[str, Any] = {"certify": True, "docmdp_permissions": MDPPerm.FILL_FORMS}
_LASTING: dict[str, Any] = {"use_pades_lta": True, "timestamp_field_name": ARCHIVE_FIELD}
_MORE = {Role.SIGNER: _CERTIFYING, Role.UNIT: _LASTING}
CHUNK_BYTES = 1024 * 1024
# What the library says of a certificate, by itself or as the cause of something wider.
_NOT_ACCEPTED = (PathError, ValidationError, CRLValidationError, OCSPValidationError)
TSA_SILENT = _("The time stamp authority does not answer. The portal signs as soon as it does; the number stays taken.")
CERTIFICATE_BAD = _(
    "The certificate of the signing key is not accepted: it has ended, was withdrawn or cannot be checked. Please tell support."
)
NOT_SIGNED = _("The copy could not be signed. The portal tries again by itself; please tell support if it lasts.")


def sign(path: Path, role: Role, stamp: stamps.Stamp, *, key: KeyAt | None = None) -> None:
    """Write one more signature and its visible stamp on the last page to the end of this PDF. Raises ``NotNow``, and what
    is written then is worth nothing.

    The person's allows signatures to follow and nothing else; the unit's ends with a time stamp over the whole file.
    """
    # Both places at first: after a certifying signature none can be added, only filled.
    places = stamps.BOXES if role == Role.SIGNER else {}
    with path.open("r+b") as file:
        _sign(file, role, stamp, key or key_of(role), places, _MORE[role])


def seal(path: Path, stamp: stamps.Stamp, *, key: KeyAt | None = None) -> None:
    """Sign a paper of the unit's own, in its file: its signature alone, with the stamp on the last page and a time stamp over
    the whole file; nothing may follow but further time stamps. Raises ``NotNow``."""
    more = {**_LASTING, "certify": True, "docmdp_permissions": MDPPerm.NO_CHANGES}
    with path.open("r+b") as file:
        _sign(file, Role.UNIT, stamp, key or key_of(Role.UNIT), {Role.UNIT: stamps.ALONE}, more)


def renew(path: Path) -> None:
    """Write one more time stamp over the whole file to its end, and the proof that the certificate of the last one held until
    now. Raises ``NotNow``."""
    with _in_plain_words(), path.open("r+b") as file:
        wait_for(_renewed(file))


async def _renewed(file: IO[bytes]) -> None:
    known = ValidationContext(trust_roots=roots(), allow_fetching=True, revocation_mode="require")
    try:
        reader = PdfFileReader(file)
        stamped = list(reader.embedded_timestamp_signatures)
        status = await async_validate_pdf_timestamp(stamped[-1], known)
        if not (status.intact and status.valid and status.trusted):
            raise PathError("the last time stamp does not hold")
        stamper = PdfTimeStamper(
            HTTPTimeStamper(settings.SIGNING_TSA_URL, timeout=STAMP_SECONDS),
            field_name=f"{ARCHIVE_FIELD}{len(stamped) + 1}",
        )
        await stamper.async_update_archival_timestamp_chain(reader, known, in_place=True, chunk_size=CHUNK_BYTES)
    finally:
        await known.aclose()


@dataclass(frozen=True)
class LastStamp:
    """What the certificates behind a file's last time stamp say: when the first of them ends, and where the lists are that would
    name them if they were withdrawn."""

    ends_at: datetime
    lists: Sequence[str]


def last_stamp(path: Path) -> LastStamp | None:
    """Of a file of our own; ``None`` when it has no time stamp over it. Raises ``OSError``, or ``ValueError`` when it cannot be
    read."""
    with path.open("rb") as file:
        try:
            stamped = list(PdfFileReader(file).embedded_timestamp_signatures)
        except Exception as error:  # what was damaged in the store breaks anywhere
            raise ValueError("not a PDF that can be read") from error
        if not stamped:
            return None
        chain = [one.chosen for one in stamped[-1].signed_data["certificates"]]
    # A root is trusted as long as it is in the list of roots, whatever it says itself.
    chain = [one for one in chain if one.self_signed == "no"]
    lists = [point.url for one in chain for point in one.crl_distribution_points if point.url]
    return LastStamp(min(one.not_valid_after for one in chain), lists) if chain else None


def _sign(
    file: IO[bytes], role: Role, stamp: stamps.Stamp, key: KeyAt, places: Mapping[Role, _Box], more: Mapping[str, Any]
) -> None:
    """Add the signature at the end of the open file."""
    with _in_plain_words(), signer_at(key) as signer:
        certificate = signer.signing_cert
        if certificate is None:
            raise NotNow(KEY_SILENT, code="key_silent")
        writer = IncrementalPdfFileWriter(file)
        for each, box in places.items():
            append_signature_field(writer, SigFieldSpec(FIELDS[each], on_page=-1, box=stamps.in_points(box)))
        stamp_style = stamps.style(stamps.words(role, stamp, certificate))
        wait_for(_signed(writer, FIELDS[role], signer, stamp_style, more))


async def _signed(
    writer: IncrementalPdfFileWriter, field: str, signer: Signer, style: TextStampStyle, more: Mapping[str, Any]
) -> None:
    known = ValidationContext(trust_roots=roots(), allow_fetching=True, revocation_mode="require")
    stamper = HTTPTimeStamper(settings.SIGNING_TSA_URL, timeout=STAMP_SECONDS)
    metadata = PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        embed_validation_info=True,
        validation_context=known,
        **more,
    )
    try:
        made = PdfSigner(metadata, signer, timestamper=stamper, stamp_style=style)
        await made.async_sign_pdf(writer, in_place=True, chunk_size=CHUNK_BYTES)
    finally:
        await known.aclose()  # or its connections stay open


@contextmanager
def _in_plain_words() -> Iterator[None]:
    """What the library and the network say, as one of three sentences; the log keeps which it was."""
    try:
        yield
    except TimestampRequestError as error:
        raise _trouble(TSA_SILENT, "tsa_silent", error) from error
    except _NOT_ACCEPTED as error:
        raise _trouble(CERTIFICATE_BAD, "certificate_bad", error) from error
    except (SigningError, PdfError, OSError, ValueError) as error:
        if isinstance(error.__cause__, _NOT_ACCEPTED):
            raise _trouble(CERTIFICATE_BAD, "certificate_bad", error.__cause__) from error
        raise _trouble(NOT_SIGNED, "not_signed", error) from error


def _trouble(sentence: str, code: str, error: Exception) -> NotNow:
    log.warning("signing", code=code, error=type(error).__name__)
    return NotNow(sentence, code=code)
