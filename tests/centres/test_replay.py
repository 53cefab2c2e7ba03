from datetime import timedelta

import pytest
from django.core.cache import caches
from django.urls import reverse
from redis.exceptions import RedisError

from centres.actions.arrive import arrive
from centres.actions.call_next import call_next
from centres.actions.draw import draw
from centres.actions.finish import finish
from centres.actions.park import park
from centres.models import Ticket, TicketEvent
from centres.replay import Step, picture_at, span_of, steps_of
from portal import clock
from tests.moments import hanoi

PAST = hanoi("2026-11-20 09:00")
TODAY = hanoi("2026-11-23 10:00")


@pytest.fixture
def day_before(centre, service, counter, officer):
    """Two came, one was served, the other set aside."""
    for number in range(2):
        draw(service=service, client_key=f"replay-{number:06}", at=PAST + timedelta(minutes=number))
    for number, end in enumerate((finish, park)):
        at = PAST + timedelta(minutes=10 + 10 * number)
        ticket = call_next(at=at, acting_user=officer)
        arrive(ticket=ticket, at=at + timedelta(minutes=1), acting_user=officer)
        more = {"reason": "chờ"} if end is park else {}
        end(ticket=ticket, at=at + timedelta(minutes=5), acting_user=officer, **more)
    return steps_of(centre, clock.local_day(PAST))


def second(hour, minute):
    return hour * 3600 + minute * 60


@pytest.mark.parametrize(
    ("minute", "waiting", "counters", "parked", "served"),
    [
        (0, {"A": ["A001"]}, {}, [], 0),
        (9, {"A": ["A001", "A002"]}, {}, [], 0),
        (10, {"A": ["A002"]}, {3: ("A001", False)}, [], 0),
        (12, {"A": ["A002"]}, {3: ("A001", True)}, [], 0),
        (16, {"A": ["A002"]}, {}, [], 1),
        (22, {}, {3: ("A002", True)}, [], 1),
        (30, {}, {}, ["A002"], 1),
    ],
)
def test_the_hall_stands_as_it_stood(day_before, minute, waiting, counters, parked, served):
    picture = picture_at(day_before, second(9, minute))
    assert (picture.waiting, picture.counters, picture.parked, picture.served) == (waiting, counters, parked, served)


def test_a_number_called_again_is_shown_once():
    steps = [Step(1, "issued", "A001", "A", 0), Step(2, "called", "A001", "A", 3), Step(9, "recalled", "A001", "A", 3)]
    assert [call.second for call in picture_at(steps, 10).calls] == [9]


def test_the_evenings_closing_is_not_part_of_the_play():
    steps = [
        Step(100, "issued", "A001", "A", 0),
        Step(500, "called", "A001", "A", 1),
        Step(86_399, "closed", "A002", "A", 0),
    ]
    assert span_of(steps) == (100, 500)
    assert span_of([]) == (0, 0)


def test_a_number_printed_without_a_line_is_drawn_once():
    """The slip in the hand took the place of one that never arrived: both are written down."""
    steps = [Step(1, "issued", "A1001", "A", 0), Step(9, "issued", "A1001", "A", 0), Step(12, "issued", "A002", "A", 0)]
    picture = picture_at(steps, 20)
    assert picture.drawn == picture.people_waiting == 2


def test_a_day_is_played_without_the_cache_too(centre, day_before, monkeypatch):
    def down(*_args, **_more):
        raise RedisError

    for name in ("get", "set"):
        monkeypatch.setattr(type(caches["default"]), name, down)
    assert steps_of(centre, clock.local_day(PAST)) == day_before


class TestPages:
    @pytest.fixture(autouse=True)
    def now(self, client, manager):
        client.force_login(manager)
        with clock.fixed(TODAY):
            yield

    def test_playing_a_day_writes_nothing(self, client, centre, day_before, django_assert_max_num_queries):
        before = (list(Ticket.objects.order_by("pk").values()), TicketEvent.objects.count())
        asked = {"centre": centre.pk, "day": "2026-11-20", "at": "09:12:00"}
        page = client.get(reverse("centres:day_replay"), asked).content.decode()
        part = client.get(reverse("centres:day_replay_part"), asked).content.decode()
        assert part in page and "A001" in part and "09:12:00" in part
        assert (list(Ticket.objects.order_by("pk").values()), TicketEvent.objects.count()) == before

    def test_today_is_not_for_rehearsals(self, client, service, centre):
        draw(service=service, client_key="today-000001", at=TODAY)
        page = client.get(reverse("centres:day_replay_part"), {"centre": centre.pk, "day": "2026-11-23"})
        assert "A001" not in page.content.decode()

    @pytest.mark.parametrize(
        "asked", [{"day": "x", "at": "99:99:99"}, {"day": "2026-13-40"}, {"at": "-1:00"}, {"at": "9"}]
    )
    def test_nonsense_is_answered_calmly(self, client, asked):
        assert client.get(reverse("centres:day_replay"), asked).status_code == 200
