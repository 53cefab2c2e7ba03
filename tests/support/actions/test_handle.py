"""The machine of an incident: each step leaves a line, wrong ones are refused, and the database holds the line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal import chain
from portal.errors import BadInput, NotAllowed, RuleBroken
from support.actions import handle
from support.enums import IncidentEventKind, IncidentState, Severity
from support.models import Incident
from tests.factories.centres import MORNING
from tests.factories.support import an_incident

pytestmark = pytest.mark.django_db


def minute(number: int):
    return MORNING + timedelta(minutes=number)


def test_from_report_to_closed_and_back(centre, supporter):
    made, by = an_incident(centre, contact="0912 345 678"), {"acting_user": supporter}
    handle.acknowledge(incident=made, at=minute(1), **by)
    handle.begin(incident=made, at=minute(2), **by)
    handle.wait(incident=made, note="chờ hãng", at=minute(3), **by)
    handle.begin(incident=made, at=minute(4), **by)
    handle.resolve(incident=made, note="thay cụm sấy", at=minute(5), **by)
    closed = handle.close(incident=made, at=minute(6), **by)
    assert (closed.state, closed.owner, closed.contact) == (IncidentState.CLOSED, supporter, "")
    assert (closed.acknowledged_at, closed.resolved_at, closed.closed_at) == (minute(1), minute(5), minute(6))
    again = handle.reopen(incident=made, note="lại kẹt", at=minute(7), **by)
    assert (again.state, again.acknowledged_at, again.resolved_at) == (IncidentState.REOPENED, None, None)
    assert again.respond_by > minute(7)
    kinds = [event.kind for event in made.events.all()]
    assert kinds == ["reported", "acknowledged", "begun", "waiting", "begun", "resolved", "closed", "reopened"]
    assert chain.verify(made.events.all()) is None


def test_a_changed_line_of_history_shows(centre, supporter):
    made = an_incident(centre)
    handle.acknowledge(incident=made, at=minute(1), acting_user=supporter)
    rows = list(made.events.all())
    rows[0].note = "không có gì"
    fault = chain.verify(rows)
    assert fault is not None and (fault.sequence, fault.kind) == (1, "changed")


def test_a_step_from_the_wrong_state_is_refused(centre, supporter):
    made = an_incident(centre)
    with pytest.raises(RuleBroken) as refused:
        handle.close(incident=made, at=minute(1), acting_user=supporter)
    assert refused.value.code == "wrong_state"
    assert made.events.count() == 1


@pytest.mark.parametrize("step", [handle.wait, handle.resolve, handle.reopen])
def test_a_step_that_needs_words_asks_for_them(centre, supporter, step):
    with pytest.raises(BadInput) as refused:
        step(incident=an_incident(centre), note=" ", at=minute(1), acting_user=supporter)
    assert refused.value.field == "note"


def test_who_supports_another_centre_or_none_may_not(centre, officer, manager, stranger):
    made = an_incident(centre)
    for person in (officer, manager, stranger):
        with pytest.raises(NotAllowed):
            handle.acknowledge(incident=made, at=minute(1), acting_user=person)


def test_what_belongs_to_no_centre_is_anybodys_in_support(stranger):
    assert handle.acknowledge(incident=an_incident(), at=minute(1), acting_user=stranger).owner == stranger


def test_a_severe_one_is_closed_with_its_causes_only(centre, supporter):
    made = an_incident(centre, severity=Severity.MANY)
    handle.resolve(incident=made, note="khởi động lại", at=minute(1), acting_user=supporter)
    with pytest.raises(RuleBroken) as refused:
        handle.close(incident=made, at=minute(2), acting_user=supporter)
    assert refused.value.code == "no_causes"


def test_reopening_beside_an_open_equal_one_is_refused(centre, supporter):
    first = an_incident(centre)
    handle.resolve(incident=first, note="xong", at=minute(1), acting_user=supporter)
    an_incident(centre, at=minute(2))
    with pytest.raises(RuleBroken) as refused:
        handle.reopen(incident=first, note="lại hỏng", at=minute(3), acting_user=supporter)
    assert refused.value.code == "open_again"


def test_merging_closes_one_and_counts_in_the_other(centre, supporter):
    one, other = an_incident(centre), an_incident(centre, what="Mạng chậm")
    an_incident(centre)
    kept = handle.merge(incident=one, into=other, at=minute(1), acting_user=supporter)
    one.refresh_from_db()
    assert (kept.count, one.state, one.merged_into) == (3, IncidentState.CLOSED, other)
    assert one.events.last().kind == IncidentEventKind.MERGED and kept.events.last().kind == IncidentEventKind.TOOK_OVER
    with pytest.raises(RuleBroken) as refused:
        handle.reopen(incident=one, note="sai", at=minute(2), acting_user=supporter)
    assert refused.value.code == "merged"


def test_words_of_the_status_page_come_and_go(centre, supporter):
    made = an_incident(centre)
    said = handle.publish(incident=made, words={"vi": "In chậm", "en": ""}, at=minute(1), acting_user=supporter)
    assert said.public_words == {"vi": "In chậm"}
    with pytest.raises(BadInput):
        handle.publish(incident=made, words={"vi": "", "en": "slow"}, at=minute(1), acting_user=supporter)
    assert handle.publish(incident=made, words=None, at=minute(2), acting_user=supporter).public_words is None


def test_the_database_refuses_two_open_ones_of_one_fingerprint(centre):
    made = an_incident(centre)
    twin = Incident.objects.get(pk=made.pk)
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


@pytest.mark.parametrize(
    "impossible",
    [{"count": 0}, {"fingerprint": ""}, {"state": "resolved"}, {"state": "closed", "resolved_at": MORNING}, {"call_at": MORNING, "state": "acknowledged"}],
)  # fmt: skip
def test_the_database_refuses_what_cannot_be(centre, impossible):
    made = an_incident(centre)
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.filter(pk=made.pk).update(**impossible)
