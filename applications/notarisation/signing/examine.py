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
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from asn1crypto import crl, x509
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESPassed
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation.ades import AdESLTAValidationResult, ades_lta_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_timestamp
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.status import DocumentTimestampStatus, RevocationDetails, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
)
from pyhanko_certvalidator.registry import SimpleTrustManager

from applications.notarisation.signing.loop import wait_for

ROOT = Path(__file__).resolve().parents[3]
MOST_SIGNATURES = 12
MOST_LISTS, MOST_MOMENTS = 200, 12
_HARMLESS = {"affiliation_changed", "superseded", "cessation_of_operation"}
SECONDS = 30
# Beside the file that is examined.
_LIST = ".crl"
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


def examine(
    content: bytes, roots: Sequence[x509.Certificate], at: datetime, lists: Sequence[bytes] = ()
) -> list[Signature]:
    """Each signature of the file as it stands ``at``. Nothing is fetched: what a file needs for its proof lies inside; ``lists``
    of withdrawn certificates tell of the last time stamp's.

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
    proven_at = _archived_at(stamped, roots, at, [*_readable(lists), *_lists_in(reader)])
    return [_judged(signature, roots, proven_at) for signature in found]


def _archived_at(
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
    for moment in list(dict.fromkeys(_made_at(one) for one in lists))[:MOST_MOMENTS]:
        status = _status_at(stamp, roots, moment, lists, REQUIRE_REVINFO)
        if status is not None and status.revocation_details is not None:
            return status.revocation_details
    return None


def _made_at(one: bytes) -> datetime:
    moment: datetime = crl.CertificateList.load(one)["tbs_cert_list"]["this_update"].native
    return moment


def _held_until(withdrawn: RevocationDetails, stamped_at: datetime) -> bool:
    """Whether what was stamped before the withdrawal goes on counting: only where the reason says that the key was not lost
    (RFC 3161, 4.1)."""
    return (
        not withdrawn.ca_revoked
        and withdrawn.revocation_reason.native in _HARMLESS
        and stamped_at < withdrawn.revocation_date
    )


def _lists_in(reader: PdfFileReader) -> list[bytes]:
    """The lists of withdrawn certificates that the file brings as proof, those that can be read."""
    try:
        kept = DocumentSecurityStore.read_dss(reader).crls
        return _readable([bytes(one.get_object().data) for one in kept[:MOST_LISTS]])
    except Exception:  # noqa: BLE001 - a file from anywhere breaks anywhere
        return []


def _readable(lists: Iterable[bytes]) -> list[bytes]:
    """Those that are lists of withdrawn certificates."""
    found = []
    for one in lists:
        with suppress(ValueError, TypeError, KeyError):
            _made_at(one)
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


def examine_apart(content: bytes, roots: Path, at: datetime, lists: Sequence[bytes] = ()) -> list[Signature]:
    """The same in a process of its own, which a file made to be large or slow to read brings down alone.

    Raises ``CannotRead``.
    """
    with tempfile.TemporaryDirectory(prefix="examined-") as folder:
        file = Path(folder, "file.pdf")
        file.write_bytes(content)
        for number, one in enumerate(lists):
            Path(folder, f"{number}{_LIST}").write_bytes(one)
        try:
            done = subprocess.run(  # noqa: S603 - our own program and paths of our own
                [sys.executable, "-m", __name__, str(file), str(roots), at.isoformat()],
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
    lists = [one.read_bytes() for one in Path(path).parent.glob(f"*{_LIST}")]
    found = examine(Path(path).read_bytes(), trusted, datetime.fromisoformat(at), lists)
    sys.stdout.write(json.dumps([asdict(signature) for signature in found]))


if __name__ == "__main__":
    main()
