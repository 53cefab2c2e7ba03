"""A signed copy: what any reader finds, what the stamps say, and what happens when a key or an authority is away."""

from __future__ import annotations

import gc
import io
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives import serialization
from django.conf import LazySettings

from applications.notarisation import compose as composing
from applications.notarisation.compose import CopyText
from applications.notarisation.signing.apart import examine_apart
from applications.notarisation.signing.examine import CannotRead, Worth, examine
from applications.notarisation.signing.keys import KEY_SILENT, KeyAt, certificate_at
from applications.notarisation.signing.sign import CERTIFICATE_BAD, TSA_SILENT
from applications.notarisation.signing.throwaway import MARK, PASSWORD, SIGNER, UNIT, Authority, open_authority
from applications.notarisation.signing.trust import roots
from applications.notarisation.trouble import NotNow
from portal.filekinds import TIFF
from tests.applications.notarisation.composed import compose
from tests.applications.notarisation.signed import as_file, pdfsig, signed_as_signer, signed_as_unit
from tests.applications.notarisation.test_compose import TEXT, photographs, words

NOW = datetime.now(UTC)
MODULE = "/usr/lib/softhsm/libsofthsm2.so"


def test_pdfsig_finds_both_signatures_valid_and_trusted(
    signed_copy: bytes, authority: Authority, tmp_path: Path
) -> None:
    said = pdfsig(signed_copy, authority, tmp_path)
    assert said.count("Signature is Valid.") == 2 and said.count("Certificate is Trusted.") == 2, said
    assert said.count("ETSI.CAdES.detached") == 2 and said.count("Signature #") == 3


def test_the_library_finds_both_good_and_a_time_stamp_over_them(signed_copy: bytes, signing: Authority) -> None:
    for found in (
        examine(io.BytesIO(signed_copy), roots(), NOW),
        examine_apart(as_file(signed_copy), signing.roots, NOW),
    ):
        assert [(one.worth, one.is_sound) for one in found] == [(Worth.GOOD, True)] * 2
        assert [one.organisation for one in found] == [MARK] * 2


def test_no_connection_is_left_open(
    unsigned_copy: tuple[bytes, CopyText], signing: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    signed_as_signer(*unsigned_copy)
    gc.collect()
    assert "Unclosed" not in caplog.text


def test_the_stamps_say_who_signed_and_when_in_hanois_time(signed_copy: bytes, tmp_path: Path) -> None:
    said = words(signed_copy, tmp_path)
    for sentence in (
        "Ký số bởi: Nguyễn Thị Mẫu",
        "Cơ quan ký số: Chi nhánh số 3",
        "Thời gian ký: 23/11/2026 10:26:00 (giờ Hà Nội)",
        f"BẢN {MARK}",
        "(Đã ký số)",
    ):
        assert sentence in said, sentence


def test_a_long_copy_made_in_rounds_is_built_like_the_archives_format(
    signing: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composing, "PICTURES_AT_A_TIME", 2)
    text = replace(TEXT, is_signed=True)
    made = compose(photographs(5), TIFF, text).content
    _check_archival(signed_as_unit(signed_as_signer(made, text), text))


def test_the_file_declares_the_archives_format_and_is_built_like_it(signed_copy: bytes) -> None:
    _check_archival(signed_copy)


def _check_archival(content: bytes) -> None:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        with pdf.open_metadata() as kept:
            assert (kept["pdfaid:part"], kept["pdfaid:conformance"]) == ("3", "B")
            assert str(pdf.docinfo["/Title"]) == kept["dc:title"]
            assert _moment(str(pdf.docinfo["/CreationDate"])) == datetime.fromisoformat(str(kept["xmp:CreateDate"]))
            assert _moment(str(pdf.docinfo["/ModDate"])) == datetime.fromisoformat(str(kept["xmp:ModifyDate"]))
        [intent] = pdf.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1" and int(intent.DestOutputProfile.N) == 3
        assert not pdf.is_encrypted and "/ID" in pdf.trailer
        for key in ("/OpenAction", "/AA", "/Names"):
            assert key not in pdf.Root
        for field in pdf.Root.AcroForm.Fields:
            flags = int(field.F)
            assert flags & 4 and not flags & 0b11, "printed, neither invisible nor hidden"
            assert "/AP" in field or list(field.Rect) == [0, 0, 0, 0]
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
                _check_object(thing)


def _check_object(thing: pikepdf.Dictionary) -> None:
    assert "/JS" not in thing and thing.get("/S") not in ("/JavaScript", "/Launch")
    if thing.get("/Type") == "/FontDescriptor":
        assert any(name in thing for name in ("/FontFile", "/FontFile2", "/FontFile3")), "the font is inside"
    if thing.get("/Subtype") == "/Image":
        assert thing.get("/ColorSpace") in ("/DeviceRGB", "/DeviceGray") and not thing.get("/Interpolate", False)
    if isinstance(thing, pikepdf.Stream):
        assert thing.get("/Filter") != "/LZWDecode" and "/F" not in thing


def _moment(written: str) -> datetime:
    return datetime.strptime(written.removeprefix("D:").replace("'", ""), "%Y%m%d%H%M%S%z")


def test_a_good_file_stays_good_when_its_certificate_has_ended(
    unsigned_copy: tuple[bytes, CopyText], signing: Authority
) -> None:
    content, text = unsigned_copy
    signing.issue("brief", not_after=NOW + timedelta(hours=1))
    key = KeyAt(signing.key_url("brief"), PASSWORD)
    lasting = signed_as_unit(signed_as_signer(content, text, key), text, key)
    passing = signed_as_signer(content, text, key)
    for later in (timedelta(0), timedelta(days=30), timedelta(days=3000)):
        assert {one.worth for one in examine(io.BytesIO(lasting), roots(), NOW + later)} == {Worth.GOOD}, later
    assert [one.worth for one in examine(io.BytesIO(passing), roots(), NOW + timedelta(days=3000))] != [Worth.GOOD]


@pytest.mark.parametrize("trouble", ["ended", "withdrawn"])
def test_a_certificate_that_does_not_hold_signs_nothing(
    unsigned_copy: tuple[bytes, CopyText], signing: Authority, trouble: str
) -> None:
    content, text = unsigned_copy
    own = signing.issue(trouble, not_after=NOW - timedelta(days=1) if trouble == "ended" else None)
    if trouble == "withdrawn":
        signing.withdraw(own.certificate, NOW - timedelta(hours=1))
    with pytest.raises(NotNow) as refused:
        signed_as_signer(content, text, KeyAt(signing.key_url(trouble), PASSWORD))
    assert refused.value.message == CERTIFICATE_BAD


def test_a_silent_time_stamp_authority_is_said(
    unsigned_copy: tuple[bytes, CopyText], signing: Authority, settings: LazySettings
) -> None:
    content, text = unsigned_copy
    settings.SIGNING_TSA_URL = "http://127.0.0.1:9/tsa"
    with pytest.raises(NotNow) as refused:
        signed_as_signer(content, text)
    assert refused.value.message == TSA_SILENT


@pytest.mark.parametrize("key", [KeyAt("file:///nowhere/signer.p12", ""), None])
def test_a_key_that_is_not_there_or_does_not_open_is_said(
    unsigned_copy: tuple[bytes, CopyText], signing: Authority, key: KeyAt | None
) -> None:
    content, text = unsigned_copy
    key = key or KeyAt(signing.key_url(SIGNER), "not its password")
    with pytest.raises(NotNow) as refused:
        signed_as_signer(content, text, key)
    assert refused.value.message == KEY_SILENT


@pytest.fixture
def token(signing: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeyAt:
    """A token of SoftHSM with the unit's key and certificate in it."""
    if not Path(MODULE).exists() or not shutil.which("softhsm2-util"):
        pytest.skip("needs softhsm2")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm.conf").write_text(
        f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\n"
    )
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm.conf"))
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "mot-cua", "--pin", "1234", "--so-pin", "5678"],
        check=True, capture_output=True,
    )  # fmt: skip
    own = signing.identity(UNIT)
    (tmp_path / "key.pem").write_bytes(
        own.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    subprocess.run(
        ["softhsm2-util", "--import", tmp_path / "key.pem", "--token", "mot-cua", "--label", "unit", "--id", "01",
         "--pin", "1234"], check=True, capture_output=True,
    )  # fmt: skip
    chain = tmp_path / "chain.pem"
    chain.write_bytes(b"".join((signing.folder / f"{name}.pem").read_bytes() for name in ("issuing", "root")))
    _put_certificate(own.der)
    return KeyAt(f"pkcs11://{MODULE}?token=mot-cua&key=unit&chain={chain}", "1234")


def _put_certificate(der: bytes) -> None:
    import pkcs11  # noqa: PLC0415 - loads the module of the token
    from pkcs11.util.x509 import decode_x509_public_key  # noqa: F401, PLC0415

    library = pkcs11.lib(MODULE)
    library.reinitialize()
    with library.get_token(token_label="mot-cua").open(rw=True, user_pin="1234") as session:
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.LABEL: "unit",
                pkcs11.Attribute.ID: b"\x01",
                pkcs11.Attribute.SUBJECT: b"unit",
                pkcs11.Attribute.VALUE: der,
            }
        )


def test_a_key_in_a_token_signs_as_well(
    half_signed_copy: bytes, unsigned_copy: tuple[bytes, CopyText], token: KeyAt
) -> None:
    text = unsigned_copy[1]
    made = signed_as_unit(half_signed_copy, text, token)
    assert [one.worth for one in examine(io.BytesIO(made), roots(), NOW)] == [Worth.GOOD] * 2
    assert certificate_at(token).subject.native["organization_name"] == MARK


def test_a_wrong_pin_is_said(half_signed_copy: bytes, unsigned_copy: tuple[bytes, CopyText], token: KeyAt) -> None:
    text = unsigned_copy[1]
    with pytest.raises(NotNow) as refused:
        signed_as_unit(half_signed_copy, text, KeyAt(token.url, "9999"))
    assert refused.value.message == KEY_SILENT


def test_the_authority_is_made_once_and_moves_with_its_address(tmp_path: Path) -> None:
    first = open_authority(tmp_path, "http://127.0.0.1:1")
    signer = first.identity(SIGNER).der
    assert open_authority(tmp_path, "http://127.0.0.1:1").identity(SIGNER).der == signer
    moved = open_authority(tmp_path, "http://127.0.0.1:2")
    assert moved.root.der == first.root.der, "what was signed before stays good"
    assert moved.identity(SIGNER).der != signer


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nothing", b"%PDF-1.7\n%%EOF", b"\x00" * 5000])
def test_what_is_no_pdf_cannot_be_read(content: bytes, signing: Authority) -> None:
    with pytest.raises(CannotRead):
        examine_apart(as_file(content), signing.roots, NOW)
