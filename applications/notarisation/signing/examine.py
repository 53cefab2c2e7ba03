"""What a PDF's signatures are worth, by the library's bottom line; without the portal, so that it can run apart.

    python -m applications.notarisation.signing.examine ours file.pdf 2026-11-23T10:26:00+07:00 folder roots.pem

The folder holds lists of withdrawn certificates, if there are any; "brought" instead of "ours" for a file from anywhere.

A file from anywhere is read here, so it is done in a process of its own with little memory and time (``examine_apart``).
"""

from __future__ import annotations

import hashlib
import json
import logging
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from asn1crypto import crl, x509
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESPassed
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation.ades import AdESLTAValidationResult, ades_lta_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.status import (
    DocumentTimestampStatus,
    PdfSignatureStatus,
    RevocationDetails,
    SignatureCoverageLevel,
)
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
    file: BinaryIO, roots: Sequence[x509.Certificate], at: datetime, lists: Sequence[bytes] = ()
) -> list[Signature]:
    """Each signature of the file as it stands ``at``. Nothing is fetched: what a file needs for its proof lies inside; ``lists``
    of withdrawn certificates tell of the last time stamp's.

    Raises ``CannotRead``.
    """
    reader, found, stamped = _read(file)
    proven_at = _archived_at(stamped, roots, at, [*_readable(lists), *_lists_in(reader)])
    return [_judged(signature, roots, proven_at) for signature in found]


def _read(file: BinaryIO) -> tuple[PdfFileReader, list[EmbeddedPdfSignature], list[EmbeddedPdfSignature]]:
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


def _described(signature: EmbeddedPdfSignature) -> dict[str, str]:
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
    described = _described(signature)
    try:
        result = _result(signature, roots, at, REQUIRE_REVINFO)
        when = result.best_signature_time.isoformat() if result.best_signature_time else ""
        return Signature(**described, at=when, is_sound=_is_sound(result), worth=_full_worth(signature, result))
    except Exception:  # noqa: BLE001 - so does a signature
        return Signature(**described, at="", is_sound=False, worth=Worth.CHANGED)


def _result(
    signature: EmbeddedPdfSignature, roots: Sequence[x509.Certificate], at: datetime, policy: RevocationCheckingPolicy
) -> AdESLTAValidationResult:
    return wait_for(ades_lta_validation(signature, _specification(roots, policy), _timing(at)))


def _full_worth(signature: EmbeddedPdfSignature, result: AdESLTAValidationResult) -> Worth:
    worth = _worth(result, _is_sound(result))
    if worth == Worth.UNTRUSTED and not _held_at(signature.signer_cert, result.best_signature_time):
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


# -- what somebody brought ---------------------------------------------------------------------------------------------


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
    reader, found, stamped = _read(file)
    lists = _lists_in(reader)
    proven_at = _archived_at(stamped, roots, at, lists)
    return [_weighed(signature, roots, proven_at, lists, is_archived=proven_at != at) for signature in found]


def _weighed(
    signature: EmbeddedPdfSignature,
    roots: Sequence[x509.Certificate],
    at: datetime,
    lists: Sequence[bytes],
    *,
    is_archived: bool,
) -> Brought:
    described = _described(signature)
    try:
        status, worth, is_withdrawal_known = _with_what_is_given(signature, roots, at, lists)
        certificate, said = signature.signer_cert, signature.self_reported_timestamp
        proven = _proven_by(status) or (at if is_archived else None)
        return Brought(
            **described,
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
            **described, bottom_line=False, worth=Worth.CHANGED, is_sound=False, is_known=False,
            is_withdrawal_known=False, said_at="", proven_at="", begins_at="", ends_at="",
        )  # fmt: skip


def _with_what_is_given(
    signature: EmbeddedPdfSignature, roots: Sequence[x509.Certificate], at: datetime, lists: Sequence[bytes]
) -> tuple[PdfSignatureStatus, Worth, bool]:
    """What the library says, what that is worth, and whether a list said that the certificate was or was not withdrawn."""
    for moment in [at, *dict.fromkeys(_made_at(one) for one in lists)][:MOST_MOMENTS] if lists else ():
        asked = _result(signature, roots, moment, REQUIRE_REVINFO)
        worth = _full_worth(signature, asked)
        if asked.api_status and (worth == Worth.WITHDRAWN or (worth == Worth.GOOD and moment == at)):
            return asked.api_status, worth, True
    status = _plain_status(signature, roots, at)
    proven = _proven_by(status)
    if proven is not None and not status.bottom_line and not _held_at(signature.signer_cert, at):
        # The certificate has ended since, and the time stamp in the signature proves that it was made before.
        status = _plain_status(signature, roots, proven)
    return status, _plain_worth(status, _held_at(signature.signer_cert, proven or at)), False


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


# -- in a process apart ------------------------------------------------------------------------------------------------


def examine_apart(file: Path, roots: Path, at: datetime, lists: Sequence[bytes] = ()) -> list[Signature]:
    """``examine`` in a process of its own, which a file made to be large or slow to read brings down alone.

    Raises ``CannotRead``.
    """
    rows = _apart("ours", file, [roots], at, lists)
    return [Signature(**row | {"worth": Worth(row["worth"])}) for row in rows]


def examine_brought_apart(file: Path, roots: Sequence[Path], at: datetime) -> list[Brought]:
    """``examine_brought`` in a process of its own. Raises ``CannotRead``."""
    rows = _apart("brought", file, roots, at, ())
    return [Brought(**row | {"worth": Worth(row["worth"])}) for row in rows]


def _apart(what: str, file: Path, roots: Sequence[Path], at: datetime, lists: Sequence[bytes]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="examined-") as folder:
        for number, one in enumerate(lists):
            Path(folder, f"{number}{_LIST}").write_bytes(one)
        try:
            done = subprocess.run(  # noqa: S603 - our own program and paths of our own
                [sys.executable, "-m", __name__, what, str(file), at.isoformat(), folder, *map(str, roots)],
                cwd=ROOT, capture_output=True, timeout=SECONDS, check=True, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            rows: list[dict[str, Any]] = json.loads(done.stdout)
            return rows
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired, ValueError) as error:
            raise CannotRead(type(error).__name__) from error


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    logging.disable(logging.CRITICAL)
    what, path, at, folder, *roots = sys.argv[1:]
    trusted = [one for name in roots if Path(name).is_file() for one in load_certs_from_pemder([name])]
    lists = [one.read_bytes() for one in Path(folder).glob(f"*{_LIST}")]
    found: Sequence[Signature | Brought]
    with Path(path).open("rb") as file:
        if what == "ours":
            found = examine(file, trusted, datetime.fromisoformat(at), lists)
        else:
            found = examine_brought(file, trusted, datetime.fromisoformat(at))
    sys.stdout.write(json.dumps([asdict(signature) for signature in found]))


if __name__ == "__main__":
    main()
