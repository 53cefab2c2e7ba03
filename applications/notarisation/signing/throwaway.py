"""A throw-away authority for the demo and the tests: root, issuing, a signer, a unit and a time stamp authority.

Whatever it signs says so: every certificate carries ``MARK`` and the visible stamp repeats it. `manage.py check --deploy`
refuses such keys (docs/decisions/0030-keys-and-a-throw-away-authority.md).
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

MARK = "TRÌNH DIỄN - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
PASSWORD = "demo-chu-ky-2026"  # noqa: S105 - of keys that are worth nothing
SIGNER, UNIT, TSA = "signer", "unit", "tsa"
# Of the demo's signers each has a key of their own, under the name they sign in by.
DEMO_SIGNERS = {"lanhdao": "Phan Văn Mẫu (trình diễn)"}
# The name of the file with the password, beside the keys.
SECRET = "password"  # noqa: S105 - a file's name
NAMES = {
    "root": "CA gốc trình diễn",
    "issuing": "CA cấp phát trình diễn",
    SIGNER: "Người thực hiện chứng thực (trình diễn)",
    UNIT: "Trung tâm Phục vụ hành chính công (trình diễn)",
    TSA: "Dấu thời gian trình diễn",
    **DEMO_SIGNERS,
}
_ISSUED = (SIGNER, UNIT, TSA, *DEMO_SIGNERS)
# Made today, they also cover what the demo tells of the last month.
BEFORE, YEARS = timedelta(days=60), timedelta(days=3650)
CRL_DAYS = timedelta(days=7)
_BITS = 2048


@dataclass(frozen=True)
class Identity:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: RSAPrivateKey

    @cached_property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)


@dataclass(frozen=True)
class Authority:
    """The authority in ``folder``; ``address`` is where its lists and its time stamps are served."""

    folder: Path
    address: str
    root: Identity
    issuing: Identity

    @property
    def roots(self) -> Path:
        return self.folder / "root.pem"

    @property
    def stamps_url(self) -> str:
        return f"{self.address}/tsa"

    def key_url(self, name: str) -> str:
        """What SIGNING_SIGNER_KEY or SIGNING_UNIT_KEY says of it."""
        return (self.folder / f"{name}.p12").as_uri()

    def environment(self) -> dict[str, str]:
        """The settings that make the portal sign with this authority's keys."""
        return {
            "SIGNING_SIGNER_KEY": self.key_url(SIGNER),
            "SIGNING_SIGNER_PASSWORD": PASSWORD,
            "SIGNING_UNIT_KEY": self.key_url(UNIT),
            "SIGNING_UNIT_PASSWORD": PASSWORD,
            "SIGNING_TSA_URL": self.stamps_url,
            "SIGNING_ROOTS": str(self.roots),
            "SIGNING_FOLDER": str(self.folder),
        }

    def issue(
        self,
        name: str,
        *,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        is_tsa: bool = False,
        common_name: str = "",
    ) -> Identity:
        """A certificate of a new key, also kept as ``name``.p12."""
        made = _certify(
            _subject(common_name or NAMES.get(name, name)), self.issuing, f"{self.address}/issuing.crl",
            not_before or _now() - BEFORE, not_after or _now() + YEARS, is_tsa=is_tsa,
        )  # fmt: skip
        content = pkcs12.serialize_key_and_certificates(
            name.encode(),
            made.key,
            made.certificate,
            [self.issuing.certificate, self.root.certificate],
            serialization.BestAvailableEncryption(PASSWORD.encode()),
        )
        write_whole(self.folder / f"{name}.p12", content)
        return made

    def identity(self, name: str) -> Identity:
        """One that was issued before."""
        content = (self.folder / f"{name}.p12").read_bytes()
        key, certificate, _others = pkcs12.load_key_and_certificates(content, PASSWORD.encode())
        assert isinstance(key, RSAPrivateKey) and certificate is not None
        return Identity(certificate, key)

    def withdraw(self, certificate: x509.Certificate, at: datetime, reason: str | None = None) -> None:
        """Put a certificate on the list of withdrawn ones from now on, as withdrawn ``at``."""
        withdrawn = self._withdrawn() | {str(certificate.serial_number): (at.timestamp(), reason)}
        write_whole(self.folder / "withdrawn.json", json.dumps(withdrawn).encode())

    def revocation_list(self, name: str) -> bytes:
        """The list of "root" or "issuing", made now (DER)."""
        issuer = self.root if name == "root" else self.issuing
        now = _now()
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.certificate.subject)
            .last_update(now)
            .next_update(now + CRL_DAYS)
            .add_extension(x509.CRLNumber(int(now.timestamp() * 1000)), critical=False)
            .add_extension(_authority_key(issuer), critical=False)
        )
        for serial, (at, reason) in self._withdrawn().items() if name == "issuing" else ():
            moment = datetime.fromtimestamp(at, UTC).replace(microsecond=0)
            entry = x509.RevokedCertificateBuilder().serial_number(int(serial)).revocation_date(moment)
            if reason:
                entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags[reason]), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def stamp(self, request: bytes) -> bytes:
        """The answer to a request for a time stamp (RFC 3161), both DER. Raises ``ValueError``."""
        answer = self.stamper.request_tsa_response(tsp.TimeStampReq.load(request, strict=True))
        return bytes(answer.dump())

    @cached_property
    def stamper(self) -> DummyTimeStamper:
        own = self.identity(TSA)
        chain = SimpleCertificateStore()
        chain.register(asn1_x509.Certificate.load(self.issuing.der))
        plain = own.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return DummyTimeStamper(
            asn1_x509.Certificate.load(own.der), keys.PrivateKeyInfo.load(plain), certs_to_embed=chain
        )

    def _withdrawn(self) -> dict[str, tuple[float, str | None]]:
        path = self.folder / "withdrawn.json"
        return dict(json.loads(path.read_text())) if path.exists() else {}


def open_authority(folder: Path, address: str) -> Authority:
    """The authority kept in ``folder``, made at first. Certificates name where their lists are: at another
    ``address`` than before, the same authority issues new ones."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    root = _kept(folder, "root")
    if root is None:
        begin, end = _now() - BEFORE, _now() + 2 * YEARS
        root = _certify(_subject(NAMES["root"]), None, "", begin, end, is_ca=True)
        _keep(folder, "root", root)
    mark, issuing = folder / "address", _kept(folder, "issuing")
    if issuing is not None and mark.exists() and mark.read_text() == address:
        return _complete(Authority(folder, address, root, issuing))
    issuing = _certify(
        _subject(NAMES["issuing"]), root, f"{address}/root.crl", _now() - BEFORE, _now() + YEARS, is_ca=True,
        key=issuing.key if issuing else None,
    )  # fmt: skip
    _keep(folder, "issuing", issuing)
    authority = Authority(folder, address, root, issuing)
    for name in _ISSUED:
        (folder / f"{name}.p12").unlink(missing_ok=True)
    _complete(authority)
    write_whole(mark, address.encode())
    return authority


def _complete(authority: Authority) -> Authority:
    """With whatever is missing of what it issues: one of an earlier portal knew fewer people."""
    for name in _ISSUED:
        if not (authority.folder / f"{name}.p12").exists():
            authority.issue(name, is_tsa=name == TSA)
    write_whole(authority.folder / SECRET, PASSWORD.encode())
    return authority


def is_throwaway(certificate: asn1_x509.Certificate) -> bool:
    """Whether such an authority issued it."""
    return MARK in certificate.subject.human_friendly or MARK in certificate.issuer.human_friendly


def _now() -> datetime:
    # Certificates and lists are about the time that the time stamps tell, not about the clock of the tests.
    return datetime.now(UTC).replace(microsecond=0)


def _subject(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, MARK),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _authority_key(issuer: Identity) -> x509.AuthorityKeyIdentifier:
    known = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(known)


def _certify(
    subject: x509.Name,
    issuer: Identity | None,
    list_url: str,
    not_before: datetime,
    not_after: datetime,
    *,
    is_ca: bool = False,
    is_tsa: bool = False,
    key: RSAPrivateKey | None = None,
) -> Identity:
    key = key or generate_private_key(public_exponent=65537, key_size=_BITS)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_usage(is_ca), critical=True)
    )
    if issuer is not None:
        where = x509.DistributionPoint([x509.UniformResourceIdentifier(list_url)], None, None, None)
        builder = builder.add_extension(_authority_key(issuer), critical=False)
        builder = builder.add_extension(x509.CRLDistributionPoints([where]), critical=False)
    if is_tsa:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return Identity(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def _usage(is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca, content_commitment=not is_ca, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=is_ca, crl_sign=is_ca, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _keep(folder: Path, name: str, identity: Identity) -> None:
    pem = serialization.Encoding.PEM
    write_whole(
        folder / f"{name}.key",
        identity.key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    write_whole(folder / f"{name}.pem", identity.certificate.public_bytes(pem))


def _kept(folder: Path, name: str) -> Identity | None:
    try:
        certificate = x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes())
        key = serialization.load_pem_private_key((folder / f"{name}.key").read_bytes(), None)
    except FileNotFoundError:
        return None
    assert isinstance(key, RSAPrivateKey)
    return Identity(certificate, key)


def write_whole(path: Path, content: bytes) -> None:
    """Whole or not at all, for the owner's eyes."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.touch(mode=0o600)
    temporary.write_bytes(content)
    os.replace(temporary, path)
