import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from centres.day import needs_attention
from centres.enums import CounterState, Role, TicketState
from centres.models import Device
from portal import clock
from tests.factories import centres as make
from tests.factories.centres import MORNING


@pytest.fixture(autouse=True)
def morning(settings):
    # What the apps above show is theirs to test.
    settings.DAY_PANELS = ["centres:day_queue"]
    settings.DAY_SOURCES = ["centres.day.needs_attention"]
    with clock.fixed(MORNING):
        yield


@pytest.fixture
def client(client, manager):
    client.force_login(manager)
    return client


def ago(minutes):
    return MORNING - timedelta(minutes=minutes)


def done(service, counter, number, *, at, took=6):
    return make.TicketFactory(
        service=service,
        number=number,
        issued_at=at - timedelta(minutes=20),
        called_at=at - timedelta(minutes=took + 1),
        arrived_at=at - timedelta(minutes=took),
        finished_at=at,
        state=TicketState.DONE,
        counter=counter,
        waited_s=(19 - took) * 60,
        walked_s=60,
        served_s=took * 60,
    )


class TestNeeds:
    def kinds(self, centre):
        return [(severity, str(sentence)) for severity, sentence, _url in needs_attention(centre, MORNING)]

    def test_a_quiet_hall_needs_nobody(self, centre, counter):
        assert self.kinds(centre) == []

    def test_more_than_half_an_hour_is_too_long(self, centre, service, counter):
        make.TicketFactory(service=service, issued_at=ago(30))
        assert self.kinds(centre) == []
        make.TicketFactory(service=service, issued_at=ago(42))
        ((severity, sentence),) = self.kinds(centre)
        assert severity == "act" and "42" in sentence

    def test_people_waiting_where_no_counter_is_open(self, centre, service, other_service, counter):
        make.TicketFactory(service=other_service, issued_at=ago(1))
        ((severity, sentence),) = self.kinds(centre)
        assert severity == "act" and "Dịch vụ B" in sentence

    def test_a_pause_matters_only_while_people_wait(self, centre, service, counter):
        paused = make.open_counter(centre, [service], number=4)
        paused.state = CounterState.PAUSED
        paused.save()
        assert self.kinds(centre) == []
        make.TicketFactory(service=service, issued_at=ago(1))
        ((severity, sentence),) = self.kinds(centre)
        assert severity == "warn" and "4" in sentence

    def test_a_free_counter_matters_only_while_people_wait_for_it(self, centre, service, other_service, counter):
        done(service, counter, 1, at=ago(6))
        counter.state_since = ago(60)
        counter.save()
        assert self.kinds(centre) == []
        make.TicketFactory(service=service, number=2, issued_at=ago(5))
        ((severity, sentence),) = self.kinds(centre)
        assert severity == "act" and "3" in sentence and "1 người" in sentence

    @pytest.mark.parametrize(("free", "waits"), [(4, 20), (20, 4)])
    def test_a_counter_is_given_a_moment_to_call(self, centre, service, counter, free, waits):
        counter.state_since = ago(free)
        counter.save()
        make.TicketFactory(service=service, issued_at=ago(waits))
        assert self.kinds(centre) == []

    def test_every_need_leads_somewhere(self, client, centre, other_service):
        make.TicketFactory(service=other_service, issued_at=ago(50))
        for _severity, _sentence, url in needs_attention(centre, MORNING):
            assert client.get(url.split("#")[0]).status_code == 200


def test_the_page_begins_with_what_is_most_urgent(client, service, other_service, counter):
    make.TicketFactory(service=service, issued_at=ago(45))
    page = client.get(reverse("centres:day")).content.decode()
    assert "45" in re.search(r"<h1>(.*?)</h1>", page, re.DOTALL).group(1)


def test_the_numbers_are_right(client, centre, service, counter):
    make.TicketFactory(service=service, number=1, issued_at=ago(12))
    make.TicketFactory(service=service, number=2, issued_at=ago(5))
    done(service, counter, 3, at=ago(10))
    done(service, counter, 4, at=ago(90), took=10)
    answer = client.get(reverse("centres:day_queue"))
    page = answer.content.decode()
    assert re.findall(r"<b>(.*?)</b>", page)[:1] == ["2"]
    assert [re.sub(r"\D", "", text) for text in re.findall(r"<b>(.*?)</b>", page)] == ["2", "12", "2", "1", "0", "10"]
    # Done and the mean time of the counter: (6 + 10) / 2 minutes.
    row = re.search(r'<tr>\s*<th scope="row"[^>]*><span>3 .*?</tr>', page, re.DOTALL).group(0)
    assert re.findall(r">(\d+)</a></td>", row) == ["2"]
    assert re.search(r'class="number"[^>]*>8 ', row)


def test_an_unchanged_panel_is_not_made_again(client, service, ticket):
    for name in ("day_queue", "day_needs"):
        url = reverse(f"centres:{name}")
        tag = client.get(url).headers["ETag"]
        assert client.get(url, headers={"If-None-Match": tag}).status_code == 304


def test_the_page_holds_each_panel_as_its_address_answers(client, service, ticket):
    page = client.get(reverse("centres:day")).content.decode()
    for name in ("day_needs", "day_queue"):
        assert client.get(reverse(f"centres:{name}")).content.decode() in page


@pytest.mark.parametrize("name", ["day_queue", "day_tickets", "day_needs"])
def test_thirty_rows_cost_no_more_statements_than_one(client, centre, service, counter, name):
    def statements():
        with CaptureQueriesContext(connection) as made:
            assert client.get(reverse(f"centres:{name}")).status_code == 200
        return len(made)

    make.TicketFactory(service=service, number=1)
    done(service, counter, 2, at=ago(10))
    if name == "day_needs":  # so many that a long wait is foreseen: who could help is looked up only then
        for number in range(100, 104):
            done(service, counter, number, at=ago(10))
        for number in range(104, 124):
            make.TicketFactory(service=service, number=number)
    statements()  # content types, sessions
    one = statements()
    for number in range(3, 33):
        make.TicketFactory(service=service, number=number, issued_at=ago(number))
        done(
            service, make.CounterFactory(centre=centre, number=100 + number, services=[service]), 50 + number, at=ago(5)
        )
    assert statements() == one


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"show": "waiting"}, {"A001"}),
        ({"show": "served"}, {"A002", "A003", "B001"}),
        ({"show": "last_hour"}, {"A002", "B001"}),
        ({"show": "served", "counter": "3"}, {"A002", "A003"}),
        ({"show": "served", "hour": "8"}, {"A003"}),
        ({"show": "no_show"}, {"A004"}),
        ({"show": "nonsense", "counter": "x", "hour": "99", "service": "-1"}, {"A001", "A002", "A003", "A004", "B001"}),
        ({}, {"A001", "A002", "A003", "A004", "B001"}),
    ],
)
def test_every_figure_opens_the_list_it_counts(client, centre, service, other_service, counter, query, expected):
    make.TicketFactory(service=service, number=1, issued_at=ago(3))
    make.TicketFactory(service=service, number=9, issued_at=MORNING - timedelta(days=1))
    done(service, counter, 2, at=ago(10))
    done(service, counter, 3, at=ago(80))
    done(other_service, make.CounterFactory(centre=centre, number=77), 1, at=ago(20))
    make.TicketFactory(service=service, number=4, state=TicketState.NO_SHOW, finished_at=MORNING)
    page = client.get(reverse("centres:day_tickets"), query).content.decode()
    assert set(re.findall(r'<th scope="row"[^>]*>(\w+)</th>', page)) == expected
    assert "99:00" not in page


def test_the_plot_is_a_picture_of_its_own(client, service, counter):
    done(service, counter, 2, at=ago(10))
    answer = client.get(reverse("centres:day_served", args=["people"]))
    assert answer.headers["Content-Type"] == "image/svg+xml"
    # pygal leaves a script in its picture: this policy, and being an image, keep it from running.
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy


def test_an_empty_day_has_a_page_too(client, centre):
    assert client.get(reverse("centres:day")).status_code == 200
    for kind in ("people", "waits"):
        assert client.get(reverse("centres:day_served", args=[kind])).status_code == 200
    assert client.get(reverse("centres:day_served", args=["nothing"])).status_code == 404


class TestWho:
    @pytest.mark.parametrize("role", [Role.COUNTER_OFFICER, Role.SPECIALIST, Role.LEADER])
    @pytest.mark.parametrize(
        "name",
        [
            "day",
            "day_queue",
            "day_needs",
            "day_tickets",
            "day_devices",
            "day_report",
            "day_report_xlsx",
            "day_what_if",
            "day_replay",
        ],
    )
    def test_others_are_refused(self, client, centre, role, name):
        client.force_login(make.officer_at(centre, role))
        assert client.get(reverse(f"centres:{name}")).status_code == 403

    def test_a_manager_sees_only_their_own_centre(self, client, centre):
        other = make.CentreFactory()
        assert client.get(reverse("centres:day"), {"centre": other.pk}).status_code == 404
        assert client.get(reverse("centres:day"), {"centre": "x"}).status_code == 404
        assert client.get(reverse("centres:day"), {"centre": centre.pk}).status_code == 200

    def test_a_city_administrator_chooses_any_centre(self, client, centre):
        other = make.CentreFactory()
        client.force_login(make.city_admin())
        for each in (centre, other):
            page = client.get(reverse("centres:day"), {"centre": each.pk}).content.decode()
            assert f'<option value="{each.pk}" selected' in page


class TestDevices:
    def test_the_key_is_shown_once(self, client, centre):
        answer = client.post(reverse("centres:day_devices"), {"name": "Cửa chính", "kind": "kiosk"}, follow=True)
        key = re.search(r'<code class="code">(.+?)</code>', answer.content.decode()).group(1)
        assert Device.objects.get().key_hash == Device.hash_of(key)
        assert "no-store" in answer.headers["Cache-Control"]
        assert key not in client.get(reverse("centres:day_devices")).content.decode()

    def test_a_missing_name_is_asked_for(self, client, centre):
        answer = client.post(reverse("centres:day_devices"), {"name": "", "kind": "kiosk"})
        assert answer.status_code == 400
        assert not Device.objects.exists()

    def test_a_screen_is_revoked_by_post_only(self, client, centre):
        device = make.DeviceFactory(centre=centre)
        url = reverse("centres:day_device_revoke", kwargs={"device_id": device.pk})
        assert client.get(url).status_code == 303
        assert client.post(url).status_code == 302
        device.refresh_from_db()
        assert device.revoked_at == MORNING
