"""Announced outages stop the clocks of dossiers, and they go on by themselves; each moment counts once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from applications.actions.stop_for_outages import stop_for_outages
from applications.actions.supplement import accept_supplement
from applications.enums import EventKind, PauseWhy, State
from applications.models import Pause
from applications.pauses import counted_again
from centres.enums import Role
from centres.models import Outage
from notifications.models import Message
from portal import chain, clock
from procedures.catalogue_cache import load_calendar
from tests.factories.applications import MONDAY, a_centre, a_dossier, a_member, member_of
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
START, END = hanoi("2026-11-24 08:00"), hanoi("2026-11-26 12:00")


def an_outage(**given):
    boss = a_member(Role.CITY_ADMIN)
    said = {
        "what": {"vi": "Nâng cấp hệ thống"},
        "from_at": START,
        "until_at": END,
        "announced_at": MONDAY - timedelta(days=20),
    }
    return Outage.objects.create(announced_by=boss, **{**said, **given})


def a_running():
    """Taken in this Monday, promised for some working days later."""
    return a_dossier(state=State.PROCESSING, at=MONDAY, procedure="land_change_info")


def run(text):
    at = hanoi(text)
    with clock.fixed(at):
        return stop_for_outages(at=at)


def test_the_clock_stands_still_as_announced_and_says_so():
    dossier = a_running()
    before = dossier.due_at
    outage = an_outage()
    assert run("2026-11-24 07:59") == 0
    assert run("2026-11-24 08:01") == 1
    dossier.refresh_from_db()
    assert clock.local_day(dossier.due_at) == load_calendar().add_working_days(clock.local_day(before), 2)
    assert "24/11/2026" in dossier.due_explanation["vi"] and "26/11/2026" in dossier.due_explanation["vi"]
    line = dossier.events.get(kind=EventKind.DUE_MOVED)
    assert line.details["outage"] == outage.pk and chain.verify(dossier.events.order_by("sequence")) is None
    assert Message.objects.filter(kind="moved_by_outage").exists()
    assert counted_again(dossier, load_calendar()).at == dossier.due_at, "the explanation gives the date"
    assert run("2026-11-24 09:00") == 0 == run("2026-11-26 12:01") == run("2026-11-27 12:00")
    outage.refresh_from_db()
    assert outage.clocks_settled_at


def test_an_outage_that_ends_sooner_gives_the_days_back():
    dossier = a_running()
    before = dossier.due_at
    outage = an_outage()
    run("2026-11-24 08:01")
    Outage.objects.filter(pk=outage.pk).update(ended_at=hanoi("2026-11-25 09:00"))
    assert run("2026-11-25 09:01") == 1
    dossier.refresh_from_db()
    assert clock.local_day(dossier.due_at) == load_calendar().add_working_days(clock.local_day(before), 1)
    assert dossier.pauses.get().to_at == hanoi("2026-11-25 09:00")


def test_what_was_called_off_elsewhere_or_handed_over_is_left_alone():
    dossier, done = a_running(), a_dossier(state=State.DONE, at=MONDAY)
    an_outage(cancelled_at=MONDAY)
    an_outage(centre=a_centre("chi-nhanh-4", "H26.30.4"), from_at=START, until_at=END)
    assert run("2026-11-24 08:01") == 0
    assert not Pause.objects.exists() and {dossier.due_at, done.due_at}


def test_what_was_received_during_it_is_given_the_rest():
    an_outage()
    run("2026-11-24 08:01")
    dossier = a_dossier(state=State.PROCESSING, at=hanoi("2026-11-25 10:00"), procedure="land_change_info")
    before = dossier.due_at
    assert run("2026-11-26 12:01") == 1
    dossier.refresh_from_db()
    assert clock.local_day(dossier.due_at) == load_calendar().add_working_days(clock.local_day(before), 1)


def test_no_day_is_given_twice_beside_a_supplement():
    """Asked for on Monday, brought on Wednesday, and the outage to Thursday: two days in all, for Tuesday is a holiday."""
    dossier = a_dossier(state=State.SUPPLEMENT, at=MONDAY, procedure="land_change_info")
    before = dossier.due_at
    an_outage()
    assert run("2026-11-24 08:01") == 0, "the citizen's time is running already"
    at = hanoi("2026-11-25 10:00")
    with clock.fixed(at):
        accept_supplement(application=dossier, note="", at=at, acting_user=member_of(Role.SPECIALIST, a_centre()))
    run("2026-11-26 12:01")
    dossier.refresh_from_db()
    assert clock.local_day(dossier.due_at) == load_calendar().add_working_days(clock.local_day(before), 2)
    outage = dossier.pauses.get(why=PauseWhy.OUTAGE)
    assert (outage.from_at, outage.to_at) == (at, END)


def test_they_are_listed(client):
    dossier = a_running()
    outage = an_outage()
    run("2026-11-24 08:01")
    client.force_login(member_of(Role.MANAGER, a_centre()))
    page = client.get(f"/dossiers/outages/{outage.pk}/")
    assert [row.pk for row in page.context["page"].object_list] == [dossier.pk]
