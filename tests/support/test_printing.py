"""A counter whose printer fails finds another one, and the paper is printed there once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from centres.actions.counters import close_counter, open_counter
from centres.models import Counter, Zone
from portal import clock
from portal.errors import NotAllowed, RuleBroken
from support import printing
from support.actions.handle import merge, resolve
from support.actions.move_equipment import send_to_repair
from support.actions.print_elsewhere import note_printed, print_elsewhere, take_print_back
from support.day import needs_attention
from support.enums import Severity
from support.enums_equipment import PrintState
from support.models import PrintElsewhere
from tests.factories.centres import MORNING, CentreFactory, CounterFactory, MembershipFactory
from tests.factories.equipment import a_keeper, a_thing
from tests.factories.support import an_incident

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture(autouse=True)
def morning():
    with clock.fixed(MORNING):
        yield


@pytest.fixture
def counters(centre):
    return [seat(centre, number) for number in range(1, 5)]


def seat(centre, number) -> Counter:
    counter = CounterFactory(centre=centre, number=number)
    return open_counter(counter=counter, at=MORNING, acting_user=MembershipFactory(centre=centre).user)


def ask(counter, printer, **given) -> PrintElsewhere:
    said = {"what": "Giấy tiếp nhận 1", "path": "/x", "reference": "receipt:1", "acting_user": counter.officer}
    return print_elsewhere(counter=counter, printer=printer, at=MORNING, **{**said, **given})


def test_a_counter_cannot_print_while_none_of_its_printers_works(centre, counters, supporter):
    two = counters[1]
    assert not printing.cannot_print(two), "without an inventory nobody can tell"
    first = a_thing(centre, two)
    assert not printing.cannot_print(two)
    fault = an_incident(centre, equipment=first)
    assert printing.cannot_print(two)
    second = a_thing(centre, two)
    assert not printing.cannot_print(two)
    send_to_repair(equipment=second, text="x", at=MORNING, acting_user=a_keeper())
    assert printing.cannot_print(two) and printing.without_printer(centre.pk) == [two]
    resolve(incident=fault, note="Lấy giấy kẹt ra", at=MORNING, acting_user=supporter)
    assert not printing.cannot_print(two)


def test_what_only_disturbs_does_not_stop_a_printer_and_what_was_merged_does(centre, counters, supporter):
    printer = a_thing(centre, counters[1])
    an_incident(centre, equipment=printer, severity=Severity.ANNOYING)
    assert not printing.cannot_print(counters[1])
    fault = an_incident(centre, equipment=printer)
    assert printing.cannot_print(counters[1]), "it is worse than it was said first"
    network = an_incident(centre, kind="network", what="Mất mạng")
    merge(incident=fault, into=network, at=MORNING, acting_user=supporter)
    assert printing.cannot_print(counters[1])
    resolve(incident=network, note="Thay cáp", at=MORNING, acting_user=supporter)
    assert not printing.cannot_print(counters[1])


def test_the_nearest_printers_that_work_and_have_somebody_come_first(centre, counters):
    one, two, _three, four = counters
    zone = Zone.objects.create(centre=centre, name="Khu A")
    Counter.objects.filter(pk__in=(two.pk, four.pk)).update(zone=zone)
    two.refresh_from_db()
    printers = {counter.number: a_thing(centre, counter) for counter in counters}
    a_thing(centre, place="Sảnh")
    seat(CentreFactory(), 2)
    assert printing.near(two) == [printers[4], printers[1], printers[3]]
    an_incident(centre, equipment=printers[4])
    close_counter(counter=one, at=MORNING, acting_user=one.officer)
    assert printing.near(two) == [printers[3]]


def test_a_paper_is_printed_once_and_whoever_asked_reads_it(centre, counters):
    two, three = counters[1:3]
    printer = a_thing(centre, three)
    paper = ask(two, printer)
    assert ask(two, printer) == paper, "a second press is the same paper"
    assert printing.waiting_at(three.officer, MORNING) == [paper] and not printing.waiting_at(two.officer, MORNING)
    note_printed(paper=paper, at=MORNING, acting_user=three.officer)
    note_printed(paper=paper, at=MORNING, acting_user=three.officer)
    last = printing.last_of("receipt:1", MORNING)
    assert last.is_printed and last.printed_by == three.officer
    take_print_back(paper=paper, at=MORNING, acting_user=two.officer)
    assert PrintElsewhere.objects.get().is_printed, "what has come out stays so"
    assert printing.last_of("receipt:1", MORNING + timedelta(days=1)) is None


def test_another_printer_takes_the_paper_over(centre, counters):
    two, three, four = counters[1:]
    first = ask(two, a_thing(centre, three))
    second = ask(two, a_thing(centre, four))
    first.refresh_from_db()
    assert (first.state, second.state) == (PrintState.TAKEN_BACK, PrintState.ASKED)
    with pytest.raises(RuleBroken, match="taken back"):
        note_printed(paper=first, at=MORNING, acting_user=three.officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        PrintElsewhere.objects.filter(pk=first.pk).update(state=PrintState.ASKED, ended_at=None)


def test_a_printer_that_has_failed_meanwhile_is_refused(centre, counters):
    two, three = counters[1:3]
    printer = a_thing(centre, three)
    an_incident(centre, equipment=printer)
    with pytest.raises(RuleBroken, match="does not work"):
        ask(two, printer)
    with pytest.raises(NotAllowed):
        ask(two, printer, acting_user=three.officer)


def test_nobody_of_another_centre_says_that_it_is_printed(centre, counters):
    paper = ask(counters[1], a_thing(centre, counters[2]))
    for user in (MembershipFactory().user, a_keeper()):
        with pytest.raises(NotAllowed):
            note_printed(paper=paper, at=MORNING, acting_user=user)
    with pytest.raises(NotAllowed):
        take_print_back(paper=paper, at=MORNING, acting_user=counters[3].officer)


def test_the_managers_day_names_counters_that_cannot_print(centre, counters):
    assert not [text for _how, text, _url in needs_attention(centre, MORNING) if "print" in text]
    an_incident(centre, equipment=a_thing(centre, counters[0]))
    said = [(how, text, url) for how, text, url in needs_attention(centre, MORNING) if "print" in text]
    assert (
        said
        and said[0][0] == "warn"
        and str(counters[0]) in said[0][1]
        and said[0][2].startswith("/support/equipment/")
    )
