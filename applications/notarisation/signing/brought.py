"""What the signatures of a file are worth that somebody brought; without the portal, so that it can run apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from asn1crypto import x509
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
)
from pyhanko.sign.validation.status import (
    PdfSignatureStatus,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
)

from applications.notarisation.signing.archive_stamps import MOST_MOMENTS, archived_at, lists_in, made_after
from applications.notarisation.signing.examine import Worth, described, full_worth, held_at, read_signatures, result_at
from applications.notarisation.signing.loop import wait_for


@dataclass(frozen=True)
class Brought:
    """One signature of a file that somebody brought. ``bottom_line`` is the library's own and the only verdict; the rest says
    why. Moments are ISO: ``said_at`` as the signer's computer told it, ``proven_at`` by a time stamp that is trusted."""

    name: str
    organisation: str
    issuer: str
    serial: str
    certificate: str
    bottom_line: bool
    worth: Worth
    is_sound: bool
    is_known: bool
    is_withdrawal_known: bool
    said_at: str
    proven_at: str
    begins_at: str
    ends_at: str

    @property
    def said(self) -> datetime | None:
        return datetime.fromisoformat(self.said_at) if self.said_at else None

    @property
    def proven(self) -> datetime | None:
        return datetime.fromisoformat(self.proven_at) if self.proven_at else None

    @property
    def begins(self) -> datetime | None:
        return datetime.fromisoformat(self.begins_at) if self.begins_at else None

    @property
    def ends(self) -> datetime | None:
        return datetime.fromisoformat(self.ends_at) if self.ends_at else None


def examine_brought(file: BinaryIO, roots: Sequence[x509.Certificate], at: datetime) -> list[Brought]:
    """Each signature of a file from anywhere. Whether its certificate was withdrawn is asked where the file brings a list; most
    bring none, and then nobody can say. Raises ``CannotRead``."""
    reader, found, stamped = read_signatures(file)
    lists = lists_in(reader)
    proven_at = archived_at(stamped, roots, at, lists)
    return [_weighed(signature, roots, proven_at, lists, is_archived=proven_at != at) for signature in found]


def _weighed(
    signature: EmbeddedPdfSignature,
    roots: Sequence[x509.Certificate],
    at: datetime,
    lists: Sequence[bytes],
    *,
    is_archived: bool,
) -> Brought:
    names = described(signature)
    try:
        status, worth, is_withdrawal_known = _with_what_is_given(signature, roots, at, lists)
        certificate, said = signature.signer_cert, signature.self_reported_timestamp
        proven = _proven_by(status) or (at if is_archived else None)
        return Brought(
            **names,
            bottom_line=worth == Worth.GOOD,
            worth=worth,
            is_sound=bool(status.intact and status.valid),
            is_known=status.trusted or worth == Worth.WITHDRAWN or _was_known(signature, roots),
            is_withdrawal_known=is_withdrawal_known,
            said_at=said.isoformat() if said else "",
            proven_at=proven.isoformat() if proven else "",
            begins_at=certificate.not_valid_before.isoformat(),
            ends_at=certificate.not_valid_after.isoformat(),
        )
    except Exception:  # noqa: BLE001 - a signature of broken bytes breaks anywhere
        return Brought(
            **names, bottom_line=False, worth=Worth.CHANGED, is_sound=False, is_known=False,
            is_withdrawal_known=False, said_at="", proven_at="", begins_at="", ends_at="",
        )  # fmt: skip


def _with_what_is_given(
    signature: EmbeddedPdfSignature, roots: Sequence[x509.Certificate], at: datetime, lists: Sequence[bytes]
) -> tuple[PdfSignatureStatus, Worth, bool]:
    """What the library says, what that is worth, and whether a list said that the certificate was or was not withdrawn."""
    for moment in [at, *dict.fromkeys(made_after(one) for one in lists)][:MOST_MOMENTS] if lists else ():
        asked = result_at(signature, roots, moment, REQUIRE_REVINFO)
        worth = full_worth(signature, asked)
        if asked.api_status and (worth == Worth.WITHDRAWN or (worth == Worth.GOOD and moment == at)):
            return asked.api_status, worth, True
    status = _plain_status(signature, roots, at)
    proven = _proven_by(status)
    if proven is not None and not status.bottom_line and not held_at(signature.signer_cert, at):
        # The certificate has ended since, and the time stamp in the signature proves that it was made before.
        status = _plain_status(signature, roots, proven)
    return status, _plain_worth(status, held_at(signature.signer_cert, proven or at)), False


def _plain_status(
    signature: EmbeddedPdfSignature, roots: Sequence[x509.Certificate], at: datetime
) -> PdfSignatureStatus:
    """The library's own judgement of a signature, whose certificate nobody asks for."""
    trust = ValidationContext(
        trust_roots=list(roots), moment=at, allow_fetching=False, revinfo_policy=CertRevTrustPolicy(NO_REVOCATION)
    )
    return wait_for(async_validate_pdf_signature(signature, signer_validation_context=trust))


def _was_known(signature: EmbeddedPdfSignature, roots: Sequence[x509.Certificate]) -> bool:
    """Whether the certificate led to a trusted root while it held: one that has ended is not from a stranger."""
    return _plain_status(signature, roots, signature.signer_cert.not_valid_after).trusted


def _plain_worth(status: PdfSignatureStatus, held: bool) -> Worth:
    if status.bottom_line:
        return Worth.GOOD
    if not (status.intact and status.valid) or not (status.docmdp_ok or status.modification_level is None):
        return Worth.CHANGED
    return Worth.UNTRUSTED if held else Worth.ENDED


def _proven_by(status: PdfSignatureStatus) -> datetime | None:
    """When the signature was made at the latest, by the time stamp inside it, if that one holds."""
    stamp = status.timestamp_validity
    moment: datetime | None = stamp.timestamp if stamp and stamp.valid and stamp.intact and stamp.trusted else None
    return moment
