"""A paper stays good for longer than its time stamp's certificate: another one is put over it in time."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from applications.actions import renew_stamps as job
from applications.actions.keep_closing_paper import keep_closing_paper
from applications.actions.keep_withdrawal_lists import keep_withdrawal_lists
from applications.actions.renew_stamps import NO_LONGER, note_issued, renew_stamp, renew_stamps
from applications.models import (
    ArchiveStamp,
    CertificationItem,
    RegisterRules,
    SealingTry,
    SignatureMark,
    WithdrawalList,
)
from applications.notarisation.compose import CopyText
from applications.notarisation.enums import Finding
from applications.notarisation.signing.examine import Signature, Worth, examine
from applications.notarisation.signing.responder import serving
from applications.notarisation.signing.sign import TSA_SILENT, last_stamp, renew
from applications.notarisation.signing.throwaway import TSA, Authority
from applications.notarisation.signing.trust import roots
from applications.notarisation.trouble import NotNow
from applications.notarisation.validation import judge
from portal import files
from tests.applications.notarisation.signed import CODE, as_file, filed, pdfsig, signed_as_signer, signed_as_unit
from tests.factories.applications import MONDAY
from tests.factories.registers import a_register, close_days

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
# Past the end of the first time stamp's certificate.
AFTER = NOW + 20 * DAY


def the_stamp_ends(authority: Authority, ends: datetime) -> None:
    """The authority goes on with a new certificate for its time stamps."""
    authority.issue(TSA, not_after=ends, is_tsa=True)
    authority.__dict__.pop("stamper", None)


@pytest.fixture
def brief(tmp_path: Path, settings: LazySettings) -> Iterator[Authority]:
    """The portal signs with an authority whose time stamps' certificate ends in ten days."""
    with serving(tmp_path / "brief") as authority:
        the_stamp_ends(authority, NOW + 10 * DAY)
        for name, value in authority.environment().items():
            setattr(settings, name, value)
        yield authority


@pytest.fixture
def copy(brief: Authority, unsigned_copy: tuple[bytes, CopyText]) -> CertificationItem:
    content, text = unsigned_copy
    return filed(signed_as_unit(signed_as_signer(content, text), text))


def here(file: Path, _roots: Path, at: datetime, lists: Sequence[bytes]) -> list[Signature]:
    return examine(io.BytesIO(file.read_bytes()), roots(), at, lists)


def finding(content: bytes, at: datetime) -> Finding:
    return judge(as_file(content), at, examine=here).finding


def bytes_of(item: CertificationItem) -> bytes:
    assert item.output is not None
    return files.read(item.output.sha256)


def versions() -> list[ArchiveStamp]:
    return list(ArchiveStamp.objects.order_by("sequence"))


def test_without_a_further_stamp_a_copy_outlives_its_signers_but_not_its_time_stamp(copy: CertificationItem) -> None:
    assert finding(bytes_of(copy), NOW) == Finding.GENUINE
    assert finding(bytes_of(copy), AFTER) == Finding.UNTRUSTED


def test_what_is_good_stays_good_once_another_stamp_is_over_it(
    brief: Authority, copy: CertificationItem, tmp_path: Path
) -> None:
    the_stamp_ends(brief, NOW + 4000 * DAY)
    assert renew_stamps(at=NOW) == 1
    first, second = versions()
    assert first.sha256 == copy.output.sha256 == second.first  # type: ignore[union-attr]
    assert first.ends_at == NOW + 10 * DAY < second.ends_at
    old, new = files.read(first.sha256), files.read(second.sha256)
    assert new.startswith(old) and len(new) == second.size
    for at in (NOW, AFTER, NOW + 3000 * DAY):
        for content in (old, new):
            verdict = judge(as_file(content), at, examine=here)
            assert (verdict.finding, verdict.item) == (Finding.GENUINE, copy), at
    assert judge(as_file(new), AFTER).finding == Finding.GENUINE, "in a process of its own"
    said = pdfsig(new, brief, tmp_path)
    assert said.count("Signature is Valid.") == 2 and said.count("Signature #") == 4, said
    # Nothing is left to do, however often it is asked.
    assert renew_stamps(at=NOW) == 0 and len(versions()) == 2


def test_stamp_after_stamp_it_stays_good(brief: Authority, copy: CertificationItem, tmp_path: Path) -> None:
    path = tmp_path / "copy.pdf"
    path.write_bytes(bytes_of(copy))
    for days in (20, 30, 4000):
        the_stamp_ends(brief, NOW + days * DAY)
        renew(path)
    content, last = path.read_bytes(), last_stamp(path)
    assert last is not None and last.ends_at == brief.issuing.certificate.not_valid_after_utc, (
        "that of the authority ends first"
    )
    assert {one.worth for one in examine(io.BytesIO(content), roots(), NOW + 3000 * DAY)} == {Worth.GOOD}
    # A single changed byte under all of them is found.
    for place in (len(content) // 3, len(content) - 400):
        changed = bytearray(content)
        changed[place] ^= 1
        assert finding(bytes(changed), NOW) == Finding.CHANGED, place


def test_the_days_before_are_a_dated_rule(brief: Authority, copy: CertificationItem) -> None:
    the_stamp_ends(brief, NOW + 4000 * DAY)
    RegisterRules.objects.create(valid_from=MONDAY.date(), renew_days=3, source="test")
    assert renew_stamps(at=NOW) == 0
    assert renew_stamps(at=NOW + 6 * DAY) == 0
    assert renew_stamps(at=NOW + 8 * DAY) == 1


def test_an_authority_that_is_silent_or_no_newer_is_tried_again_later(
    brief: Authority, copy: CertificationItem, settings: LazySettings
) -> None:
    assert renew_stamps(at=NOW) == 0
    held = SealingTry.objects.get()
    assert (held.last_error, held.not_before) == (NO_LONGER, NOW + timedelta(minutes=5))
    the_stamp_ends(brief, NOW + 4000 * DAY)
    url, settings.SIGNING_TSA_URL = settings.SIGNING_TSA_URL, "http://127.0.0.1:9/tsa"
    assert renew_stamps(at=NOW + timedelta(minutes=4)) == 0
    assert renew_stamps(at=NOW + timedelta(minutes=5)) == 0
    held.refresh_from_db()
    assert (held.last_error, held.attempts) == (TSA_SILENT, 2)
    settings.SIGNING_TSA_URL = url
    assert renew_stamps(at=NOW + timedelta(hours=1)) == 1
    assert not SealingTry.objects.exists()


def test_a_worker_that_died_after_stamping_is_gone_on_from(
    brief: Authority, copy: CertificationItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_stamp_ends(brief, NOW + 4000 * DAY)
    with monkeypatch.context() as dying, pytest.raises(SystemExit):
        dying.setattr(job.files, "store_made", lambda _path: sys.exit())
        renew_stamps(at=NOW)
    assert len(versions()) == 1
    name = f"renewed-{versions()[0].first}-1"
    with files.workplace() as place:
        kept = files.half_done(name, place)
        assert kept is not None
        stamped = kept.read_bytes()
    with monkeypatch.context() as once:
        once.setattr(job, "renew", lambda _content: pytest.fail("stamped a second time"))
        assert renew_stamps(at=NOW) == 1
    assert files.read(versions()[1].sha256) == stamped and not files.is_half_done(name)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_make_one_version(brief: Authority, copy: CertificationItem) -> None:
    the_stamp_ends(brief, NOW + 4000 * DAY)
    note_issued(at=NOW)
    [row] = versions()

    def stamp(_number: int) -> str | None:
        try:
            return renew_stamp(row=row, at=NOW).sha256
        except NotNow as problem:  # the other is about to write it down; the next sweep finds it
            assert problem.code == "being_made"
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        made = set(pool.map(stamp, range(2)))
    assert made - {None} == {versions()[1].sha256} and len(versions()) == 2


def test_a_batch_at_a_time(brief: Authority, copy: CertificationItem, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytes_of(copy)
    SignatureMark.objects.all().delete()
    filed(content + b"\n% another\n", "7K2M9QXD41AC")
    SignatureMark.objects.create(item=copy, sha256="0" * 64)
    monkeypatch.setattr(job, "BATCH", 1)
    assert [note_issued(at=NOW), note_issued(at=NOW), note_issued(at=NOW)] == [1, 1, 0]
    the_stamp_ends(brief, NOW + 4000 * DAY)
    monkeypatch.setattr(job, "renew", renew_whatever(content))
    assert [renew_stamps(at=NOW), renew_stamps(at=NOW), renew_stamps(at=NOW)] == [1, 1, 0]


def renew_whatever(content: bytes) -> Callable[[Path], None]:
    """Renews what the file begins with, and leaves behind it what else was there."""

    def renew_beginning(path: Path) -> None:
        rest = path.read_bytes()[len(content) :]
        path.write_bytes(content)
        renew(path)
        path.write_bytes(path.read_bytes() + rest)

    return renew_beginning


def test_files_that_are_lost_do_not_keep_the_others_waiting(
    brief: Authority, copy: CertificationItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    SignatureMark.objects.all().delete()
    other = filed(bytes_of(copy) + b"\n% another\n", "7K2M9QXD41AC")
    broken = filed(b"%PDF-1.7 broken", "7K2M9QXD41AD")
    for number, item in enumerate((copy, broken)):
        SignatureMark.objects.create(item=item, sha256=f"{number}" * 64)
    files.path_of(copy.output.sha256).unlink()  # type: ignore[union-attr]
    monkeypatch.setattr(job, "BATCH", 1)
    assert [note_issued(at=NOW) for _time in range(3)] == [0, 1, 0]
    assert versions()[0].first == other.output.sha256  # type: ignore[union-attr]
    assert SealingTry.objects.count() == 2


def test_a_copy_printed_without_keys_is_left_alone(signed_copy: bytes) -> None:
    filed(b"%PDF-1.7 printed and signed by hand")
    assert renew_stamps(at=NOW) == 0 and not ArchiveStamp.objects.exists()


def test_the_paper_of_a_closing_is_renewed_too_and_its_page_gives_the_newest(
    brief: Authority, client: Client, settings: LazySettings
) -> None:
    a_register(1)
    closing = close_days(MONDAY + DAY)[0]
    paper = keep_closing_paper(closing=closing, at=NOW)
    old = files.read(paper.sha256)
    assert (finding(old, NOW), finding(old, AFTER)) == (Finding.GENUINE, Finding.UNTRUSTED)
    the_stamp_ends(brief, NOW + 4000 * DAY)
    assert renew_stamps(at=NOW) == 1
    new = client.get(f"/verify/closings/{closing.day}.pdf").content
    assert new != old and new.startswith(old)
    for content in (old, new):
        verdict = judge(as_file(content), AFTER, examine=here)
        assert (verdict.finding, verdict.closing, verdict.item) == (Finding.GENUINE, closing, None)
    assert finding(old + b"\n", NOW) != Finding.GENUINE
    settings.LANGUAGE_CODE = "en"
    page = client.post("/verify/file/", {"file": SimpleUploadedFile("closing.pdf", old)}).content.decode()
    assert "This is our paper of the closing of 23/11/2026." in page and f"/verify/closings/{closing.day}/" in page


def test_the_desk_opens_the_newest_version(
    brief: Authority, copy: CertificationItem, client: Client, django_assert_max_num_queries: Any
) -> None:
    the_stamp_ends(brief, NOW + 4000 * DAY)
    renew_stamps(at=NOW)
    client.force_login(copy.certification.requested_by)
    answer = client.get(reverse("applications:document", args=[copy.output_id]), follow=True)
    assert b"".join(answer.streaming_content) == files.read(versions()[1].sha256)  # type: ignore[attr-defined]


def test_a_stamp_whose_certificate_was_withdrawn_gets_no_other_over_it(
    brief: Authority, copy: CertificationItem
) -> None:
    brief.withdraw(brief.identity(TSA).certificate, NOW - timedelta(hours=1))
    the_stamp_ends(brief, NOW + 4000 * DAY)
    assert renew_stamps(at=NOW) == 0
    assert "not accepted" in SealingTry.objects.get().last_error


def test_asked_again_it_costs_a_handful_of_statements(
    brief: Authority, copy: CertificationItem, django_assert_max_num_queries: Any
) -> None:
    the_stamp_ends(brief, NOW + 4000 * DAY)
    renew_stamps(at=NOW)
    with django_assert_max_num_queries(6):
        renew_stamps(at=NOW)


def test_the_code_of_a_renewed_copy_is_still_its_own(brief: Authority, copy: CertificationItem) -> None:
    the_stamp_ends(brief, NOW + 4000 * DAY)
    renew_stamps(at=NOW)
    changed = bytearray(files.read(versions()[1].sha256))
    changed[-40] ^= 1
    verdict = judge(as_file(bytes(changed)), NOW, examine=here)
    assert (verdict.finding, verdict.item) == (Finding.CHANGED, copy) and copy.certification
    assert CertificationItem.objects.get(check_code=CODE) == copy


# -- the authority's own certificate ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "after_it_stamped", "found"),
    [
        (None, True, Finding.UNTRUSTED),
        ("key_compromise", True, Finding.UNTRUSTED),
        ("superseded", True, Finding.GENUINE),
        ("superseded", False, Finding.UNTRUSTED),
    ],
)
def test_a_withdrawn_certificate_of_the_time_stamps_is_found(
    brief: Authority, copy: CertificationItem, reason: str | None, after_it_stamped: bool, found: Finding
) -> None:
    # The lists in the file are old by then: the signatures rest on the time stamp over them.
    later = NOW + 9 * DAY
    note_issued(at=NOW)
    assert keep_withdrawal_lists(at=NOW) == 2 and finding(bytes_of(copy), later) == Finding.GENUINE
    time.sleep(1.1)  # certificates and lists tell whole seconds
    withdrawn_at = datetime.now(UTC) if after_it_stamped else NOW - DAY
    brief.withdraw(brief.identity(TSA).certificate, withdrawn_at, reason)
    # What was fetched is believed for an hour.
    assert keep_withdrawal_lists(at=NOW + timedelta(minutes=59)) == 0
    assert finding(bytes_of(copy), later) == Finding.GENUINE
    assert keep_withdrawal_lists(at=NOW + timedelta(hours=1)) == 2
    assert finding(bytes_of(copy), later) == found
    assert judge(as_file(bytes_of(copy)), later).finding == found, "in a process of its own"


def test_a_list_that_does_not_come_or_is_none_leaves_the_one_there_is(
    brief: Authority, copy: CertificationItem, settings: LazySettings
) -> None:
    note_issued(at=NOW)
    keep_withdrawal_lists(at=NOW)
    kept = WithdrawalList.objects.get(url__endswith="issuing.crl")
    WithdrawalList.objects.exclude(pk=kept.pk).delete()
    for url in ("http://127.0.0.1:9/issuing.crl", f"{brief.address}/none", f"{settings.PUBLIC_URL}/"):
        WithdrawalList.objects.update(url=url)
        assert keep_withdrawal_lists(at=NOW + DAY) == 0
        assert bytes(WithdrawalList.objects.get().content) == bytes(kept.content)
    assert finding(bytes_of(copy), NOW + 9 * DAY) == Finding.GENUINE, (
        "an old list says nothing of today, and spoils nothing"
    )
