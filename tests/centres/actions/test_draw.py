from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest

from centres.actions.draw import draw
from centres.enums import Priority, PriorityGround, TicketEventKind, TicketState
from centres.models import CalendarDay, DailyNumber, Ticket, TicketEvent
from portal import live
from portal.errors import BadInput, NotAllowed, RuleBroken
from tests.factories import centres as make
from tests.factories.centres import MORNING


def key() -> str:
    return uuid4().hex


def test_numbers_count_up_by_letter_from_one(service, other_service):
    labels = [draw(service=each, client_key=key(), at=MORNING).label for each in (service, service, other_service)]
    assert labels == ["A001", "A002", "B001"]


def test_the_same_key_gives_the_same_ticket(service):
    mine = key()
    first = draw(service=service, client_key=mine, at=MORNING)
    again = draw(service=service, client_key=mine, at=MORNING + timedelta(minutes=1))
    assert again == first
    assert Ticket.objects.count() == 1
    assert DailyNumber.objects.get().last == 1


def test_a_key_of_another_centre_never_shows_its_ticket(service):
    mine = key()
    draw(service=service, client_key=mine, at=MORNING)
    with pytest.raises(RuleBroken) as refused:
        draw(service=make.ServiceFactory(), client_key=mine, at=MORNING)
    assert refused.value.code == "key_used"


@pytest.mark.parametrize("bad", ["", "short", "x" * 65, "with space here", "semi;colon1"])
def test_a_key_no_client_makes_is_refused(service, bad):
    with pytest.raises(BadInput):
        draw(service=service, client_key=bad, at=MORNING)


def test_a_new_day_begins_at_midnight_in_hanoi(service):
    before = draw(service=service, client_key=key(), at=datetime(2026, 11, 23, 16, 59, tzinfo=UTC))
    after = draw(service=service, client_key=key(), at=datetime(2026, 11, 23, 17, 1, tzinfo=UTC))
    assert (before.day, before.label) == (date(2026, 11, 23), "A001")
    assert (after.day, after.label) == (date(2026, 11, 24), "A001")


@pytest.mark.parametrize(
    ("ground", "priority"),
    [
        (PriorityGround.NONE, Priority.ORDINARY),
        (PriorityGround.AGE_75, Priority.FIRST),
        (PriorityGround.AGE_60, Priority.PRIORITY),
        (PriorityGround.DISABLED, Priority.PRIORITY),
        (PriorityGround.PREGNANT_OR_CHILD, Priority.PRIORITY),
        (PriorityGround.MERITORIOUS, Priority.PRIORITY),
    ],
)
def test_the_ground_decides_the_priority(service, ground, priority):
    ticket = draw(service=service, client_key=key(), ground=ground, at=MORNING)
    assert (ticket.priority, ticket.priority_ground) == (priority, ground)


def test_an_unknown_ground_is_refused(service):
    with pytest.raises(BadInput):
        draw(service=service, client_key=key(), ground="rich", at=MORNING)


def test_a_drawn_ticket_waits_and_its_event_is_written(service, django_capture_on_commit_callbacks):
    device = make.DeviceFactory(centre=service.centre)
    before = live.version(f"queue:{service.centre_id}")
    with django_capture_on_commit_callbacks(execute=True):
        ticket = draw(service=service, client_key=key(), device=device, language="ko", at=MORNING)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.language, ticket.device) == (TicketState.WAITING, "ko", device)
    assert ticket.issued_at == ticket.queue_at == MORNING
    event = TicketEvent.objects.get()
    assert (event.kind, event.at, event.actor) == (TicketEventKind.ISSUED, MORNING, None)
    assert live.version(f"queue:{service.centre_id}") != before


def test_an_unknown_language_becomes_vietnamese(service):
    assert draw(service=service, client_key=key(), language="xx", at=MORNING).language == "vi"


def test_a_device_of_another_centre_gets_nothing(service):
    with pytest.raises(NotAllowed):
        draw(service=service, client_key=key(), device=make.DeviceFactory(), at=MORNING)


def test_staff_of_another_centre_give_no_numbers_here(service, stranger):
    with pytest.raises(NotAllowed):
        draw(service=service, client_key=key(), at=MORNING, acting_user=stranger)


def test_a_closed_service_gives_no_numbers(service):
    service.is_open = False
    service.save()
    with pytest.raises(RuleBroken) as refused:
        draw(service=service, client_key=key(), at=MORNING)
    assert refused.value.code == "service_closed"


class TestHours:
    @pytest.fixture(autouse=True)
    def keeps_hours(self, centre):
        centre.keeps_hours = True
        centre.save()

    def test_inside_the_hours_a_number_is_given(self, service):
        assert draw(service=service, client_key=key(), at=MORNING).label == "A001"

    def test_outside_the_hours_the_sentence_says_when_it_opens(self, service):
        evening = datetime.combine(date(2026, 11, 20), time(18, 0), tzinfo=MORNING.tzinfo)
        with pytest.raises(RuleBroken) as refused:
            draw(service=service, client_key=key(), at=evening)
        assert refused.value.code == "centre_closed"
        assert "08:00" in str(refused.value) and "21/11/2026" in str(refused.value)

    def test_a_ticket_drawn_before_closing_is_still_shown_after_it(self, service):
        mine = key()
        ticket = draw(service=service, client_key=mine, at=MORNING)
        assert draw(service=service, client_key=mine, at=MORNING + timedelta(hours=9)) == ticket

    def test_a_centre_that_never_opens_again_still_ends_in_a_sentence(self, service, centre):
        centre.weekly_hours = {}
        centre.save()
        CalendarDay.objects.create(centre=centre, day=MORNING.date(), hours=[], reason="sửa chữa")
        with pytest.raises(RuleBroken) as refused:
            draw(service=service, client_key=key(), at=MORNING)
        assert refused.value.code == "centre_closed"
