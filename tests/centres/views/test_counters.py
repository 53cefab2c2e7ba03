import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from centres.enums import CounterState, Role
from centres.models import Counter, SkillChange
from portal import clock
from tests.factories import centres as make
from tests.factories.centres import MORNING


@pytest.fixture
def client(client, manager):
    client.force_login(manager)
    with clock.fixed(MORNING):
        yield client


@pytest.fixture
def free(centre, service):
    return make.CounterFactory(centre=centre, number=8, services=[service])


def change(client, counter, key, **data):
    url = reverse("centres:day_counter_change", kwargs={"counter_id": counter.pk, "key": key})
    return client.post(url, {f"{key}-{name}": value for name, value in data.items()})


def test_a_manager_opens_pauses_and_closes(client, free, centre):
    officer = make.officer_at(centre)
    for key, data, state in (
        ("open", {"officer": officer.pk}, CounterState.OPEN),
        ("pause", {"reason": "họp"}, CounterState.PAUSED),
        ("close", {"reason": "hết việc"}, CounterState.CLOSED),
    ):
        assert change(client, free, key, **data).status_code == 302
        assert Counter.objects.get(pk=free.pk).state == state


def test_a_manager_gives_other_services(client, free, other_service):
    assert change(client, free, "skills", services=[other_service.pk], reason="B đông").status_code == 302
    assert list(free.services.all()) == [other_service]
    page = client.get(reverse("centres:day_counter", kwargs={"counter_id": free.pk})).content.decode()
    assert "B đông" in page


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("open", {}),
        ("open", {"officer": 999999}),
        ("pause", {"reason": ""}),
        ("skills", {"services": []}),
        ("close", {}),
    ],
)
def test_what_is_missing_is_said_beside_the_form(client, free, key, data):
    answer = change(client, free, key, **data)
    assert answer.status_code == 400
    assert "error-summary" in answer.content.decode()
    assert not SkillChange.objects.exists()


def test_what_is_missing_is_said_by_the_page_and_not_by_the_browser(client, free):
    page = client.get(reverse("centres:day_counter", kwargs={"counter_id": free.pk})).content.decode()
    forms = [form.split(">")[0] for form in page.split("<form")[1:] if "/day/counters/" in form.split(">")[0]]
    assert forms and all("novalidate" in form for form in forms)


def test_a_broken_rule_is_said_beside_the_form(client, counter, free, centre):
    answer = change(client, counter, "open", officer=make.officer_at(centre).pk)
    assert answer.status_code == 400
    assert str(counter.officer) in answer.content.decode()


def test_nothing_else_can_be_asked(client, free):
    assert change(client, free, "destroy").status_code == 404
    again = client.get(reverse("centres:day_counter_change", kwargs={"counter_id": free.pk, "key": "open"}))
    assert again["Location"] == reverse("centres:day_counter", args=[free.pk]), "loaded again, it changes nothing"


def test_a_counter_of_another_centre_is_not_there(client):
    elsewhere = make.CounterFactory()
    assert client.get(reverse("centres:day_counter", kwargs={"counter_id": elsewhere.pk})).status_code == 404
    assert change(client, elsewhere, "pause", reason="x").status_code == 404


def test_thirty_officers_cost_no_more_statements_than_one(client, free, centre, service):
    def statements():
        with CaptureQueriesContext(connection) as made:
            assert client.get(reverse("centres:day_counter", kwargs={"counter_id": free.pk})).status_code == 200
        return len(made)

    make.open_counter(centre, [service], 1)
    statements()
    one = statements()
    for number in range(20, 50):
        make.open_counter(centre, [service], number)
        SkillChange.objects.create(counter=free, at=MORNING, actor=make.officer_at(centre), reason="x", after="A")
    assert statements() == one


def test_a_manager_of_two_centres_stays_at_the_counters_own(client, manager, free, service):
    """F5 after a form that failed is a GET of its address; one that has lost ?centre= still means this counter."""
    second = make.CentreFactory()
    make.MembershipFactory(user=manager, centre=second, role=Role.MANAGER)
    for seat in (free, make.CounterFactory(centre=second, number=1)):
        page = reverse("centres:day_counter", kwargs={"counter_id": seat.pk})
        assert change(client, seat, "close").status_code == 400
        sent = reverse("centres:day_counter_change", kwargs={"counter_id": seat.pk, "key": "close"})
        again = client.get(sent, {"centre": seat.centre_id})
        assert again.status_code == 303 and again.url == f"{page}?centre={seat.centre_id}"
        assert client.get(sent).url == page
        assert client.get(again.url).status_code == client.get(page).status_code == 200
    others = make.CounterFactory()
    page = reverse("centres:day_counter", kwargs={"counter_id": others.pk})
    assert client.get(page).status_code == 404
