"""Many at the same instant, on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal import chain
from support.actions import handle
from support.actions.call import call
from support.enums import IncidentState, Severity, Source
from support.models import Incident
from tests.centres.actions.test_storm import at_once
from tests.factories.centres import MORNING
from tests.factories.support import an_incident, on_call

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
CLIENTS, ALARMS = 8, 1000


def test_a_thousand_equal_alarms_by_eight_clients_are_one_incident_with_a_counter(centre):
    def client(index):
        share = range(index, ALARMS, CLIENTS)
        return lambda: [
            an_incident(centre, source=Source.API, fingerprint="storm", at=MORNING + timedelta(seconds=n))
            for n in share
        ]

    at_once(*map(client, range(CLIENTS)))
    made = Incident.objects.get()
    assert (made.count, made.state) == (ALARMS, IncidentState.REPORTED)
    assert made.last_at == MORNING + timedelta(seconds=ALARMS - 1)
    assert chain.verify(made.events.all()) is None


def test_of_two_who_acknowledge_at_once_one_is_told_that_it_is_done(centre, supporter):
    made = an_incident(centre)
    answers = at_once(
        *[lambda: handle.acknowledge(incident=made, at=MORNING, acting_user=supporter) for _twice in range(2)]
    )
    assert sorted(getattr(answer, "code", "done") for answer in answers) == ["done", "wrong_state"]
    assert Incident.objects.get().events.count() == 2


def test_the_worker_and_the_watch_call_once_between_them(centre, supporter):
    on_call(supporter)
    made = an_incident(centre, severity=Severity.MANY)
    told = at_once(*[lambda: call(incident_id=made.pk, at=MORNING) for _twice in range(2)])
    assert sorted(told) == [0, 1]


def test_two_who_merge_crosswise_do_not_block_each_other(centre, supporter):
    one, other = an_incident(centre), an_incident(centre, what="Mạng chậm")
    answers = at_once(
        lambda: handle.merge(incident=one, into=other, at=MORNING, acting_user=supporter),
        lambda: handle.merge(incident=other, into=one, at=MORNING, acting_user=supporter),
    )
    assert sum(isinstance(answer, Incident) for answer in answers) == 1
    assert Incident.objects.filter(state=IncidentState.CLOSED).count() == 1
