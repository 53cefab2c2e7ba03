"""How many are before me: the same on the slip, on the phone and in the notice, and as the counters will call."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from centres.actions.call_next import call_next
from centres.actions.finish import finish
from centres.enums import CounterState, Priority, TicketState
from centres.models import Counter, Device, Ticket
from centres.views import kiosk_visit
from portal import clock, live, shared
from tests.factories import centres as make
from tests.factories.centres import MORNING

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING + 10 * MINUTE):
        yield


def waiting(service, *numbers: int, minutes: int = 0, priority: int = Priority.ORDINARY) -> list[Ticket]:
    return [
        make.TicketFactory(
            service=service, number=n, issued_at=MORNING + minutes * MINUTE + timedelta(seconds=n), priority=priority
        )
        for n in numbers
    ]


def on_the_phone(client, ticket) -> int:
    live.bump(f"queue:{ticket.centre_id}")
    return client.get(f"/t/{ticket.token}/").context["visit"].people_before


def on_the_slip(client, ticket) -> int:
    make.DeviceFactory(centre=ticket.centre, key_hash=Device.hash_of("khóa"))
    client.post(reverse("centres:kiosk_sign_in"), {"key": "khóa"})
    client.cookies[kiosk_visit.COOKIE] = ticket.token
    return client.get(reverse("centres:kiosk_ticket", args=[ticket.token])).context["ahead"]


def test_the_cap_lets_only_some_with_priority_go_before(client, service, counter, officer):
    [mine] = waiting(service, 1)
    waiting(service, 20, 21, 22, minutes=5, priority=Priority.FIRST)
    assert (on_the_phone(client, mine), on_the_slip(client, mine)) == (1, 1)
    called = []
    while mine.label not in called:
        ticket = call_next(at=MORNING + 9 * MINUTE, acting_user=officer)
        called.append(ticket.label)
        finish(ticket=ticket, at=MORNING + 9 * MINUTE, acting_user=officer)
    assert called == ["A020", "A001"]


@pytest.mark.django_db(transaction=True)
def test_people_of_other_services_count_as_long_as_one_counter_calls_both(client, centre, service, other_service):
    make.open_counter(centre, [service, other_service], number=8)
    waiting(service, 1, 2, 3)
    [mine] = waiting(other_service, 1, minutes=5)
    assert (on_the_phone(client, mine), on_the_slip(client, mine)) == (3, 3)
    own = make.open_counter(centre, [other_service], number=9)
    assert on_the_phone(client, mine) == 1  # the other counter calls first
    Counter.objects.filter(pk=own.pk).update(state=CounterState.PAUSED)
    assert on_the_phone(client, mine) == 3


def test_with_no_counter_open_yet_those_of_the_service_are_before(client, service, other_service):
    waiting(other_service, 1, 2)
    *_before, mine = waiting(service, 1, 2, 3)
    assert on_the_phone(client, mine) == 2


def test_the_hall_is_counted_once_for_all_phones_until_it_changes(client, service, counter):
    people = waiting(service, *range(1, 31))

    def statements(ticket) -> int:
        with CaptureQueriesContext(connection) as made:
            client.get(f"/t/{ticket.token}/")
        return len(made)

    # The first one also reads the catalogue, with the questions that somebody wrote.
    assert statements(people[0]) <= 12
    assert {statements(ticket) for ticket in people[1:5]} == {3}


def test_a_number_drawn_since_the_last_count_is_counted_for(client, service, counter):
    [first] = waiting(service, 1)
    client.get(f"/t/{first.token}/")
    [mine] = waiting(service, 2)
    assert client.get(f"/t/{mine.token}/").context["visit"].people_before == 1


def kiosk(client, centre):
    make.DeviceFactory(centre=centre, key_hash=Device.hash_of("khóa"))
    client.post(reverse("centres:kiosk_sign_in"), {"key": "khóa"})
    return client


def on_the_tiles(client) -> list[str]:
    html = client.get(reverse("centres:kiosk_tiles")).content.decode()
    return [" ".join(told.split()) for told in re.findall(r'<span class="wait[^>]*>([^<]*)', html)]


def test_the_tile_says_what_the_slip_will_say(client, centre, service, other_service):
    """The one counter does both: whoever waits for the other service is called before, although nobody waits for mine."""
    make.open_counter(centre, [service, other_service], number=8)
    waiting(service, 1, 2, 3)
    told = on_the_tiles(kiosk(client, centre))
    [mine] = waiting(other_service, 1, minutes=9)
    assert told == ["Trước bác còn 3 người"] * 2
    assert on_the_phone(client, mine) == 3


def test_the_tile_says_that_nobody_waits_only_where_a_counter_is_free(client, centre, service, other_service, counter):
    kiosk(client, centre)
    assert on_the_tiles(client) == ["Không phải chờ", "Trước bác chưa có ai"]  # no counter does the second
    make.TicketFactory(service=service, state=TicketState.SERVING, counter=counter, called_at=MORNING, calls=1)
    shared.drop(f"ahead.coming:{centre.pk}")
    assert on_the_tiles(client) == ["Trước bác chưa có ai"] * 2


def test_the_tiles_count_the_hall_once_until_it_changes(client, centre, service, counter):
    kiosk(client, centre)
    waiting(service, *range(1, 31))
    on_the_tiles(client)
    with CaptureQueriesContext(connection) as made:
        assert on_the_tiles(client) == ["Trước bác còn 30 người"]
    assert len(made) <= 3
