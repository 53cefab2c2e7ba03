"""What citizens bring: a signed file is examined, and the officer reads the library's bottom line in plain words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from applications.enums import PaperState
from applications.models import Document
from applications.notarisation.compose import CopyText
from applications.notarisation.signing.apart import examine_brought_apart
from applications.notarisation.signing.brought import Brought, examine_brought
from applications.notarisation.signing.examine import Worth
from applications.notarisation.signing.throwaway import SIGNER, Authority, open_authority
from applications.notarisation.signing.trust import roots
from centres.enums import Role
from tests.applications.notarisation.signed import as_file, signed_as_unit, signed_by
from tests.factories.certifications import a_missing_paper, a_picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "in_english")]
As = Callable[[Any], Client]
NOW = datetime.now(UTC)
URL = "/desk/check-file/"


@pytest.fixture(autouse=True)
def _english(settings: LazySettings) -> None:
    settings.LANGUAGE_CODE = "en"


def found(content: bytes, at: datetime = NOW + timedelta(minutes=5)) -> list[Brought]:
    with as_file(content).open("rb") as file:
        return examine_brought(file, roots(), at)


@pytest.fixture
def brought(unsigned_copy: tuple[bytes, CopyText], signing: Authority) -> bytes:
    """Signed as any program does it, without lists of withdrawn certificates inside."""
    return signed_by(SIGNER, unsigned_copy[0], signing)


def test_a_file_that_holds_is_trusted_and_says_what_nobody_could_ask(brought: bytes) -> None:
    [one] = found(brought)
    assert one.bottom_line and one.worth == Worth.GOOD and one.is_known and not one.is_withdrawal_known
    assert one.proven is not None and one.ends is not None and one.proven < one.ends
    # Its certificate ends, and its time stamp's does: nothing proves it any more.
    [later] = found(brought, NOW + timedelta(days=4000))
    assert not later.bottom_line and later.worth == Worth.ENDED


def test_one_that_brings_its_proof_was_asked_of(signed_copy: bytes, signing: Authority) -> None:
    assert [(one.bottom_line, one.is_withdrawal_known) for one in found(signed_copy)] == [(True, True)] * 2


def test_a_changed_file_is_not_trusted(brought: bytes) -> None:
    changed = bytearray(brought)
    changed[len(changed) // 3] ^= 1
    [one] = found(bytes(changed))
    assert (one.bottom_line, one.worth, one.is_sound) == (False, Worth.CHANGED, False)


def test_an_unknown_authority_is_said_and_may_be_made_known(
    unsigned_copy: tuple[bytes, CopyText], signing: Authority, tmp_path: Path
) -> None:
    content = signed_by(SIGNER, unsigned_copy[0], open_authority(tmp_path, signing.address))
    file, at = as_file(content), NOW + timedelta(minutes=5)
    [one] = examine_brought_apart(file, [signing.roots], at)
    assert (one.bottom_line, one.worth, one.is_known, one.is_sound) == (False, Worth.UNTRUSTED, False, True)
    [one] = examine_brought_apart(file, [signing.roots, tmp_path / "root.pem"], at)
    assert one.bottom_line and one.is_known


def test_a_certificate_that_had_ended_is_said(unsigned_copy: tuple[bytes, CopyText], signing: Authority) -> None:
    signing.issue("ended before", not_after=NOW - timedelta(days=1))
    [one] = found(signed_by("ended before", unsigned_copy[0], signing))
    assert (one.bottom_line, one.worth, one.is_sound, one.is_known) == (False, Worth.ENDED, True, True)


def test_a_certificate_that_a_list_in_the_file_names_is_said_to_be_withdrawn(
    unsigned_copy: tuple[bytes, CopyText], signing: Authority
) -> None:
    content, text = unsigned_copy
    own = signing.issue("taken away")
    late = signed_by("taken away", content, signing)
    signing.withdraw(own.certificate, NOW - timedelta(hours=1))
    both = signed_as_unit(late, text)
    for at in (NOW + timedelta(minutes=5), NOW + timedelta(days=30)):
        first, second = found(both, at)
        assert (first.bottom_line, first.worth, first.is_withdrawal_known) == (False, Worth.WITHDRAWN, True), at
        assert second.bottom_line


# -- the page -----------------------------------------------------------------------------------------------------------


def send(client: Client, content: bytes, query: str = "", name: str = "bang-tot-nghiep.pdf") -> HttpResponse:
    return client.post(URL + query, {"file": SimpleUploadedFile(name, content)})


def said(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().split())


def test_the_officer_reads_who_signed_when_and_what_is_not_known(as_: As, brought: bytes, settings: Any) -> None:
    kept = Document.objects.count()
    page = said(send(as_(Role.SPECIALIST), brought))
    for sentence in (
        "Trusted: every signature holds.",
        "The file was not changed since.",
        "a trusted time stamp proves it",
        "from an authority that is trusted here",
        "no proof that the certificate was not withdrawn",
        "Người thực hiện chứng thực (trình diễn)",
        "bang-tot-nghiep.pdf",
    ):
        assert sentence in page, sentence
    assert Document.objects.count() == kept and "Note the finding" not in page


def test_a_bad_one_is_said_first(as_: As, brought: bytes) -> None:
    changed = bytearray(brought)
    changed[len(changed) // 3] ^= 1
    page = said(send(as_(Role.LEADER), bytes(changed)))
    assert "Not trusted: do not rely on this file." in page and "changed after it was signed" in page


def test_a_file_without_signatures_says_so(as_: As, unsigned_copy: tuple[bytes, CopyText]) -> None:
    page = said(send(as_(Role.COUNTER_OFFICER), unsigned_copy[0]))
    assert "This file carries no signature." in page and "Trusted" not in page


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (a_picture(), "x.jpg", "check_needs_pdf"),
        (b"%PDF-1.7 nothing", "x.pdf", "upload_unreadable"),
        (b"", "x.pdf", "upload_empty"),
    ],
)
def test_what_cannot_be_checked_is_refused_in_plain_words(as_: As, content: bytes, name: str, code: str) -> None:
    answer = send(as_(Role.COUNTER_OFFICER), content, name=name)
    assert answer.status_code == 400 and answer.context["problem"].code == code


def test_it_takes_what_the_public_page_takes_and_counts_the_tries(
    as_: As, brought: bytes, settings: LazySettings
) -> None:
    officer = as_(Role.COUNTER_OFFICER)
    settings.UPLOAD_LIMIT_BYTES = 10_000
    assert "Trusted" in said(send(officer, brought))
    settings.VERIFY_LIMIT_BYTES = 20_000
    assert send(officer, brought).context["problem"].code == "check_too_large"
    for _time in range(29):
        send(officer, b"")
    assert send(officer, brought).status_code == 429


@pytest.mark.parametrize("role", [Role.MANAGER, Role.CITY_ADMIN])
def test_who_does_not_handle_papers_does_not_check_them(as_: As, role: Role) -> None:
    assert as_(role).get(URL).status_code == 403


def test_the_finding_is_noted_with_the_paper_only_when_the_officer_says_so(
    as_: As, brought: bytes, django_assert_max_num_queries: Any
) -> None:
    paper = a_missing_paper()
    officer = as_(paper.application.opened_by)
    with django_assert_max_num_queries(14):
        answer = send(officer, brought, f"?paper={paper.pk}")
    paper.refresh_from_db()
    assert paper.note == "" and paper.kind.name["en"] in answer.content.decode()
    token = answer.context["token"]
    assert officer.post(f"{URL}note/", {"token": token + "x"}).status_code == 400
    done = officer.post(f"{URL}note/", {"token": token}, follow=True)
    assert "The finding is noted with the paper." in said(done)
    paper.refresh_from_db()
    assert paper.note == (
        "Kiểm tra chữ ký số ngày 23/11/2026: tin cậy; người ký: Người thực hiện chứng thực (trình diễn)"
    )
    assert paper.state == PaperState.MISSING and paper.document is None


def test_nobody_else_notes_it_and_not_where_a_copy_is_certified(as_: As, brought: bytes) -> None:
    paper = a_missing_paper()
    officer = as_(paper.application.opened_by)
    token = send(officer, brought, f"?paper={paper.pk}").context["token"]
    assert as_(Role.SPECIALIST).post(f"{URL}note/", {"token": token}).status_code in (403, 404)
    assert send(as_(Role.SPECIALIST), brought, f"?paper={paper.pk}").context["token"] == ""
    paper.state = PaperState.CERTIFYING
    paper.save(update_fields=["state"])
    assert officer.post(f"{URL}note/", {"token": token}).status_code == 409
    assert send(officer, brought, f"?paper={paper.pk}").context["token"] == ""


def test_the_checklist_leads_there(as_: As) -> None:
    paper = a_missing_paper()
    page = as_(paper.application.opened_by).get(reverse("applications:papers", args=[paper.application_id]))
    assert f"{URL}?paper={paper.pk}" in page.content.decode()
