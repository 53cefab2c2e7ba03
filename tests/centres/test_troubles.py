"""What the users of other queues complain about does not happen here: one test a trouble, with where it was told."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.urls import reverse

from centres.actions.announce_hall import announce
from centres.actions.arrive import arrive
from centres.actions.call_next import call_next
from centres.actions.cancel import cancel
from centres.actions.close_day import close_day
from centres.actions.counters import open_counter, pause_counter
from centres.actions.draw import draw
from centres.actions.finish import finish
from centres.actions.give_estimates import give_estimate, settle_estimates
from centres.actions.park import park
from centres.actions.recall import recall
from centres.actions.unpark import unpark
from centres.counter_times import counter_times
from centres.enums import IN_HALL, CounterState, DeviceKind, Priority, PriorityGround, TicketEventKind, TicketState
from centres.estimate.now import renew
from centres.estimate.words import Shown
from centres.labels import find_by_label
from centres.models import Counter, Device, Estimate, Ticket, TicketEvent
from centres.policy import policy_on
from portal import clock
from portal.errors import RuleBroken
from tests.centres.estimate.days import three_learned_days
from tests.factories import centres as make
from tests.factories.centres import MORNING


def minute(number: int) -> datetime:
    return MORNING + timedelta(minutes=number)


def key() -> str:
    return uuid4().hex


def at_once(*jobs: Any) -> list[Any]:
    """Every job in a thread of its own, all started together."""
    start, results = Barrier(len(jobs)), [None] * len(jobs)

    def run(place: int) -> None:
        try:
            start.wait(timeout=20)
            results[place] = jobs[place]()
        except RuleBroken as refused:
            results[place] = refused
        finally:
            connection.close()

    threads = [Thread(target=run, args=[place]) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_officers_call_the_same_person(centre, service):
    """ZMS PR 2138; the Service BC queue's predecessor, PR 272. Two press at one instant, twenty times over."""
    officers = [make.open_counter(centre, [service], number=place).officer for place in (1, 2)]
    for turn in range(20):
        for number in range(2):
            make.TicketFactory(service=service, number=1 + 2 * turn + number)
        called = at_once(*[lambda o=officer: call_next(at=MORNING, acting_user=o) for officer in officers])
        assert len({ticket.pk for ticket in called}) == 2
        for ticket, officer in zip(called, officers, strict=True):
            finish(ticket=ticket, at=MORNING, acting_user=officer)
    calls = TicketEvent.objects.filter(kind=TicketEventKind.CALLED).values_list("ticket", flat=True)
    assert len(calls) == len(set(calls)) == 40


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_and_one_person_left(centre, service):
    """The same trouble at the end of the queue: one gets the person, the other is told that nobody waits."""
    officers = [make.open_counter(centre, [service], number=place).officer for place in (1, 2)]
    for number in range(1, 11):
        make.TicketFactory(service=service, number=number)
        answers = at_once(*[lambda o=officer: call_next(at=MORNING, acting_user=o) for officer in officers])
        [called] = [answer for answer in answers if isinstance(answer, Ticket)]
        assert [answer.code for answer in answers if isinstance(answer, RuleBroken)] == ["nobody_waits"]
        called.refresh_from_db()
        finish(ticket=called, at=MORNING, acting_user=Counter.objects.get(pk=called.counter_id).officer)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_same_number_two_to_four_times_at_peak(service):
    """novosga 290. Eight kiosks and phones at one instant, five times over."""
    for _turn in range(5):
        at_once(*[lambda: draw(service=service, client_key=key(), at=MORNING)] * 8)
    assert sorted(Ticket.objects.values_list("number", flat=True)) == list(range(1, 41))


@pytest.mark.parametrize(
    ("moment", "day", "label"),
    [
        (datetime(2026, 11, 23, 9, 59, tzinfo=UTC), date(2026, 11, 23), "A002"),  # 16:59 in Hanoi
        (datetime(2026, 11, 23, 10, 1, tzinfo=UTC), date(2026, 11, 23), "A002"),  # 17:01 in Hanoi
        (datetime(2026, 11, 23, 16, 59, tzinfo=UTC), date(2026, 11, 23), "A002"),
        (datetime(2026, 11, 23, 17, 1, tzinfo=UTC), date(2026, 11, 24), "A001"),
        (datetime(2026, 11, 24, 0, 1, tzinfo=UTC), date(2026, 11, 24), "A001"),
    ],
)
def test_numbers_wrong_after_five_through_utc(service, officer, moment, day, label):
    """BC PR 626. The day is Hanoi's: it neither ends at 17:00 nor at midnight in Greenwich."""
    draw(service=service, client_key=key(), at=MORNING)
    drawn = draw(service=service, client_key=key(), at=moment)
    assert (drawn.day, drawn.label) == (day, label)
    called = call_next(at=moment, acting_user=officer)
    assert called.day == day, "a number of another day was called"


def test_officers_see_who_is_next_and_skip_hard_cases(client: Client, service, officer):
    """novosga 436 and 264. Before the call the desk shows how many wait and for how long, and nothing about anyone."""
    hard = make.TicketFactory(service=service, number=47, priority=Priority.FIRST, priority_ground="age_75")
    make.TicketFactory(service=service, number=48)
    client.force_login(officer)
    for page in ("/desk/", "/desk/queue/"):
        with clock.fixed(minute(1)):
            shown = client.get(page).content.decode()
        assert re.search(r'data-waiting="A">2<', shown)
        for told in ("A047", "A048", hard.token, str(hard.get_priority_ground_display())):
            # The priority dialog offers grounds to choose from; the list of who waits names none.
            assert told not in shown.partition("<dialog")[0]
    assert call_next(at=minute(1), acting_user=officer) == hard
    with pytest.raises(RuleBroken) as refused:
        call_next(at=minute(1), acting_user=officer)
    assert refused.value.code == "counter_busy", "the hard case was put away by calling another"


def test_waiting_walking_service_and_idle_time_not_told_apart(centre, service):
    """novosga 314. An hour of one counter and one visit, to the second."""
    counter = make.CounterFactory(centre=centre, services=[service], number=8)
    officer = make.officer_at(centre)
    open_counter(counter=counter, at=minute(0), acting_user=officer)
    make.TicketFactory(service=service, number=1)
    called = call_next(at=minute(12), acting_user=officer)
    recall(ticket=called, at=minute(13), acting_user=officer)
    arrive(ticket=called, at=minute(14), acting_user=officer)
    park(ticket=called, at=minute(20), acting_user=officer)
    unpark(ticket=called, at=minute(30), acting_user=officer)
    again = call_next(at=minute(31), acting_user=officer)
    arrive(ticket=again, at=minute(33), acting_user=officer)
    finish(ticket=again, at=minute(35), acting_user=officer)
    pause_counter(counter=counter, reason="ăn trưa", at=minute(45), acting_user=officer)
    done = Ticket.objects.get(pk=called.pk)
    waited, walked, served, parked = 12 * 60, 3 * 60, 8 * 60, 10 * 60
    assert (done.waited_s, done.walked_s, done.served_s, done.parked_s) == (waited, walked, served, parked)
    times = counter_times(centre, MORNING.date(), minute(60))[counter.pk]
    assert (times.busy_s, times.idle_s, times.paused_s) == (12 * 60, 33 * 60, 15 * 60)


def test_priority_starves_the_ordinary(service, officer):
    """novosga 335. However many of a higher class keep coming, the ordinary get two calls of three."""
    cap = policy_on(service.centre_id, MORNING.date()).cap
    assert cap == 3
    waits = [make.TicketFactory(service=service, number=number, issued_at=MORNING) for number in range(101, 111)]
    called = []
    for turn in range(15):
        # At any moment three people of the first class wait who came after everybody else.
        while Ticket.objects.waiting().filter(priority=Priority.FIRST).count() < 3:
            draw(service=service, client_key=key(), ground=PriorityGround.AGE_75, at=minute(1))
        called.append(call_next(at=minute(2 + turn), acting_user=officer))
        finish(ticket=called[-1], at=minute(2 + turn), acting_user=officer)
    ordinary = [ticket for ticket in called if ticket.priority == Priority.ORDINARY]
    assert ordinary == waits, "all ten were called within fifteen calls, in the order in which they came"


def test_a_kiosk_prints_twice_and_a_reload_issues_another_number(client: Client, service):
    """ZMS changelog 1363 and 2328. A second tap, a retry, a reload of the slip: one number; and none by GET."""
    make.DeviceFactory(centre=service.centre, key_hash=Device.hash_of("khóa"))
    with clock.fixed(MORNING):
        client.post(reverse("centres:kiosk_sign_in"), {"key": "khóa"})
        sent = {"service": "A", "client_key": key(), "ground": ""}
        slips = {client.post(reverse("centres:kiosk_draw"), sent).headers["Location"] for _tap in range(3)}
        assert len(slips) == 1
        for _reload in range(3):
            assert "A001" in client.get(*slips).content.decode()
        for page in (reverse("centres:kiosk_draw"), reverse("centres:kiosk"), "/api/v1/tickets/"):
            client.get(page, {**sent, "client_key": key()})
    assert [ticket.label for ticket in Ticket.objects.all()] == ["A001"]


def test_tickets_left_over_in_the_morning(centre, service):
    """BC PR 969. The evening ends what is open, each with its reason; the morning begins with an empty hall."""
    yesterday = MORNING - timedelta(days=1)
    for number, state in enumerate(IN_HALL, start=1):
        seat = make.open_counter(centre, [service], number=number)
        Counter.objects.filter(pk=seat.pk).update(state_since=yesterday)
        called = None if state == TicketState.WAITING else yesterday
        make.TicketFactory(
            service=service, number=number, issued_at=yesterday, called_at=called, counter=seat, state=state
        )
    close_day(before=MORNING.date(), at=MORNING)
    assert not Ticket.objects.filter(state__in=IN_HALL).exists()
    assert all(event.reason for event in TicketEvent.objects.filter(kind=TicketEventKind.CLOSED))
    assert not Counter.objects.exclude(state=CounterState.CLOSED).exists()


def test_a_number_reused_after_it_was_given_back(service):
    """open-zaak 2388, for numbers: what was cancelled is not given out again."""
    first = draw(service=service, client_key=key(), at=MORNING)
    cancel(ticket=first, at=MORNING)
    assert draw(service=service, client_key=key(), at=minute(1)).label == "A002"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_counters_locked_only_inside_one_process(centre, service):
    """OpenCPS. The lock is the database's row, held by one connection against all others."""
    counter = make.CounterFactory(centre=centre, number=9, services=[service])
    officers = [make.officer_at(centre) for _each in range(4)]
    answers = at_once(
        *[lambda o=officer: open_counter(counter=counter, at=MORNING, acting_user=o) for officer in officers]
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Counter"] + ["RuleBroken"] * 3


def test_unpadded_keys_shared_by_1_11_and_11_1(centre):
    """OpenCPS. A number is its letter and its count in two columns; no text is put together that could be read twice."""
    numbers = [(letter, number) for letter in "AB" for number in (1, 11, 111, 1111)]
    services = {letter: make.ServiceFactory(centre=centre, letter=letter) for letter in "AB"}
    tickets = [make.TicketFactory(service=services[letter], number=number) for letter, number in numbers]
    assert len({ticket.label for ticket in tickets}) == len(tickets)
    for ticket in tickets:
        assert find_by_label(ticket.label, centre.pk, ticket.day) == ticket
        assert find_by_label(f"{ticket.letter}{ticket.number}", centre.pk, ticket.day) == ticket


@pytest.mark.django_db(transaction=True)
def test_announcements_overwrite_each_other(client: Client, centre, service, manager):
    """FQM 138. Calls and words to the hall of one instant are all on the board, each to be said under a name of its own.

    That each is then shown and spoken in turn is seen in a browser (tests/browser/test_voice.py).
    """
    make.DeviceFactory(centre=centre, kind=DeviceKind.BOARD, key_hash=Device.hash_of("khóa"))
    officers = [make.open_counter(centre, [service], number=place).officer for place in (1, 2)]
    with clock.fixed(MORNING):
        client.post(reverse("centres:board_sign_in"), {"key": "khóa"})
        for number, officer in enumerate(officers, start=1):
            make.TicketFactory(service=service, number=number)
            call_next(at=MORNING, acting_user=officer)
        for text in ("Mời bác uống nước.", "Thang máy đang sửa."):
            announce(centre=centre, text=text, until_at=minute(60), at=MORNING, acting_user=manager)
        shown = client.get(reverse("centres:board_calls")).content.decode()
    for what, count in (("call", 2), ("notice", 2)):
        said = dict(re.findall(rf'data-{what}="([^"]+)"[^>]*data-say="([^"]+)"', shown))
        assert len(said) == len(set(said.values())) == count


def test_the_voice_breaks_with_an_online_service(client: Client, centre):
    """FQM 265; novosga 78. The board's page may ask nobody but the house, and its scripts name nobody else.

    What is spoken with which voice is heard in a browser (tests/browser/test_voice.py).
    """
    make.DeviceFactory(centre=centre, kind=DeviceKind.BOARD, key_hash=Device.hash_of("khóa"))
    client.post(reverse("centres:board_sign_in"), {"key": "khóa"})
    answer = client.get(reverse("centres:board"))
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == policy["media-src"] == "'self'"
    scripts = re.findall(r'<script[^>]* src="/static/([^"]+)"', answer.content.decode())
    assert {"js/voice.js", "js/speak.js"} <= set(scripts)
    for script in scripts:
        assert "//" not in re.sub(r"(?m)(^|\s)//.*$", "", Path(str(finders.find(script))).read_text()), script


def test_wait_time_wrong_why(client: Client, centre, service, counter, officer, manager):
    """ZMS changelog 757. What each was told is kept with what came, right or wrong, and last week's are on the page."""
    three_learned_days(service, counter)
    for number in range(24):
        at = minute(number)
        renew(centre, at)
        ticket = draw(service=service, client_key=key(), at=at)
        assert give_estimate(ticket=ticket, at=at) is not None
    # They go on as they did until noon is near; then the counter stands still for an hour.
    for number in range(24):
        at = minute(1 + 7 * number + (60 if number > 15 else 0))
        finish(ticket=call_next(at=at, acting_user=officer), at=at + timedelta(minutes=6), acting_user=officer)
    settle_estimates(day_from=MORNING)
    told = list(Estimate.objects.select_related("ticket").filter(is_first=True))
    assert len(told) == 24
    for each in told:
        assert each.came_s == (each.ticket.first_called_at - each.at).total_seconds()
        assert each.is_inside == Shown(each.low_s, each.high_s, each.at).contains(each.came_s)
    wrong = [each.ticket.label for each in told if not each.is_inside]
    assert "A024" in wrong and len(wrong) < 24
    client.force_login(manager)
    client.cookies["django_language"] = "en"
    with clock.fixed(MORNING + timedelta(days=1)):
        sentence = f"{round(100 * (24 - len(wrong)) / 24)} of 100 people waited as long as they were told (24 numbers)"
        assert sentence in client.get(reverse("centres:day_accuracy")).content.decode()
        assert sentence in client.get(f"/centres/{centre.code}/").content.decode()
        listed = client.get(reverse("centres:day_estimates"), {"inside": "0"}).content.decode()
    assert sorted(re.findall(r"\bA0\d\d\b", listed)) == sorted(wrong)
