"""Numbers held for a kiosk without a line: each once, of its day, of its kiosk, in the order in which they were given."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from centres.actions.draw import draw
from centres.actions.hold_numbers import BLOCK_SIZE, FEW, MOST_BLOCKS, give_back_numbers, hold_numbers
from centres.actions.report_slip import Slip, report_slip
from centres.enums import DeviceKind, Priority, TicketState
from centres.estimate.seen import day_record
from centres.models import Centre, DailyNumber, Device, HeldNumber, NumberBlock, Ticket
from centres.numbers import FIRST_HELD
from portal import clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.factories import centres as make
from tests.factories.centres import MORNING
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
LATER = MORNING + timedelta(minutes=30)


@pytest.fixture
def kiosk(centre) -> Device:
    return make.DeviceFactory(centre=centre)


@pytest.fixture
def block(service, kiosk) -> NumberBlock:
    return hold_numbers(service=service, device=kiosk, at=MORNING)[0]


def slip(number: int = FIRST_HELD, minutes: float = 5, **more) -> Slip:
    values = {
        "day": clock.local_day(MORNING),
        "letter": "A",
        "number": number,
        "client_key": uuid4().hex,
        "age": timedelta(minutes=minutes),
    } | more
    return Slip(**values)


def code_of(refused) -> str:
    return refused.value.code


def test_blocks_of_two_kiosks_never_overlap_and_leave_the_days_numbers_alone(centre, service, kiosk, block):
    other = hold_numbers(service=service, device=make.DeviceFactory(centre=centre), at=MORNING)[0]
    assert (block.first, block.last, other.first) == (FIRST_HELD, FIRST_HELD + BLOCK_SIZE - 1, block.last + 1)
    assert draw(service=service, client_key=uuid4().hex, at=MORNING).number == 1
    assert hold_numbers(service=service, device=kiosk, at=MORNING) == [block]


def test_a_new_block_comes_when_few_numbers_are_left_and_never_without_end(service, kiosk, block):
    HeldNumber.objects.filter(block=block, number__lte=block.last - FEW).update(used_at=MORNING)
    assert len(hold_numbers(service=service, device=kiosk, at=MORNING)) == 1
    for _block in range(MOST_BLOCKS - 1):
        HeldNumber.objects.update(used_at=MORNING)
        hold_numbers(service=service, device=kiosk, at=MORNING)
    HeldNumber.objects.update(used_at=MORNING)
    with pytest.raises(RuleBroken) as refused:
        hold_numbers(service=service, device=kiosk, at=MORNING)
    assert code_of(refused) == "too_many_blocks"


def test_a_day_with_more_than_a_thousand_numbers_passes_the_held_ones_by(service, block):
    DailyNumber.objects.create(centre=service.centre, day=clock.local_day(MORNING), letter="A", last=FIRST_HELD - 2)
    given = [draw(service=service, client_key=uuid4().hex, at=MORNING).number for _person in range(3)]
    assert given == [FIRST_HELD - 1, block.last + 1, block.last + 2]
    new = hold_numbers(service=service, device=make.DeviceFactory(centre=service.centre), at=MORNING)[0]
    assert new.first > block.last + 2


def test_a_kiosk_gets_no_numbers_of_another_centre_or_a_closed_service(service, kiosk):
    with pytest.raises(NotAllowed):
        hold_numbers(service=service, device=make.DeviceFactory(), at=MORNING)
    service.is_open = False
    service.save()
    with pytest.raises(RuleBroken):
        hold_numbers(service=service, device=kiosk, at=MORNING)


def test_a_slip_stands_in_the_queue_by_the_moment_it_was_given(service, kiosk, block):
    after = draw(service=service, client_key=uuid4().hex, at=LATER - timedelta(minutes=2))
    first = report_slip(device=kiosk, slip=slip(minutes=5, ground="age_75", language="ko", reprints=2), at=LATER)
    assert first.issued_at == first.queue_at == LATER - timedelta(minutes=5) < after.queue_at
    assert (first.label, first.priority, first.language, first.reprints) == ("A1001", Priority.FIRST, "ko", 2)
    assert first.token == HeldNumber.objects.get(number=FIRST_HELD).token
    assert first.events.get().kind == "issued"


def test_reported_again_it_is_the_same_ticket(service, kiosk, block):
    one = slip()
    tickets = {report_slip(device=kiosk, slip=one, at=LATER + timedelta(minutes=n)).pk for n in range(3)}
    assert len(tickets) == 1 and Ticket.objects.count() == 1
    assert Ticket.objects.get().issued_at == LATER - timedelta(minutes=5)


def test_one_number_is_never_two_tickets(service, kiosk, block):
    report_slip(device=kiosk, slip=slip(), at=LATER)
    with pytest.raises(RuleBroken) as refused:
        report_slip(device=kiosk, slip=slip(), at=LATER)
    assert code_of(refused) == "number_used" and Ticket.objects.count() == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"number": 7},
        {"number": FIRST_HELD + 900},
        {"letter": "Z"},
        {"letter": ""},
        {"number": 0},
        {"day": clock.local_day(MORNING - timedelta(days=3))},
    ],
)
def test_a_number_that_is_not_held_is_refused(service, kiosk, block, forged):
    with pytest.raises(RuleBroken) as refused:
        report_slip(device=kiosk, slip=slip(**forged), at=LATER)
    assert code_of(refused) == "not_held" and not Ticket.objects.exists()


def test_another_kiosk_cannot_report_this_ones_numbers(centre, service, kiosk, block):
    other = make.DeviceFactory(centre=centre)
    with pytest.raises(RuleBroken) as refused:
        report_slip(device=other, slip=slip(), at=LATER)
    assert code_of(refused) == "not_held"
    hold_numbers(service=service, device=other, at=MORNING)
    mine = slip()
    report_slip(device=kiosk, slip=mine, at=LATER)
    with pytest.raises(RuleBroken) as refused:
        report_slip(device=other, slip=replace(mine, number=FIRST_HELD + BLOCK_SIZE), at=LATER)
    assert code_of(refused) == "key_used"


@pytest.mark.parametrize(("minutes", "expected"), [(600, MORNING), (-600, LATER), (30, MORNING), (0, LATER)])
def test_a_clock_that_is_wrong_moves_nobody_out_of_the_time_the_number_was_held(
    service, kiosk, block, minutes, expected
):
    assert report_slip(device=kiosk, slip=slip(minutes=minutes), at=LATER).issued_at == expected


@pytest.mark.parametrize("bad", [{"client_key": "x"}, {"ground": "rich"}])
def test_what_cannot_be_used_is_refused(service, kiosk, block, bad):
    with pytest.raises(BadInput):
        report_slip(device=kiosk, slip=slip(**bad), at=LATER)


def test_the_evenings_slips_may_be_reported_the_next_morning_but_no_new_ones_given(service, kiosk):
    evening, morning = hanoi("2026-11-23 23:50"), hanoi("2026-11-24 07:00")
    hold_numbers(service=service, device=kiosk, at=evening)
    ticket = report_slip(device=kiosk, slip=slip(minutes=7 * 60 + 5), at=morning)
    assert (ticket.day, ticket.issued_at) == (clock.local_day(evening), hanoi("2026-11-23 23:55"))
    # The same number is held for the new day as well, and stays untouched.
    hold_numbers(service=service, device=kiosk, at=morning)
    assert report_slip(device=kiosk, slip=slip(FIRST_HELD + 2, minutes=7 * 60 + 5), at=morning).day == clock.local_day(
        evening
    )
    assert report_slip(device=kiosk, slip=slip(day=clock.local_day(morning)), at=morning).day == clock.local_day(
        morning
    )
    with pytest.raises(RuleBroken) as refused:
        report_slip(device=kiosk, slip=slip(FIRST_HELD + 1, minutes=5), at=morning)
    assert code_of(refused) == "block_expired"


def test_in_the_evening_blocks_are_closed_and_a_day_later_unused_numbers_go(service, kiosk, block):
    report_slip(device=kiosk, slip=slip(), at=LATER)
    day = clock.local_day(MORNING)
    assert give_back_numbers(before=day, at=LATER) == 0
    assert give_back_numbers(before=day + timedelta(days=1), at=LATER) == 1
    assert HeldNumber.objects.count() == BLOCK_SIZE
    assert give_back_numbers(before=day + timedelta(days=2), at=LATER) == 0
    assert HeldNumber.objects.count() == 1


def test_a_number_whose_answer_was_lost_becomes_the_printed_one(service, kiosk, block):
    lost = draw(service=service, client_key="k" * 32, device=kiosk, at=LATER)
    found = report_slip(device=kiosk, slip=slip(client_key="k" * 32), at=LATER)
    assert found.pk == lost.pk and found.label == "A1001"
    assert found.token == HeldNumber.objects.get(number=FIRST_HELD).token
    assert [ticket.label for ticket in Ticket.objects.all()] == ["A1001"]
    # Both are written down, and one person came.
    assert found.events.filter(kind="issued").count() == 2
    assert len(day_record(service.centre, found.day).drawn) == 1


def test_where_the_lost_number_was_called_meanwhile_the_printed_one_is_another_ticket(service, kiosk, block, counter):
    lost = draw(service=service, client_key="k" * 32, device=kiosk, at=LATER)
    lost.call(counter, LATER)
    lost.save()
    one = slip(client_key="k" * 32)
    tickets = {report_slip(device=kiosk, slip=one, at=LATER).pk for _again in range(2)}
    assert len(tickets) == 1
    assert {(t.label, t.state) for t in Ticket.objects.all()} == {
        ("A001", TicketState.CALLED),
        ("A1001", TicketState.WAITING),
    }


# -- over the line -----------------------------------------------------------------------------------------------------


@pytest.fixture
def line(client, service, kiosk):
    with clock.fixed(MORNING):
        Device.objects.filter(pk=kiosk.pk).update(key_hash=Device.hash_of("khóa"))
        client.post(reverse("centres:kiosk_sign_in"), {"key": "khóa"})
        yield lambda **sent: client.post(reverse("centres:kiosk_reconcile"), sent, content_type="application/json")


def sent_slip(**more):
    return {
        "key": uuid4().hex,
        "day": "2026-11-23",
        "letter": "A",
        "number": FIRST_HELD,
        "age": 60,
        "ground": "",
        "language": "vi",
    } | more


def test_the_kiosk_reports_and_gets_numbers_in_one_request(line, other_service):
    told = line(slips=[], enough="B").json()
    assert told["day"] == "2026-11-23" and told["results"] == []
    assert list(told["numbers"]) == ["A"] and len(told["numbers"]["A"]) == BLOCK_SIZE
    good, bad = sent_slip(), sent_slip(number=5)
    told = line(slips=[good, bad], enough="AB").json()
    assert told["results"] == [
        {"key": good["key"], "kept": True, "code": ""},
        {"key": bad["key"], "kept": False, "code": "not_held"},
    ]
    assert told["numbers"] == {}
    assert line(slips=[good], enough="AB").json()["results"][0]["kept"]
    assert Ticket.objects.count() == 1


def test_a_kiosk_hears_which_letters_are_full_and_why_in_each_of_its_languages(
    line, client, centre, service, other_service, counter
):
    """Twelve minutes a visit, six people for the last ninety minutes of one counter: A is full, B has no such days yet."""
    Centre.objects.filter(pk=centre.pk).update(keeps_hours=True)
    before = MORNING - timedelta(days=3)
    make.TicketFactory(service=service, number=900, issued_at=before, called_at=before, arrived_at=before,
                       finished_at=before + timedelta(minutes=12), served_s=12 * 60, state="done")  # fmt: skip
    for number in range(6):
        make.TicketFactory(service=service, number=1 + number)
    client.cookies["django_language"] = "en"
    assert line(slips=[], enough="AB").json()["full"] == {}
    with clock.fixed(hanoi("2026-11-23 15:30")):
        full = line(slips=[], enough="AB").json()["full"]
        assert list(full) == ["A"]
        assert set(full["A"]) == {"vi", "en", "ko"}
        why = "The time until closing at 17:00 is needed for the 6 people already waiting or booked."
        assert full["A"]["en"] == why
        # In no language another's sentence, whatever the kiosk speaks just now.
        assert len(set(full["A"].values())) == 3
        assert all("17:00" in told and "6" in told for told in full["A"].values())
        # A letter that nobody can draw is not spoken of.
        type(service).objects.filter(pk=service.pk).update(is_open=False)
        assert line(slips=[], enough="AB").json()["full"] == {}


@pytest.mark.parametrize(
    "nonsense",
    [{"slips": 5}, {"slips": {}}, {"enough": 5}, {"slips": [{}] * 2001}],
)
def test_a_report_that_is_none_is_refused(line, nonsense):
    assert line(**nonsense).status_code == 400


@pytest.mark.parametrize(
    "row", [5, {}, sent_slip(age="x"), sent_slip(age=1e300), sent_slip(number="1"), sent_slip(number=True), sent_slip(letter=7),
            sent_slip(number=2**70), sent_slip(age=None), sent_slip(ground=["a"]), sent_slip(day="x"), sent_slip(day=5)],
)  # fmt: skip
def test_a_slip_that_makes_no_sense_keeps_the_others_from_nothing(line, row):
    line()
    results = line(slips=[row, sent_slip()]).json()["results"]
    assert [one["kept"] for one in results] == [False, True]


def test_nobody_but_a_kiosk_reconciles(client, centre):
    answer = client.post(reverse("centres:kiosk_reconcile"), "{}", content_type="application/json")
    assert answer.status_code == 302 and answer.url == reverse("centres:kiosk_sign_in")
    board = make.DeviceFactory(centre=centre, kind=DeviceKind.BOARD, key_hash=Device.hash_of("bảng"))
    client.post(reverse("centres:board_sign_in"), {"key": "bảng"})
    assert client.post(reverse("centres:kiosk_reconcile"), "{}", content_type="application/json").status_code == 302
    assert not board.blocks.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_reported_twice_at_once_it_is_one_ticket(service, kiosk, block):
    one, barrier = slip(), Barrier(8)

    def tell(_thread: int) -> int:
        try:
            barrier.wait()
            return report_slip(device=kiosk, slip=one, at=LATER).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(tell, range(8)))) == 1
    assert Ticket.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_kiosks_asking_at_once_get_blocks_of_their_own(centre, service):
    kiosks = [make.DeviceFactory(centre=centre) for _kiosk in range(8)]
    barrier = Barrier(8)

    def ask(device: Device) -> list[int]:
        try:
            barrier.wait()
            return [block.first for block in hold_numbers(service=service, device=device, at=MORNING)]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        firsts = [first for blocks in pool.map(ask, kiosks) for first in blocks]
    assert sorted(firsts) == [FIRST_HELD + n * BLOCK_SIZE for n in range(8)]
