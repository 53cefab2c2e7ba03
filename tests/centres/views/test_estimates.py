"""Where people read how long they wait, and how well that has held."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from centres.actions.draw import draw
from centres.enums import DeviceKind
from centres.estimate import memory
from centres.estimate.now import renew
from centres.estimate.waits import Range
from centres.estimate.words import Shown
from centres.models import Device, Estimate, Ticket
from tests.centres.estimate.days import three_learned_days
from tests.factories.centres import MORNING, DeviceFactory, TicketFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture(autouse=True)
def ten_in_the_morning(at_hanoi):
    at_hanoi("2026-11-23 10:00")
    memory.forget()
    cache.clear()


def english():
    client = Client()
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def client():
    return english()


@pytest.fixture
def forecast_made(service, counter):
    """Ten people wait at the only counter, six minutes and a half each; the forecast is fresh."""
    three_learned_days(service, counter)
    for number in range(10):
        TicketFactory(service=service, number=100 + number, issued_at=MORNING - timedelta(minutes=5))
    return renew(service.centre, MORNING)


def screen(client, centre, kind):
    key = f"key of the {kind}"
    DeviceFactory(centre=centre, kind=kind, key_hash=Device.hash_of(key))
    client.post(reverse(f"centres:{kind}_sign_in"), {"key": key})
    return client


def told(service, count, *, inside=True):
    for number in range(count):
        at = MORNING - timedelta(days=1, minutes=number)
        ticket = TicketFactory(service=service, number=500 + number, issued_at=at)
        Estimate.objects.create(
            ticket=ticket, centre=service.centre, day=ticket.day, at=at, is_first=True, ahead=3, low_s=600, high_s=1200,
            played_low_s=600, played_middle_s=900, played_high_s=1200, came_s=900 if inside else 1800, is_inside=inside,
        )  # fmt: skip


def test_the_slip_says_how_long_and_keeps_what_it_said(client, service, forecast_made):
    kiosk = screen(client, service.centre, DeviceKind.KIOSK)
    answer = kiosk.post(
        reverse("centres:kiosk_draw"),
        {"service": service.letter, "client_key": "khoa-0123456789", "ground": ""},
        follow=True,
    )
    kept = Estimate.objects.get(is_first=True)
    assert kept.ticket.client_key == "khoa-0123456789" and kept.ahead == 10
    sentence = Shown(kept.low_s, kept.high_s, kept.at).sentence
    assert sentence in answer.content.decode()
    assert sentence.startswith("Expected wait: ")


def test_a_slip_without_a_forecast_is_honest_and_one_that_is_next_needs_none(client, service, counter):
    kiosk = screen(client, service.centre, DeviceKind.KIOSK)
    slips = [
        kiosk.post(
            reverse("centres:kiosk_draw"),
            {"service": service.letter, "client_key": key, "ground": ""},
            follow=True,
        ).content.decode()
        for key in ("khoa-0123456789", "khoa-9876543210")
    ]
    assert ["cannot be said yet" in slip for slip in slips] == [False, True]
    assert not Estimate.objects.exists()


def test_tiles_and_board_say_what_each_service_waits(client, service, forecast_made):
    short = forecast_made.shown(service.pk).short
    kiosk, board = screen(client, service.centre, DeviceKind.KIOSK), screen(english(), service.centre, DeviceKind.BOARD)
    assert short in kiosk.get(reverse("centres:kiosk")).content.decode()
    assert short in board.get(reverse("centres:board")).content.decode()


def test_the_phone_says_what_is_left(client, service, forecast_made, at_hanoi):
    last = Ticket.objects.filter(state="waiting").order_by("-pk")[0]
    first = client.get(f"/t/{last.token}/").content.decode()
    assert "Expected wait: " in first
    at_hanoi("2026-11-23 10:02")
    assert "Expected wait: " in client.get(f"/t/{last.token}/").content.decode()
    at_hanoi("2026-11-23 10:05")
    assert "cannot be said yet" in client.get(f"/t/{last.token}/").content.decode()


def test_the_centres_page_is_public_and_says_both(client, service, forecast_made):
    told(service, 30)
    page = client.get(f"/centres/{service.centre.code}/").content.decode()
    assert "Expected wait: " in page and "100 of 100 people" in page


def test_the_centres_page_costs_the_same_however_many_wait(client, service, forecast_made):
    def statements():
        cache.delete(f"live:queue:{service.centre_id}")  # the queue has changed: the hall is counted anew
        with CaptureQueriesContext(connection) as sent:
            client.get(f"/centres/{service.centre.code}/")
        return len(sent)

    TicketFactory(service=service)
    few = statements()
    TicketFactory.create_batch(30, service=service)
    assert statements() <= few <= 8


def test_an_unknown_or_closed_down_centre_has_no_page(client, service):
    service.centre.is_active = False
    service.centre.save()
    for code in ("khong-co", service.centre.code):
        assert client.get(f"/centres/{code}/").status_code == 404


def test_programs_get_the_range_and_the_accuracy(client, service, forecast_made):
    told(service, 20, inside=False)
    found = client.get(reverse("api_centre", args=[service.centre.code])).json()
    [row] = found["services"]
    assert 30 <= row["expected_wait"]["low_minutes"] <= row["expected_wait"]["high_minutes"]
    assert found["accuracy"] == {"first": "2026-11-16", "last": "2026-11-22", "count": 20, "percent": 0}


def test_programs_get_null_where_nothing_is_known(client, service, counter):
    found = client.get(reverse("api_centre", args=[service.centre.code])).json()
    assert found["services"][0]["expected_wait"] is None and found["accuracy"]["percent"] is None


def test_the_managers_day_says_it_and_shows_the_list(client, manager, service, counter):
    told(service, 25)
    client.force_login(manager)
    panel = client.get(reverse("centres:day_accuracy")).content.decode()
    assert "100 of 100 people" in panel and reverse("centres:day_estimates") in panel
    assert "10–20 min" in client.get(reverse("centres:day_estimates")).content.decode()
    assert "nothing in this list" in client.get(reverse("centres:day_estimates"), {"inside": "0"}).content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_with_one_and_with_thirty(
    count, client, manager, service, counter, django_assert_max_num_queries
):
    told(service, count)
    client.force_login(manager)
    client.get(reverse("centres:day_estimates"))
    with django_assert_max_num_queries(10):
        client.get(reverse("centres:day_estimates"))


def test_drawing_itself_waits_for_no_estimate(service, forecast_made):
    """The kiosk tells afterwards."""
    with CaptureQueriesContext(connection) as made:
        draw(service=service, client_key="khoa-9876543210", at=MORNING)
    assert not any("estimate" in each["sql"] for each in made)


# -- words


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0, 40, "You will be called within about two minutes."),
        (130, 340, "Expected wait: 2–6 minutes."),
        (880, 1530, "Expected wait: 15–25 minutes."),
        (900, 930, "Expected wait: 15–20 minutes."),
        (5400, 9000, "Expected to be called between 11:30 and 12:30."),
    ],
)
def test_a_range_is_read_in_whole_minutes(low, high, said):
    assert Shown.of(Range(low, (low + high) / 2, high), MORNING).sentence == said


def test_a_wait_is_judged_as_it_was_read():
    shown = Shown(600, 1200, MORNING)
    assert [shown.contains(seconds) for seconds in (569, 570, 1229, 1230)] == [False, True, True, False]
