"""The pages of help in the hall: at the kiosk, on the phone, beside a seat, at the counter, the helper's and the manager's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from centres.models import Device
from portal import clock
from support.actions.go_to_help import accept
from support.enums_help import HelpSource, HelpState, Urgency
from support.models import AssistanceRequest, HelperShift, HelpPoint
from tests.factories.centres import MORNING, DeviceFactory, ServiceFactory, TicketFactory, open_counter
from tests.factories.help import a_helper, a_point, an_ask

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning():
    cache.clear()
    with clock.fixed(MORNING):
        yield


@pytest.fixture
def kiosk(centre):
    DeviceFactory(centre=centre, name="Kiosk cửa chính", key_hash=Device.hash_of("khóa"))
    client = Client()
    client.post(reverse("centres:kiosk_sign_in"), {"key": "khóa"})
    return client


@pytest.fixture
def helper(centre):
    return a_helper(centre)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def words(answer):
    return " ".join(answer.content.decode().split())


def the_one():
    return AssistanceRequest.objects.get()


@pytest.mark.parametrize("language", ["vi", "en", "ko"])
def test_one_touch_at_the_kiosk_and_the_page_says_who_comes(kiosk, centre, helper, language):
    kiosk.cookies["django_language"] = language
    assert 'action="/kiosk/help/"' in words(kiosk.get("/kiosk/"))
    assert kiosk.post("/kiosk/help/", {"do": "ask"}).headers["Location"] == "/kiosk/help/"
    asked = the_one()
    assert (asked.source, asked.place, asked.language) == (HelpSource.KIOSK, "Kiosk cửa chính", language)
    accept(request=asked, at=MORNING, acting_user=helper)
    page = words(kiosk.get("/kiosk/help/"))
    assert all(said in page for said in ("Lan", "áo xanh, thẻ 12", "10:01"))
    assert "Hà Thu" not in page, "the given name only"


def test_twenty_touches_at_the_kiosk_are_one_request_and_cost_no_tries(kiosk, helper):
    for _touch in range(30):
        assert kiosk.post("/kiosk/help/", {"do": "ask"}).status_code == 302
    assert the_one().is_waiting


def test_a_code_touched_again_and_again_is_slowed_down(client, centre, helper):
    address = reverse("support:point", args=[a_point(centre).token])
    for _again in range(5):
        client.post(address, {"do": "ask"})
        client.post(address, {"do": "cancel", "request": AssistanceRequest.objects.latest("pk").pk})
    assert client.post(address, {"do": "ask"}).status_code == 429
    assert AssistanceRequest.objects.count() == 5


def test_beside_a_seat_old_and_alone_is_said_afterwards_and_taken_back_with_one_touch(client, centre, helper):
    address = reverse("support:point", args=[a_point(centre).token])
    client.get(address)
    assert not AssistanceRequest.objects.exists(), "scanning asks for nobody"
    client.post(address, {"do": "ask"})
    for more in ("alone", "old"):
        client.post(address, {"do": more, "request": the_one().pk})
    assert the_one().urgency == Urgency.OLD_AND_ALONE
    client.post(address, {"do": "cancel", "request": the_one().pk + 1})
    assert the_one().is_waiting, "another one was meant"
    client.post(address, {"do": "cancel", "request": the_one().pk})
    assert the_one().state == HelpState.CANCELLED
    HelpPoint.objects.update(retired_at=MORNING)
    assert client.get(address).status_code == 404


def test_the_page_of_a_number_asks_and_leads_back(client, centre, helper):
    ticket = TicketFactory(service=ServiceFactory(centre=centre))
    assert f'action="/t/{ticket.token}/help/"' in words(client.get(f"/t/{ticket.token}/"))
    client.post(f"/t/{ticket.token}/help/", {"do": "ask"})
    page = client.get(f"/t/{ticket.token}/help/")
    assert f'href="/t/{ticket.token}/"' in words(page)
    assert page["Cache-Control"] == "no-store"
    assert (the_one().ticket, the_one().place) == (ticket, ticket.label)


def test_an_unchanged_page_that_waits_is_told_so(client, centre, helper):
    address = reverse("support:point", args=[a_point(centre).token])
    client.post(address, {"do": "ask"})
    first = client.get(address, headers={"X-Part": "1"})
    asked_again = {"X-Part": "1", "If-None-Match": first["ETag"]}
    assert client.get(address, headers=asked_again).status_code == 304


def test_an_officer_asks_for_the_person_before_them_with_one_key(centre, helper):
    counter = open_counter(centre, [ServiceFactory(centre=centre)], number=3)
    desk = signed_in(counter.officer)
    assert 'data-key="Alt+H"' in words(desk.get("/support/desk-help/"))
    assert desk.post("/support/desk-help/", {"do": "ask"}).headers["Location"] == "/desk/"
    assert (the_one().source, the_one().place, the_one().asked_by) == (HelpSource.DESK, str(counter), counter.officer)
    accept(request=the_one(), at=MORNING, acting_user=helper)
    assert "Lan" in words(desk.get("/support/desk-help/"))
    desk.post("/support/desk-help/", {"do": "cancel", "request": the_one().pk})
    assert the_one().state == HelpState.CANCELLED
    assert signed_in(helper).get("/support/desk-help/").status_code == 404


def test_a_helper_begins_goes_is_there_and_is_free_again_without_a_script(centre):
    phone = signed_in(a_helper(centre, on_duty=False))
    assert phone.get(reverse("room")).headers["Location"] == "/support/helping/"
    assert phone.post("/support/helping/", {"badge": ""}).status_code == 400
    phone.post("/support/helping/", {"badge": "thẻ 7"})
    asked = an_ask(centre)
    assert asked.place in words(phone.get("/support/helping/"))
    assert "Kiosk" not in words(phone.get("/support/helping/part/"))
    for key in ("accept", "arrived", "done"):
        assert phone.post(f"/support/helping/{asked.pk}/{key}/").status_code == 302
    assert the_one().state == HelpState.DONE
    phone.post("/support/helping/", {"do": "end"})
    assert HelperShift.objects.get().ended_at == MORNING


def test_a_helper_sees_nobodys_matter(centre):
    phone = signed_in(a_helper(centre))
    for name in ("centres:day", "applications:worklist", "support:incidents", "support:help_points"):
        assert phone.get(reverse(name)).status_code == 403
    assert phone.post(reverse("support:on_call_browser"), b"{}", "application/json").status_code == 400


def test_helpers_of_another_hall_find_nothing_here(centre, stranger):
    asked = an_ask(centre)
    phone = signed_in(stranger)
    assert phone.get(f"/support/helping/?centre={centre.pk}").status_code == 404
    assert phone.post(f"/support/helping/{asked.pk}/accept/").status_code == 404


def test_the_managers_day_shows_who_is_out_and_who_waits(centre, manager, helper):
    accept(request=an_ask(centre, "Ghế 1"), at=MORNING, acting_user=helper)
    an_ask(centre, "Ghế 2")
    day = signed_in(manager)
    panel = words(day.get(f"/support/helping/day/?centre={centre.pk}"))
    assert all(said in panel for said in ("Ghế 1", "Ghế 2", "Hà Thu Lan"))
    assert day.get("/support/helping/").status_code == 200
    day.post(f"/support/helping/{AssistanceRequest.objects.get(place='Ghế 2').pk}/accept/")
    assert AssistanceRequest.objects.get(place="Ghế 2").helper == manager


def test_codes_beside_seats_are_made_printed_and_taken_away(centre, manager):
    page = signed_in(manager)
    assert page.post(f"/support/helping/points/?centre={centre.pk}", {"name": "Hàng 1, ghế 2"}).status_code == 302
    assert page.post(f"/support/helping/points/?centre={centre.pk}", {"name": "Hàng 1, ghế 2"}).status_code == 400
    assert "Hàng 1, ghế 2" in words(page.get(f"/support/helping/points/?centre={centre.pk}"))
    page.post(f"/support/helping/points/{HelpPoint.objects.get().pk}/away/")
    assert HelpPoint.objects.get().retired_at == MORNING


def test_the_lists_cost_the_same_with_one_and_with_thirty(centre, manager, helper):
    def statements(user, address):
        client = signed_in(user)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    pages = [(helper, "/support/helping/"), (manager, f"/support/helping/day/?centre={centre.pk}"),
             (manager, f"/support/helping/points/?centre={centre.pk}")]  # fmt: skip
    an_ask(centre, "một")
    few = [statements(*page) for page in pages]
    for number in range(30):
        other = a_helper(centre, f"Người thứ {number}")
        if number % 2:
            accept(request=an_ask(centre, f"ghế {number}"), at=MORNING, acting_user=other)
        else:
            an_ask(centre, f"ghế {number}", at=MORNING + timedelta(seconds=number))
    cache.clear()
    assert [statements(*page) for page in pages] == few
