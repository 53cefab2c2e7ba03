from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import RequestFactory
from django.urls import reverse

from centres.actions import devices
from centres.device_access import by_key, seat_of
from centres.enums import DeviceKind, Role
from centres.models import Device
from portal.errors import BadInput, NotAllowed
from tests.factories import centres as make
from tests.factories.centres import MORNING


@pytest.fixture
def kiosk(centre, manager):
    return devices.register(centre=centre, kind=DeviceKind.KIOSK, name="Cửa chính", at=MORNING, acting_user=manager)


@pytest.fixture
def signed_in(client, kiosk):
    client.post(reverse("centres:kiosk_sign_in"), {"key": kiosk[1]})
    return client


def test_only_the_hash_of_a_key_is_kept(kiosk):
    device, key = kiosk
    stored = Device.objects.values().get(pk=device.pk)
    assert key not in str(stored)
    assert stored["key_hash"] == Device.hash_of(key)


def test_a_screen_signs_in_once_with_its_key(client, kiosk):
    answer = client.post(reverse("centres:kiosk_sign_in"), {"key": f" {kiosk[1]} "})
    assert answer.status_code == 302 and answer.url == reverse("centres:kiosk")
    cookie = answer.cookies["kiosk_device"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["max-age"] > 365 * 24 * 3600
    assert kiosk[1] not in cookie.value
    assert client.get(reverse("centres:kiosk")).status_code == 200


@pytest.mark.parametrize("page", ["kiosk", "kiosk_tiles", "board", "board_calls"])
def test_without_a_key_there_is_only_the_sign_in(client, centre, page):
    answer = client.get(reverse(f"centres:{page}"))
    assert answer.status_code == 302
    assert answer.url == reverse(f"centres:{page.split('_')[0]}_sign_in")


def test_a_key_in_the_address_opens_nothing(client, kiosk):
    answer = client.get(f"{reverse('centres:kiosk_sign_in')}?key={kiosk[1]}")
    assert "kiosk_device" not in answer.cookies
    assert (answer.status_code, answer.url) == (302, reverse("centres:kiosk_sign_in"))


def test_a_wrong_key_is_told_so_and_guessing_is_slowed(client, centre, monkeypatch):
    monkeypatch.setattr("centres.views.devices.TRIES", 2)
    url = reverse("centres:kiosk_sign_in")
    statuses = [client.post(url, {"key": f"wrong{n}"}).status_code for n in range(3)]
    assert statuses == [400, 400, 429]


def test_a_key_of_a_board_does_not_open_a_kiosk(client, centre, manager):
    _board, key = devices.register(centre=centre, kind=DeviceKind.BOARD, name="Sảnh", at=MORNING, acting_user=manager)
    assert client.post(reverse("centres:kiosk_sign_in"), {"key": key}).status_code == 400
    client.post(reverse("centres:board_sign_in"), {"key": key})
    client.cookies["kiosk_device"] = client.cookies["board_device"].value
    assert client.get(reverse("centres:kiosk")).status_code == 302


def test_a_revoked_screen_is_out_with_its_next_request(signed_in, kiosk, manager, django_capture_on_commit_callbacks):
    assert signed_in.get(reverse("centres:kiosk")).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        devices.revoke(device=kiosk[0], at=MORNING, acting_user=manager)
    assert signed_in.get(reverse("centres:kiosk")).status_code == 302
    part = signed_in.get(reverse("centres:kiosk_tiles"), headers={"X-Part": "1"})
    assert part.status_code == 401
    with pytest.raises(BadInput):
        by_key(kiosk[1], DeviceKind.KIOSK)


def test_a_known_screen_costs_no_sql_and_is_looked_up_again_after_a_minute(signed_in, kiosk, django_assert_num_queries):
    request = RequestFactory().get("/")
    request.COOKIES["kiosk_device"] = signed_in.cookies["kiosk_device"].value
    assert seat_of(request, DeviceKind.KIOSK).device_id == kiosk[0].pk
    with django_assert_num_queries(0):
        assert seat_of(request, DeviceKind.KIOSK).centre_id == kiosk[0].centre_id
    cache.clear()
    with django_assert_num_queries(2):
        seat_of(request, DeviceKind.KIOSK)
    kiosk[0].refresh_from_db()
    assert kiosk[0].last_seen_at is not None


@pytest.mark.parametrize("cookie", ["", "garbage", "a:b:c"])
def test_a_forged_cookie_is_nobody(client, centre, cookie):
    client.cookies["kiosk_device"] = cookie
    assert client.get(reverse("centres:kiosk")).status_code == 302


def test_a_screen_has_no_other_rights(signed_in, ticket):
    for page in ("/day/", "/api/v1/tickets/", f"/api/v1/tickets/{ticket.pk}/"):
        assert signed_in.get(page).status_code in (302, 401, 403)


@pytest.mark.parametrize("role", [Role.COUNTER_OFFICER, Role.SPECIALIST, Role.LEADER])
def test_only_managers_make_and_revoke_keys(centre, kiosk, role):
    user = make.officer_at(centre, role)
    with pytest.raises(NotAllowed):
        devices.register(centre=centre, kind=DeviceKind.KIOSK, name="x", at=MORNING, acting_user=user)
    with pytest.raises(NotAllowed):
        devices.revoke(device=kiosk[0], at=MORNING, acting_user=user)


def test_a_manager_of_another_centre_revokes_nothing_here(kiosk):
    with pytest.raises(NotAllowed):
        devices.revoke(device=kiosk[0], at=MORNING, acting_user=make.officer_at(make.CentreFactory(), Role.MANAGER))


def test_revoking_twice_keeps_the_first_moment(kiosk, manager):
    devices.revoke(device=kiosk[0], at=MORNING, acting_user=manager)
    devices.revoke(device=kiosk[0], at=MORNING + timedelta(hours=1), acting_user=manager)
    kiosk[0].refresh_from_db()
    assert kiosk[0].revoked_at == MORNING


@pytest.mark.parametrize(("name", "kind"), [("", "kiosk"), ("x" * 81, "kiosk"), ("Cửa", "robot")])
def test_a_screen_needs_a_name_and_a_kind(centre, manager, name, kind):
    with pytest.raises(BadInput):
        devices.register(centre=centre, kind=kind, name=name, at=MORNING, acting_user=manager)
