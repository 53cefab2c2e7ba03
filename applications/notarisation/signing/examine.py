"""What a PDF's signatures are worth, by the library's bottom line; without the portal, so that it can run apart.

    python -m applications.notarisation.signing.examine file.pdf roots.pem 2026-11-23T10:26:00+07:00

A file from anywhere is read here, so it is done in a process of its own with little memory and time (``examine_apart``).
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from asn1crypto import x509
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESPassed
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation.ades import AdESLTAValidationResult, ades_lta_validation
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_timestamp
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.status import DocumentTimestampStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from applications.notarisation.signing.loop import wait_for

ROOT = Path(__file__).resolve().parents[3]
MOST_SIGNATURES = 12
SECONDS = 30
_MEMORY_BYTES = 1024**3
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


def examine(content: bytes, roots: Sequence[x509.Certificate], at: datetime) -> list[Signature]:
    """Each signature of the file as it stands ``at``. Nothing is fetched: what a file needs for its proof lies inside.

    Raises ``CannotRead``.
    """
    try:
        reader = PdfFileReader(io.BytesIO(content))
        found = list(reader.embedded_regular_signatures)
        stamped = list(reader.embedded_timestamp_signatures)
    except Exception as error:
        raise CannotRead(type(error).__name__) from error
    if len(found) + len(stamped) > MOST_SIGNATURES:
        raise CannotRead("too many signatures")
    proven_at = _archived_at(stamped[-1], roots, at) if stamped else None
    return [_judged(signature, roots, proven_at or at) for signature in found]


def _archived_at(stamp: EmbeddedPdfSignature, roots: Sequence[x509.Certificate], at: datetime) -> datetime | None:
    """When the archive's time stamp proves that all of the file, with the proof inside it, was there; ``None`` when it
    does not hold.

    The signatures are then judged as of that moment, so that they stay good when their certificates end. The library's own
    way back in time finds no list of withdrawn certificates that an intermediate authority signed (pyHanko 0.38).
    """
    trust = ValidationContext(
        trust_roots=list(roots), moment=at, allow_fetching=False, revinfo_policy=CertRevTrustPolicy(NO_REVOCATION)
    )
    try:
        status = wait_for(async_validate_pdf_timestamp(stamp, trust))
    except Exception:  # noqa: BLE001 - a time stamp of broken bytes breaks anywhere
        return None
    holds = status.intact and status.valid and status.trusted
    return status.timestamp if holds and _is_last(status) else None


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


def _judged(signature: EmbeddedPdfSignature, roots: Sequence[x509.Certificate], at: datetime) -> Signature:
    try:
        certificate = signature.signer_cert
        names, issuer = certificate.subject.native, certificate.issuer.native
        described = {
            "name": str(names.get("common_name", "")),
            "organisation": str(names.get("organization_name", "")),
            "issuer": str(issuer.get("common_name", "")),
            "serial": f"{certificate.serial_number:x}",
            "certificate": hashlib.sha256(certificate.dump()).hexdigest(),
        }
    except Exception:  # noqa: BLE001 - a certificate of broken bytes breaks anywhere
        described = dict.fromkeys(("name", "organisation", "issuer", "serial", "certificate"), "")
    try:
        result = wait_for(ades_lta_validation(signature, _specification(roots), _timing(at)))
        when = result.best_signature_time.isoformat() if result.best_signature_time else ""
        is_sound = _is_sound(result)
        worth = _worth(result, is_sound)
        if worth == Worth.UNTRUSTED and not _held_at(signature.signer_cert, result.best_signature_time):
            worth = Worth.ENDED
    except Exception:  # noqa: BLE001 - so does a signature
        return Signature(**described, at="", is_sound=False, worth=Worth.CHANGED)
    return Signature(**described, at=when, is_sound=is_sound, worth=worth)


def _specification(roots: Sequence[x509.Certificate]) -> PdfSignatureValidationSpec:
    trust = SimpleTrustManager.build(trust_roots=list(roots))
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=CertValidationPolicySpec(trust, CertRevTrustPolicy(REQUIRE_REVINFO)),
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


def _held_at(certificate: x509.Certificate, at: datetime | None) -> bool:
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


def examine_apart(content: bytes, roots: Path, at: datetime) -> list[Signature]:
    """The same in a process of its own, which a file made to be large or slow to read brings down alone.

    Raises ``CannotRead``.
    """
    with tempfile.NamedTemporaryFile(prefix="examined-", suffix=".pdf") as file:
        file.write(content)
        file.flush()
        try:
            done = subprocess.run(  # noqa: S603 - our own program and a path of our own
                [sys.executable, "-m", __name__, file.name, str(roots), at.isoformat()],
                cwd=ROOT, capture_output=True, timeout=SECONDS, check=True, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            return [Signature(**row | {"worth": Worth(row["worth"])}) for row in json.loads(done.stdout)]
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired, ValueError) as error:
            raise CannotRead(type(error).__name__) from error


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    logging.disable(logging.CRITICAL)
    path, roots, at = sys.argv[1:]
    trusted = list(load_certs_from_pemder([roots])) if Path(roots).is_file() else []
    found = examine(Path(path).read_bytes(), trusted, datetime.fromisoformat(at))
    sys.stdout.write(json.dumps([asdict(signature) for signature in found]))


if __name__ == "__main__":
    main()
