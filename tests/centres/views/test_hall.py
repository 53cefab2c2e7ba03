from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from centres.actions.announce_hall import announce
from centres.enums import DeviceKind
from centres.models import Device, HallAnnouncement, Zone
from portal import clock
from tests.factories import centres as make
from tests.factories.centres import MORNING

URL = "/day/announcements/"


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


@pytest.fixture
def client(client, manager):
    client.force_login(manager)
    return client


def say(centre, manager, text="Nghỉ trưa."):
    until = MORNING + timedelta(hours=1)
    return announce(centre=centre, text=text, until_at=until, every_minutes=15, at=MORNING, acting_user=manager)


def test_a_manager_announces_now_and_sees_it_on_the_boards(client, centre):
    until = clock.local(MORNING + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    answer = client.post(URL, {"text": "Mời bác uống nước.", "until_at": until, "every_minutes": "15"}, follow=True)
    row = HallAnnouncement.objects.get()
    assert (row.from_at, row.until_at, row.every_minutes) == (MORNING, MORNING + timedelta(hours=1), 15)
    assert "Mời bác uống nước." in answer.content.decode()


def test_times_are_those_of_hanoi(client, centre):
    client.post(URL, {"text": "Chào", "from_at": "2026-11-23T13:30", "until_at": "2026-11-23T17:00"})
    row = HallAnnouncement.objects.get()
    assert f"{clock.local(row.from_at):%H:%M}–{clock.local(row.until_at):%H:%M}" == "13:30–17:00"


def test_what_is_planned_is_not_said_to_be_on_the_boards(client, centre, in_english):
    sent = {"text": "Chào", "from_at": "2026-11-24T13:30", "until_at": "2026-11-24T17:00"}
    [told] = client.post(URL, sent, follow=True).context["messages"]
    assert "13:30 24/11/2026" in str(told)


def test_a_year_too_far_is_refused_at_its_field(client, centre):
    sent = {"text": "Chào", "from_at": "9999-12-31T13:30", "until_at": "9999-12-31T17:00"}
    answer = client.post(URL, sent)
    assert answer.status_code == 400 and answer.context["form"].errors["from_at"]
    assert not HallAnnouncement.objects.exists()


def test_an_announcement_that_was_stopped_has_its_own_word(client, centre, manager):
    client.post(reverse("centres:day_announcement_stop", args=[say(centre, manager).pk]))
    page = client.get(URL).content.decode()
    assert "đã dừng" in page and "Dừng xử lý" not in page


def test_the_key_of_a_new_screen_is_shown_once_and_a_reload_makes_no_other(client, centre):
    page = reverse("centres:day_devices")
    answer = client.post(page, {"name": "Cửa chính", "kind": "kiosk"})
    assert answer.status_code == 302
    shown, again = (client.get(answer["Location"]) for _twice in range(2))
    assert shown.context["new"] == Device.objects.get()
    key = shown.context["key"]
    assert key in shown.content.decode() and key not in again.content.decode()
    assert again.context["key"] is None and key not in str(dict(client.session))


def test_an_end_before_now_is_shown_at_its_field(client, centre, in_english):
    answer = client.post(URL, {"text": "Chào", "until_at": "2026-11-23T08:00"})
    assert answer.status_code == 400
    assert answer.context["form"].errors["until_at"]


def test_it_is_stopped_from_the_list(client, centre, manager):
    row = say(centre, manager)
    page = client.get(URL).content.decode()
    assert reverse("centres:day_announcement_stop", args=[row.pk]) in page
    client.post(reverse("centres:day_announcement_stop", args=[row.pk]))
    row.refresh_from_db()
    assert row.stopped_at == MORNING
    assert reverse("centres:day_announcement_stop", args=[row.pk]) not in client.get(URL).content.decode()


def test_the_list_costs_the_same_with_one_and_with_thirty(client, centre, manager):
    zone = Zone.objects.create(centre=centre, name="Khu A")

    def cost():
        client.get(URL)
        with CaptureQueriesContext(connection) as sent:
            client.get(URL)
        return len(sent)

    say(centre, manager)
    one = cost()
    for number in range(29):
        row = say(centre, manager, f"Thông báo {number}")
        HallAnnouncement.objects.filter(pk=row.pk).update(zone=zone)
    assert cost() == one


def test_screens_cost_the_same_with_one_and_with_thirty(client, centre):
    zone = Zone.objects.create(centre=centre, name="Khu A")

    def cost():
        with CaptureQueriesContext(connection) as sent:
            client.get(reverse("centres:day_devices"))
        return len(sent)

    make.DeviceFactory(centre=centre, kind=DeviceKind.BOARD, zone=zone)
    cost()
    one = cost()
    for _number in range(29):
        make.DeviceFactory(centre=centre, kind=DeviceKind.BOARD, zone=zone)
    assert cost() == one


def test_a_manager_names_a_board_and_gives_it_a_zone(client, centre):
    zone = Zone.objects.create(centre=centre, name="Khu A")
    device = make.DeviceFactory(centre=centre, kind=DeviceKind.BOARD)
    client.post(reverse("centres:day_device", args=[device.pk]), {"name": "Bảng khu A", "zone": zone.pk})
    device.refresh_from_db()
    assert (device.name, device.zone) == ("Bảng khu A", zone)
    page = client.get(reverse("centres:day_devices")).content.decode()
    assert "Bảng khu A" in page and "Khu A" in page


def test_a_kiosk_has_no_zone_and_a_zone_of_others_is_refused(client, centre):
    Zone.objects.create(centre=centre, name="Khu A")
    foreign = Zone.objects.create(centre=make.CentreFactory(), name="Khu B")
    board, kiosk = (make.DeviceFactory(centre=centre, kind=kind) for kind in (DeviceKind.BOARD, DeviceKind.KIOSK))
    asked = {"name": "Mới", "zone": foreign.pk}
    assert client.post(reverse("centres:day_device", args=[board.pk]), asked).status_code == 400
    client.post(reverse("centres:day_device", args=[kiosk.pk]), asked)
    assert not Device.objects.filter(zone__isnull=False).exists()


def test_another_centres_screens_and_words_are_out_of_reach(client, manager):
    elsewhere = make.DeviceFactory()
    assert client.get(reverse("centres:day_device", args=[elsewhere.pk])).status_code == 403
    assert client.get(f"{URL}?centre={elsewhere.centre_id}").status_code == 404
