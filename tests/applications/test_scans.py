"""Scans at the desk: what lies there is looked at, mended, put in order and used, and goes when nobody uses it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from PIL import Image

from applications.actions.capture import open_link, rules_on
from applications.actions.edit_draft import drop_draft
from applications.actions.look_at_scan import look_at_pages
from applications.actions.mend_scan import crop_page, move_page, remove_page, straighten_page, turn_page, unmend_page
from applications.actions.sweep_scans import erase_old_scans, look_at_left
from applications.actions.use_scan import finished, use_scan
from applications.models import CaptureLink, Scan, ScanPage, ScanRules
from applications.scanning import slot_of
from centres.enums import Role
from citizens.models import Look
from portal import clock, files
from portal.errors import BadInput, Gone, NotAllowed, RuleBroken
from portal.pictures import drawing
from tests.factories.applications import MONDAY, a_centre, a_draft, a_member
from tests.factories.certifications import a_missing_paper, a_picture
from tests.factories.pages import a_blank_page, a_page, as_bytes
from tests.factories.scans import a_link, a_scan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
HTMX = {"HX-Request": "true"}


def by(scan: Scan) -> dict[str, Any]:
    return {"at": MONDAY, "acting_user": scan.application.opened_by}


def in_store(settings: LazySettings) -> set[str]:
    return {path.name for path in (Path(settings.FILES_ROOT) / "staged").glob("*")}


def pdf_of(*texts: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for text in texts:
            page = pdf.add_blank_page(page_size=(595, 842))
            page.Contents = pdf.make_stream(f"% {text}\n0 0 m 300 300 l S".encode())
        pdf.save(out)
    return out.getvalue()


def read(scan: Scan) -> tuple[bytes, str, int]:
    with finished(scan) as made:
        return b"".join(made.chunks()), made.media_type, made.pages


# -- what comes out ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", pdf_of("một", "hai")),
        ("a.jpg", a_picture()),
        ("a.png", a_picture("PNG")),
        ("a.tif", a_picture("TIFF")),
    ],
)
def test_a_file_that_nobody_mended_goes_on_byte_for_byte(name: str, content: bytes) -> None:
    scan = a_scan(None, content, name=name)
    assert read(scan)[0] == content


def test_pages_of_several_files_become_one_pdf_and_those_of_a_pdf_stay_what_they_are() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    scan = a_scan(None, pdf_of("một", "hai"), name="a.pdf")
    a_scan(scan.paper, a_picture(size=(400, 200), exif=exif))
    a_scan(scan.paper, a_picture("TIFF"), name="c.tif")
    content, media_type, count = read(scan)
    assert (media_type, count) == ("application/pdf", 4)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert b"% hai" in pdf.pages[1].Contents.read_bytes(), "drawn by its own program, not a picture"
        turned = pdf.pages[2]
        assert int(turned.get("/Rotate", 0)) % 180 == 90, "as its camera said"


def test_a_mended_page_goes_on_as_it_was_seen() -> None:
    scan = a_scan(None, a_picture(size=(600, 900)))
    page = scan.pages.get()
    page = turn_page(page=page, degrees=90, **by(scan))
    page = crop_page(page=page, left=50, top=0, right=0, bottom=0, **by(scan))
    scan.refresh_from_db()
    with pikepdf.open(io.BytesIO(read(scan)[0])) as pdf:
        (image,) = pdf.pages[0].get_images().values()
        assert (int(image.Width), int(image.Height)) == (450, 600)
    unmend_page(page=page, **by(scan))
    assert read(scan)[0] == a_picture(size=(600, 900))


def test_order_and_removal_are_kept() -> None:
    scan = a_scan(None, pdf_of("một", "hai", "ba"), name="a.pdf")
    first, second, third = scan.pages.all()
    move_page(page=third, to=1, **by(scan))
    remove_page(page=first, **by(scan))
    assert [page.pk for page in scan.pages.all()] == [third.pk, second.pk]
    assert [page.position for page in scan.pages.all()] == [1, 2]
    scan.refresh_from_db()
    with pikepdf.open(io.BytesIO(read(scan)[0])) as pdf:
        assert [b"% ba" in pdf.pages[0].Contents.read_bytes(), len(pdf.pages)] == [True, 2]
    move_page(page=third, to=99, **by(scan))
    assert [page.pk for page in scan.pages.all()] == [second.pk, third.pk]


def test_a_page_removed_in_two_windows_is_removed_once() -> None:
    scan = a_scan(None, pdf_of(*"abc"), name="a.pdf")
    first = scan.pages.all()[0]
    remove_page(page=first, **by(scan))
    remove_page(page=first, **by(scan))
    assert [page.position for page in scan.pages.all()] == [1, 2]


def test_nothing_is_not_a_scan() -> None:
    scan = a_scan()
    remove_page(page=scan.pages.get(), **by(scan))
    with pytest.raises(BadInput) as refused, finished(scan):
        pass
    assert refused.value.field == "file"


# -- hints ------------------------------------------------------------------------------------------------------------


def test_each_page_says_what_is_wrong_with_it_and_mending_takes_the_word_back() -> None:
    crooked = a_page().rotate(3, Image.Resampling.BICUBIC, fillcolor="white")
    scan = a_scan(None, as_bytes(crooked.transpose(Image.Transpose.ROTATE_90)), as_bytes(a_blank_page()))
    page, blank = scan.pages.all()
    assert (page.hints, blank.hints) == (["sideways", "crooked"], ["blank"])
    page = turn_page(page=page, degrees=90, **by(scan))
    assert page.hints == ["crooked"] and page.lean == pytest.approx(-3, abs=0.2)
    page = straighten_page(page=page, **by(scan))
    assert (page.hints, page.lean) == ([], 0)
    page = unmend_page(page=page, **by(scan))
    assert page.hints == ["sideways", "crooked"]


def test_a_long_file_does_not_hold_up_the_desk_and_a_lost_job_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("applications.actions.add_to_scan.LOOKED_AT_ONCE", 2)
    scan = a_scan(None, pdf_of(*"abcde"), name="a.pdf")
    assert ScanPage.objects.filter(hints__isnull=True).count() == 3
    assert look_at_left() == 3
    assert look_at_pages(scan_id=scan.pk) == 0


def test_a_page_that_cannot_be_drawn_is_said_and_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "RENDERER", "false")
    content = pdf_of("một")
    scan = a_scan(None, content, name="a.pdf")
    page = scan.pages.get()
    assert (page.hints, page.picture) == (["not_shown"], "")
    with pytest.raises(RuleBroken):
        turn_page(page=page, degrees=90, **by(scan))
    with pytest.raises(BadInput) as refused:
        read(scan)
    assert (refused.value.code, refused.value.field) == ("page_not_shown", "file")
    monkeypatch.undo()
    again = a_scan(None, content, name="b.pdf")
    assert again.pages.get().hints == ["not_shown"], "nobody waits for it again"


def test_a_page_that_nobody_drew_yet_is_drawn_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("add_to_scan", "use_scan"):
        monkeypatch.setattr(f"applications.actions.{module}.LOOKED_AT_ONCE", 2)
    scan = a_scan(None, pdf_of(*"abcde"), name="a.pdf")
    with pytest.raises(BadInput) as refused:
        read(scan)
    assert (refused.value.code, refused.value.field) == ("page_not_drawn", "file")
    assert "1" in str(refused.value), "and it looked at two itself: it goes on without a worker"
    assert read(scan)[2] == 5


def test_a_page_far_behind_that_cannot_be_drawn_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("applications.actions.add_to_scan.LOOKED_AT_ONCE", 1)
    scan = a_scan(None, pdf_of("a", "b"), name="a.pdf")
    monkeypatch.setattr(drawing, "RENDERER", "false")
    with pytest.raises(BadInput) as refused:
        read(scan)
    assert refused.value.code == "page_not_shown"


def test_a_missing_renderer_is_not_the_fault_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "RENDERER", "pdftoppm-is-not-here")
    content = pdf_of("một")
    scan = a_scan(None, content, name="a.pdf")
    assert scan.pages.get().hints == [] and read(scan)[0] == content


def test_nobody_at_the_desk_waits_for_one_bad_page_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "RENDERER", "false")
    scan = a_scan(None, pdf_of(*"abc"), name="a.pdf")
    assert [page.hints for page in scan.pages.all()] == [["not_shown"], None, None]


# -- rules ------------------------------------------------------------------------------------------------------------


def test_the_same_file_twice_lies_there_once(settings: LazySettings) -> None:
    scan = a_scan()
    there = in_store(settings)
    assert a_scan(scan.paper) == scan
    assert scan.pages.count() == 1
    assert in_store(settings) == there, "and leaves nothing in the store"


@pytest.mark.parametrize(("limit", "value"), [("UPLOAD_LIMIT_PAGES", 3), ("UPLOAD_LIMIT_BYTES", 1500)])
def test_more_than_can_be_certified_is_refused_and_what_lies_there_stays(
    settings: LazySettings, limit: str, value: int
) -> None:
    scan = a_scan(None, pdf_of("a", "b"), name="a.pdf")
    there = in_store(settings)
    with pytest.raises(BadInput) as refused:
        setattr(settings, limit, value)
        a_scan(scan.paper, pdf_of("c", "d"), name="a.pdf")
    assert refused.value.field == "file"
    assert scan.pages.count() == 2 and in_store(settings) == there


def test_only_the_officer_at_the_counter_lays_and_mends(as_: Callable[[Any], Client]) -> None:
    scan = a_scan()
    stranger = {"at": MONDAY, "acting_user": a_member(Role.SPECIALIST)}
    page = scan.pages.get()
    for tried in (
        lambda: turn_page(page=page, degrees=90, **stranger),
        lambda: remove_page(page=page, **stranger),
        lambda: move_page(page=page, to=1, **stranger),
        lambda: open_link(scan=scan, **stranger),
    ):
        with pytest.raises(NotAllowed):
            tried()


def test_a_page_changed_in_another_window_is_not_mended_over() -> None:
    scan = a_scan()
    seen, same = scan.pages.get(), scan.pages.get()
    turn_page(page=seen, degrees=90, **by(scan))
    with pytest.raises(RuleBroken) as refused:
        turn_page(page=same, degrees=90, **by(scan))
    assert refused.value.code == "page_changed"
    remove_page(page=seen, **by(scan))
    with pytest.raises(Gone):
        turn_page(page=seen, degrees=90, **by(scan))


def test_a_page_that_came_meanwhile_stops_what_was_about_to_be_used() -> None:
    scan = a_scan()
    with finished(scan):
        a_scan(scan.paper, a_picture("PNG"), name="b.png")
    with pytest.raises(RuleBroken) as refused:
        use_scan(scan=scan, at=MONDAY)
    assert refused.value.code == "scan_changed"


def test_a_used_scan_lets_go_of_everything_once(
    settings: LazySettings, django_capture_on_commit_callbacks: Any
) -> None:
    scan = a_scan()
    link, _token = a_link(scan)
    with django_capture_on_commit_callbacks(execute=True):
        use_scan(scan=scan, at=MONDAY)
    assert in_store(settings) == set()
    link.refresh_from_db()
    assert link.ended_at == MONDAY
    with pytest.raises(Gone):
        use_scan(scan=scan, at=MONDAY)
    assert a_scan(scan.paper) != scan, "the slot takes a new one"


def test_what_can_never_be_is_held_by_the_database() -> None:
    scan = a_scan()
    link, _token = a_link(scan)
    same = {"application": scan.application, "slot": scan.slot, "created_at": MONDAY, "touched_at": MONDAY}
    for wrong in (
        lambda: Scan.objects.create(**same, created_by=scan.created_by),
        lambda: CaptureLink.objects.filter(pk=link.pk).update(claimed_at=MONDAY),
        lambda: CaptureLink.objects.filter(pk=link.pk).update(sent_at=MONDAY),
        lambda: CaptureLink.objects.filter(pk=link.pk).update(expires_at=MONDAY),
        lambda: ScanRules.objects.create(valid_from=MONDAY.date(), kept_hours=0),
        lambda: ScanRules.objects.create(valid_from=MONDAY.date(), link_minutes=121),
        lambda: ScanRules.objects.create(valid_from=MONDAY.date(), kept_hours=721),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()


# -- the clock --------------------------------------------------------------------------------------------------------


def test_an_unused_scan_goes_with_its_files_after_the_hours_of_the_rules(
    settings: LazySettings, django_capture_on_commit_callbacks: Any
) -> None:
    old, kept = a_scan(), a_scan(at=MONDAY + timedelta(hours=2))
    theirs = {name for page in kept.pages.all() for name in (page.picture, page.file.stored)}
    assert erase_old_scans(at=MONDAY + timedelta(hours=24) - timedelta(seconds=1)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_old_scans(at=MONDAY + timedelta(hours=24)) == 1
    assert not Scan.objects.filter(pk=old.pk).exists()
    assert in_store(settings) == theirs
    ScanRules.objects.create(valid_from=MONDAY.date(), kept_hours=1, source="test")
    assert rules_on(clock.local_day(MONDAY)).kept_hours == 1
    assert erase_old_scans(at=MONDAY + timedelta(hours=3)) == 1


def test_a_draft_taken_back_takes_its_scans_along(
    settings: LazySettings, django_capture_on_commit_callbacks: Any
) -> None:
    scan = a_scan(a_missing_paper(a_draft(procedure="marriage")))
    with django_capture_on_commit_callbacks(execute=True):
        drop_draft(application=scan.application, **by(scan))
    assert not Scan.objects.exists() and in_store(settings) == set()


# -- the desk's pages ---------------------------------------------------------------------------------------------------


@pytest.fixture
def scan() -> Scan:
    return a_scan()


@pytest.fixture
def desk(as_: Callable[[Any], Client], scan: Scan) -> Client:
    return as_(scan.application.opened_by)


def at(scan: Scan, more: str = "") -> str:
    return f"/desk/matters/{scan.application_id}/scans/{scan.slot}/{more}"


def test_files_are_added_and_a_bad_one_is_said_by_its_name_beside_the_field(desk: Client, scan: Scan) -> None:
    upload = [SimpleUploadedFile("tốt.png", a_picture("PNG")), SimpleUploadedFile("hỏng.pdf", b"%PDF-1.7 broken")]
    answer = desk.post(at(scan, "add/"), {"file": upload}, headers=HTMX)
    said = answer.content.decode()
    assert answer.status_code == 400
    assert "hỏng.pdf" in said and 'role="alert"' in said
    assert scan.pages.count() == 2, "the good one is there"
    assert desk.post(at(scan, "add/"), {}, headers=HTMX).status_code == 400
    page = desk.post(at(scan, "add/"), {"file": SimpleUploadedFile("x.pdf", b"")}).content.decode()
    assert f'id="id_{scan.slot}_file_error"' in page and "<html" in page


def test_each_button_does_what_it_says_in_the_list_and_large(desk: Client, scan: Scan) -> None:
    page = scan.pages.get()
    mend = at(scan, f"pages/{page.pk}/mend/")
    for do, mends in (
        ("left", [["turn", 270]]),
        ("right", []),
        ("half", [["turn", 180]]),
        ("as-it-was", []),
        ("straighten", []),
    ):
        answer = desk.post(mend, {"do": do}, headers=HTMX)
        assert answer.status_code == 200 and "scan-pages" in answer.content.decode()
        page.refresh_from_db()
        assert page.mends == mends, do
    cut = {"do": "crop", "large": "1", "left": "10", "top": "0", "right": "20", "bottom": "0"}
    assert "data-crop" in desk.post(mend, cut, headers=HTMX).content.decode()
    page.refresh_from_db()
    assert page.mends == [["crop", 100, 0, 800, 1000]]
    for wrong in ({**cut, "left": "x"}, {**cut, "left": "90"}, {"do": "move", "to": ""}, {"do": "?"}):
        assert desk.post(mend, wrong, headers=HTMX).status_code == 400
    assert desk.post(mend, {"do": "remove"}, headers=HTMX).status_code == 200
    assert not scan.pages.exists()
    gone = desk.post(mend, {"do": "left"}, headers=HTMX)
    assert gone.status_code == 410 and f'id="scan-{scan.slot}-pages"' in gone.content.decode()


def test_without_a_script_each_button_leads_back_to_the_form(desk: Client, scan: Scan) -> None:
    page, form = scan.pages.get(), f"/desk/papers/{scan.paper_id}/certify/"
    back = desk.post(at(scan, f"pages/{page.pk}/mend/"), {"do": "left", "next": form})
    assert back["Location"] == form
    large = desk.post(at(scan, f"pages/{page.pk}/mend/"), {"do": "left", "large": "1"})
    assert large["Location"] == at(scan, f"pages/{page.pk}/")
    assert "<html" in desk.get(large["Location"]).content.decode()
    away = desk.post(at(scan, f"pages/{page.pk}/mend/"), {"do": "left", "next": "https://example.org/"})
    assert away["Location"] == at(scan)
    link = desk.post(at(scan, "phone/"), {"next": form})
    assert link.status_code == 200 and "data:image/svg" in link.content.decode()
    assert desk.post(at(scan, "phone/stop/"), {"next": form})["Location"] == form
    assert not CaptureLink.objects.filter(ended_at=None).exists()


def test_a_page_is_shown_as_it_is_now_and_a_large_one_is_a_look(desk: Client, scan: Scan) -> None:
    page = turn_page(page=scan.pages.get(), degrees=90, **by(scan))
    before = Look.objects.count()
    small = desk.get(at(scan, f"pages/{page.pk}/picture.jpg"))
    assert Look.objects.count() == before
    for _again in range(2):
        large = desk.get(at(scan, f"pages/{page.pk}/picture.jpg?large"))
    assert Look.objects.count() == before + 1
    for answer in (small, large):
        assert answer["Cache-Control"] == "private, no-store"
        with Image.open(io.BytesIO(answer.content)) as image:
            assert image.width > image.height


def test_the_link_for_a_phone_is_told_once(desk: Client, scan: Scan) -> None:
    first = desk.post(at(scan, "phone/"), headers=HTMX)
    assert "data:image/svg" in first.content.decode() and first["Cache-Control"] == "no-store"
    again = desk.get(at(scan), headers=HTMX).content.decode()
    assert "data:image/svg" not in again and "data-phone" in again and "data-poll" in again
    token = CaptureLink.objects.get(ended_at=None).token_hash
    assert token not in first.content.decode()
    desk.post(at(scan, "phone/"), headers=HTMX)
    assert CaptureLink.objects.filter(ended_at=None).count() == 1


def test_the_list_is_asked_again_and_answers_only_when_something_came(
    desk: Client, scan: Scan, django_capture_on_commit_callbacks: Any
) -> None:
    part = {**HTMX, "X-Part": "1"}
    first = desk.get(at(scan), headers=part)
    assert desk.get(at(scan), headers={**part, "If-None-Match": first["ETag"]}).status_code == 304
    with django_capture_on_commit_callbacks(execute=True):
        a_scan(scan.paper, a_picture("PNG"), name="b.png")
    moved = desk.get(at(scan), headers={**part, "If-None-Match": first["ETag"]})
    assert moved.status_code == 200 and moved.content.decode().count("<li>") == 2


def test_nobody_of_another_centre_sees_or_changes_anything(as_: Callable[[Any], Client], scan: Scan) -> None:
    stranger = as_(a_member(Role.COUNTER_OFFICER, a_centre("chi-nhanh-4", "H26.30.4")))
    page = scan.pages.get()
    for path in ("", f"pages/{page.pk}/", f"pages/{page.pk}/picture.jpg"):
        assert stranger.get(at(scan, path)).status_code == 404
    for path in ("add/", "phone/", "phone/stop/", f"pages/{page.pk}/mend/"):
        assert stranger.post(at(scan, path), {"do": "left"}).status_code == 404


def test_a_page_is_found_only_in_its_own_slot(desk: Client, scan: Scan) -> None:
    other = a_scan(scan.application.papers.exclude(pk=scan.paper_id).first())
    assert desk.get(at(scan, f"pages/{other.pages.get().pk}/")).status_code == 410
    assert other.slot == slot_of(other.paper)


@pytest.mark.parametrize("path", ["scan", "certify"])
def test_more_pages_cost_no_more_statements(
    desk: Client, scan: Scan, path: str, django_assert_max_num_queries: Any
) -> None:
    address = at(scan) if path == "scan" else f"/desk/papers/{scan.paper_id}/certify/"

    def count() -> int:
        with django_assert_max_num_queries(20) as asked:
            desk.get(address, headers=HTMX)
        return len(asked)

    few = count()
    a_scan(scan.paper, pdf_of(*"abcdefgh"), name="a.pdf")
    assert count() == few


def test_files_of_a_used_scan_are_not_what_the_document_is() -> None:
    scan = a_scan()
    kept = files.store([a_picture()])
    use_scan(scan=scan, at=MONDAY)
    assert files.read(kept.sha256) == a_picture()
