"""What the signatures of a copy of ours are worth, by the library's bottom line; without the portal, so that it can run apart."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, BinaryIO

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESPassed
from pyhanko.sign.validation.ades import AdESLTAValidationResult, ades_lta_validation
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
)
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
)
from pyhanko_certvalidator.registry import SimpleTrustManager

from applications.notarisation.signing.archive_stamps import archived_at, lists_in, readable
from applications.notarisation.signing.loop import wait_for

MOST_SIGNATURES = 12
_PASSED_BUT_ENDED = {
    AdESIndeterminate.EXPIRED,
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE,
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED,
    AdESIndeterminate.NOT_YET_VALID,
    AdESFailure.NOT_YET_VALID,
}
_WITHDRAWN = {AdESFailure.REVOKED, AdESIndeterminate.REVOKED_NO_POE, AdESIndeterminate.REVOKED_CA_NO_POE}


class Worth(StrEnum):
    """What one signature says."""

    GOOD = "good"
    CHANGED = "changed"  # what was signed is not what is there
    ENDED = "ended"  # made outside the certificate's time
    WITHDRAWN = "withdrawn"  # made after the certificate was withdrawn
    UNTRUSTED = "untrusted"  # not from a root that is trusted here, or nobody can say


@dataclass(frozen=True)
class Signature:
    """One signature: whose, since when it provably exists (ISO), and what it is worth. ``certificate`` is the
    SHA-256 of the signer's, ``is_sound`` whether it fits its bytes, whoever made it."""

    name: str
    organisation: str
    issuer: str
    serial: str
    certificate: str
    at: str
    is_sound: bool
    worth: Worth

    @property
    def moment(self) -> datetime | None:
        return datetime.fromisoformat(self.at) if self.at else None


class CannotRead(ValueError):
    """Not a PDF whose signatures can be read."""


def examine(
    file: BinaryIO, roots: Sequence[x509.Certificate], at: datetime, lists: Sequence[bytes] = ()
) -> list[Signature]:
    """Each signature of the file as it stands ``at``. Nothing is fetched: what a file needs for its proof lies inside; ``lists``
    of withdrawn certificates tell of the last time stamp's.

    Raises ``CannotRead``.
    """
    reader, found, stamped = read_signatures(file)
    proven_at = archived_at(stamped, roots, at, [*readable(lists), *lists_in(reader)])
    return [_judged(signature, roots, proven_at) for signature in found]


def read_signatures(file: BinaryIO) -> tuple[PdfFileReader, list[EmbeddedPdfSignature], list[EmbeddedPdfSignature]]:
    """The file, its signatures, and the time stamps over it."""
    try:
        reader = PdfFileReader(file)
        found = list(reader.embedded_regular_signatures)
        stamped = list(reader.embedded_timestamp_signatures)
    except Exception as error:
        raise CannotRead(type(error).__name__) from error
    if len(found) + len(stamped) > MOST_SIGNATURES:
        raise CannotRead("too many signatures")
    return reader, found, stamped


def described(signature: EmbeddedPdfSignature) -> dict[str, str]:
    """Whose signature it is, by its certificate."""
    try:
        certificate = signature.signer_cert
        names, issuer = certificate.subject.native, certificate.issuer.native
        return {
            "name": str(names.get("common_name", "")),
            "organisation": str(names.get("organization_name", "")),
            "issuer": str(issuer.get("common_name", "")),
            "serial": f"{certificate.serial_number:x}",
            "certificate": hashlib.sha256(certificate.dump()).hexdigest(),
        }
    except Exception:  # noqa: BLE001 - a certificate of broken bytes breaks anywhere
        return dict.fromkeys(("name", "organisation", "issuer", "serial", "certificate"), "")


def _judged(signature: EmbeddedPdfSignature, roots: Sequence[x509.Certificate], at: datetime) -> Signature:
    names = described(signature)
    try:
        result = result_at(signature, roots, at, REQUIRE_REVINFO)
        when = result.best_signature_time.isoformat() if result.best_signature_time else ""
        return Signature(**names, at=when, is_sound=_is_sound(result), worth=full_worth(signature, result))
    except Exception:  # noqa: BLE001 - so does a signature
        return Signature(**names, at="", is_sound=False, worth=Worth.CHANGED)


def result_at(
    signature: EmbeddedPdfSignature, roots: Sequence[x509.Certificate], at: datetime, policy: RevocationCheckingPolicy
) -> AdESLTAValidationResult:
    return wait_for(ades_lta_validation(signature, _specification(roots, policy), _timing(at)))


def full_worth(signature: EmbeddedPdfSignature, result: AdESLTAValidationResult) -> Worth:
    worth = _worth(result, _is_sound(result))
    if worth == Worth.UNTRUSTED and not held_at(signature.signer_cert, result.best_signature_time):
        return Worth.ENDED
    return worth


def _specification(roots: Sequence[x509.Certificate], policy: RevocationCheckingPolicy) -> PdfSignatureValidationSpec:
    trust = SimpleTrustManager.build(trust_roots=list(roots))
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=CertValidationPolicySpec(trust, CertRevTrustPolicy(policy)),
            # The archive's time stamp is the last word in the file: nothing in there can tell of its own certificate later.
            ts_cert_validation_policy=CertValidationPolicySpec(trust, CertRevTrustPolicy(NO_REVOCATION)),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY,
                certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
            ),
        )
    )


def _timing(at: datetime) -> ValidationTimingInfo:
    return ValidationTimingInfo(validation_time=at, best_signature_time=at, point_in_time_validation=True)


def held_at(certificate: x509.Certificate, at: datetime | None) -> bool:
    return at is None or bool(certificate.not_valid_before <= at <= certificate.not_valid_after)


def _is_sound(result: AdESLTAValidationResult) -> bool:
    status = result.api_status
    return bool(status is not None and status.intact and status.valid)


def _worth(result: AdESLTAValidationResult, is_sound: bool) -> Worth:
    status: Any = result.api_status
    if result.ades_subindic == AdESPassed.OK and status is not None and status.bottom_line:
        return Worth.GOOD
    if not is_sound or not (status.docmdp_ok or status.modification_level is None):
        return Worth.CHANGED
    if {result.ades_subindic, status.trust_problem_indic} & _WITHDRAWN:
        return Worth.WITHDRAWN
    return Worth.ENDED if result.ades_subindic in _PASSED_BUT_ENDED else Worth.UNTRUSTED
