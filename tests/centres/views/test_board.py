import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from centres import announce
from centres.actions import devices
from centres.actions.announce_hall import announce as say
from centres.actions.call_next import call_next
from centres.actions.leave import leave
from centres.actions.park import park
from centres.actions.recall import recall
from centres.actions.transfer import transfer
from centres.enums import DeviceKind, ParkKind, Priority, TicketState
from centres.models import Device, Ticket, Zone
from centres.tasks import BOARDS_EVERY, tell_boards
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


def test_who_waits_again_is_called_nowhere(board, centre, service, other_service, officer, counter, ticket):
    """Passed on to the counter where somebody sits, set aside for a paper, brought back, gone: nobody called them there."""
    there = make.open_counter(centre, [service, other_service], number=9)
    make.TicketFactory(service=service, number=29, state=TicketState.CALLED, counter=there, called_at=MORNING, calls=1)
    call_next(at=MORNING, acting_user=officer)
    ticket.refresh_from_db()
    assert set(shown(board)) == {("A012", "Quầy 3"), ("A029", "Quầy 9")}
    transfer(ticket=ticket, counter=there, at=MORNING, acting_user=officer)
    assert shown(board) == [("A029", "Quầy 9")]
    leave(ticket=ticket, at=MORNING, acting_user=officer)
    assert shown(board) == [("A029", "Quầy 9")]
    other = make.TicketFactory(service=service, number=13)
    call_next(at=MORNING, acting_user=officer)
    other.refresh_from_db()
    park(ticket=other, kind=ParkKind.FETCHING, reason="", at=MORNING, acting_user=officer)
    assert shown(board) == [("A029", "Quầy 9")]


def shown(board):
    html = board.get(reverse("centres:board")).content.decode()
    return re.findall(r'data-number="(\w+)" data-counter="([^"]+)"', html)


def test_a_call_that_is_over_stays_on_the_list_and_is_marked(board, service, counter):
    for n, state in enumerate((TicketState.CALLED, TicketState.SERVING, TicketState.NO_SHOW, TicketState.DONE), 1):
        where = counter if n == 1 else make.CounterFactory(centre=counter.centre, number=60 + n)
        ended = {"finished_at": MORNING} if n > 2 else {}
        make.TicketFactory(service=service, number=n, state=state, counter=where, called_at=MORNING, calls=1, **ended)
    page = board.get(reverse("centres:board")).content.decode()
    assert labels(page) == ["A004", "A003", "A002", "A001"]
    over = re.findall(r'<li data-call="\d+-1" data-over data-number="(\w+)"', page)
    assert over == ["A004", "A003"]


def test_who_has_not_come_yet_stays_on_the_list_however_many_are_called_after(board, eight_calls, service, centre):
    at = MORNING - timedelta(minutes=30)
    for n in range(50, 57):
        there = make.CounterFactory(centre=centre, number=n)
        make.TicketFactory(
            service=service, number=n, issued_at=at, state=TicketState.CALLED, counter=there, called_at=at, calls=1
        )
    page = board.get(reverse("centres:board")).content.decode()
    assert labels(page) == ["A056", "A055", "A054", "A053", "A052", "A051", "A050"]
    Ticket.objects.filter(number__gt=51).update(state=TicketState.SERVING)
    page = board.get(reverse("centres:board")).content.decode()
    assert labels(page) == ["A008", "A007", "A006", "A005", "A051", "A050"]


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
    with django_assert_max_num_queries(3):
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
    wanted = [f"chu-{letter}" for letter in "abcdefgh"] + [f"so-{n}" for n in range(31)]
    names = ["chime.wav", *(f"{name}.ogg" for name in ("moi", "den", *wanted))]
    files = [Path(finders.find(f"audio/vi/{name}") or name) for name in names]
    assert all(file.exists() for file in files)
    assert sum(file.stat().st_size for file in files) < 600_000


def clips_of(centre, ticket, counter):
    ticket.call(counter, MORNING)
    ticket.save()
    (call,) = announce.calls(centre.pk, MORNING)
    return call, [Path(url).name for url in call.clips.split()]


def test_a_counter_past_the_recorded_numbers_is_read_digit_by_digit(centre, ticket):
    _call, names = clips_of(centre, ticket, make.CounterFactory(centre=centre, number=47))
    assert names[-3:] == ["den.ogg", "so-4.ogg", "so-7.ogg"]


def test_a_counter_is_called_by_its_name_and_a_name_without_a_clip_is_not_half_spoken(centre, ticket):
    call, names = clips_of(centre, ticket, make.CounterFactory(centre=centre, number=5, name="Quầy ưu tiên"))
    assert call.place == "Quầy ưu tiên"
    assert "Quầy ưu tiên" in call.say and "5" not in call.say
    assert names == ["chime.wav"]


def test_a_centres_own_recording_of_a_name_is_used(centre, ticket, monkeypatch):
    there = announce.available() | {"den-noi", "quay-uu-tien"}
    monkeypatch.setattr(announce, "available", lambda: there)
    _call, names = clips_of(centre, ticket, make.CounterFactory(centre=centre, number=5, name="Quầy ưu tiên"))
    assert names[-2:] == ["den-noi.ogg", "quay-uu-tien.ogg"]


def test_the_longest_wait_is_told_in_whole_minutes_without_who_only_comes_back(centre, service, other_service, ticket):
    first = MORNING - timedelta(minutes=12, seconds=50)
    make.TicketFactory(service=service, issued_at=first)
    make.TicketFactory(service=service, issued_at=MORNING - timedelta(hours=2), priority=Priority.RETURNING)
    told = {each.letter: (each.waiting, each.longest) for each in announce.waiting_by_service(centre.pk, MORNING)}
    assert told == {"A": (3, 12), "B": (0, None)}


def test_time_away_on_a_held_place_is_no_wait_on_the_board(centre, service, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(issued_at=MORNING - timedelta(minutes=50), parked_s=40 * 60)
    [told] = announce.waiting_by_service(centre.pk, MORNING)
    assert told.longest == 10


def in_zone(centre, board, counter, service):
    """The board hangs before the zone of this counter; another counter is elsewhere."""
    zone = Zone.objects.create(centre=centre, name="Khu A")
    counter.zone = zone
    counter.save()
    Device.objects.update(zone=zone)
    elsewhere = make.open_counter(centre, [service], number=9)
    called = {"service": service, "state": TicketState.CALLED, "called_at": MORNING, "calls": 1}
    make.TicketFactory(number=1, counter=counter, **called)
    make.TicketFactory(number=2, counter=elsewhere, **called)
    return zone


def test_a_board_of_a_zone_shows_the_calls_and_queues_of_its_counters(board, centre, counter, service, other_service):
    in_zone(centre, board, counter, service)
    page = board.get(reverse("centres:board")).content.decode()
    assert labels(page) == ["A001"]
    assert "Khu A" in page
    assert "Dịch vụ A" in page and "Dịch vụ B" not in page


@pytest.mark.django_db(transaction=True)
def test_a_board_sent_to_another_zone_shows_it_with_its_next_look(board, centre, counter, service, manager):
    zone = in_zone(centre, board, counter, service)
    Device.objects.update(zone=None)
    url = reverse("centres:board_calls")
    first = board.get(url)
    assert set(labels(first.content.decode())) == {"A001", "A002"}
    devices.arrange(device=Device.objects.get(), name="Bảng khu A", zone=zone, acting_user=manager)
    moved = board.get(url, headers={"If-None-Match": first["ETag"]})
    assert labels(moved.content.decode()) == ["A001"]


@pytest.mark.django_db(transaction=True)
def test_a_revoked_board_gets_no_unchanged_part(board, centre, service, manager):
    url = reverse("centres:board_calls")
    tag = board.get(url)["ETag"]
    assert board.get(url, headers={"If-None-Match": tag}).status_code == 304
    devices.revoke(device=Device.objects.get(), at=MORNING, acting_user=manager)
    assert board.get(url, headers={"If-None-Match": tag, "X-Part": "1"}).status_code == 401


def test_a_changed_part_is_made_once_for_all_boards_of_a_hall(
    board, centre, eight_calls, client, django_assert_num_queries
):
    url = reverse("centres:board_calls")
    first = board.get(url)
    make.DeviceFactory(centre=centre, kind=DeviceKind.BOARD, key_hash=Device.hash_of("khóa 2"))
    client.post(reverse("centres:board_sign_in"), {"key": "khóa 2"})
    client.get(reverse("centres:board_sign_in"))
    client.get(url)
    with django_assert_num_queries(0):
        again = client.get(url)
    assert again.content == first.content
    assert again["ETag"] != first["ETag"]


@pytest.mark.django_db(transaction=True)
def test_an_announcement_reaches_a_board_without_reload_and_has_another_name_when_due_again(board, centre, manager):
    url = reverse("centres:board_calls")
    tag = board.get(url)["ETag"]
    until = MORNING + timedelta(hours=1)
    made = say(
        centre=centre, text="Mời bác  uống nước.", until_at=until, every_minutes=10, at=MORNING, acting_user=manager
    )
    part = board.get(url, headers={"If-None-Match": tag}).content.decode()
    assert "Mời bác uống nước." in part and "chime.wav" in part
    ids = [announce.notices(centre.pk, MORNING + timedelta(minutes=n))[0].id for n in (0, 9, 10, 25)]
    assert ids == [f"{made.pk}-{turn}" for turn in (0, 0, 1, 2)]
    assert announce.notices(centre.pk, until) == []


def test_an_announcement_to_a_zone_is_on_its_boards_only(centre, manager):
    here, there = (Zone.objects.create(centre=centre, name=name) for name in ("A", "B"))
    said = {"until_at": MORNING + timedelta(hours=1), "at": MORNING, "acting_user": manager, "centre": centre}
    say(text="Ở khu A", zone=here, **said)
    say(text="Cho cả sảnh", **said)
    shown = {
        zone: [one.text for one in announce.notices(centre.pk, MORNING, zone)] for zone in (here.pk, there.pk, None)
    }
    assert shown == {here.pk: ["Cho cả sảnh", "Ở khu A"], there.pk: ["Cho cả sảnh"], None: ["Cho cả sảnh"]}


@pytest.mark.parametrize(("seconds", "due"), [(5, True), (25, False), (305, True), (3605, True), (-5, False)])
def test_boards_are_told_when_an_announcement_begins_is_due_again_and_ends(centre, manager, seconds, due):
    until = MORNING + timedelta(hours=1)
    say(centre=centre, text="Nghỉ trưa", until_at=until, every_minutes=5, at=MORNING, acting_user=manager)
    at = MORNING + timedelta(seconds=seconds)
    assert announce.centres_due(at - BOARDS_EVERY, at) == ({centre.pk} if due else set())
    with clock.fixed(at):
        assert tell_boards() == int(due)
