"""Announced outages stop the clocks of dossiers, and they go on by themselves; each moment counts once."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from applications.actions import stop_for_outages as stopping
from applications.actions.stop_for_outages import stop_for_outages
from applications.actions.supplement import accept_supplement, ask_supplement
from applications.enums import EventKind, State
from applications.history_words import told
from applications.models import AnswerLimit, OutagePass, Pause, SupplementRequest
from applications.pauses import counted_again
from centres.enums import Role
from centres.models import Outage
from notifications.models import Message
from portal import chain, clock
from procedures.catalogue_cache import load_calendar
from procedures.waits import after_wait, apart
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
    assert run("2026-11-24 08:01") == 1, "what is announced is given, whoever is waited for"
    at = hanoi("2026-11-25 10:00")
    with clock.fixed(at):
        accept_supplement(application=dossier, note="", at=at, acting_user=member_of(Role.SPECIALIST, a_centre()))
    run("2026-11-26 12:01")
    dossier.refresh_from_db()
    assert clock.local_day(dossier.due_at) == load_calendar().add_working_days(clock.local_day(before), 2)
    assert counted_again(dossier, load_calendar()).at == dossier.due_at


def test_what_is_answered_in_the_midst_of_an_outage_leaves_none_of_it_out():
    """Asked for and brought within the outage: all of it counts, before, meanwhile and behind."""
    dossier, specialist = a_running(), member_of(Role.SPECIALIST, a_centre())
    before = dossier.due_at
    an_outage()
    run("2026-11-24 08:01")
    asked, brought = hanoi("2026-11-25 09:00"), hanoi("2026-11-25 15:00")
    with clock.fixed(asked):
        dossier = ask_supplement(application=dossier, faults="Bản chính.", at=asked, acting_user=specialist)
    with clock.fixed(brought):
        accept_supplement(application=dossier, note="", at=brought, acting_user=specialist)
    run("2026-11-26 12:01")
    dossier.refresh_from_db()
    assert clock.local_day(dossier.due_at) == load_calendar().add_working_days(clock.local_day(before), 2)


def test_the_days_of_an_outage_are_not_the_citizens():
    AnswerLimit.objects.create(procedure_code="1.013833", valid_from=date(2026, 1, 1), working_days=3, source="test")
    dossier = a_dossier(state=State.SUPPLEMENT, at=MONDAY, procedure="land_change_info")
    request = dossier.supplements.get()
    assert clock.local_day(request.until) == date(2026, 11, 27)
    an_outage()
    run("2026-11-24 08:01")
    request.refresh_from_db()
    assert clock.local_day(request.until) == date(2026, 12, 1) and request.until == request.ends_at
    assert clock.local_day(request.remind_at) == date(2026, 11, 27)
    event = dossier.events.get(kind=EventKind.ANSWER_MOVED)
    assert told(event).sentence and chain.verify(dossier.events.order_by("sequence")) is None
    assert Message.objects.filter(kind="supplement_waits").exists()
    run("2026-11-26 12:01")
    run("2026-11-27 08:01")
    again = SupplementRequest.objects.get(pk=request.pk)
    assert again.until == request.until, "each day is given once"
    assert dossier.events.filter(kind=EventKind.ANSWER_MOVED).count() == 1


def test_a_walk_that_broke_off_goes_on_behind_the_last_piece(monkeypatch):
    dossiers = [a_running() for _number in range(5)]
    outage = an_outage(centre=None)
    real, seen = stopping._give_time, []

    def give(application, *rest):
        if len(seen) == 3:
            seen.append(None)
            raise OSError("the machine is off")
        seen.append(application.pk)
        return real(application, *rest)

    monkeypatch.setattr(stopping, "CHUNK", 2)
    monkeypatch.setattr(stopping, "_give_time", give)
    with pytest.raises(OSError, match="off"):
        run("2026-11-24 08:01")
    assert OutagePass.objects.get().after == dossiers[1].pk
    outage.refresh_from_db()
    assert outage.clocks_stopped_at is None
    run("2026-11-24 08:02")
    assert [pk for pk in seen if pk] == [one.pk for one in (*dossiers[:3], *dossiers[2:])]
    for dossier in dossiers:
        assert dossier.events.filter(kind=EventKind.DUE_MOVED).count() == dossier.pauses.count() == 1


def test_a_walk_ends_with_its_time_and_goes_on_the_next(monkeypatch):
    dossiers = [a_running() for _number in range(3)]
    an_outage(centre=None)
    monkeypatch.setattr(stopping, "CHUNK", 1)
    at, moved = hanoi("2026-11-24 08:01"), 0
    for _turn in range(6):
        ticks = iter([0.0, 0.0, 9.0])
        with clock.fixed(at), monkeypatch.context() as patch:
            patch.setattr(stopping, "time", SimpleNamespace(monotonic=lambda left=ticks: next(left, 9.0)))
            gave = stop_for_outages(at=at, seconds=1)
        assert gave <= 1
        moved += gave
    assert moved == len(dossiers)


class Overlaps(TestCase):
    """A supplement and an outage, however they lie to each other, whenever the clock is looked at."""

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        asked=st.integers(0, 60), waits=st.integers(1, 60), begins=st.integers(0, 60), lasts=st.integers(1, 60),
        sooner=st.sampled_from([0, 0, 1, 7, 30]), looks=st.lists(st.integers(0, 200), max_size=6),
    )  # fmt: skip
    def test_each_working_day_counts_once(self, asked, waits, begins, lasts, sooner, looks) -> None:
        dossier, specialist = a_running(), member_of(Role.SPECIALIST, a_centre())
        due, first = dossier.due_at, MONDAY + timedelta(hours=2)
        outage = an_outage(from_at=first + timedelta(hours=begins), until_at=first + timedelta(hours=begins + lasts))
        over = outage.until_at - timedelta(hours=min(sooner, lasts - 1))
        ask, answer = first + timedelta(hours=asked, minutes=1), first + timedelta(hours=asked + waits, minutes=2)
        steps = [
            (ask, lambda at: ask_supplement(application=dossier, faults="x", at=at, acting_user=specialist)),
            (answer, lambda at: accept_supplement(application=dossier, note="", at=at, acting_user=specialist)),
            *(
                [(over, lambda at: Outage.objects.filter(pk=outage.pk).update(ended_at=at))]
                if over < outage.until_at
                else []
            ),
            *((first + timedelta(hours=look, minutes=3), lambda at: stop_for_outages(at=at)) for look in looks),
            (first + timedelta(hours=300), lambda at: stop_for_outages(at=at)),
        ]
        for at, step in sorted(steps, key=lambda one: one[0]):
            with clock.fixed(at):
                step(at)
        dossier.refresh_from_db()
        calendar = load_calendar()
        expected = due
        for start, end in apart([(ask, answer), (outage.from_at, over)]):
            expected = after_wait(expected, start, end, calendar, lambda _day: calendar.closing, in_days=True)
        assert dossier.due_at == expected == counted_again(dossier, calendar).at


def test_they_are_listed(client):
    dossier = a_running()
    outage = an_outage()
    run("2026-11-24 08:01")
    client.force_login(member_of(Role.MANAGER, a_centre()))
    page = client.get(f"/dossiers/outages/{outage.pk}/")
    assert [row.pk for row in page.context["page"].object_list] == [dossier.pk]
