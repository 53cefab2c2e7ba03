from datetime import timedelta

import pytest

from centres.actions.announce_hall import announce, stop
from centres.enums import HallAnnouncementEventKind, Role
from centres.models import HallAnnouncement, HallAnnouncementEvent, Zone
from portal.errors import BadInput, NotAllowed
from tests.factories import centres as make
from tests.factories.centres import MORNING

HOUR = timedelta(hours=1)


@pytest.fixture
def said(centre, manager):
    return announce(centre=centre, text="Nghỉ trưa.", until_at=MORNING + HOUR, at=MORNING, acting_user=manager)


def history(announcement):
    return list(HallAnnouncementEvent.objects.filter(announcement=announcement).values_list("kind", "actor_id"))


def test_at_once_it_begins_now_and_is_written_down(said, manager):
    assert said.from_at == MORNING
    assert said.is_running(MORNING) and not said.is_running(MORNING + HOUR)
    assert history(said) == [(HallAnnouncementEventKind.MADE, manager.pk)]


def test_planned_it_waits_for_its_time(centre, manager):
    begins = MORNING + HOUR
    row = announce(centre=centre, text="Họp", from_at=begins, until_at=begins + HOUR, at=MORNING, acting_user=manager)
    assert row.is_ahead(MORNING) and row.is_running(begins)


def test_a_beginning_in_the_past_is_now(centre, manager):
    row = announce(
        centre=centre, text="Họp", from_at=MORNING - HOUR, until_at=MORNING + HOUR, at=MORNING, acting_user=manager
    )
    assert row.from_at == MORNING


def test_it_is_stopped_once(said, manager):
    later = MORNING + timedelta(minutes=5)
    stop(announcement=said, at=later, acting_user=manager)
    stop(announcement=said, at=later + HOUR, acting_user=manager)
    said.refresh_from_db()
    assert said.stopped_at == later and not said.is_running(later)
    assert [kind for kind, _actor in history(said)] == ["made", "stopped"]


def test_what_is_over_cannot_be_stopped_any_more(said, manager):
    stop(announcement=said, at=MORNING + 2 * HOUR, acting_user=manager)
    said.refresh_from_db()
    assert said.stopped_at is None
    assert len(history(said)) == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"text": "  "}, "bad_text"),
        ({"text": "x" * 201}, "bad_text"),
        ({"until_at": MORNING}, "bad_end"),
        ({"from_at": MORNING + 2 * HOUR}, "bad_end"),
        ({"until_at": MORNING + timedelta(days=32)}, "too_long"),
        ({"every_minutes": 241}, "bad_interval"),
        ({"every_minutes": -1}, "bad_interval"),
    ],
)
def test_what_makes_no_sense_is_refused(centre, manager, wrong, code):
    given = {"centre": centre, "text": "Nghỉ trưa.", "until_at": MORNING + HOUR, "at": MORNING, **wrong}
    with pytest.raises(BadInput) as refused:
        announce(acting_user=manager, **given)
    assert refused.value.code == code
    assert not HallAnnouncement.objects.exists()


def test_only_a_manager_of_this_centre_speaks_to_its_hall(centre, officer, said):
    others = [officer, make.officer_at(make.CentreFactory(), Role.MANAGER)]
    for user in others:
        with pytest.raises(NotAllowed):
            announce(centre=centre, text="Chào", until_at=MORNING + HOUR, at=MORNING, acting_user=user)
        with pytest.raises(NotAllowed):
            stop(announcement=said, at=MORNING, acting_user=user)


def test_a_zone_of_another_centre_is_refused(centre, manager):
    zone = Zone.objects.create(centre=make.CentreFactory(), name="Khu A")
    with pytest.raises(BadInput):
        announce(centre=centre, text="Chào", until_at=MORNING + HOUR, zone=zone, at=MORNING, acting_user=manager)
