"""Announcements: to whom, who has read, who has confirmed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from centres.models import HallAnnouncement
from portal import clock
from portal.errors import BadInput, NotAllowed, RuleBroken
from support.actions.announce import announce, read, withdraw
from support.announcing import audience, for_user, unread
from support.models import Announcement, AnnouncementReader
from tests.factories.centres import MORNING, CentreFactory, MembershipFactory

pytestmark = pytest.mark.django_db
EVENING = MORNING + timedelta(hours=8)


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


def say(centre, user, **given):
    return announce(
        centre=centre, acting_user=user, **{"title": "Họp lúc 17 giờ", "until_at": EVENING, "at": MORNING, **given}
    )


def test_by_role_and_centre(centre, officer, supporter, manager, stranger):
    row = say(centre, supporter, roles=["counter_officer", "manager"])
    elsewhere = MembershipFactory(centre=CentreFactory()).user
    assert [for_user(person, MORNING) for person in (officer, manager)] == [[row], [row]]
    assert [for_user(person, MORNING) for person in (supporter, stranger, elsewhere)] == [[], [], []]
    assert set(audience(row, clock.today())) == {officer, manager}


def test_read_is_opened_and_confirmed_is_said(client, centre, officer, supporter):
    row = say(centre, supporter, must_confirm=True)
    client.force_login(officer)
    assert unread(officer, MORNING) == [row]
    assert client.get(f"/support/announcements/{row.pk}/").status_code == 200
    assert unread(officer, MORNING) == [row], "opened, and not confirmed"
    client.post(f"/support/announcements/{row.pk}/confirm/")
    client.post(f"/support/announcements/{row.pk}/confirm/")
    assert unread(officer, MORNING) == []
    assert AnnouncementReader.objects.get().confirmed_at == MORNING
    client.force_login(supporter)
    page = client.get(f"/support/announcements/{row.pk}/").context["page"]
    assert {person: (person.has_read, person.has_confirmed) for person in page.object_list} == {
        officer: (True, True),
        supporter: (True, False),
    }


def test_for_others_is_not_opened_and_an_unasked_yes_is_refused(client, centre, officer, supporter, stranger):
    row = say(centre, supporter)
    client.force_login(stranger)
    assert client.get(f"/support/announcements/{row.pk}/").status_code == 403
    with pytest.raises(RuleBroken):
        read(announcement=row, at=MORNING, acting_user=officer, confirms=True)


def test_it_goes_to_the_boards_and_the_public_pages(client, centre, supporter):
    say(centre, supporter, to_hall=True, is_public=True, text="Hẹn bác sáng mai.")
    assert HallAnnouncement.objects.get().text == "Họp lúc 17 giờ"
    assert "Hẹn bác sáng mai." in client.get(f"/support/status/{centre.code}/").content.decode()


def test_each_speaks_for_their_own_centres(centre, officer, manager, stranger, supporter):
    for place, person in ((centre, officer), (centre, stranger), (None, supporter)):
        with pytest.raises(NotAllowed):
            say(place, person)
    withdraw(announcement=say(centre, manager), at=MORNING, acting_user=supporter)
    assert Announcement.objects.get().withdrawn_at


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"title": " "}, "title"), ({"until_at": MORNING}, "until_at"), ({"roles": ["king"]}, "roles"), ({"text": "x" * 2001}, "text")],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(centre, supporter, wrong, field):
    with pytest.raises(BadInput) as refused:
        say(centre, supporter, **wrong)
    assert refused.value.field == field


def test_the_boards_of_the_whole_city_are_asked_for_one_by_one(db):
    city = MembershipFactory(role="city_admin", centre=None).user
    with pytest.raises(BadInput) as refused:
        say(None, city, to_hall=True)
    assert refused.value.field == "to_hall"


def test_it_is_made_on_its_page_by_those_who_may(client, centre, supporter, officer):
    sent = {"title": "Họp", "centre": centre.pk, "until_at": "2026-11-23T17:00", "roles": ["counter_officer"]}
    client.force_login(officer)
    assert client.post("/support/announcements/", sent).status_code == 403
    client.force_login(supporter)
    assert client.post("/support/announcements/", sent).status_code == 302
    assert client.post("/support/announcements/", sent | {"until_at": "2026-11-22T17:00"}).status_code == 400
    assert Announcement.objects.get().roles == ["counter_officer"]


def test_thirty_cost_as_many_statements_as_one(client, centre, supporter):
    client.force_login(supporter)
    counts = []
    for more in (1, 29):
        for number in range(more):
            say(centre, supporter, title=f"{more} {number}")
        client.get("/support/announcements/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/support/announcements/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 10
