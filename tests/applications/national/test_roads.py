"""Every road that the machine allows today is a legal sequence at the national portal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from applications.enums import EventKind, State, SyncState
from applications.history import record
from applications.models import Application, Result, SupplementRequest, SyncItem
from applications.national import shape
from centres.enums import Role
from tests.factories.applications import MONDAY, a_dossier, member_of
from tests.factories.national import a_sandbox, states_told, sweep_at

# The machine's own transitions after receipt: what changes, and the kind of its event.
_KINDS = {
    State.PROCESSING: EventKind.TAKEN,
    State.SUPPLEMENT: EventKind.SUPPLEMENT_ASKED,
    State.PAYMENT: EventKind.PROPOSED,
    State.WITHDRAWN: EventKind.WITHDRAWN,
    State.STOPPED: EventKind.STOPPED,
    State.DONE: EventKind.APPROVED,
    State.RETURNED: EventKind.HANDED_OVER,
}


def test_the_table_allows_whatever_the_machine_does() -> None:
    """Read from the model, so that a new transition shows here before it is refused there."""
    for transition in Application._meta.get_field("state").get_all_transitions(Application):
        source, target = int(transition.source), int(transition.target)
        before = None if source == State.DRAFT else source
        assert shape.may_follow(before, target) or target == State.REFUSED, (source, target)


def test_what_the_law_ends_is_the_end() -> None:
    for state in (State.REFUSED, State.WITHDRAWN, State.STOPPED, State.RETURNED):
        assert not shape.NEXT[int(state)]


class Roads(TestCase):
    """Dossiers that walk at random, told now and then, through faults."""

    @settings(
        max_examples=8,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.data())
    def test_every_road_arrives_in_order(self, data: st.DataObject) -> None:
        from django.conf import settings as portal_settings  # noqa: PLC0415

        with a_sandbox(portal_settings) as sandbox, pytest.MonkeyPatch.context() as patch:
            patch.setattr(portal_settings, "NATIONAL_URL", sandbox.url)
            dossier, at = a_dossier(), MONDAY
            walked: list[str] = []
            for _step in range(data.draw(st.integers(0, 9))):
                ways = sorted(
                    {int(one.target) for one in dossier.get_available_state_transitions()} - {int(State.ACCEPTED)}
                )
                if not ways:
                    break
                at += timedelta(seconds=data.draw(st.sampled_from([0, 1, 3600])))
                walk(dossier, State(data.draw(st.sampled_from(ways))), at)
                walked.append(str(int(dossier.state)))
                sandbox.faults.order(
                    queue=data.draw(st.lists(st.sampled_from(["error", "lost", "exists"]), max_size=1))
                )
                if data.draw(st.booleans()):
                    sweep_at(at + timedelta(hours=1))
            for turn in range(1, 15):
                sweep_at(at + turn * timedelta(hours=2))
            dossier.refresh_from_db()
            last = SyncItem.objects.filter(application=dossier).order_by("-pk").first()
            assert dossier.sync_state == SyncState.SENT, last and (last.trouble, last.answer)
            assert states_told(sandbox, dossier.code) == walked
            assert sandbox.portal.store.dossier(dossier.code)[1] == dossier.state


def walk(dossier: Application, to: State, at: Any) -> None:
    """One transition as an action would make it, with what belongs to the state."""
    before = dossier.state
    specialist = dossier.handler or member_of(Role.SPECIALIST, dossier.competent)
    due, why = dossier.due_at, dossier.due_explanation
    kind = _KINDS[to]
    if to == State.PROCESSING and before in (State.SUPPLEMENT, State.PAYMENT):
        (dossier.resume if before == State.SUPPLEMENT else dossier.settle)(due, why)
        kind = EventKind.SUPPLEMENTED if before == State.SUPPLEMENT else EventKind.PAID
        dossier.supplements.filter(answered_at__isnull=True).update(answered_at=at)
    elif to == State.PROCESSING:
        dossier.take(specialist)
    elif to == State.SUPPLEMENT:
        dossier.ask_supplement(at)
        SupplementRequest.objects.create(application=dossier, faults="Thiếu giấy", asked_at=at, asked_by=specialist)
    elif to == State.PAYMENT:
        dossier.ask_payment(at)
    elif to in (State.WITHDRAWN, State.STOPPED):
        getattr(dossier, {State.WITHDRAWN: "withdraw", State.STOPPED: "stop"}[to])(at)
    elif to == State.DONE:
        Result.objects.create(application=dossier, number="1/TP", proposed_by=specialist, proposed_at=at)
        dossier.release(at)
    else:
        dossier.hand_over(at)
    dossier.save()
    record(
        application=dossier,
        kind=kind,
        at=at,
        actor=specialist,
        centre=dossier.competent,
        from_state=before,
        details={"due_at": due.isoformat()} if kind == EventKind.SUPPLEMENTED and due else {},
    )


def test_moments_are_written_as_in_hanoi() -> None:
    moment = timezone.datetime(2026, 11, 22, 17, 5, 6, tzinfo=timezone.get_fixed_timezone(0))
    assert shape.written(moment) == "20261123000506"
    assert shape.read(shape.written(moment)) == moment
    assert shape.written(None) == ""
