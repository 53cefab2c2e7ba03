"""Signing a finished PDF: PAdES B-LTA, that is, with the proof inside that each certificate was good at the time.

Two steps, each a file of its own, so that a worker that died between them goes on with the second: the person's signature,
then the unit's with the archive's time stamp over everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.utils.translation import gettext_noop as _
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError
from pyhanko.stamp import TextStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import CRLValidationError, OCSPValidationError, PathError, ValidationError

from applications.notarisation.signing import stamp as stamps
from applications.notarisation.signing.keys import KEY_SILENT, KeyAt, Role, key_of, signer_at
from applications.notarisation.signing.loop import wait_for
from applications.notarisation.signing.trust import roots
from applications.notarisation.trouble import NotNow

log = structlog.get_logger(__name__)

FIELDS = {Role.SIGNER: "NguoiKy", Role.UNIT: "CoQuan"}
ARCHIVE_FIELD = "LuuTru"
STAMP_SECONDS = 15
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
    with _in_plain_words(), signer_at(key or key_of(role)) as signer, path.open("r+b") as file:
        certificate = signer.signing_cert
        if certificate is None:
            raise NotNow(KEY_SILENT, code="key_silent")
        writer = IncrementalPdfFileWriter(file)
        if role == Role.SIGNER:
            # Both places at first: after a certifying signature none can be added, only filled.
            for each in Role:
                append_signature_field(writer, _field(each))
        stamp_style = stamps.style(stamps.words(role, stamp, certificate))
        wait_for(_signed(writer, role, signer, stamp_style))


async def _signed(writer: IncrementalPdfFileWriter, role: Role, signer: Signer, style: TextStampStyle) -> None:
    known = ValidationContext(trust_roots=roots(), allow_fetching=True, revocation_mode="require")
    stamper = HTTPTimeStamper(settings.SIGNING_TSA_URL, timeout=STAMP_SECONDS)
    try:
        made = PdfSigner(_metadata(role, known), signer, timestamper=stamper, stamp_style=style)
        await made.async_sign_pdf(writer, in_place=True, chunk_size=CHUNK_BYTES)
    finally:
        await known.aclose()  # or its connections stay open


def _field(role: Role) -> SigFieldSpec:
    left, bottom, right, top = (round(side) for side in stamps.box(role))
    return SigFieldSpec(FIELDS[role], on_page=-1, box=(left, bottom, right, top))


def _metadata(role: Role, known: ValidationContext) -> PdfSignatureMetadata:
    more: dict[str, Any] = {}
    if role == Role.SIGNER:
        more = {"certify": True, "docmdp_permissions": MDPPerm.FILL_FORMS}
    else:
        more = {"use_pades_lta": True, "timestamp_field_name": ARCHIVE_FIELD}
    return PdfSignatureMetadata(
        field_name=FIELDS[role],
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        embed_validation_info=True,
        validation_context=known,
        **more,
    )


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
