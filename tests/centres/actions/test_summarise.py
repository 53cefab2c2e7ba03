"""The summaries against a full count of generated days, and what a crash or a second job does to them: nothing."""

from __future__ import annotations

import threading
from collections import Counter as Tally
from collections import defaultdict
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from centres.actions import summarise as job
from centres.actions.arrive import arrive
from centres.actions.call_next import call_next
from centres.actions.close_day import close_day
from centres.actions.finish import finish
from centres.actions.summarise import summarise
from centres.actions.transfer import transfer
from centres.enums import TicketState
from centres.models import (
    CounterSummary,
    DaySummary,
    HourSummary,
    SummaryMark,
    Ticket,
    TicketEvent,
)
from centres.summaries.tally import COUNTS, EDGES, KINDS
from portal import clock
from tests.centres.hall import DAY, Hall
from tests.factories import centres as make
from tests.moments import hanoi

EVENING = hanoi("2026-11-23 18:00")


def kept(model, centre, *keys):
    """Counts of the rows added up by these columns, and the spreads' (count, sum) beside them."""
    found: dict[tuple, Tally] = defaultdict(Tally)
    for row in model.objects.filter(centre=centre).values():
        tally = found[tuple(row[key] for key in keys)]
        for name in COUNTS:
            tally[name] += row[name]
        for kind in KINDS:
            count, total, _longest, buckets = row["times"].get(kind, [0, 0, 0, []])
            tally[f"{kind} count"] += count
            tally[f"{kind} total"] += total
            assert sum(buckets) == count and len(buckets) <= len(EDGES) + 1
        for ground, number in row["grounds"].items():
            tally[f"ground {ground}"] += number
    return {key: +tally for key, tally in found.items() if +tally}


def full_count(hall):
    """The same, counted from every ticket, and from what the hall wrote down of the times."""
    whole, hours = Tally(), defaultdict(Tally)
    counters = defaultdict(Tally, {key: Tally(tally) for key, tally in hall.at_counters.items()})
    ends = {TicketState.DONE: "served", TicketState.LEFT: "left", TicketState.NO_SHOW: "no_show"}
    for ticket in Ticket.objects.filter(centre=hall.centre):

        def count(at, service, name, number=1, ticket=ticket):
            local = clock.local(at)
            if local.date() != ticket.day:  # the evening's job: nobody knows when it ended, only when it last began
                begun = ticket.events.filter(kind__in=["issued", "called", "picked", "recalled"]).latest("at", "id")
                local = clock.local(begun.at)
            hour = local.hour
            whole[name] += number
            hours[hour, service][name] += number

        drawn_for = next(service.pk for service in hall.services if service.letter == ticket.letter)
        count(ticket.issued_at, drawn_for, "drawn")
        count(ticket.issued_at, drawn_for, f"ground {ticket.priority_ground}")
        spent, called = hall.spent[ticket.pk], hall.first_call.get(ticket.pk)
        if called:
            # They waited for what they drew for, whatever they were passed on to afterwards.
            count(called, drawn_for, "called")
            last = ticket.events.filter(kind__in=["called", "picked"]).latest("id")
            count(called, drawn_for, "jumped", int(bool(last.jumped)))
            count(called, drawn_for, "waiting count")
            count(called, drawn_for, "waiting total", spent["waiting"])
            if ticket.pk in hall.came:
                count(called, drawn_for, "walking count")
                count(called, drawn_for, "walking total", spent["walking"])
        if ticket.finished_at:
            count(ticket.finished_at, ticket.service_id, ends[ticket.state])
            if ticket.pk in hall.has:
                counters[hall.has[ticket.pk]][ends[ticket.state]] += 1
            if ticket.state == TicketState.DONE:
                count(ticket.finished_at, ticket.service_id, "service count")
                count(ticket.finished_at, ticket.service_id, "service total", spent["service"])
                if spent["parked"]:
                    count(ticket.finished_at, ticket.service_id, "parked count")
                    count(ticket.finished_at, ticket.service_id, "parked total", spent["parked"])
                for desk, times in hall.spent_at[ticket.pk].items():
                    for kind, seconds in times.items():
                        counters[desk].update({f"{kind} count": 1, f"{kind} total": seconds})
    clean = lambda found: {key: +tally for key, tally in found.items() if +tally}  # noqa: E731
    return {(): +whole}, clean(hours), clean(counters)


def agree(hall):
    whole, hours, counters = full_count(hall)
    assert kept(DaySummary, hall.centre) == whole
    assert kept(HourSummary, hall.centre, "hour", "service_id") == hours
    assert kept(CounterSummary, hall.centre, "counter_id", "service_id") == counters


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_summaries_kept_as_the_day_goes_are_those_of_a_full_count(seed):
    hall = Hall(seed)
    for part in range(4):
        hall.run(60 + 20 * part)
        summarise(at=hall.at)
        agree(hall)
    at = hall.at + timedelta(hours=12)
    close_day(before=clock.local_day(at), at=at)
    summarise(at=at)
    agree(hall)
    assert DaySummary.objects.get(centre=hall.centre).sealed


@pytest.mark.django_db
def test_a_call_counts_at_the_counter_that_made_it_and_a_visit_as_served_where_it_was_finished():
    hall = Hall(0)
    second, fifth = hall.counters[0], hall.counters[1]
    here, there = hall.services[0], hall.services[1]
    ticket = make.TicketFactory(service=here, issued_at=DAY)
    minutes = iter(DAY + timedelta(minutes=number) for number in (10, 12, 15, 20, 21, 28))
    for counter in (second, fifth):
        by = {"acting_user": counter.officer}
        ticket = call_next(at=next(minutes), **by)
        arrive(ticket=ticket, at=next(minutes), **by)
        if counter == second:
            transfer(ticket=ticket, service=there, counter=fifth, at=next(minutes), **by)
        else:
            finish(ticket=ticket, at=next(minutes), **by)
    summarise(at=EVENING)
    once = {"called": 1, "walking count": 1, "service count": 1}
    assert kept(CounterSummary, hall.centre, "counter_id", "service_id") == {
        (second.pk, here.pk): {
            **once, "waiting count": 1, "waiting total": 600, "walking total": 120, "service total": 180,
        },
        (fifth.pk, there.pk): {**once, "served": 1, "walking total": 60, "service total": 420},
    }  # fmt: skip


@pytest.mark.django_db
def test_running_again_changes_nothing():
    hall = Hall(9)
    hall.run(80)
    summarise(at=hall.at)
    summarise(at=hall.at)
    summarise(at=hall.at + timedelta(hours=1))
    agree(hall)


@pytest.mark.django_db
def test_a_crash_between_two_lines_neither_loses_nor_counts_twice(monkeypatch):
    hall = Hall(5)
    hall.run(80)
    summarise(at=hall.at)
    hall.run(80)
    before = SummaryMark.objects.get().event_id
    with monkeypatch.context() as broken:
        broken.setattr(
            job.CounterSummary.objects, "bulk_create", lambda *_args: (_ for _ in ()).throw(OSError("power"))
        )
        with pytest.raises(OSError, match="power"):
            summarise(at=hall.at)
    assert SummaryMark.objects.get().event_id == before
    summarise(at=hall.at)
    agree(hall)


@pytest.mark.django_db
def test_many_events_are_looked_through_in_parts(monkeypatch):
    monkeypatch.setattr(job, "BATCH", 25)
    halls = [Hall(seed) for seed in (2, 3)]
    for hall in halls:
        hall.run(70)
    summarise(at=halls[0].at)
    assert SummaryMark.objects.get().event_id == TicketEvent.objects.latest("pk").pk
    for hall in halls:
        agree(hall)


@pytest.mark.django_db
def test_a_row_that_became_visible_after_later_ones_is_not_lost():
    hall = Hall(4)
    hall.run(60)
    # As if these rows had been committed only after one with a higher number was seen.
    SummaryMark.objects.create(pk=1, event_id=TicketEvent.objects.latest("pk").pk, at=hall.at)
    summarise(at=hall.at + timedelta(minutes=1))
    agree(hall)


@pytest.mark.django_db
def test_a_day_is_counted_a_last_time_when_it_is_over():
    hall = Hall(6)
    hall.run(60)
    summarise(at=hall.at)
    DaySummary.objects.update(served=9999)
    at = hall.at + timedelta(hours=20)
    summarise(at=at)
    assert not DaySummary.objects.get().sealed, "somebody is still in the hall"
    close_day(before=clock.local_day(at), at=at)
    summarise(at=at)
    agree(hall)
    assert DaySummary.objects.get().sealed


@pytest.mark.django_db
def test_the_job_costs_the_same_however_many_numbers():
    hall = Hall(1)
    statements = []
    for steps in (20, 250):
        hall.run(steps)
        with CaptureQueriesContext(connection) as made:
            summarise(at=hall.at)
        statements.append(len(made))
    assert statements[1] <= statements[0] + 1  # the mark is made once


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_count_once():
    hall = Hall(7)
    hall.run(80)
    failed: list[BaseException] = []

    def run() -> None:
        try:
            summarise(at=hall.at)
        except BaseException as error:  # noqa: BLE001 - shown below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    agree(hall)
