"""Each day is closed once, in order, with the heads of all chains; the file of it is the same for everybody."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.db import connection
from django.test import Client

from applications.actions.close_day import close_day
from applications.actions.keep_closing_paper import keep_closing_paper
from applications.closing_paper import closing_paper
from applications.closings import due_days, published_bytes, read_published, table_of
from applications.models import ChainHead, Closing, ClosingPaper, SealingTry
from applications.notarisation.signing.examine import Worth, examine
from applications.notarisation.signing.stamp import ALONE
from applications.notarisation.signing.throwaway import Authority
from applications.notarisation.signing.trust import roots
from applications.tasks import close_days as task
from portal import chain, clock, files
from tests.applications.notarisation.signed import pdfsig
from tests.applications.notarisation.test_compose import words
from tests.factories.applications import MONDAY, a_centre
from tests.factories.registers import a_line, a_register, close_days
from tests.moments import hanoi

THURSDAY = hanoi("2026-11-26 00:05")
DAYS = [date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)]


@pytest.mark.django_db
def test_every_day_that_is_over_is_closed_from_the_first_line_on() -> None:
    assert list(due_days(THURSDAY)) == []
    a_register(2)
    assert list(due_days(MONDAY)) == []
    assert list(due_days(THURSDAY)) == DAYS
    closed = close_days(THURSDAY)
    assert [closing.day for closing in closed] == DAYS
    assert [closing.previous_hash for closing in closed] == [chain.GENESIS, closed[0].hash, closed[1].hash]
    assert list(due_days(THURSDAY)) == []


@pytest.mark.django_db
def test_a_closing_carries_what_was_written_until_midnight() -> None:
    register = a_register(3, every=timedelta(days=1))
    heads = {
        closing.day: {head.chain: head.sequence for head in closing.heads.all()} for closing in close_days(THURSDAY)
    }
    assert heads == {day: {f"register:{register.pk}": at + 1, f"notes:{register.pk}": 1} for at, day in enumerate(DAYS)}
    last = ChainHead.objects.get(chain=f"register:{register.pk}", sequence=3)
    assert last.hash == register.last_hash
    assert last.about == {"unit": "chi-nhanh-3", "kind": "SCT/BS", "year": 2026}


@pytest.mark.django_db
def test_a_day_is_closed_in_its_turn_and_only_once_it_is_over() -> None:
    a_register(1)
    with pytest.raises(ValueError):
        close_day(day=DAYS[0], at=MONDAY)
    first = close_day(day=DAYS[0], at=THURSDAY)
    assert close_day(day=DAYS[0], at=THURSDAY + timedelta(hours=1)) == first
    with pytest.raises(ValueError):
        close_day(day=DAYS[2], at=THURSDAY)


@pytest.mark.django_db
def test_the_published_file_is_the_same_bytes_and_proves_itself() -> None:
    a_register(2)
    a_line(a_centre("chi-nhanh-4", "H26.30.4"))
    closing = close_days(THURSDAY)[-1]
    content = published_bytes(closing)
    assert content == published_bytes(Closing.objects.get(pk=closing.pk))
    kept = read_published(content)
    assert (kept.day, kept.hash, len(kept.heads)) == (DAYS[-1], closing.hash, 4)
    # As anyone can check it without the portal.
    given = json.loads(content)
    body = json.dumps(
        {"body": given["closing"], "digests": {}}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert hashlib.sha256((given["previous"] + body).encode()).hexdigest() == given["hash"]


@pytest.mark.django_db
def test_a_kept_file_is_checked_without_the_portal_as_the_readme_says(tmp_path: Path) -> None:
    a_register(2)
    closing = close_days(THURSDAY)[-1]
    file = tmp_path / "kept.json"
    file.write_bytes(published_bytes(closing))
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    (command,) = re.findall(r"`(printf .* sha256sum)`", readme)
    said = subprocess.run(
        ["bash", "-c", command.replace("FILE", str(file))], capture_output=True, check=True, text=True
    ).stdout
    assert said.split()[0] == closing.hash


@pytest.mark.django_db
@pytest.mark.parametrize("cut", ['"sequence":2', '"day":"2026-11-25"', '"unit":"chi-nhanh-3"'])
def test_a_kept_file_that_was_changed_is_none(cut: str) -> None:
    a_register(2)
    content = published_bytes(close_days(THURSDAY)[-1]).decode()
    assert cut in content
    with pytest.raises(ValueError):
        read_published(content.replace(cut, cut.replace("2", "3") if "2" in cut else cut.replace("3", "4")).encode())
    for nothing in (b"", b"[]", b"{}", b'{"format": 1}'):
        with pytest.raises(ValueError):
            read_published(nothing)


@pytest.mark.django_db
def test_what_is_published_names_nobody() -> None:
    register = a_register(2)
    content = published_bytes(close_days(THURSDAY)[-1]).decode()
    for personal in ("Lê Văn Thử", str(register.entries.first().signer), "Giấy 1"):
        assert personal not in content


@pytest.mark.django_db
def test_registers_of_a_closing_are_shown_by_unit_the_newest_first() -> None:
    a_line(at=hanoi("2026-12-30 09:00"))
    a_line(at=hanoi("2027-01-02 09:00"))
    a_line(a_centre("chi-nhanh-2", "H26.30.2"), at=hanoi("2027-01-02 09:00"))
    rows = table_of(close_days(hanoi("2027-01-03 00:10"))[-1])
    assert [(row.unit, row.year, row.number) for row in rows] == [
        ("chi-nhanh-2", 2027, 1), ("chi-nhanh-3", 2027, 1), ("chi-nhanh-3", 2026, 1),
    ]  # fmt: skip


@pytest.mark.django_db
def test_the_worker_closes_and_prints_and_does_it_once() -> None:
    a_register(2)
    with clock.fixed(THURSDAY):
        task()
        task()
    assert Closing.objects.count() == ClosingPaper.objects.count() == 3
    paper = ClosingPaper.objects.get(closing__day=DAYS[-1])
    content = files.read(paper.sha256)
    assert content.startswith(b"%PDF-") and len(content) == paper.size
    with pikepdf.open(io.BytesIO(content)) as opened, opened.open_metadata() as said:
        assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("3", "B")
    assert keep_closing_paper(closing=paper.closing, at=THURSDAY) == paper


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_close_each_day_once() -> None:
    a_register(40, every=timedelta(hours=3))
    until: datetime = MONDAY + timedelta(days=6)

    def close(_number: int) -> list[str]:
        try:
            return [closing.hash for closing in close_days(until)]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(close, range(8)))
    closings = list(Closing.objects.order_by("day"))
    assert [closing.day for closing in closings] == [DAYS[0] + timedelta(days=days) for days in range(6)]
    assert {own for one in done for own in one} == {closing.hash for closing in closings}
    for before, closing in zip(closings, closings[1:], strict=False):
        assert closing.previous_hash == before.hash
    assert ChainHead.objects.count() == 12


# -- the signed paper ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_paper_is_signed_by_the_unit_and_any_reader_finds_it_whole(signing: Authority, tmp_path: Path) -> None:
    a_register(2)
    closing = close_days(THURSDAY)[-1]
    paper = keep_closing_paper(closing=closing, at=THURSDAY)
    content = files.read(paper.sha256)
    assert paper.is_signed and len(content) == paper.size
    said = pdfsig(content, signing, tmp_path)
    assert said.count("Signature is Valid.") == 1 and said.count("Certificate is Trusted.") == 1, said
    assert said.count("ETSI.CAdES.detached") == 1 and said.count("Signature #") == 2
    for later in (0, 3000):
        [one] = examine(io.BytesIO(content), roots(), datetime.now(UTC) + timedelta(days=later))
        assert one.worth == Worth.GOOD
    with pikepdf.open(io.BytesIO(content)) as opened, opened.open_metadata() as meta:
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("3", "B")
    text = words(content, tmp_path)
    for sentence in ("Cơ quan ký số: Trung tâm Phục vụ", "Số: 20261125/KS-CT", "26/11/2026 00:05:00 (giờ Hà Nội)"):
        assert sentence in text, sentence


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [0, 6, 7, 8, 9, 10, 11, 12, 40])
def test_the_stamp_has_its_room_however_many_registers_there_are(rows: int, tmp_path: Path) -> None:
    for number in range(rows):
        a_line(a_centre(f"chi-nhanh-{number + 10}", f"H26.30.{number + 10}"), at=MONDAY)
    closing = close_day(day=DAYS[0], at=THURSDAY)
    file = tmp_path / "paper.pdf"
    file.write_bytes(closing_paper(closing, is_signed=True))
    with pikepdf.open(file) as opened:
        last = len(opened.pages)
    left, bottom, right, top = ALONE
    box = {"-x": left, "-y": 297 - top, "-W": right - left, "-H": top - bottom}
    at = [text for key, value in box.items() for text in (key, str(round(value / 25.4 * 72)))]
    pages = ["-f", str(last), "-l", str(last), "-r", "72"]
    said = subprocess.run(["pdftotext", *pages, *at, file, "-"], capture_output=True, check=True, text=True).stdout
    assert said.strip() == ""
    whole = subprocess.run(["pdftotext", *pages, file, "-"], capture_output=True, check=True, text=True).stdout
    assert "Quét để xem" in whole, "the stamp does not stand alone on a page"


@pytest.mark.django_db
def test_a_silent_key_makes_the_paper_come_later(signing: Authority, settings: Any) -> None:
    a_register(2)
    key, settings.SIGNING_UNIT_KEY = settings.SIGNING_UNIT_KEY, "file:///nowhere/unit.p12"
    with clock.fixed(THURSDAY):
        task()
    assert Closing.objects.count() == 3 and not ClosingPaper.objects.exists()
    # The first refusal ends the round; the next one takes another paper, and each waits longer.
    waiting = SealingTry.objects.get()
    assert waiting.what == f"closing:{Closing.objects.latest('day').pk}" and "key" in waiting.last_error
    assert waiting.not_before == THURSDAY + timedelta(minutes=5)
    settings.SIGNING_UNIT_KEY = key
    with clock.fixed(THURSDAY + timedelta(minutes=1)):
        task()
    assert sorted(ClosingPaper.objects.values_list("closing__day", flat=True)) == DAYS[:2]
    with clock.fixed(THURSDAY + timedelta(minutes=5)):
        task()
    assert ClosingPaper.objects.filter(is_signed=True).count() == 3 and not SealingTry.objects.exists()


@pytest.mark.django_db
def test_a_worker_that_died_after_signing_is_gone_on_from(signing: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    a_register(1)
    closing = close_days(THURSDAY)[-1]
    with monkeypatch.context() as dying, pytest.raises(SystemExit):
        dying.setattr(files, "store_made", lambda _path: sys.exit())
        keep_closing_paper(closing=closing, at=THURSDAY)
    with files.workplace() as place:
        kept = files.half_done(f"closing-{closing.day}", place)
        assert kept is not None and not ClosingPaper.objects.exists()
        signed = kept.read_bytes()
    paper = keep_closing_paper(closing=closing, at=THURSDAY + timedelta(hours=1))
    assert files.read(paper.sha256) == signed and not files.is_half_done(f"closing-{closing.day}")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_keep_one_signed_paper(signing: Authority) -> None:
    a_register(1)
    closing = close_days(THURSDAY)[-1]

    def keep(_number: int) -> str:
        try:
            return keep_closing_paper(closing=closing, at=THURSDAY).sha256
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        kept = set(pool.map(keep, range(2)))
    assert kept == {ClosingPaper.objects.get().sha256}


@pytest.mark.django_db
def test_the_pages_say_whether_the_paper_is_signed(client: Client, signing: Authority, settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"
    a_register(2)
    first, second, third = close_days(THURSDAY)
    keep_closing_paper(closing=first, at=THURSDAY)
    settings.SIGNING_UNIT_KEY = ""
    keep_closing_paper(closing=second, at=THURSDAY)
    for closing, sentence in (
        (first, "signed by the centre, with a time stamp"),
        (second, "The paper is not signed."),
        (third, "comes in a few minutes"),
    ):
        assert sentence in client.get(f"/verify/closings/{closing.day}/").content.decode()
    assert client.get("/verify/closings/").content.decode().count("Paper signed by the centre") == 1


@pytest.mark.django_db
def test_the_list_of_closings_asks_as_often_for_thirty_as_for_one(
    client: Client, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    a_register(1)
    keep_closing_paper(closing=close_days(MONDAY + timedelta(days=1))[0], at=THURSDAY)
    client.get("/verify/closings/")
    with django_assert_max_num_queries(3) as one:
        client.get("/verify/closings/")
    for closing in close_days(MONDAY + timedelta(days=30)):
        ClosingPaper.objects.create(closing=closing, sha256="0" * 64, size=1, made_at=THURSDAY)
    with django_assert_num_queries(len(one)):
        assert len(client.get("/verify/closings/").context["rows"]) == 30
