"""Reporting: equal reports are one incident with a counter, and nothing personal comes along."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal import chain
from portal.errors import BadInput
from support.actions import handle
from support.enums import IncidentEventKind, IncidentState, Kind, Severity, Source
from support.models import Incident, Target
from tests.factories.centres import MORNING, CentreFactory, MembershipFactory
from tests.factories.support import an_incident
from tests.moments import hanoi

pytestmark = pytest.mark.django_db
LATER = MORNING + timedelta(minutes=5)


def test_a_report_is_an_incident_with_its_first_line_of_history(centre, officer):
    made = an_incident(centre, acting_user=officer)
    (line,) = made.events.all()
    assert (made.state, made.count, made.reporter) == (IncidentState.REPORTED, 1, officer)
    assert (line.kind, line.actor, line.note) == (IncidentEventKind.REPORTED, officer, "Máy in quầy 2 không in")
    assert chain.verify(made.events.all()) is None


def test_equal_alarms_are_counted_and_not_piled_up(centre):
    for second in range(50):
        at = MORNING + timedelta(seconds=second)
        an_incident(centre, source=Source.API, what=f"lần {second}", fingerprint="printer:7", at=at)
    made = Incident.objects.get()
    assert made.count == 50 and made.last_at == MORNING + timedelta(seconds=49)
    assert made.events.count() == 1, "a storm does not fill the history"


def test_equal_words_of_two_officers_are_one_incident_and_both_are_named(centre, officer):
    other = MembershipFactory(centre=centre).user
    an_incident(centre, what="Máy in  KHÔNG in", acting_user=officer)
    made = an_incident(centre, what="may in khong in", acting_user=other, at=LATER)
    assert Incident.objects.count() == 1
    assert [event.actor for event in made.events.all()] == [officer, other]


def test_the_same_words_at_another_centre_are_another_incident(centre):
    assert an_incident(centre).pk != an_incident(CentreFactory()).pk


def test_a_report_after_the_end_is_a_new_incident(centre, supporter):
    first = an_incident(centre)
    handle.resolve(incident=first, note="thay mực", at=LATER, acting_user=supporter)
    assert an_incident(centre, at=LATER).pk != first.pk


def test_a_report_of_what_was_merged_counts_where_it_went(centre, supporter):
    first, other = an_incident(centre), an_incident(centre, what="Không in được giấy hẹn")
    handle.merge(incident=other, into=first, at=LATER, acting_user=supporter)
    again = an_incident(centre, what="Không in được giấy hẹn", at=LATER)
    assert (again.pk, again.count) == (first.pk, 3)


def test_a_worse_report_makes_the_incident_worse_and_sooner(centre):
    first = an_incident(centre)
    worse = an_incident(centre, severity=Severity.STANDSTILL, at=LATER)
    assert worse.pk == first.pk and worse.severity == Severity.STANDSTILL
    assert worse.respond_by < first.respond_by and worse.call_at == LATER
    an_incident(centre, severity=Severity.ANNOYING, at=LATER)
    assert Incident.objects.get().severity == Severity.STANDSTILL


def test_no_number_of_a_person_and_no_token_is_kept(centre):
    made = an_incident(
        centre,
        what="Thẻ 001190 654321 không đọc được, gọi 0912.345.678",
        page="/t/AbCdEfGhIjKlMnOpQrStUv/why/?number=001190654321",
        errors=["TypeError at 001190654321"],
    )
    kept = f"{made.what} {made.page} {made.errors}"
    assert "654321" not in kept and "345.678" not in kept and "AbCdEf" not in kept
    assert made.page == "/t/…/why/"


def test_targets_count_in_the_hours_of_the_centre(centre):
    centre.weekly_hours = {"1": [["08:00", "11:30"], ["13:30", "17:00"]], "2": [["08:00", "17:00"]]}
    centre.save()
    at = hanoi("2026-11-23 11:20")
    made = an_incident(centre, at=at)  # an hour to answer, eight to mend
    assert made.respond_by == hanoi("2026-11-23 14:20")
    assert made.resolve_by == hanoi("2026-11-24 12:20")
    assert an_incident(None, at=at).respond_by == hanoi("2026-11-23 12:20"), "without a centre it is the clock"


def test_targets_are_dated(centre):
    for day, minutes in (("2026-01-01", 30), ("2026-12-01", 5)):
        Target.objects.create(severity=Severity.ONE, valid_from=day, response_minutes=minutes, resolution_minutes=60)
    assert an_incident(None).respond_by == MORNING + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"kind": "weather"}, "kind"), ({"severity": 9}, "severity"), ({"what": "x" * 501}, "what"), ({"contact": "12"}, "contact")],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(wrong, field):
    with pytest.raises(BadInput) as refused:
        an_incident(**wrong)
    assert refused.value.field == field
    assert not Incident.objects.exists()


def test_without_words_the_kind_speaks():
    assert an_incident(what="", kind=Kind.POWER).what
