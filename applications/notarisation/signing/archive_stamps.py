"""The archive's time stamps over a file: since when they prove that all of it was there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from asn1crypto import crl, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.status import (
    DocumentTimestampStatus,
    RevocationDetails,
    SignatureCoverageLevel,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
)

from applications.notarisation.signing.loop import wait_for

MOST_LISTS, MOST_MOMENTS = 200, 12
_HARMLESS = {"affiliation_changed", "superseded", "cessation_of_operation"}


def archived_at(
    stamped: Sequence[EmbeddedPdfSignature], roots: Sequence[x509.Certificate], at: datetime, lists: Sequence[bytes]
) -> datetime:
    """Since when the archive's time stamps prove that all of the file, with the proof inside it, was there; ``at`` when they
    prove nothing.

    From the last one back: each is judged as of the moment that the one after it proves. The signatures are then judged as
    of the first one's moment, so that they stay good when their certificates end. The library's own way back in time
    finds no list of withdrawn certificates that an intermediate authority signed (pyHanko 0.38).
    """
    is_last = True
    for stamp in reversed(stamped):
        moment = _stamped_at(stamp, roots, at, lists, is_last=is_last)
        if moment is None:
            break
        at, is_last = moment, False
    return at


def _stamped_at(
    stamp: EmbeddedPdfSignature,
    roots: Sequence[x509.Certificate],
    at: datetime,
    lists: Sequence[bytes],
    *,
    is_last: bool,
) -> datetime | None:
    """When this time stamp was made; ``None`` when it does not hold ``at`` that moment.

    Those before the last one must have brought the proof that their certificate was not withdrawn; of the last one the newest
    list is asked that is there, as nothing in the file can tell of it later.
    """
    status = _status_at(stamp, roots, at, lists, NO_REVOCATION if is_last else REQUIRE_REVINFO)
    if status is None or not (status.intact and status.valid and _is_last(status)):
        return None
    withdrawn = _withdrawn(stamp, roots, lists) if is_last else status.revocation_details
    if withdrawn is not None:
        return status.timestamp if _held_until(withdrawn, status.timestamp) else None
    return status.timestamp if status.trusted else None


def _status_at(
    stamp: EmbeddedPdfSignature,
    roots: Sequence[x509.Certificate],
    at: datetime,
    lists: Sequence[bytes],
    policy: RevocationCheckingPolicy,
) -> DocumentTimestampStatus | None:
    trust = ValidationContext(
        trust_roots=list(roots),
        moment=at,
        allow_fetching=False,
        crls=list(lists),
        revinfo_policy=CertRevTrustPolicy(policy),
    )
    try:
        return wait_for(async_validate_pdf_timestamp(stamp, trust))
    except Exception:  # noqa: BLE001 - a time stamp of broken bytes breaks anywhere
        return None


def _withdrawn(
    stamp: EmbeddedPdfSignature, roots: Sequence[x509.Certificate], lists: Sequence[bytes]
) -> RevocationDetails | None:
    """What a list says of the time stamp's certificate. Each is asked as of when it was made: of later it says nothing."""
    for moment in list(dict.fromkeys(made_after(one) for one in lists))[:MOST_MOMENTS]:
        status = _status_at(stamp, roots, moment, lists, REQUIRE_REVINFO)
        if status is not None and status.revocation_details is not None:
            return status.revocation_details
    return None


def made_after(one: bytes) -> datetime:
    """The moment after the list was made: the library takes what was withdrawn in that very second for withdrawn later."""
    moment: datetime = crl.CertificateList.load(one)["tbs_cert_list"]["this_update"].native
    return moment + timedelta(seconds=1)


def _held_until(withdrawn: RevocationDetails, stamped_at: datetime) -> bool:
    """Whether what was stamped before the withdrawal goes on counting: only where the reason says that the key was not lost
    (RFC 3161, 4.1)."""
    return (
        not withdrawn.ca_revoked
        and withdrawn.revocation_reason.native in _HARMLESS
        and stamped_at < withdrawn.revocation_date
    )


def lists_in(reader: PdfFileReader) -> list[bytes]:
    """The lists of withdrawn certificates that the file brings as proof, those that can be read."""
    try:
        kept = DocumentSecurityStore.read_dss(reader).crls
        return readable([bytes(one.get_object().data) for one in kept[:MOST_LISTS]])
    except Exception:  # noqa: BLE001 - a file from anywhere breaks anywhere
        return []


def readable(lists: Iterable[bytes]) -> list[bytes]:
    """Those that are lists of withdrawn certificates."""
    found = []
    for one in lists:
        with suppress(ValueError, TypeError, KeyError):
            made_after(one)
            found.append(one)
    return found


def _is_last(status: DocumentTimestampStatus) -> bool:
    """Whether nothing follows but what helps to prove it."""
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return True
    changes = status.diff_result
    return (
        status.coverage == SignatureCoverageLevel.ENTIRE_REVISION
        and isinstance(changes, DiffResult)
        and changes.modification_level <= ModificationLevel.LTA_UPDATES
    )
