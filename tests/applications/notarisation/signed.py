"""Signed copies for tests: filed as ours, or signed as somebody else would."""

from __future__ import annotations

import hashlib
import io
import subprocess
import tempfile
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import HTTPTimeStamper

from applications.actions import make_certified_copy as job
from applications.actions.file_certification import file_certification
from applications.models import CertificationItem
from applications.notarisation.compose import CopyText
from applications.notarisation.describe import stamp_of
from applications.notarisation.signing.keys import KeyAt, Role
from applications.notarisation.signing.loop import wait_for
from applications.notarisation.signing.marks import signature_hashes
from applications.notarisation.signing.sign import sign
from applications.notarisation.signing.throwaway import PASSWORD, Authority
from portal import files
from tests.factories.applications import MONDAY
from tests.factories.certifications import an_approved_item

_FOLDER = tempfile.TemporaryDirectory(prefix="signed-")
CODE = "7K2M9QXD41AB"


def signed_as_signer(content: bytes, text: CopyText, key: KeyAt | None = None) -> bytes:
    return _signed(content, Role.SIGNER, text, key)


def signed_as_unit(content: bytes, text: CopyText, key: KeyAt | None = None) -> bytes:
    return _signed(content, Role.UNIT, text, key)


def _signed(content: bytes, role: Role, text: CopyText, key: KeyAt | None) -> bytes:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        path = Path(file.name)
        path.write_bytes(content)
        sign(path, role, stamp_of(text, role, text.at), key=key)
        return path.read_bytes()


def filed(content: bytes, code: str = CODE) -> CertificationItem:
    """This file as a certified copy of ours, issued under this code."""
    item = an_approved_item()
    CertificationItem.objects.filter(pk=item.pk).update(check_code=code)
    job._claim(item.pk, MONDAY)
    return file_certification(
        item_id=item.pk, kept=files.store([content]), pages=2, at=MONDAY, marks=signature_hashes(content)
    )


def signed_by(name: str, content: bytes, authority: Authority, field: str = "Other", *, tight: bool = False) -> bytes:
    """Signed with this key of the authority as any program does it: nobody asks whether it still may."""
    signer = SimpleSigner.load_pkcs12(str(Path(authority.folder) / f"{name}.p12"), passphrase=PASSWORD.encode())
    assert signer is not None
    made = PdfSigner(
        PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, tight_size_estimates=tight),
        signer,
        timestamper=HTTPTimeStamper(authority.stamps_url),
    )
    return bytes(wait_for(made.async_sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)))).getvalue())


def pdfsig(content: bytes, authority: Authority, folder: Path) -> str:
    """What any PDF reader says of the signatures once it trusts the authority's root."""
    database = f"sql:{folder}"
    subprocess.run(["certutil", "-N", "-d", database, "--empty-password"], check=True)
    for name, trust in (("root", "CT,C,C"), ("issuing", ",,")):
        subprocess.run(
            ["certutil", "-A", "-d", database, "-n", name, "-t", trust, "-i", authority.folder / f"{name}.pem"],
            check=True,
        )
    (folder / "signed.pdf").write_bytes(content)
    return subprocess.run(
        ["pdfsig", "-nssdir", database, folder / "signed.pdf"], capture_output=True, text=True, check=False
    ).stdout


def as_file(content: bytes) -> Path:
    """The same as a file; ended with the process."""
    folder = Path(_FOLDER.name)
    file = folder / hashlib.sha256(content).hexdigest()
    file.write_bytes(content)
    return file
