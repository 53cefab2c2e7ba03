"""A Tết that was assumed is announced otherwise: who sees what moves, who lets it move, and what citizens are told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applications.actions.move_due import move_due_dates
from applications.actions.supplement import accept_supplement
from applications.day import needs_attention
from applications.enums import EventKind, State
from applications.models import Application
from centres.enums import Role
from centres.models import Centre
from notifications.models import Message
from portal import clock
from procedures.actions.correct_days import approve_corrections, drop_days, keep_days
from procedures.models import DayCorrection, NationalDay
from tests.factories.applications import a_centre, a_dossier, a_member, a_ticket_at_counter, member_of
from tests.factories.citizens import CitizenFactory
from tests.moments import hanoi

pytestmark = pytest.mark.django_db

# Tuesday before the assumed Tết of 4 to 10 February 2027; four working days end on Wednesday 17th.
BEFORE_TET = hanoi("2027-02-02 09:00")
ANNOUNCED = hanoi("2027-02-03 08:00")
PAGE = "/dossiers/moved-days/"


def a_land_dossier(**more: object) -> Application:
    return a_dossier(procedure="land_change_info", at=BEFORE_TET, **more)


def announce(day: str, kind: str = "off", at: datetime = ANNOUNCED) -> None:
    """The Prime Minister's notice says something else about this day than the table did."""
    marked = NationalDay.objects.filter(date=day).first() or NationalDay(date=date.fromisoformat(day))
    marked.day, marked.kind, marked.name = kind, "holiday", "Tết Nguyên đán"
    marked.source, marked.confidence = "Thông báo 1/TB-BNV", "sure"
    keep_days(days=[marked], at=at)


def test_the_office_sees_what_moves_and_nothing_moves_before_it_says_so(client: Client, centre: Centre) -> None:
    dossier = a_land_dossier()
    assert clock.local_day(dossier.due_at) == date(2027, 2, 15)
    assert "là dự kiến" in dossier.due_explanation["vi"]
    announce("2027-02-11")
    client.force_login(a_member(Role.CITY_ADMIN))
    with clock.fixed(ANNOUNCED):
        page = client.get(PAGE).content.decode()
    assert dossier.code in page
    assert "16/02/2027" in page
    dossier.refresh_from_db()
    assert clock.local_day(dossier.due_at) == date(2027, 2, 15)


def test_once_approved_the_dates_move_and_the_citizens_are_told_once(client: Client, centre: Centre) -> None:
    dossier = a_land_dossier()
    announce("2027-02-11")
    client.force_login(a_member(Role.CITY_ADMIN))
    with clock.fixed(ANNOUNCED):
        client.post(PAGE, {"last": DayCorrection.objects.get().pk})
        assert move_due_dates(at=ANNOUNCED) == 1
        assert move_due_dates(at=ANNOUNCED) == 0
    dossier.refresh_from_db()
    assert dossier.due_at == hanoi("2027-02-16 17:00")
    assert "11/02" in dossier.due_explanation["vi"] or "đến 11/02" in dossier.due_explanation["vi"]
    event = dossier.events.get(kind=EventKind.DUE_MOVED)
    assert event.reason == "Thông báo 1/TB-BNV"
    assert event.details["due_before"].startswith("2027-02-15")
    told = Message.objects.filter(reference=dossier.code, kind="due_moved")
    assert "16/02/2027" in told.first().body
    assert told.count() == len({message.channel for message in told}), "one message a channel"
    assert DayCorrection.objects.get().settled_at == ANNOUNCED
    with clock.fixed(ANNOUNCED):
        assert dossier.code not in client.get(PAGE).content.decode()
    history = client.get(reverse("applications:dossier", args=[dossier.pk])).content.decode()
    assert "Thông báo 1/TB-BNV" in history


def test_a_date_that_goes_there_back_and_there_again_is_told_each_time(centre: Centre) -> None:
    dossier = a_land_dossier()
    for step in range(3):
        at = ANNOUNCED + timedelta(minutes=step)
        if step == 1:
            drop_days(days=NationalDay.objects.filter(date="2027-02-11"), at=at)
        else:
            announce("2027-02-11", at=at)
        approve_corrections(up_to=DayCorrection.objects.latest("pk").pk, at=at, by="Vũ Hải Yến")
        assert move_due_dates(at=at) == 1
    told = Message.objects.filter(reference=dossier.code, kind="due_moved", channel="sms")
    assert told.count() == 3


def test_a_day_that_is_worked_after_all_brings_the_date_forward_but_never_into_the_past(centre: Centre) -> None:
    soon, far = a_land_dossier(), a_dossier(procedure="land_change_info", at=hanoi("2027-02-03 10:00"))
    assert clock.local_day(far.due_at) == date(2027, 2, 16)
    drop_days(days=NationalDay.objects.filter(date="2027-02-10"), at=ANNOUNCED)
    approve_corrections(up_to=DayCorrection.objects.latest("pk").pk, at=ANNOUNCED, by="Vũ Hải Yến")
    late = hanoi("2027-02-12 18:00")  # the land dossier would have been due at 17:00 of this day
    assert move_due_dates(at=late) == 1
    soon.refresh_from_db(), far.refresh_from_db()
    assert clock.local_day(soon.due_at) == date(2027, 2, 15), "what was promised stays"
    assert clock.local_day(far.due_at) == date(2027, 2, 15), "a day earlier than promised, and still to come"


def test_pauses_that_are_over_count_and_one_that_is_open_goes_on(centre: Centre) -> None:
    over = a_land_dossier(state=State.SUPPLEMENT)
    accept_supplement(
        application=over, note="", at=hanoi("2027-02-03 15:00"), acting_user=member_of(Role.SPECIALIST, centre)
    )
    over.refresh_from_db()
    assert clock.local_day(over.due_at) == date(2027, 2, 16)
    waiting = a_land_dossier(state=State.SUPPLEMENT)
    announce("2027-02-11", at=hanoi("2027-02-03 16:00"))
    approve_corrections(up_to=DayCorrection.objects.latest("pk").pk, at=ANNOUNCED, by="Vũ Hải Yến")
    assert move_due_dates(at=hanoi("2027-02-03 17:00")) == 2
    over.refresh_from_db(), waiting.refresh_from_db()
    assert clock.local_day(over.due_at) == date(2027, 2, 17)
    assert "để chờ bổ sung, không tính" in over.due_explanation["vi"]
    assert clock.local_day(waiting.due_at) == date(2027, 2, 16)
    resumed = accept_supplement(
        application=waiting, note="", at=hanoi("2027-02-12 09:00"), acting_user=member_of(Role.SPECIALIST, centre)
    )
    # Wednesday 3/2 and Friday 12/2 were working days of the wait.
    assert clock.local_day(resumed.due_at) == date(2027, 2, 18)


def test_the_day_says_that_somebody_should_look(centre: Centre) -> None:
    assert not [need for need in needs_attention(centre, ANNOUNCED) if need[2] == PAGE]
    announce("2027-02-11")
    [(severity, _sentence, _address)] = [need for need in needs_attention(centre, ANNOUNCED) if need[2] == PAGE]
    assert severity == "warn"
    approve_corrections(up_to=DayCorrection.objects.get().pk, at=ANNOUNCED, by="Vũ Hải Yến")
    assert not [need for need in needs_attention(centre, ANNOUNCED) if need[2] == PAGE]


def test_what_ended_or_lies_elsewhere_in_time_is_left_alone(centre: Centre) -> None:
    done = a_land_dossier(state=State.DONE)
    early = a_dossier(procedure="birth", at=BEFORE_TET)
    announce("2027-02-11")
    approve_corrections(up_to=DayCorrection.objects.latest("pk").pk, at=ANNOUNCED, by="Vũ Hải Yến")
    assert move_due_dates(at=ANNOUNCED) == 0
    for dossier in (done, early):
        before = dossier.due_at
        dossier.refresh_from_db()
        assert dossier.due_at == before


def test_a_manager_reads_their_own_centre_and_moves_nothing(client: Client, centre: Centre) -> None:
    mine = a_land_dossier()
    person = CitizenFactory(address="3 phố Tô Hiệu, phường Hà Đông, Hà Nội")
    elsewhere = a_ticket_at_counter(centre=a_centre("chi-nhanh-7", "H26.30.7"), citizen=person, at=BEFORE_TET)
    theirs = a_land_dossier(ticket=elsewhere, citizen=person)
    announce("2027-02-11")
    client.force_login(member_of(Role.MANAGER, centre))
    with clock.fixed(ANNOUNCED):
        page = client.get(PAGE).content.decode()
        refused = client.post(PAGE, {"last": DayCorrection.objects.get().pk})
    assert mine.code in page
    assert theirs.code not in page
    assert refused.status_code == 403
    assert DayCorrection.objects.get().approved_at is None


def test_the_page_asks_as_little_of_thirty_dossiers_as_of_one(
    client: Client, centre: Centre, django_assert_max_num_queries: Any
) -> None:
    dossiers = [a_land_dossier() for _unused in range(32)]
    announce("2027-02-11")
    client.force_login(a_member(Role.CITY_ADMIN))
    with clock.fixed(ANNOUNCED):
        client.get(PAGE)
        with django_assert_max_num_queries(8):
            first = client.get(PAGE)
        assert len(first.context["rows"]) == 30
        second = client.get(PAGE, {"after": first.context["next_page"]})
        assert {row[0].pk for page in (first, second) for row in page.context["rows"]} == {one.pk for one in dossiers}
        for wrong in ("", "x", "2027-13-01,1", "9999999999", "2027-02-15T17:00:00+07:00,x"):
            assert client.get(PAGE, {"after": wrong}).status_code == 200
        with django_assert_max_num_queries(8):
            client.get(PAGE, {"after": first.context["next_page"]})


def test_corrections_made_after_the_page_was_shown_wait_for_their_own_look(client: Client, centre: Centre) -> None:
    announce("2027-02-11")
    seen = DayCorrection.objects.get().pk
    announce("2027-02-12")
    client.force_login(a_member(Role.CITY_ADMIN))
    client.post(PAGE, {"last": seen})
    client.post(PAGE, {"last": "²"})
    assert [one.approved_at is None for one in DayCorrection.objects.order_by("pk")] == [False, True]


def test_a_correction_that_nobody_approved_moves_nothing_yet(centre: Centre) -> None:
    dossier = a_land_dossier()
    announce("2027-02-11")
    approve_corrections(up_to=DayCorrection.objects.get().pk, at=ANNOUNCED, by="Vũ Hải Yến")
    announce("2027-02-12")
    assert move_due_dates(at=ANNOUNCED) == 1
    dossier.refresh_from_db()
    assert clock.local_day(dossier.due_at) == date(2027, 2, 16), "one day, not two"
    approve_corrections(up_to=DayCorrection.objects.latest("pk").pk, at=ANNOUNCED, by="Lý Văn Thử")
    assert move_due_dates(at=ANNOUNCED) == 1
    dossier.refresh_from_db()
    assert clock.local_day(dossier.due_at) == date(2027, 2, 17)


def test_the_history_names_only_the_days_that_moved_this_dossier(centre: Centre) -> None:
    dossier = a_land_dossier()
    announce("2027-02-11")
    announce("2027-04-19", at=ANNOUNCED)
    NationalDay.objects.filter(date="2027-04-19").update(source="Thông báo khác")
    first, other = DayCorrection.objects.order_by("date")
    DayCorrection.objects.filter(pk=other.pk).update(
        source="Thông báo khác", approved_by="Người khác", approved_at=ANNOUNCED
    )
    approve_corrections(up_to=other.pk, at=ANNOUNCED, by="Vũ Hải Yến")
    move_due_dates(at=ANNOUNCED)
    event = dossier.events.get(kind=EventKind.DUE_MOVED)
    assert event.reason == "Thông báo 1/TB-BNV"
    assert event.details["corrections"] == [first.pk]
    assert event.details["approved_by"] == "Vũ Hải Yến"


def test_what_was_promised_by_a_correction_is_not_taken_back_while_it_waits_for_its_approval(centre: Centre) -> None:
    announce("2027-02-12", at=hanoi("2027-02-02 08:00"))  # before it was received, and nobody looked at it yet
    dossier = a_land_dossier()
    assert clock.local_day(dossier.due_at) == date(2027, 2, 16)
    announce("2027-02-11")
    later = DayCorrection.objects.get(date="2027-02-11")
    DayCorrection.objects.filter(pk=later.pk).update(approved_at=ANNOUNCED, approved_by="Vũ Hải Yến")
    assert move_due_dates(at=ANNOUNCED) == 1
    dossier.refresh_from_db()
    assert clock.local_day(dossier.due_at) == date(2027, 2, 17), "both days off, one of them from the start"
