"""A phone that takes pictures for a desk: one link, one phone, one paper, and nothing of the dossier on it."""

from __future__ import annotations

import html
import io
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from applications.actions.add_to_scan import add_from_phone
from applications.actions.capture import open_link, withdraw_link
from applications.actions.use_scan import use_scan
from applications.models import CaptureLink, Scan, ScanPage
from portal import clock, files, live, uploads
from portal.errors import Gone
from portal.logs import scrub
from tests.factories.applications import MONDAY
from tests.factories.certifications import a_picture
from tests.factories.pages import a_blank_page, a_page, as_bytes
from tests.factories.scans import a_link, a_scan
from tests.portal.test_uploads import HEIC

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def scan() -> Scan:
    return a_scan()


@pytest.fixture
def address(scan: Scan) -> str:
    return reverse("applications:capture", args=[a_link(scan)[1]])


@pytest.fixture
def phone(client: Client, address: str) -> Client:
    assert client.get(address).status_code == 200
    return client


def taken(content: bytes | None = None, name: str = "image.jpg") -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, a_picture() if content is None else content)}


def from_phone(scan: Scan) -> list[ScanPage]:
    return list(scan.pages.filter(link__isnull=False))


def test_the_first_phone_that_opens_the_link_has_it(address: str, phone: Client, scan: Scan) -> None:
    assert phone.get(address).status_code == 200
    other = Client()
    for answer in (other.get(address), other.post(address, taken()), other.post(address, {"do": "send"})):
        assert answer.status_code == 409
        assert "<h1>" in answer.content.decode()
    assert not from_phone(scan)
    assert other.get(f"{address}pages/{scan.pages.get().pk}.jpg").status_code == 409


def test_a_look_ahead_does_not_take_the_link(client: Client, address: str) -> None:
    assert client.head(address).status_code == 409
    assert CaptureLink.objects.get().claimed_at is None


def test_nothing_of_the_token_or_the_cookie_is_kept_or_logged(
    address: str, phone: Client, scan: Scan, caplog: pytest.LogCaptureFixture
) -> None:
    token = address.split("/")[2]
    link = CaptureLink.objects.get()
    cookie = phone.cookies["phone"]
    assert cookie["path"] == address and cookie["httponly"] and cookie["samesite"] == "Lax"
    assert int(cookie["max-age"]) == 15 * 60
    for secret in (token, cookie.value):
        assert secret not in str(vars(link))
    assert token not in scrub(f"GET {address} 200")
    with caplog.at_level(logging.DEBUG):
        phone.post(address, taken(b"x"))
    assert token not in caplog.text


def test_the_page_shows_the_place_and_the_paper_and_nobody(address: str, phone: Client, scan: Scan) -> None:
    answer = phone.get(address)
    said = answer.content.decode()
    applicant = scan.application.applicant
    assert scan.paper.kind.name["vi"] in said and "Chi nhánh số 3" in said and "Quầy" in said
    for personal in (applicant.full_name, applicant.identity_number, scan.application.contact_phone[-4:]):
        assert personal not in said
    assert f"/scans/{scan.slot}" not in said and "<script" in said
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("language", ["vi", "ko", "en"])
def test_it_speaks_the_citizens_languages(address: str, phone: Client, language: str) -> None:
    titles = {"vi": "Chụp giấy tờ", "ko": "서류 촬영", "en": "Take pictures of a paper"}
    phone.cookies[site.LANGUAGE_COOKIE_NAME] = language
    assert titles[language] in phone.get(address).content.decode()


def test_a_picture_is_at_the_desk_at_once_upright_and_without_where_it_was_taken(
    address: str, phone: Client, scan: Scan, django_capture_on_commit_callbacks: Any
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Nhà sản xuất"
    topic = f"dossier:{scan.application_id}"
    before = live.version(topic)
    with django_capture_on_commit_callbacks(execute=True):
        sent = phone.post(address, taken(a_picture(size=(4000, 3000), exif=exif)))
    assert sent["Location"] == address
    assert live.version(topic) != before
    (page,) = from_phone(scan)
    with files.open_staged(page.file.stored) as content, Image.open(content) as image:
        assert image.size == (2631, 3508) and not image.getexif()
    assert page.file.media_type == "image/jpeg"


def test_an_iphones_picture_is_taken(address: str, phone: Client, scan: Scan) -> None:
    phone.post(address, taken(HEIC, "IMG_0001.HEIC"))
    (page,) = from_phone(scan)
    assert page.file.media_type == "image/jpeg"


def test_pictures_are_taken_again_in_their_place_removed_and_sent(address: str, phone: Client, scan: Scan) -> None:
    for content in (as_bytes(a_blank_page()), as_bytes(a_page())):
        phone.post(address, taken(content))
    first, second = from_phone(scan)
    said = phone.get(address).content.decode()
    assert "Trang trắng" in said and "2" in said
    phone.post(address, {**taken(as_bytes(a_page(size=(1300, 1838)))), "page": first.pk})
    replaced, same = from_phone(scan)
    assert replaced.pk != first.pk and same == second and replaced.hints == []
    assert phone.get(f"{address}pages/{replaced.pk}.jpg")["Content-Type"] == "image/jpeg"
    phone.post(address, {"do": "remove", "page": second.pk})
    assert from_phone(scan) == [replaced]
    sent = phone.post(address, {"do": "send"})
    assert sent.status_code == 200 and "1" in sent.content.decode()
    assert phone.get(address).status_code == 410
    assert CaptureLink.objects.get().sent_at == MONDAY
    assert from_phone(scan) == [replaced], "what was sent stays"


def test_a_phone_touches_and_sees_its_own_pictures_only(address: str, phone: Client, scan: Scan) -> None:
    desks = scan.pages.get()
    phone.post(address, {"do": "remove", "page": desks.pk})
    phone.post(address, {**taken(), "page": desks.pk})
    phone.post(address, {**taken(a_picture(size=(300, 400))), "page": desks.pk})
    assert scan.pages.filter(pk=desks.pk).exists()
    assert phone.get(f"{address}pages/{desks.pk}.jpg").status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rỗng.jpg", b""),
        ("hỏng.jpg", a_picture()[:300]),
        ("đổi-tên.jpg", b"%PDF-1.7 broken"),
        ("trang.jpg", b"<!doctype html><script>alert(1)</script>"),
        ("lai.jpg", b"GIF89a" + a_picture()),
        ("bom.heic", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(500)),
    ],
)
def test_a_hostile_picture_is_refused_beside_the_field_and_costs_nothing(
    address: str, phone: Client, scan: Scan, name: str, content: bytes
) -> None:
    phone.post(address, taken())
    kept = from_phone(scan)
    answer = phone.post(address, taken(content, name))
    said = answer.content.decode()
    assert answer.status_code == 400
    assert 'id="id_file_error"' in said and 'aria-describedby="id_file_error"' in said
    assert f"pages/{kept[0].pk}.jpg" in said, "what was sent before is still there"
    assert from_phone(scan) == kept


def test_a_picture_of_30000_by_30000_is_refused_before_it_is_unpacked(
    address: str, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    monkeypatch.setattr("PIL.Image.Image.load", lambda _self: pytest.fail("unpacked"))
    answer = phone.post(address, taken(out.getvalue(), "lớn.png"))
    assert answer.status_code == 400 and 'id="id_file_error"' in answer.content.decode()


def test_too_many_bytes_are_refused_and_the_good_ones_of_the_same_moment_stay(
    address: str, phone: Client, scan: Scan, settings: Any
) -> None:
    settings.UPLOAD_LIMIT_BYTES = 300_000
    several = [SimpleUploadedFile("một.jpg", a_picture()), SimpleUploadedFile("hai.jpg", bytes(400_000))]
    answer = phone.post(address, {"file": several})
    assert answer.status_code == 400
    assert len(from_phone(scan)) == 1
    assert str(uploads.too_large()) in html.unescape(answer.content.decode())


def test_a_link_is_over_when_used_taken_back_old_or_followed_by_another(
    address: str, phone: Client, scan: Scan, at_hanoi: Any
) -> None:
    officer = {"at": MONDAY, "acting_user": scan.application.opened_by}
    assert phone.get("/capture/khong-co-ma-nay-dau/").status_code == 410
    _link, token = open_link(scan=scan, **officer)
    assert phone.get(address).status_code == 410, "another took its place"
    second = reverse("applications:capture", args=[token])
    assert phone.get(second).status_code == 200
    withdraw_link(scan=scan, **officer)
    said = phone.post(second, taken())
    assert said.status_code == 410 and "<h1>" in said.content.decode()
    third = reverse("applications:capture", args=[open_link(scan=scan, **officer)[1]])
    assert phone.get(third).status_code == 200
    at_hanoi("2026-11-23 10:41")
    assert clock.now() - MONDAY == timedelta(minutes=15)
    assert phone.get(third).status_code == 410
    assert phone.post(third, taken()).status_code == 410
    at_hanoi("2026-11-23 10:26")
    scan.refresh_from_db()
    use_scan(scan=scan, at=MONDAY)
    assert phone.get(third).status_code == 410, "the pages were used"
    assert not ScanPage.objects.exists()


def test_a_link_taken_back_while_a_picture_was_on_its_way_takes_nothing(
    scan: Scan, address: str, phone: Client
) -> None:
    link = CaptureLink.objects.get()
    withdraw_link(scan=scan, at=MONDAY, acting_user=scan.application.opened_by)
    upload = uploads.inspect_upload(SimpleUploadedFile("a.png", a_picture("PNG")))
    with pytest.raises(Gone):
        add_from_phone(link=link, uploads=[upload], at=MONDAY)
    assert not from_phone(scan)


def test_more_pictures_cost_no_more_statements(
    address: str, phone: Client, scan: Scan, django_assert_max_num_queries: Any
) -> None:
    def count() -> int:
        with django_assert_max_num_queries(8) as asked:
            phone.get(address)
        return len(asked)

    phone.post(address, taken())
    few = count()
    for size in ((300, 400), (301, 400), (302, 400)):
        phone.post(address, taken(a_picture(size=size)))
    assert count() == few
