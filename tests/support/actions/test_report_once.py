"""A report that comes again counts once; its picture is drawn anew, and a bad one never holds up the report."""

from __future__ import annotations

import base64
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from portal import files
from portal.errors import BadInput
from support.actions.report_once import report_once
from support.enums import Kind, Severity, Source
from support.models import Incident, IncidentPicture, ReportReceived
from support.own_words import mark, own_words
from tests.factories.centres import MORNING

pytestmark = pytest.mark.django_db
KEY = "11111111-2222-4333-8444-555555555555"


def a_picture(**more: object) -> str:
    made = io.BytesIO()
    Image.new("RGB", (800, 600), "white").save(made, "JPEG", **more)
    return "data:image/jpeg;base64," + base64.b64encode(made.getvalue()).decode()


def once(centre, user, **said):
    words = {"kind": Kind.NETWORK, "severity": Severity.ONE, "what": "Mất mạng", "source": Source.STAFF, **said}
    return report_once(**{"client_key": KEY, "centre": centre, "at": MORNING, "acting_user": user, **words})


def test_the_same_key_counts_once_and_another_counts_again(centre, officer):
    made = once(centre, officer)
    assert once(centre, officer) == made and Incident.objects.get().count == 1
    once(centre, officer, client_key=KEY.replace("1", "9"))
    assert Incident.objects.get().count == 2 and ReportReceived.objects.count() == 2


def test_it_says_since_when_where_it_was_kept(centre, officer):
    once(centre, officer, noticed_at=MORNING - timedelta(hours=2))
    assert ReportReceived.objects.get().noticed_at == MORNING - timedelta(hours=2)


def test_one_that_came_at_once_says_nothing_of_it(centre, officer):
    once(centre, officer, noticed_at=MORNING - timedelta(seconds=5))
    assert ReportReceived.objects.get().noticed_at is None


def test_a_key_that_is_none_is_refused(centre, officer):
    with pytest.raises(BadInput):
        once(centre, officer, client_key="x")


def test_the_picture_is_drawn_anew_without_what_lay_in_it(centre, officer):
    exif = Image.Exif()
    exif[0x010E] = "012345678901"
    once(centre, officer, picture=a_picture(exif=exif))
    kept = files.read(IncidentPicture.objects.get().sha256)
    assert b"012345678901" not in kept and not Image.open(io.BytesIO(kept)).getexif()


@pytest.mark.parametrize(
    "picture", ["x", "data:image/jpeg;base64,!!", "data:image/jpeg;base64,AAAA", "data:image/svg+xml,<svg/>"]
)
def test_a_picture_that_cannot_be_used_is_left_out(centre, officer, picture):
    assert once(centre, officer, picture=picture) == Incident.objects.get()
    assert not IncidentPicture.objects.exists()


def test_a_citizens_report_takes_no_picture(centre):
    once(centre, None, picture=a_picture(), source=Source.CITIZEN)
    assert not IncidentPicture.objects.exists()


def test_a_citizen_who_sends_it_twice_is_thanked_twice_and_counted_once(centre):
    client = Client()
    said = {"what": "Kiosk không in", "centre": centre.pk, "client_key": KEY, "age": "7200"}
    for _again in range(2):
        assert client.post(reverse("support:tell"), said).status_code == 302
    assert Incident.objects.get().count == 1 and ReportReceived.objects.get().noticed_at


def test_the_incidents_page_shows_the_picture_to_support_and_to_nobody_else(
    centre, officer, supporter, stranger, client
):
    incident = once(centre, supporter, picture=a_picture(), noticed_at=MORNING - timedelta(hours=1))
    url = reverse("support:incident_picture", args=[IncidentPicture.objects.get().pk])
    client.force_login(supporter)
    page = client.get(reverse("support:incident", args=[incident.pk])).content.decode()
    assert url in page and "Phát hiện lúc mất mạng" in page
    assert client.get(url)["Content-Type"] == "image/jpeg"
    for user in (officer, stranger):
        client.force_login(user)
        assert client.get(url).status_code == 404


def test_own_words_hold_sentences_and_no_examples_with_numbers():
    words = own_words("vi")
    assert mark("Đăng xuất") in words and mark("Sign out") in own_words("en")
    assert mark("Nguyễn Thị Ánh") not in words and mark("0912 345 678") not in words


def test_marks_are_those_that_the_browser_reckons():
    # Reckoned by static/js/report-mask.js.
    assert mark("") == "811c9dc59747b28c"
    assert len(mark("Đăng xuất")) == 16
