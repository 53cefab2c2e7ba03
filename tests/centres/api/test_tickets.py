from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from centres.enums import DeviceKind, Role, TicketState
from centres.models import Device, Ticket, TicketEvent
from centres.policy import policy_on
from portal import clock
from tests.factories import centres as make
from tests.factories.centres import MORNING

TICKETS = "/api/v1/tickets/"


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


@pytest.fixture
def desk(client, officer):
    client.force_login(officer)
    return client


def send(client, url, body=None, **headers):
    return client.post(url, body or {}, content_type="application/json", headers=headers)


def test_everyone_sees_centres_and_how_many_wait(client, centre, service, ticket):
    (listed,) = client.get("/api/v1/centres/").json()
    assert listed["code"] == centre.code
    assert [(each["letter"], each["waiting"]) for each in listed["services"]] == [("A", 1)]
    detail = client.get(f"/api/v1/centres/{centre.code}/").json()
    assert detail["hours_today"] == [["08:00", "11:30"], ["13:30", "17:00"]]
    assert detail["gives_numbers"] is True


def test_ten_centres_cost_no_more_statements_than_one(client, service, django_assert_max_num_queries):
    for _each in range(9):
        make.ServiceFactory(letter="A")
    with django_assert_max_num_queries(2):
        assert len(client.get("/api/v1/centres/").json()) == 10


def test_staff_draw_a_number_and_a_retry_gives_the_same(desk, service):
    body = {"service": service.pk, "client_key": uuid4().hex, "ground": "age_75"}
    first, again = send(desk, TICKETS, body), send(desk, TICKETS, body)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.json()["label"] == "A001" and first.json()["token"]
    assert Ticket.objects.count() == 1


def test_a_kiosk_draws_by_its_key_and_can_do_nothing_else(client, service, ticket):
    make.DeviceFactory(centre=service.centre, key_hash=Device.hash_of("key-of-kiosk"))
    header = {"Authorization": "Device key-of-kiosk"}
    body = {"service": service.pk, "client_key": uuid4().hex}
    assert send(client, TICKETS, body, **header).status_code == 201
    assert client.get(TICKETS, headers=header).status_code in (401, 403)
    assert client.get(f"{TICKETS}{ticket.pk}/", headers=header).status_code in (401, 403)
    assert send(client, f"{TICKETS}next", **header).status_code in (401, 403)
    elsewhere = {"service": make.ServiceFactory(letter="B").pk, "client_key": uuid4().hex}
    assert send(client, TICKETS, elsewhere, **header).status_code == 403


@pytest.mark.parametrize("key", ["wrong", "", "khóa"])
def test_an_unknown_device_key_is_refused(client, service, key):
    make.DeviceFactory(centre=service.centre, kind=DeviceKind.BOARD, key_hash=Device.hash_of("wrong"))
    body = {"service": service.pk, "client_key": uuid4().hex}
    answer = client.post(
        TICKETS, body, content_type="application/json", HTTP_AUTHORIZATION=f"Device {key}".encode().decode("latin-1")
    )
    assert answer.status_code == 401
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    "bad", [{"service": 999999}, {"service": "A"}, {"client_key": "x"}, {"client_key": None}, {"ground": "rich"}]
)
def test_what_cannot_be_drawn_names_the_field(desk, service, bad):
    answer = send(desk, TICKETS, {"service": service.pk, "client_key": uuid4().hex} | bad)
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == set(bad)


def test_a_visit_at_the_desk_by_api(desk, service, other_service, ticket):
    assert send(desk, f"{TICKETS}next").json()["label"] == "A012"
    url = f"{TICKETS}{ticket.pk}/"
    states = [
        send(desk, url + verb, body).json()["state"]
        for verb, body in [
            ("recall", None),
            ("arrive", None),
            ("park", {"reason": "chờ bản sao"}),
            ("unpark", None),
        ]
    ]
    assert states == ["called", "serving", "parked", "waiting"]
    send(desk, f"{TICKETS}next")
    assert send(desk, url + "transfer", {"service": other_service.pk}).json()["service"]["letter"] == "B"
    Ticket.objects.filter(pk=ticket.pk).update(state=TicketState.WAITING, service=service)
    send(desk, f"{TICKETS}next")
    assert send(desk, url + "finish").json()["state"] == "done"
    missed = make.TicketFactory(service=service, number=13)
    send(desk, f"{TICKETS}next")
    url = f"{TICKETS}{missed.pk}/"
    assert send(desk, url + "no-show").json()["code"] == "call_again_first"
    send(desk, url + "recall")
    send(desk, url + "recall")
    assert send(desk, url + "no-show").json()["code"] == "on_the_way"
    with clock.fixed(clock.now() + timedelta(minutes=1)):
        assert send(desk, url + "no-show").json()["state"] == "no_show"
    assert send(desk, url + "return").json()["state"] == "waiting"


@pytest.mark.parametrize(
    ("verb", "body"),
    [("recall", None), ("arrive", None), ("park", {"reason": "lấy giấy"}), ("no-show", None), ("finish", None),
     ("hold", {"back_by": (MORNING + timedelta(minutes=15)).isoformat()}), ("leave", {"reason": "về"})],
)  # fmt: skip
def test_whoever_is_at_a_counter_is_moved_by_its_officer_or_the_manager(
    client, desk, centre, service, ticket, verb, body
):
    send(desk, f"{TICKETS}next")
    colleague = make.officer_at(centre)
    make.open_counter(centre, [service], number=9, officer=colleague)
    before = Ticket.objects.filter(pk=ticket.pk).values().get()
    client.force_login(colleague)
    refused = send(client, f"{TICKETS}{ticket.pk}/{verb}", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "other_counter")
    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before
    client.force_login(make.officer_at(centre, Role.MANAGER))
    assert send(client, f"{TICKETS}{ticket.pk}/{verb}", body).json().get("code") != "other_counter"


def test_a_broken_rule_is_a_sentence_with_a_code(desk, service):
    answer = send(desk, f"{TICKETS}next")
    assert answer.status_code == 409
    assert answer.json()["code"] == "nobody_waits" and answer.json()["message"]


def test_another_centres_ticket_is_not_there(desk):
    other = make.TicketFactory(service=make.ServiceFactory(letter="B"))
    assert desk.get(f"{TICKETS}{other.pk}/").status_code == 404
    for verb in ("recall", "arrive", "park", "unpark", "no-show", "finish", "return", "come-back", "leave"):
        assert send(desk, f"{TICKETS}{other.pk}/{verb}").status_code == 404


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.LEADER])
def test_roles_without_a_counter_see_but_do_not_move(client, centre, ticket, role):
    client.force_login(make.officer_at(centre, role))
    assert client.get(f"{TICKETS}{ticket.pk}/").status_code == 200
    assert send(client, f"{TICKETS}{ticket.pk}/arrive").status_code == 403


def test_without_a_role_there_is_nothing(client, ticket):
    assert client.get(TICKETS).status_code in (401, 403)
    client.force_login(make.UserFactory())
    assert client.get(TICKETS).status_code == 403


def test_the_list_shows_own_centres_without_tokens_at_a_constant_cost(desk, service, ticket):
    make.TicketFactory(service=make.ServiceFactory(letter="B"))

    def listed():
        with CaptureQueriesContext(connection) as made:
            rows = desk.get(TICKETS).json()["results"]
        return rows, len(made)

    listed()
    rows, one = listed()
    assert [row["label"] for row in rows] == ["A012"]
    assert ticket.token not in str(rows)
    for number in range(20, 49):
        make.TicketFactory(service=service, number=number, issued_at=MORNING + timedelta(seconds=number))
    rows, many = listed()
    assert len(rows) == 30 and many == one


def test_the_list_can_be_narrowed(desk, service, ticket):
    assert desk.get(TICKETS, {"state": "done"}).json()["results"] == []
    assert desk.get(TICKETS, {"state": "nonsense"}).status_code == 400


def test_calling_over_http_takes_four_statements(desk, service, ticket):
    make.TicketFactory(service=service, number=13)
    desk.get(f"{TICKETS}{ticket.pk}/")  # the session is in the cache from here on, and so is the policy
    policy_on(None, MORNING.date())
    with CaptureQueriesContext(connection) as made:
        assert send(desk, f"{TICKETS}next").status_code == 200
    counted = [row["sql"] for row in made if not row["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]
    assert len(counted) <= 4


def test_a_number_is_called_only_with_a_reason_and_a_class_changed_only_with_one(desk, service, ticket):
    late = make.TicketFactory(service=service, number=30, issued_at=MORNING + timedelta(minutes=3))
    url = f"{TICKETS}{late.pk}/"
    assert send(desk, url + "call", {"reason": " "}).status_code == 400
    assert send(desk, url + "priority", {"ground": "child", "reason": ""}).status_code == 400
    assert send(desk, url + "priority", {"ground": "booked", "reason": "nói là có hẹn"}).status_code == 400
    assert send(desk, url + "priority", {"ground": "child", "reason": "bế con nhỏ"}).json()["priority"] == 10
    assert send(desk, url + "call", {"reason": "cháu bé sốt"}).json()["state"] == "called"
    assert TicketEvent.objects.get(kind="picked").reason == "cháu bé sốt"


def test_a_place_is_held_and_taken_again(desk, ticket):
    url = f"{TICKETS}{ticket.pk}/"
    assert send(desk, url + "hold", {"back_by": "2026-11-23T10:30:00+07:00"}).json()["park_kind"] == "held"
    assert send(desk, url + "come-back").json()["state"] == "waiting"
    assert send(desk, url + "leave", {"reason": "về nhà"}).json()["state"] == "left"


def test_a_visit_goes_to_one_counter_of_the_centre(desk, centre, service, ticket):
    other = make.open_counter(centre, [service], number=4)
    url = f"{TICKETS}{ticket.pk}/"
    send(desk, f"{TICKETS}next")
    assert send(desk, url + "transfer", {}).status_code == 409
    answer = send(desk, url + "transfer", {"counter": other.pk}).json()
    assert (answer["state"], answer["counter"]) == ("waiting", 4)
