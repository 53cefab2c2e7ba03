import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from centres import announce
from centres.actions.call_next import call_next
from centres.actions.recall import recall
from centres.enums import DeviceKind, TicketState
from centres.models import Device
from portal import clock
from tests.factories import centres as make
from tests.factories.centres import MORNING


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


@pytest.fixture
def board(client, centre):
    make.DeviceFactory(centre=centre, kind=DeviceKind.BOARD, key_hash=Device.hash_of("khóa"))
    client.post(reverse("centres:board_sign_in"), {"key": "khóa"})
    return client


@pytest.fixture
def eight_calls(service, counter):
    for n in range(1, 9):
        called = MORNING - timedelta(minutes=20 - n)
        make.TicketFactory(
            service=service,
            number=n,
            issued_at=MORNING - timedelta(hours=1),
            state=TicketState.DONE,
            counter=counter,
            called_at=called,
            calls=1,
            finished_at=MORNING,
        )


def labels(html):
    return re.findall(r'data-number="(\w+)"', html)


def test_the_latest_call_and_five_before_it_are_shown_newest_first(board, eight_calls):
    page = board.get(reverse("centres:board")).content.decode()
    assert re.search(r"data-stage-number>A008<", page)
    assert labels(page) == ["A008", "A007", "A006", "A005", "A004", "A003"]


def test_an_empty_day_is_quiet(board, service):
    page = board.get(reverse("centres:board")).content.decode()
    assert labels(page) == []
    assert re.search(r"data-stage-call hidden", page)


def test_yesterday_and_other_centres_are_not_called_here(board, service, counter):
    make.TicketFactory(
        service=service,
        issued_at=MORNING - timedelta(days=1),
        called_at=MORNING - timedelta(days=1),
        counter=counter,
        state=TicketState.CALLED,
    )
    other = make.ServiceFactory(letter="B")
    make.TicketFactory(
        service=other,
        called_at=MORNING,
        counter=make.CounterFactory(centre=other.centre, number=60),
        state=TicketState.CALLED,
    )
    assert labels(board.get(reverse("centres:board_calls")).content.decode()) == []


def test_an_unchanged_board_costs_no_sql(board, eight_calls, django_assert_num_queries):
    url = reverse("centres:board_calls")
    tag = board.get(url).headers["ETag"]
    with django_assert_num_queries(0):
        answer = board.get(url, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.django_db(transaction=True)
def test_a_call_and_a_recall_reach_the_board_and_are_announced_anew(board, officer, ticket):
    url = reverse("centres:board_calls")
    tag = board.get(url).headers["ETag"]
    call_next(at=MORNING, acting_user=officer)
    first = board.get(url, headers={"If-None-Match": tag})
    assert first.status_code == 200
    ticket.refresh_from_db()
    recall(ticket=ticket, at=MORNING + timedelta(minutes=1), acting_user=officer)
    second = board.get(url, headers={"If-None-Match": first.headers["ETag"]})
    ids = [re.search(r'data-call="([\d-]+)"', page.content.decode()).group(1) for page in (first, second)]
    assert ids == [f"{ticket.pk}-1", f"{ticket.pk}-2"]


def test_a_changed_board_takes_the_same_statements_however_busy(board, eight_calls, django_assert_max_num_queries):
    board.get(reverse("centres:board"))
    with django_assert_max_num_queries(2):
        board.get(reverse("centres:board_calls"))


def test_people_waiting_are_counted_by_service(centre, service, other_service, ticket):
    make.TicketFactory(service=other_service, issued_at=MORNING - timedelta(days=1))
    counted = {each.letter: each.waiting for each in announce.waiting_by_service(centre.pk, MORNING)}
    assert counted == {"A": 1, "B": 0}


def test_every_part_of_a_call_has_its_clip(centre, service, counter, ticket):
    ticket.call(counter, MORNING)
    ticket.save()
    (call,) = announce.calls(centre.pk, MORNING)
    names = [Path(url).name for url in call.clips.split()]
    assert names == ["moi.ogg", "chu-a.ogg", "so-0.ogg", "so-1.ogg", "so-2.ogg", "den.ogg", "so-3.ogg"]
    assert "A 0 1 2" in call.say and "3" in call.say


def test_all_clips_exist_and_are_light():
    wanted = [f"chu-{letter}" for letter in "abcdefgh"] + [f"so-{n}" for n in range(announce.LAST_NUMBER + 1)]
    files = [Path(finders.find(f"audio/vi/{name}.ogg") or name) for name in ["moi", "den", *wanted]]
    assert all(file.exists() for file in files)
    assert sum(file.stat().st_size for file in files) < 600_000


def test_a_counter_without_a_clip_is_not_half_spoken(centre, service, ticket):
    ticket.call(make.CounterFactory(centre=centre, number=announce.LAST_NUMBER + 1), MORNING)
    ticket.save()
    assert announce.calls(centre.pk, MORNING)[0].clips == ""
