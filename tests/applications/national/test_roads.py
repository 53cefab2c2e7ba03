"""Every road that the machine allows today is a legal sequence at the national portal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from applications import tasks
from applications.actions.correct import propose_correction, sign_correction
from applications.actions.ending import stop, withdraw
from applications.actions.extend import sign_extension
from applications.actions.hand_over import hand_over
from applications.actions.pay import ask_payment, refund, take_fee
from applications.enums import State, SyncState
from applications.handling import VERBS, offered
from applications.models import AnswerLimit, Application, SyncItem
from applications.national import shape
from applications.national.outbox import is_step
from centres.enums import Role
from portal import clock
from tests.factories.applications import MONDAY, a_dossier, a_member, member_of
from tests.factories.national import a_sandbox, states_told, sweep_at
from tests.factories.roads import do

A_DAY = timedelta(days=1)
# Steps on the way to another state are taken more often than those that stay.
_ONWARD = ("take", "propose", "sign", "hand-over", "accept-supplement", "take-fee", "sign-correction")


def test_the_table_allows_whatever_the_machine_does() -> None:
    """Read from the model, so that a new transition shows here before it is refused there."""
    for transition in Application._meta.get_field("state").get_all_transitions(Application):
        source, target = int(transition.source), int(transition.target)
        before = None if source == State.DRAFT else source
        # What ends before it was received was never told of.
        is_told = source != State.DRAFT or target not in (State.REFUSED, State.WITHDRAWN)
        assert shape.may_follow(before, target) or not is_told or target == State.REFUSED, (source, target)


def test_what_the_law_ends_is_the_end() -> None:
    for state in (State.REFUSED, State.WITHDRAWN, State.STOPPED):
        assert not shape.NEXT[int(state)]


class Roads(TestCase):
    """Dossiers that walk at random with every step that the office has, told now and then, through faults."""

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
            people = _people(dossier)
            _law_ends(dossier, data)
            for _step in range(data.draw(st.integers(0, 12))):
                at += data.draw(st.sampled_from([timedelta(0), timedelta(seconds=1), timedelta(hours=1), 3 * A_DAY]))
                with clock.fixed(at):
                    _one_step(dossier, people, at, data)
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
            steps = [event for event in dossier.events.order_by("sequence") if is_step(event)]
            assert states_told(sandbox, dossier.code) == [str(event.to_state) for event in steps[1:]]
            there, state, _last = sandbox.portal.store.dossier(dossier.code)
            assert state == dossier.state
            assert there["NgayHenTra"] == shape.written(dossier.due_at)


def _people(dossier: Application) -> list[Any]:
    centre = dossier.competent
    roles = (Role.COUNTER_OFFICER, Role.SPECIALIST, Role.LEADER, Role.MANAGER)
    people = [member_of(role, centre) for role in roles]
    return [*people, a_member(Role.SPECIALIST, centre, full_name="Đồng nghiệp"), a_member(Role.LEADER, centre)]


def _law_ends(dossier: Application, data: st.DataObject) -> None:
    """Sometimes the law ends what nobody answers, as in the linked services."""
    if data.draw(st.booleans()):
        AnswerLimit.objects.create(
            procedure_code=dossier.version.procedure.code,
            valid_from=(MONDAY - A_DAY).date(),
            working_days=1,
            source="thử",
        )


def _one_step(dossier: Application, people: list[Any], at: datetime, data: st.DataObject) -> None:
    """What the clock does by itself, then one step of somebody who is offered it."""
    tasks.foresee_lateness()
    tasks.mind_supplements()
    fresh = Application.objects.get(pk=dossier.pk)
    chances = [(verb, person) for verb in VERBS for person in people if verb in offered(fresh, person)]
    onward = [chance for chance in chances if chance[0].key in _ONWARD]
    if chances:
        verb, person = data.draw(st.sampled_from(onward if onward and data.draw(st.booleans()) else chances))
        do(verb, fresh, at, person)


# -- each road by itself -----------------------------------------------------------------------------------------------


def _there(sandbox: Any, dossier: Application) -> dict[str, Any]:
    """The dossier as the national portal has it once everything was told."""
    assert Application.objects.get(pk=dossier.pk).sync_state == SyncState.SENT
    assert all(answer == "0" for _service, _code, answer, _why in sandbox.portal.store.heard())
    body, state, _last = sandbox.portal.store.dossier(dossier.code)
    return {**body, "state": state}


@pytest.mark.django_db
def test_a_payment_is_asked_for_taken_and_given_back(sandbox: Any) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    ask_payment(application=dossier, name="Thuế", amount=70000, at=MONDAY + A_DAY, acting_user=dossier.handler)
    sweep_at(MONDAY + A_DAY)
    asked = _there(sandbox, dossier)
    assert asked["state"] == 6 and "70000" in [line["Gia"] for line in asked["DanhSachLePhi"]]
    officer = member_of(Role.COUNTER_OFFICER, dossier.competent)
    due = sum(int(line["Gia"]) for line in asked["DanhSachLePhi"])
    later = MONDAY + 3 * A_DAY
    take_fee(application=dossier, amount=due, method="cash", receipt_number="BL1", at=later, acting_user=officer)
    leader = member_of(Role.LEADER, dossier.competent)
    refund(
        application=dossier, fallen=[line.pk for line in dossier.fee_lines.all()], reason="Thu nhầm", method="cash",
        receipt_number="H1", at=later, acting_user=leader,
    )  # fmt: skip
    sweep_at(later)
    paid = _there(sandbox, dossier)
    assert paid["state"] == 4 and states_told(sandbox, dossier.code) == ["4", "6", "4"]
    dossier.refresh_from_db()
    assert paid["NgayHenTra"] == shape.written(dossier.due_at) > asked["NgayHenTra"]


@pytest.mark.django_db
def test_a_signed_apology_moves_the_date_there(sandbox: Any, at_hanoi: Any) -> None:
    at = at_hanoi("2026-11-23 13:40")
    dossier = a_dossier(procedure="land_change_info", state=State.PROCESSING)
    sweep_at(at)
    before = _there(sandbox, dossier)["NgayHenTra"]
    until = clock.local_day(dossier.due_at) + 7 * A_DAY
    leader = member_of(Role.LEADER, dossier.competent)
    sign_extension(application=dossier, reason="Chờ xác minh", until=until, at=at, acting_user=leader)
    sweep_at(at)
    dossier.refresh_from_db()
    assert _there(sandbox, dossier)["NgayHenTra"] == shape.written(dossier.due_at) > before
    assert states_told(sandbox, dossier.code)[-2:] == ["4", "4"]


@pytest.mark.django_db
@pytest.mark.parametrize(("end", "state"), [(stop, 8), (withdraw, 7)])
def test_stopped_and_withdrawn_are_told_as_such(sandbox: Any, end: Any, state: int) -> None:
    dossier = a_dossier(state=State.SUPPLEMENT)
    leader = member_of(Role.LEADER, dossier.competent)
    end(application=dossier, reason="Không cần nữa", at=MONDAY + A_DAY, acting_user=leader)
    sweep_at(MONDAY + A_DAY)
    there = _there(sandbox, dossier)
    assert there["state"] == state and there["NgayKetThucXuLy"]


@pytest.mark.django_db
@pytest.mark.parametrize("told_at_once", [True, False])
def test_a_result_that_was_handed_over_is_replaced_there(sandbox: Any, told_at_once: bool) -> None:
    dossier = a_dossier(state=State.RETURNED)
    first = dossier.handed_over_at
    if told_at_once:
        sweep_at(MONDAY + A_DAY)
    leader, at = member_of(Role.LEADER, dossier.competent), MONDAY + A_DAY
    propose_correction(
        application=dossier, number="8/TP", reason="Sai tên", document=None, at=at, acting_user=dossier.handler
    )
    sign_correction(application=dossier, at=at, acting_user=leader)
    sweep_at(at)
    assert _there(sandbox, dossier)["state"] == 9
    officer = member_of(Role.COUNTER_OFFICER, dossier.competent)
    hand_over(
        application=dossier,
        handed_to="Ánh",
        authorisation="UQ 12",
        signature=None,
        unpaid_reason="Nộp sau",
        at=at + A_DAY,
        acting_user=officer,
    )
    sweep_at(at + A_DAY)
    assert states_told(sandbox, dossier.code) == ["4", "4", "9", "10", "9", "10"]
    assert _there(sandbox, dossier)["NgayTra"] == shape.written(at + A_DAY) > shape.written(first)


def test_moments_are_written_as_in_hanoi() -> None:
    moment = timezone.datetime(2026, 11, 22, 17, 5, 6, tzinfo=timezone.get_fixed_timezone(0))
    assert shape.written(moment) == "20261123000506"
    assert shape.read(shape.written(moment)) == moment
    assert shape.written(None) == ""
