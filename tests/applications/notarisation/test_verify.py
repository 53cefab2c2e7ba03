"""The page for anyone: file, QR code or what is printed; plain answers, no person, and no more tries than a hall needs."""

from __future__ import annotations

import io
from datetime import date

import pikepdf
import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from applications.forms_verify import PaperForm
from applications.models import CertificationItem, RegisterStrike
from applications.notarisation.codes import shown
from applications.notarisation.signing.throwaway import Authority
from portal import clock
from portal.logs import scrub
from portal.uploads import limit_of
from tests.applications.notarisation.signed import CODE, filed
from tests.factories.certifications import a_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(client: Client) -> Client:
    """Anybody's telephone, reading English."""
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def issued(signed_copy: bytes, signing: Authority) -> CertificationItem:
    return filed(signed_copy)


def upload(phone: Client, content: bytes, name: str = "copy.pdf") -> HttpResponse:
    return phone.post(reverse("applications:verify_file"), {"file": SimpleUploadedFile(name, content)})


def said(response: HttpResponse) -> str:
    return " ".join(response.content.decode().split())


def printed(item: CertificationItem, **other: str) -> dict[str, str]:
    assert item.entry is not None
    return {
        "number": item.entry.number,
        "day": f"{clock.local_day(item.entry.at):%d/%m/%Y}",
        "code": shown(CODE),
    } | other


def test_the_file_is_genuine_and_says_of_which_entry_and_by_whose_signatures(
    phone: Client, issued: CertificationItem, signed_copy: bytes
) -> None:
    page = said(upload(phone, signed_copy))
    assert "This copy is genuine." in page and str(issued.entry) in page
    assert issued.output is not None and issued.output.sha256 in page
    assert page.count("The signature holds.") == 2


def test_nothing_is_said_of_the_person_it_was_made_for(
    phone: Client, issued: CertificationItem, signed_copy: bytes
) -> None:
    applicant = issued.certification.application.applicant
    assert applicant is not None
    for page in (said(upload(phone, signed_copy)), said(phone.get(f"/verify/{CODE}/"))):
        for personal in (
            applicant.full_name,
            issued.certification.application.code,
            issued.certification.application.token,
        ):
            assert personal and personal not in page


def test_a_changed_file_is_said_to_be_changed_even_when_it_cannot_be_opened(
    phone: Client, issued: CertificationItem, signed_copy: bytes
) -> None:
    with pikepdf.open(io.BytesIO(signed_copy)) as pdf:
        pdf.add_blank_page()
        out = io.BytesIO()
        pdf.save(out)
    for content in (out.getvalue(), signed_copy[: len(signed_copy) * 9 // 10]):
        assert "This file was changed after it was issued." in said(upload(phone, content))


def test_another_file_is_not_ours(phone: Client, unsigned_copy: tuple[bytes, object]) -> None:
    answer = upload(phone, unsigned_copy[0])
    assert answer.status_code == 200 and "This is not a certified copy of ours." in said(answer)


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "copy.pdf", "upload_empty"),
        (b"%PDF-1.7 nothing", "copy.pdf", "verify_not_checkable"),
        (b"PK\x03\x04" + b"\x00" * 40, "copy.zip", "verify_needs_pdf"),
        (a_picture(), "copy.jpg", "verify_needs_pdf"),
    ],
)
def test_what_cannot_be_checked_is_refused_in_plain_words(phone: Client, content: bytes, name: str, code: str) -> None:
    answer = upload(phone, content, name)
    assert answer.status_code == 400 and answer.context["problem"].code == code
    assert 'class="note act" role="alert"' in said(answer)


def test_a_file_is_asked_for(phone: Client) -> None:
    assert phone.post(reverse("applications:verify_file")).status_code == 400


def test_a_file_that_is_too_large_leads_to_the_code_on_it(phone: Client, settings: LazySettings) -> None:
    settings.VERIFY_LIMIT_BYTES = 1000
    answer = upload(phone, b"%PDF-1.7" + b" " * 2000)
    assert answer.status_code == 400 and answer.context["problem"].code == "verify_too_large"


def test_a_copy_larger_than_any_upload_is_checked_a_few_times(
    phone: Client, issued: CertificationItem, signed_copy: bytes, settings: LazySettings
) -> None:
    settings.UPLOAD_LIMIT_BYTES = 10_000
    assert len(signed_copy) > settings.UPLOAD_LIMIT_BYTES
    assert "This copy is genuine." in said(upload(phone, signed_copy))
    assert "This file was changed after it was issued." in said(upload(phone, signed_copy[:-900]))
    for _time in range(3):
        upload(phone, b"%PDF-1.7" + b" " * 20_000)
    assert upload(phone, signed_copy).status_code == 429
    # Files of the usual size are still counted with everybody else's.
    assert upload(phone, b"%PDF-1.7 nothing").status_code == 400


def test_no_other_address_takes_more(settings: LazySettings, rf: RequestFactory) -> None:
    settings.UPLOAD_LIMIT_BYTES, settings.VERIFY_LIMIT_BYTES = 10, 100
    for path, limit in (("/verify/file/", 100), ("/verify/paper/", 10), ("/desk/papers/1/certify/", 10), ("/none", 10)):
        assert limit_of(rf.post(path)) == limit, path


def test_a_stream_that_nobody_asks_for_is_not_unfolded(phone: Client, signing: Authority) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.Bomb = pdf.make_stream(b"\x00" * 50_000_000)
        out = io.BytesIO()
        pdf.save(out, compress_streams=True)
    assert "This is not a certified copy of ours." in said(upload(phone, out.getvalue()))


def test_the_code_on_the_paper_leads_to_what_the_paper_must_say(phone: Client, issued: CertificationItem) -> None:
    assert issued.entry is not None
    page = said(phone.get(reverse("applications:verify_code", args=[CODE])))
    assert "This code belongs to a genuine copy." in page
    for line in (issued.entry.title, str(issued.entry), str(issued.entry.signer)):
        assert line in page


def test_number_date_and_code_lead_to_the_same_page(phone: Client, issued: CertificationItem) -> None:
    answer = phone.post(reverse("applications:verify_paper"), printed(issued))
    assert answer["Location"] == reverse("applications:verify_code", args=[CODE])


@pytest.mark.parametrize("wrong", [{"number": "0999"}, {"day": "01/01/2026"}, {"code": "0000-0000-0000"}])
def test_every_wrong_one_of_the_three_gets_the_same_answer(
    phone: Client, issued: CertificationItem, wrong: dict[str, str]
) -> None:
    answer = phone.post(reverse("applications:verify_paper"), printed(issued, **wrong))
    page = said(answer)
    assert "No certified copy has this number, date and code." in page
    for value in printed(issued, **wrong).values():
        assert f'value="{value}"' in page, "to put one right, not to type all three again"


@pytest.mark.parametrize(
    "as_typed",
    [
        {"number": "0001/2026 SCT/BS"},
        {"day": "23/11/26"},
        {"day": "23 tháng 11 năm 2026"},
        {"day": "ngày 23 tháng 11 năm 2026"},
    ],
)
def test_number_and_day_are_taken_as_they_stand_on_paper_and_page(as_typed: dict[str, str]) -> None:
    form = PaperForm({"number": "0001", "day": "23/11/2026", "code": CODE} | as_typed)
    assert form.is_valid(), form.errors
    assert (form.cleaned_data["number"], form.cleaned_data["day"]) == (1, date(2026, 11, 23))
    assert int(form["number"].field.widget.attrs["maxlength"]) > len("0022/2026 SCT/CK,ĐC")


@pytest.mark.parametrize("bad", [{"number": "seven"}, {"day": "31/02/2026"}, {"code": "7K2M"}])
def test_what_cannot_be_right_is_said_beside_its_field(
    phone: Client, issued: CertificationItem, bad: dict[str, str]
) -> None:
    answer = phone.post(reverse("applications:verify_paper"), printed(issued, **bad))
    assert answer.status_code == 400 and list(answer.context["form"].errors) == list(bad)


def test_an_unknown_code_is_no_copy_of_ours(phone: Client) -> None:
    answer = phone.get(reverse("applications:verify_code", args=["ZZZZZZZZZZZZ"]))
    assert answer.status_code == 404 and "No certified copy has this number" in said(answer)


def test_a_struck_through_entry_says_since_when(phone: Client, issued: CertificationItem, signed_copy: bytes) -> None:
    assert issued.entry is not None
    RegisterStrike.objects.create(
        entry=issued.entry, at=issued.entry.at, by=issued.entry.signer, reason="Nhầm bản chính"
    )
    for page in (said(upload(phone, signed_copy)), said(phone.get(f"/verify/{CODE}/"))):
        assert "This certification was struck through on 23/11/2026." in page and "Nhầm" not in page


def test_guessing_stops(phone: Client, issued: CertificationItem) -> None:
    for _try in range(30):
        phone.get("/verify/ZZZZZZZZZZZZ/")
    assert phone.get(f"/verify/{CODE}/").status_code == 429
    assert phone.post(reverse("applications:verify_paper"), printed(issued)).status_code == 429
    assert upload(phone, b"%PDF-").status_code == 429
    assert phone.get(f"/verify/{CODE}/", REMOTE_ADDR="10.9.9.9").status_code == 200


def test_the_code_stands_in_no_log() -> None:
    assert CODE not in scrub(f"GET /verify/{CODE}/ 200")


@pytest.mark.parametrize(
    ("language", "heading"), [("vi", "Bản sao này có thật không?"), ("ko", "이 사본은 진본입니까?")]
)
def test_the_page_speaks_the_readers_language(client: Client, language: str, heading: str) -> None:
    client.cookies["django_language"] = language
    assert heading in said(client.get(reverse("applications:verify")))
