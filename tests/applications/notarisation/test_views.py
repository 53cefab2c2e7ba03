"""The desk's dialogs of certification: forms, fee, approval, progress, and files for those who may see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from applications.actions.approve_certification import approve_certification
from applications.actions.make_certified_copy import make_certified_copy
from applications.enums import PaperState
from applications.models import CertificationItem, Paper, RegisterEntry, Scan
from applications.notarisation.enums import JobState, RegisterKind
from applications.notarisation.grounds import FINE, grounds_for
from centres.enums import Role
from centres.models import Membership
from citizens.models import Look
from portal import clock, files, live
from tests.factories.applications import MONDAY, a_centre, a_dossier, a_member
from tests.factories.certifications import (
    a_document,
    a_missing_paper,
    a_picture,
    an_approved_item,
    an_item,
    draft_of_request,
    signer_for,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
As = Callable[[Any], Client]


@pytest.fixture
def paper() -> Paper:
    return a_missing_paper()


@pytest.fixture
def desk(as_: As, paper: Paper) -> Client:
    return as_(paper.application.opened_by)


def address(name: str, number: int) -> str:
    return reverse(f"applications:{name}", args=[number])


def typed(**other: Any) -> dict[str, Any]:
    return {
        "client_key": "mot-lan",
        "title": "Giấy chứng nhận kết hôn",
        "pages": "",
        "copies": "2",
        "file": SimpleUploadedFile("scan.jpg", a_picture(), "image/jpeg"),
        **other,
    }


def test_the_form_comes_as_a_dialog_and_as_a_page_with_the_papers_name(desk: Client, paper: Paper) -> None:
    dialog = desk.get(address("certify", paper.pk), headers=HTMX)
    page = desk.get(address("certify", paper.pk))
    for answer in (dialog, page):
        assert answer.status_code == 200
        assert paper.kind.name["vi"] in answer.content.decode()
    assert "<dialog" in dialog.content.decode() and "<html" not in dialog.content.decode()
    assert "<html" in page.content.decode() and '<dialog id="certify"' not in page.content.decode()


def test_pages_are_counted_from_the_file_and_the_fee_is_shown_before_approval(desk: Client, paper: Paper) -> None:
    answer = desk.post(address("certify", paper.pk), typed(), headers=HTMX)
    item = CertificationItem.objects.get()
    assert (item.pages, item.copies, item.fee) == (1, 2, 4000)
    said = answer.content.decode()
    assert "4.000\xa0đ" in said or "4.000 đ" in said
    assert address("check_document", item.pk) in said
    assert not RegisterEntry.objects.exists()


def test_pages_that_the_scan_does_not_have_are_asked_about(desk: Client, paper: Paper) -> None:
    refused = desk.post(address("certify", paper.pk), typed(pages="4"))
    assert refused.status_code == 400
    assert 'name="several_on_a_sheet"' in refused.content.decode()
    assert not CertificationItem.objects.exists()
    desk.post(address("certify", paper.pk), typed(pages="4", several_on_a_sheet="on"))
    assert CertificationItem.objects.get().pages == 4


@pytest.mark.parametrize("wrong", [{"pages": "0"}, {"copies": "999"}, {"pages": "4"}])
def test_a_bad_form_never_costs_the_file(desk: Client, paper: Paper, wrong: dict[str, str]) -> None:
    for number, headers in enumerate((HTMX, {}), 1):
        said = desk.post(address("certify", paper.pk), typed(**wrong), headers=headers).content.decode()
        assert f'id="id_paper-{paper.pk}_file_error"' not in said
        assert ('name="several_on_a_sheet"' in said) == ("pages" in wrong)
        assert f"/scans/paper-{paper.pk}/pages/" in said, "it lies at the desk"
        assert Scan.objects.get().pages.count() == 1, f"sent {number} times, it lies there once"
    right = typed()
    del right["file"]
    desk.post(address("certify", paper.pk), right, headers=HTMX)
    item = CertificationItem.objects.get()
    assert (item.pages, item.scan.name) == (1, "scan.jpg")
    assert files.read(item.scan.sha256) == a_picture(), "what nobody mended goes on as it came"
    scan = Scan.objects.get()
    assert scan.used_at and not scan.pages.exists() and not scan.files.exists()


def test_several_files_can_be_added_without_a_script_before_going_on(desk: Client, paper: Paper) -> None:
    desk.post(address("certify", paper.pk), typed(do="add", title="Tên khác"))
    more = typed(do="add", title="Tên khác", file=SimpleUploadedFile("hai.png", a_picture("PNG")))
    said = desk.post(address("certify", paper.pk), more).content.decode()
    assert 'value="Tên khác"' in said and Scan.objects.get().pages.count() == 2
    assert not CertificationItem.objects.exists()
    right = typed()
    del right["file"]
    desk.post(address("certify", paper.pk), right)
    item = CertificationItem.objects.get()
    assert (item.pages, item.scan.media_type, item.scan.pages) == (2, "application/pdf", 2)


def test_without_a_script_it_goes_from_page_to_page(desk: Client, paper: Paper) -> None:
    opened = desk.post(address("certify", paper.pk), typed())
    item = CertificationItem.objects.get()
    assert (opened.status_code, opened["Location"]) == (302, address("certification", item.pk))
    assert desk.get(opened["Location"]).status_code == 200
    answers = {f"ground-{ground.key}": FINE for ground in grounds_for(RegisterKind.COPIES, MONDAY.date())}
    assert desk.post(address("check_document", item.pk), answers)["Location"] == address("certification", item.pk)
    sent = desk.post(address("submit_certification", item.pk))
    assert sent["Location"] == address("certification", item.pk)
    item.refresh_from_db()
    approve_certification(item=item, at=MONDAY, acting_user=signer_for(item))
    assert "0001/2026" in desk.get(sent["Location"]).content.decode()


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [("scan.pdf", b"hello", 400), ("scan.pdf", b"%PDF-1.7 broken", 400), ("scan.jpg", a_picture()[:400], 400)],
)
def test_a_bad_file_is_refused_beside_its_field_and_keeps_what_was_typed(
    desk: Client, paper: Paper, name: str, content: bytes, status: int
) -> None:
    fields = typed(title="Giấy khai sinh của cháu", copies="7", file=SimpleUploadedFile(name, content))
    answer = desk.post(address("certify", paper.pk), fields, headers=HTMX)
    said = answer.content.decode()
    assert answer.status_code == status
    assert 'value="Giấy khai sinh của cháu"' in said and 'value="7"' in said and 'value="mot-lan"' in said
    assert f'href="#id_paper-{paper.pk}_file"' in said
    paper.refresh_from_db()
    assert paper.state == PaperState.MISSING


def test_a_file_that_is_too_large_is_refused_and_keeps_what_was_typed(
    desk: Client, paper: Paper, settings: LazySettings
) -> None:
    settings.UPLOAD_LIMIT_BYTES = 100_000
    fields = typed(copies="7", file=SimpleUploadedFile("scan.pdf", b"%PDF-1.7" + bytes(3_000_000)))
    answer = desk.post(address("certify", paper.pk), fields, headers=HTMX)
    assert answer.status_code == 400
    assert 'value="7"' in answer.content.decode() and f'href="#id_paper-{paper.pk}_file"' in answer.content.decode()


def test_no_file_and_a_file_of_nothing_are_said(desk: Client, paper: Paper) -> None:
    nothing = typed()
    del nothing["file"]
    assert desk.post(address("certify", paper.pk), nothing, headers=HTMX).status_code == 400
    empty = typed(file=SimpleUploadedFile("scan.pdf", b""))
    answer = desk.post(address("certify", paper.pk), empty, headers=HTMX)
    assert answer.status_code == 400 and f'href="#id_paper-{paper.pk}_file"' in answer.content.decode()


def test_a_full_store_is_a_sentence_and_not_an_error_page(desk: Client, paper: Paper) -> None:
    with patch("portal.files.os.fsync", side_effect=OSError(28, "full")):
        answer = desk.post(address("certify", paper.pk), typed(copies="7"), headers=HTMX)
    assert answer.status_code == 503
    assert 'value="7"' in answer.content.decode()


def test_the_form_sent_twice_shows_the_same_certification(desk: Client, paper: Paper) -> None:
    first = desk.post(address("certify", paper.pk), typed(), headers=HTMX)
    second = desk.post(address("certify", paper.pk), typed(), headers=HTMX)
    assert first.status_code == second.status_code == 200
    assert CertificationItem.objects.count() == 1


def test_opened_again_it_goes_on_where_it_was(desk: Client, paper: Paper) -> None:
    item = an_item(paper)
    answer = desk.get(address("certify", paper.pk), headers=HTMX)
    assert answer["Location"] == address("certification", item.pk)


def test_a_wrong_scan_is_taken_back_to_the_empty_form(desk: Client, paper: Paper) -> None:
    item = an_item(paper)
    answer = desk.post(address("drop_certification", item.pk), headers=HTMX, follow=True)
    assert answer.redirect_chain == [(address("certify", paper.pk), 302)]
    assert 'type="file"' in answer.content.decode()


def test_a_wrong_scan_of_a_request_leads_back_to_its_desk(desk: Client) -> None:
    """Not into the dialog that it was taken back in: there a second desk would stand in the first."""
    item = a_document(draft_of_request())
    answer = desk.post(address("drop_certification", item.pk), headers=HTMX)
    assert answer["HX-Redirect"] == f"/desk/?matter={item.certification.application_id}"
    other = a_document(draft_of_request())
    assert desk.post(address("drop_certification", other.pk)).status_code == 302


def test_progress_is_asked_for_again_and_answers_only_when_it_moved(
    desk: Client, paper: Paper, django_capture_on_commit_callbacks: Any
) -> None:
    item = an_approved_item(paper)
    dialog = desk.get(address("certification", item.pk), headers=HTMX).content.decode()
    assert f'data-poll="{address("certification", item.pk)}"' in dialog
    part = {**HTMX, "X-Part": "1"}
    first = desk.get(address("certification", item.pk), headers=part)
    said = first.content.decode()
    assert '<progress id="certify-progress"' in said and 'value="0" max="6"' in said and "<dialog" not in said
    again = desk.get(address("certification", item.pk), headers={**part, "If-None-Match": first["ETag"]})
    assert again.status_code == 304
    CertificationItem.objects.filter(pk=item.pk).update(progress=2)
    with django_capture_on_commit_callbacks(execute=True):
        live.bump(f"dossier:{item.certification.application_id}")
    moved = desk.get(address("certification", item.pk), headers={**part, "If-None-Match": first["ETag"]})
    assert moved.status_code == 200 and 'value="2" max="6"' in moved.content.decode()


def test_the_finished_copy_can_be_opened_from_the_dialog(desk: Client, paper: Paper) -> None:
    item = an_approved_item(paper)
    make_certified_copy(item_id=item.pk, now=lambda: MONDAY)
    item.refresh_from_db()
    said = desk.get(address("certification", item.pk), headers=HTMX).content.decode()
    assert address("document", item.output_id) in said and "data-poll" not in said


def test_a_certification_that_failed_says_why(desk: Client, paper: Paper) -> None:
    item = an_approved_item(paper)
    files.path_of(item.scan.sha256).write_bytes(b"x")
    make_certified_copy(item_id=item.pk, now=clock.now)
    item.refresh_from_db()
    assert item.state == JobState.FAILED
    said = desk.get(address("certification", item.pk), headers=HTMX).content.decode()
    assert 'role="alert"' in said


def test_a_file_is_served_privately_and_the_look_is_recorded(desk: Client, paper: Paper) -> None:
    item = an_item(paper)
    before = Look.objects.count()
    answer = desk.get(address("document", item.scan_id), follow=True)
    assert b"".join(answer.streaming_content) == a_picture()  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    look = Look.objects.order_by("-pk").first()
    assert Look.objects.count() == before + 1
    assert look.citizen == paper.application.applicant
    assert look.dossier_code == item.certification.application.code


def test_a_part_of_a_file_is_given_where_a_part_is_asked_for(desk: Client, paper: Paper) -> None:
    item = an_item(paper)
    link, whole = desk.get(address("document", item.scan_id))["Location"], a_picture()
    looks = Look.objects.count()
    for asked, first, last in [
        ("bytes=0-9", 0, 9),
        ("bytes=10-", 10, len(whole) - 1),
        ("bytes=-7", len(whole) - 7, len(whole) - 1),
        (f"bytes=5-{len(whole) + 99}", 5, len(whole) - 1),
    ]:
        answer = desk.get(link, headers={"Range": asked})
        assert (answer.status_code, b"".join(answer)) == (206, whole[first : last + 1])
        assert answer["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"
        assert answer["Content-Length"] == str(last - first + 1)
    for odd in ("bytes=9-3", "bytes=-", "bytes=0-1,3-4", "lines=1-2"):
        assert b"".join(desk.get(link, headers={"Range": odd})) == whole
    assert b"".join(desk.get(link, headers={"Range": "bytes=0-1", "If-Range": '"x"'})) == whole
    beyond = desk.get(link, headers={"Range": f"bytes={len(whole)}-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(whole)}")
    assert desk.get(link, headers={"Range": "bytes=-0"}).status_code == 416
    assert Look.objects.count() == looks, "the look was noted when the link was made"


def test_a_link_to_a_file_is_one_persons_for_a_few_minutes(
    desk: Client, as_: As, paper: Paper, settings: LazySettings
) -> None:
    item = an_item(paper)
    centre = item.certification.application.helped_at
    link = desk.get(address("document", item.scan_id))["Location"]
    assert desk.get(link).status_code == 200
    assert as_(a_member(Role.SPECIALIST, centre)).get(link).status_code == 404, "somebody else's"
    assert desk.get(link[:-3] + "x/").status_code == 404
    settings.FILE_LINK_SECONDS = -1
    over = desk.get(link)
    assert over.status_code == 410 and str(item.scan.sha256) not in over.content.decode()


def test_a_link_to_a_file_is_of_no_use_to_who_may_not_see_it_any_more(desk: Client, paper: Paper) -> None:
    item = an_item(paper)
    link = desk.get(address("document", item.scan_id))["Location"]
    Membership.objects.filter(user=item.certification.requested_by).update(valid_to=MONDAY - timedelta(days=1))
    assert desk.get(link).status_code == 404


def test_a_file_that_was_changed_in_the_store_is_not_given_out(desk: Client, paper: Paper) -> None:
    item = an_item(paper)
    lying = bytearray(files.path_of(item.scan.sha256).read_bytes())
    lying[-1] ^= 1
    files.path_of(item.scan.sha256).write_bytes(lying)
    assert desk.get(address("document", item.scan_id), follow=True).status_code == 410


def test_a_certified_copy_is_seen_by_whoever_decides_the_dossier_it_lies_in(as_: As) -> None:
    dossier = a_dossier(procedure="marriage", state=5)
    elsewhere = a_centre("phong-dat-dai", "H26.9")
    type(dossier).objects.filter(pk=dossier.pk).update(competent=elsewhere)
    item = an_approved_item(a_missing_paper(type(dossier).objects.get(pk=dossier.pk)))
    make_certified_copy(item_id=item.pk, now=lambda: MONDAY)
    item.refresh_from_db()
    decider = a_member(Role.SPECIALIST, elsewhere)
    shown = as_(decider).get(address("document", item.output_id), follow=True)
    assert b"".join(shown.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert as_(decider).get(address("document", item.scan_id)).status_code == 404, "the scan belongs to the counter"


def test_nobody_of_another_centre_sees_the_form_the_item_or_the_files(as_: As, paper: Paper) -> None:
    item = an_item(paper)
    stranger = as_(a_member(Role.COUNTER_OFFICER, a_centre("chi-nhanh-4", "H26.30.4")))
    assert stranger.get(address("certify", paper.pk)).status_code == 404
    assert stranger.get(address("certification", item.pk)).status_code == 404
    assert stranger.post(address("approve_certification", item.pk)).status_code == 404
    assert stranger.get(address("document", item.scan_id)).status_code == 404
    assert stranger.get(address("document", 999_999)).status_code == 404
    assert Client().get(address("document", item.scan_id)).status_code == 302
    assert not RegisterEntry.objects.exists()


def test_a_specialist_sees_but_may_not_approve(as_: As, paper: Paper) -> None:
    item = an_item(paper)
    assert as_(Role.SPECIALIST).post(address("approve_certification", item.pk)).status_code == 403
    assert not RegisterEntry.objects.exists()


def test_a_rule_broken_by_a_button_is_said_inside_the_dialog(desk: Client, paper: Paper) -> None:
    item = an_approved_item(paper)
    answer = desk.post(address("drop_certification", item.pk), headers=HTMX)
    said = answer.content.decode()
    assert answer.status_code == 409
    assert "<dialog" in said and 'role="alert"' in said


def test_a_number_is_never_taken_by_looking(desk: Client, paper: Paper) -> None:
    item = an_item(paper)
    assert desk.get(address("approve_certification", item.pk)).status_code == 303
    assert desk.get(address("drop_certification", item.pk)).status_code == 303
    item.refresh_from_db()
    assert item.state == JobState.WAITING
