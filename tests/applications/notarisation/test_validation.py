"""Whatever is done to a signed copy, the answer is the right one of five."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import cms, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from applications.actions.strike_entry import strike_entry
from applications.models import CertificationItem
from applications.notarisation.codes import ALPHABET, CODE_LENGTH, new_code, shown, typed
from applications.notarisation.compose import CopyText
from applications.notarisation.enums import Finding
from applications.notarisation.signing.examine import Signature, Worth, examine
from applications.notarisation.signing.keys import KeyAt
from applications.notarisation.signing.marks import signature_blobs
from applications.notarisation.signing.throwaway import PASSWORD, SIGNER, UNIT, Authority, open_authority
from applications.notarisation.signing.trust import roots
from applications.notarisation.validation import Verdict, judge, judge_code, judge_paper
from centres.enums import Role as CentreRole
from portal import clock
from portal.errors import BadInput, NotAllowed
from portal.filekinds import TIFF
from tests.applications.notarisation.composed import compose
from tests.applications.notarisation.signed import CODE, as_file, filed, signed_as_signer, signed_as_unit, signed_by
from tests.applications.notarisation.test_compose import photographs
from tests.factories.applications import member_of
from tests.factories.certifications import an_approved_item
from tests.seeds import a_seed

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
OTHER_CODE = "7K2M9QXD41AC"


def here(file: Path, _roots: Path, at: datetime, _lists: Sequence[bytes]) -> list[Signature]:
    """In this process: a process each would take half a minute for all these files."""
    return examine(io.BytesIO(file.read_bytes()), roots(), at)


def answer(content: bytes, at: datetime = NOW) -> Verdict:
    return judge(as_file(content), at, examine=here)


@pytest.fixture
def issued(signed_copy: bytes, signing: Authority) -> CertificationItem:
    return filed(signed_copy)


def test_the_file_that_was_issued_is_genuine_and_stays_so(issued: CertificationItem, signed_copy: bytes) -> None:
    for later in (0, 30, 3000):
        verdict = answer(signed_copy, NOW + timedelta(days=later))
        assert (verdict.finding, verdict.item) == (Finding.GENUINE, issued), later


def test_a_process_of_its_own_says_the_same(issued: CertificationItem, signed_copy: bytes) -> None:
    assert judge(as_file(signed_copy), NOW).finding == Finding.GENUINE


# Each part of the file, by what it begins with or is made of.
PARTS = {
    "the mark at its beginning": rb"%PDF-1\.\d",
    "an object's number": rb"\d+ 0 obj",
    "an object's end": rb"endobj",
    "the beginning of a stream": rb">>\s+stream\r?\n",
    "what a stream holds": rb"stream\r?\n.{40}",
    "the end of a stream": rb"endstream",
    "which bytes are signed": rb"/ByteRange ?\[[^\]]*\]",
    "the kind of a signature": rb"/SubFilter ?/[\w.]+",
    "the signature's field": rb"/Contents ?<",
    "the proof that lies beside": rb"/(?:CRLs|Certs|VRI|DSS)\b",
    "the table of contents": rb"/Type ?/XRef|xref\s+\d+ \d+|/Prev \d+",
    "where the table begins": rb"startxref\s+\d+",
    "the mark at its end": rb"%%EOF",
}
IN_A_SIGNATURE, BEHIND_A_SIGNATURE, ANYWHERE = "a signature", "the room behind a signature", "anywhere"
# A byte of a certificate may make another certificate of it, for which the signature still fits its bytes.
RIGHT_ANSWERS = {IN_A_SIGNATURE: {Finding.CHANGED, Finding.UNTRUSTED}, ANYWHERE: {Finding.CHANGED, Finding.UNTRUSTED}}


def parts_of(content: bytes) -> dict[str, list[tuple[int, int]]]:
    """Where each part lies, as often as it is there."""
    found = {what: [one.span() for one in re.finditer(how, content, re.DOTALL)] for what, how in PARTS.items()}
    found |= {IN_A_SIGNATURE: [], BEHIND_A_SIGNATURE: [], ANYWHERE: [(0, len(content))]}
    for blob in signature_blobs(content):
        digits = blob.hex().encode()
        begin = content.index(digits) if digits in content else content.index(digits.upper())
        found[IN_A_SIGNATURE].append((begin, begin + len(digits)))
        found[BEHIND_A_SIGNATURE].append((begin + len(digits), content.index(b">", begin)))
    return found


def check_changed_bytes(content: bytes, chance: random.Random, of_each: int) -> None:
    """One bit in so many bytes of each part: whatever the changed file is, it is not the one that was issued."""
    for what, spans in parts_of(content).items():
        assert spans, f"the file has no {what}"
        for _sample in range(of_each):
            place, bit = chance.randrange(*chance.choice(spans)), 1 << chance.randrange(8)
            check_changed_byte(content, place, bit, RIGHT_ANSWERS.get(what, {Finding.CHANGED}), what)


def check_changed_byte(content: bytes, place: int, bit: int, right: set[Finding], what: str) -> None:
    changed = bytearray(content)
    changed[place] ^= bit
    assert answer(bytes(changed)).finding in right, (what, place, bit)


def test_a_single_changed_byte_in_any_part_is_found(issued: CertificationItem, signed_copy: bytes) -> None:
    check_changed_bytes(signed_copy, random.Random(a_seed("CHANGES_SEED")), 1)


@pytest.mark.full
def test_many_changed_bytes_of_long_and_short_copies_are_found(
    signing: Authority, signed_copy: bytes, unsigned_copy: tuple[bytes, CopyText]
) -> None:
    text = replace(unsigned_copy[1], link=unsigned_copy[1].link.replace(CODE, OTHER_CODE))
    long = signed_as_unit(signed_as_signer(compose(photographs(5), TIFF, text).content, text), text)
    filed(signed_copy)
    filed(long, OTHER_CODE)
    chance = random.Random(a_seed("CHANGES_SEED"))
    for content in (signed_copy, long):
        check_changed_bytes(content, chance, 10)


@pytest.mark.full
def test_every_single_byte_of_a_small_signed_file_changed_is_found(signing: Authority) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        content = signed_by(SIGNER, _saved(pdf), signing, tight=True)
    filed(content)
    assert answer(content).finding != Finding.CHANGED
    chance = random.Random(a_seed("CHANGES_SEED"))
    for place in range(len(content)):
        # Nothing but its signature says whose it is: where that is hit, it is nobody's.
        right = {Finding.CHANGED, Finding.UNTRUSTED, Finding.NOT_OURS}
        check_changed_byte(content, place, 1 << chance.randrange(8), right, "every byte")


def with_another_certificate(content: bytes, other: bytes) -> bytes:
    """The unit's signature as it is, but with somebody else's certificate in the place of the unit's."""
    blob = signature_blobs(content)[1]
    signature = cms.ContentInfo.load(blob)
    own = signature["content"]["signer_infos"][0]["sid"].chosen["serial_number"].native
    certificates = signature["content"]["certificates"]
    [place] = [number for number, one in enumerate(certificates) if one.chosen.serial_number == own]
    certificates[place] = cms.CertificateChoices("certificate", x509.Certificate.load(other))
    digits, others = blob.hex().encode(), signature.dump(force=True).hex().encode()
    begin = content.index(digits) if digits in content else content.index(digits.upper())
    end = content.index(b">", begin)
    return content[:begin] + others.ljust(end - begin, b"0")[: end - begin] + content[end:]


def test_with_the_certificate_of_somebody_else_in_its_signature_it_is_not_the_copy(
    issued: CertificationItem, signed_copy: bytes, signing: Authority, tmp_path: Path
) -> None:
    for other in (signing.issue("another clerk"), open_authority(tmp_path, signing.address).identity(UNIT)):
        verdict = answer(with_another_certificate(signed_copy, other.der))
        assert verdict.finding in {Finding.CHANGED, Finding.UNTRUSTED} and verdict.item == issued
        assert len(verdict.signatures) == 2 and not verdict.signatures[1].is_sound


def test_a_genuine_copy_stays_so_when_its_certificates_have_ended(
    unsigned_copy: tuple[bytes, CopyText], signing: Authority
) -> None:
    content, text = unsigned_copy
    signing.issue("brief", not_after=NOW + timedelta(hours=1))
    key = KeyAt(signing.key_url("brief"), PASSWORD)
    copy = signed_as_unit(signed_as_signer(content, text, key), text, key)
    item = filed(copy)
    for later in (timedelta(0), timedelta(days=2), timedelta(days=3000)):
        verdict = answer(copy, NOW + later)
        assert (verdict.finding, verdict.item) == (Finding.GENUINE, item), later


def a_page_more(content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.add_blank_page()
        return _saved(pdf)


def a_page_appended(content: bytes) -> bytes:
    """As an incremental update, which leaves every signed byte where it was."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    kids = writer.root["/Pages"]["/Kids"]
    kids.append(kids.raw_get(0))
    writer.update_container(kids)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def saved_again(content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return _saved(pdf)


def without_its_signatures(content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        del pdf.Root.AcroForm
        for page in pdf.pages:
            if "/Annots" in page:
                del page.Annots
        return _saved(pdf)


def cut_off(content: bytes) -> bytes:
    return content[: len(content) * 9 // 10]


def something_behind(content: bytes) -> bytes:
    return content + b"\n% more\n"


def _saved(pdf: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "change", [a_page_more, a_page_appended, saved_again, without_its_signatures, cut_off, something_behind]
)
def test_a_file_that_was_changed_is_said_to_be(
    issued: CertificationItem, signed_copy: bytes, change: Callable[[bytes], bytes]
) -> None:
    verdict = answer(change(signed_copy))
    assert (verdict.finding, verdict.item) == (Finding.CHANGED, issued)


def test_the_copy_before_the_unit_signed_it_is_not_the_copy(issued: CertificationItem, half_signed_copy: bytes) -> None:
    assert answer(half_signed_copy).finding == Finding.CHANGED


def test_signed_anew_by_somebody_of_the_same_authority_it_is_not_trusted(
    issued: CertificationItem, unsigned_copy: tuple[bytes, CopyText], signing: Authority
) -> None:
    signing.issue("clerk")
    verdict = answer(signed_by("clerk", unsigned_copy[0], signing))
    assert (verdict.finding, verdict.item) == (Finding.UNTRUSTED, issued)


def test_signed_anew_by_an_authority_of_ones_own_it_is_not_trusted(
    issued: CertificationItem,
    signed_copy: bytes,
    unsigned_copy: tuple[bytes, CopyText],
    signing: Authority,
    tmp_path: Path,
) -> None:
    other = open_authority(tmp_path, signing.address)
    assert answer(signed_by(SIGNER, unsigned_copy[0], other)).finding == Finding.UNTRUSTED
    assert answer(signed_by(SIGNER, without_its_signatures(signed_copy), other)).finding == Finding.UNTRUSTED


@pytest.mark.parametrize(("trouble", "worth"), [("over", Worth.ENDED), ("taken back", Worth.UNTRUSTED)])
def test_a_copy_of_ours_signed_after_its_certificate_held_is_not_trusted(
    unsigned_copy: tuple[bytes, CopyText], signing: Authority, trouble: str, worth: Worth
) -> None:
    own = signing.issue(trouble, not_after=NOW - timedelta(days=1) if trouble == "over" else None)
    if trouble == "taken back":
        signing.withdraw(own.certificate, NOW - timedelta(hours=1))
    content = signed_by(trouble, unsigned_copy[0], signing)
    filed(content)
    verdict = answer(content)
    assert verdict.finding == Finding.UNTRUSTED
    [signature] = verdict.signatures
    assert signature.is_sound and signature.worth == worth


def test_a_signature_made_after_its_certificate_was_withdrawn_is_told_by_the_list_in_the_file(
    unsigned_copy: tuple[bytes, CopyText], signing: Authority
) -> None:
    content, text = unsigned_copy
    own = signing.issue("late")
    late = signed_by("late", content, signing)
    signing.withdraw(own.certificate, NOW - timedelta(hours=1))
    both = signed_as_unit(late, text)
    assert [one.worth for one in answer(both).signatures] == [Worth.WITHDRAWN, Worth.GOOD]
    assert answer(both).finding == Finding.UNTRUSTED


def test_an_entry_that_was_struck_through_is_said_to_be(issued: CertificationItem, signed_copy: bytes) -> None:
    entry = issued.entry
    assert entry is not None
    leader = member_of(CentreRole.LEADER, entry.register.centre)
    strike = strike_entry(entry=entry, reason=" Nhầm  bản chính ", at=NOW, acting_user=leader)
    assert strike.reason == "Nhầm bản chính"
    assert strike_entry(entry=entry, reason="Lần nữa", at=NOW, acting_user=leader) == strike
    assert answer(signed_copy).finding == Finding.STRUCK
    assert judge_code(CODE).finding == Finding.STRUCK
    with pytest.raises(BadInput):
        strike_entry(entry=entry, reason=" ", at=NOW, acting_user=leader)
    with pytest.raises(NotAllowed):
        strike_entry(entry=entry, reason="Nhầm", at=NOW, acting_user=issued.certification.requested_by)


def test_a_file_that_nobody_here_issued_is_not_ours(
    signing: Authority, unsigned_copy: tuple[bytes, CopyText], signed_copy: bytes
) -> None:
    assert answer(unsigned_copy[0]).finding == Finding.NOT_OURS
    assert answer(signed_copy).finding == Finding.NOT_OURS, "our keys, but no entry in the register"
    for content in (b"", b"%PDF-1.7 nothing", b"\x89PNG"):
        assert answer(content).finding == Finding.NOT_OURS


def test_a_copy_issued_without_keys_is_genuine_to_the_byte() -> None:
    item = filed(b"%PDF-1.7 printed and signed by hand")
    assert answer(b"%PDF-1.7 printed and signed by hand").item == item
    assert answer(b"%PDF-1.7 printed and signed by hand").finding == Finding.GENUINE


def test_a_code_is_read_however_it_is_typed_and_opens_only_what_was_issued(issued: CertificationItem) -> None:
    for text in (CODE, shown(CODE), f" {shown(CODE).lower()} ", CODE.replace("1", "l")):
        assert judge_code(text).item == issued, text
    waiting = an_approved_item()
    assert judge_code(waiting.check_code or "").finding == Finding.NOT_OURS, "taken, but not made yet"
    for text in ("", "7K2M", "ZZZZZZZZZZZZ", "7K2M9QXD41AU"):
        assert judge_code(text) == Verdict(Finding.NOT_OURS)


def test_number_and_date_and_code_belong_together(issued: CertificationItem) -> None:
    entry = issued.entry
    assert entry is not None
    day = clock.local_day(entry.at)
    assert judge_paper(number=entry.sequence, day=day, code=CODE).finding == Finding.GENUINE
    for wrong in (
        {"number": entry.sequence + 1, "day": day, "code": CODE},
        {"number": entry.sequence, "day": date(2026, 1, 1), "code": CODE},
        {"number": entry.sequence, "day": day, "code": new_code()},
    ):
        assert judge_paper(**wrong) == Verdict(Finding.NOT_OURS)


def test_codes_are_long_and_of_letters_that_nobody_confuses() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200 and all(len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) for code in codes)
    assert all(typed(shown(code)) == code for code in codes)
